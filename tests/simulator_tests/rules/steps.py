"""What people and clients do in a household, and what its players tell of themselves."""

# mypy: disallow-untyped-calls=False
from xml.etree import ElementTree as ET

import pytest

from tests.simulator.errors import Code, UpnpError
from tests.simulator.hands import Hands
from tests.simulator.household import Household
from tests.simulator.services import EVENTS, HANDLERS
from tests.simulator.services.kinds import Variables
from tests.simulator.speaker import Speaker


class People(Hands):
    """Hands in a house without a network."""

    def __init__(self, household: Household) -> None:
        self.household = household


def act(speaker: Speaker, action: str, **arguments: str) -> dict[str, str]:
    """Run an action of AVTransport or its relatives."""
    for handlers in HANDLERS.values():
        if action in handlers:
            return handlers[action](speaker, arguments) or {}
    raise KeyError(action)


def refused(code: Code) -> pytest.RaisesExc[UpnpError]:
    """Expect an error code."""
    return pytest.RaisesExc(UpnpError, check=lambda error: error.code == code)


def evented(speaker: Speaker, service: str) -> Variables:
    return EVENTS[service].variables(speaker)


def members(household: Household) -> dict[str, ET.Element]:
    """Return players and satellites in the topology, by uid."""
    root = ET.fromstring(household.zone_group_state)
    found = [*root.iter("ZoneGroupMember"), *root.iter("Satellite")]
    return {str(element.get("UUID")): element for element in found}


def last_change(speaker: Speaker) -> dict[str, str]:
    state = evented(speaker, "AVTransport")
    names = ("AlarmRunning", "SnoozeRunning", "AlarmIDRunning", "AlarmLoggedStartTime")
    return {name: state[f"r:{name}"] for name in names if f"r:{name}" in state}
