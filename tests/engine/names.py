"""Sends names that were never used before: python -m tests.engine.names [NAMES].

Prints by how much the process has grown, in megabytes, for each way in which names can come in.
"""

from collections.abc import Callable
import json
from pathlib import Path
import resource
import sys

from soco.events_base import Event

from custom_components.sonos_twisted.model import (
    Household,
    parse_alarms,
    parse_device_description,
    parse_didl,
    parse_music_services,
    parse_zone_group_state,
)

from ..model.payloads import didl, last_change, propertyset
from .fakes import Connection, FakeReactor, FakeRequest, a_listener, a_subscription, request_bytes

#: Names in each document.
EACH = 2000

#: Documents of each kind after which nothing more is allowed to grow: what is remembered of a
#: service is bounded, and what a document takes while it is read is kept for the next one.
FIRST = 20
HONEST = last_change('<Volume channel="Master" val="20"/>')


class House:
    """A listener on a fake reactor, a subscription and what is made of its events."""

    def __init__(self) -> None:
        """Open the listener and subscribe."""
        self.reactor = FakeReactor()
        listener = a_listener(self.reactor)
        listener.start()
        request = FakeRequest()
        self.subscription = a_subscription(self.reactor, request, listener=listener)
        self.household = Household("Sonos_1")
        self.subscription.callback = self._take_in
        self.subscription.subscribe()
        request.last.grant("uuid:1")

    def _take_in(self, event: Event) -> None:
        self.household.apply_event("RINCON_A", "RenderingControl", event.variables, 0.0)

    def notify(self, body: bytes) -> None:
        """Send an event."""
        # As fast as large events of one subscription are read.
        self.reactor.advance(1)
        connection = Connection(self.reactor)
        connection.send(request_bytes(f"/{self.subscription.token}", body))
        connection.lose()
        if connection.status != 200:
            raise AssertionError(connection.status)


def elements(number: int) -> str:
    """Word elements with a name, an attribute, a prefix and a namespace of their own."""
    return "".join(
        f'<p{number}:n{number}x{i} xmlns:p{number}="u{number}x{i}" a{number}x{i}="1"/>'
        for i in range(EACH // 3)
    )


def damaged(number: int) -> str:
    """Word the same, and a defect that only libxml2 reads on after."""
    return f"<r>{elements(number)}<x bare/></r>"


def channels(number: int) -> str:
    """Word values of channels that were never heard of."""
    return "".join(f'<Volume channel="c{number}x{i}" val="1"/>' for i in range(EACH))


def ways(house: House) -> dict[str, Callable[[int], object]]:
    """Return what takes in a document of new names, by the way in which they come."""
    return {
        "variables": lambda number: house.notify(propertyset(elements(number))),
        "malformed": lambda number: house.notify(propertyset(elements(number))[:-5]),
        "last change": lambda number: house.notify(last_change(elements(number))),
        "damaged last change": lambda number: house.notify(last_change(damaged(number))),
        "channels": lambda number: house.notify(last_change(channels(number))),
        "metadata": lambda number: parse_didl(didl(elements(number))),
        "damaged metadata": lambda number: parse_didl(didl(damaged(number))),
        "services": lambda number: parse_music_services(damaged(number)),
        "alarms": lambda number: parse_alarms({"CurrentAlarmList": f"<a>{elements(number)}</a>"}),
        "topology": lambda number: _ignoring(
            parse_zone_group_state, f"<ZoneGroupState>{elements(number)}</ZoneGroupState>"
        ),
        "description": lambda number: _ignoring(
            parse_device_description, f"<root>{elements(number)}</root>".encode()
        ),
    }


def _ignoring(parse: Callable[..., object], document: object) -> None:
    try:
        parse(document)
    except ValueError:
        return


def memory() -> float:
    """Return how many megabytes this process has in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def main(names: int) -> None:
    """Send them, and print what has grown, and what the volume is after an honest event."""
    house = House()
    grown: dict[str, float] = {}
    number = 0
    for name, take_in in ways(house).items():
        before = 0.0
        for document in range(FIRST + names // EACH):
            if document == FIRST:
                before = memory()
            number += 1
            take_in(number)
        grown[name] = round(memory() - before, 2)
    house.notify(HONEST)
    volume = house.household.speakers["RINCON_A"].volume
    sys.stdout.write(json.dumps({"grown": grown, "volume": volume}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
