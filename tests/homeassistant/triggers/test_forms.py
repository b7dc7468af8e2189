"""What happens in a house triggers once in each form, where it happened and nowhere else."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from homeassistant.core import Event, HomeAssistant, callback

from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.happenings import EVENT, KINDS
from tests.homeassistant.actions import BATHROOM, KITCHEN, ROOMS, in_house
from tests.homeassistant.conftest import until

from .conftest import device_of, on, on_device

if TYPE_CHECKING:
    from tests.simulator.control import Remote

    from .conftest import Automations

#: What is done in the house, and what happens then in which rooms.
STEPS: tuple[tuple[Callable[[Remote], object], set[tuple[str, str]]], ...] = (
    (lambda house: house.play_tracks("Kitchen"), {("track_changed", KITCHEN)}),
    (lambda house: house.next("Kitchen"), {("track_changed", KITCHEN)}),
    (lambda house: house.play_radio("Kitchen"), {("source_changed", KITCHEN)}),
    (
        lambda house: house.group("Bathroom", "Kitchen"),
        {
            ("joined_group", BATHROOM),
            ("group_changed", KITCHEN),
            ("group_changed", BATHROOM),
            ("became_coordinator", KITCHEN),
        },
    ),
    (lambda house: house.ungroup("Bathroom"), {("left_group", BATHROOM)}),
)


async def test_each_kind_triggers_once_where_it_happens(
    hass: HomeAssistant, automations: Automations, remote: Remote
) -> None:
    """By its target and by its device alike, with the variables that the bus event has."""
    await automations.set_up(
        *([on(kind, room) | {"id": room} for room in ROOMS] for kind in KINDS),
        *([on_device(hass, kind, room) | {"id": room} for room in ROOMS] for kind in KINDS),
    )
    happened: list[dict[str, Any]] = []

    @callback
    def note(event: Event[dict[str, Any]]) -> None:
        happened.append(dict(event.data))

    hass.bus.async_listen(EVENT, note)
    for does, expected in STEPS:
        begun = len(happened)

        def seen(begun: int = begun) -> set[tuple[str, str]]:
            return {(each["type"], each["entity_id"]) for each in happened[begun:]}

        await in_house(hass, does, remote)
        await until(hass, lambda: seen() >= expected, lambda: f"{expected} in {seen()}")  # noqa: B023
    await until(hass, lambda: len(automations.told) >= 2 * len(happened))
    assert {each["type"] for each in happened} == KINDS.keys()
    told = [each["entity_id"] for each in automations.told]
    assert told == [each["id"] for each in automations.told]
    for kind in KINDS:
        facts = [each for each in happened if each["type"] == kind]
        by_target = [x for x in automations.told if x["platform"] == f"{DOMAIN}.{kind}"]
        by_device = [x for x in automations.told if x.get("type") == kind]
        for variables in (by_target, by_device):
            assert [{name: each[name] for name in KINDS[kind].fields} for each in variables] == [
                {name: each[name] for name in KINDS[kind].fields} for each in facts
            ]
            assert [each["entity_id"] for each in variables] == [x["entity_id"] for x in facts]
            for each in variables:
                assert each["device_id"] == device_of(hass, each["entity_id"])
                assert each["description"] == f"{kind.replace('_', ' ')} in {each['room']}"
