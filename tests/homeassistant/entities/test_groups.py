"""Volume and mute of groups, and who coordinates them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.homeassistant.actions import act, in_house, shown, shows
from tests.homeassistant.conftest import eventually

if TYPE_CHECKING:
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

VOLUME = "number.kitchen_group_volume"
MUTE = "switch.kitchen_group_mute"
VOLUME_OF_BATHROOM = "number.bathroom_group_volume"
MUTE_OF_BATHROOM = "switch.bathroom_group_mute"


@pytest.fixture
def house(standing_house: SimulatorProcess) -> Iterator[SimulatorProcess]:
    """Share one house, in which each room is alone at first."""
    yield standing_house
    remote = standing_house.remote
    remote.heal()
    remote.fix_output("Office", False)
    for room in standing_house.addresses:
        remote.ungroup(room)
        remote.set_mute(room, False)
        remote.set_volume(room, 20)


async def rooms(hass: HomeAssistant, remote: Remote) -> dict[str, dict[str, Any]]:
    """Return what is true of the rooms, by name."""
    speakers = (await in_house(hass, remote.truth))["speakers"].values()
    return {each["name"]: each for each in speakers if not each["invisible"]}


async def sound(hass: HomeAssistant, remote: Remote, **expected: tuple[int, bool]) -> None:
    """Wait until rooms have these volumes, and are muted or not."""

    async def actual() -> dict[str, tuple[int, bool]]:
        there = await rooms(hass, remote)
        return {name: (there[name]["volume"], there[name]["mute"]) for name in expected}

    await eventually(actual, lambda seen: seen == expected)


@pytest.mark.parity("beyond: group volume entity")
@pytest.mark.parity("beyond: group mute entity")
@pytest.mark.usefixtures("entry")
async def test_group_of_one_room_is_as_loud_as_the_room(
    hass: HomeAssistant, remote: Remote
) -> None:
    """What is set in the app is shown, what is set here is set at the speaker."""
    await in_house(hass, remote.set_volume, "Kitchen", 24)
    await shows(hass, VOLUME, state="24", min=0, max=100, step=1)
    await act(hass, "number.set_value", VOLUME, value=31)
    await shows(hass, VOLUME, state="31")
    await in_house(hass, remote.set_mute, "Kitchen", True)
    await shows(hass, MUTE, state="on")
    await act(hass, "switch.turn_off", MUTE)
    await shows(hass, MUTE, state="off")
    await sound(hass, remote, Kitchen=(31, False))


@pytest.mark.parity("beyond: group volume entity")
@pytest.mark.parity("beyond: group mute entity")
@pytest.mark.usefixtures("all_entities", "entry")
async def test_group_is_told_by_the_entities_of_its_coordinator(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Those of the others are of no use as long as they are members."""
    await shows(hass, "binary_sensor.bathroom_group_coordinator", state="on")
    await in_house(hass, remote.set_volume, "Kitchen", 20)
    await in_house(hass, remote.set_volume, "Bathroom", 40)
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, VOLUME_OF_BATHROOM, state="unavailable")
    await shows(hass, MUTE_OF_BATHROOM, state="unavailable")
    await shows(hass, "binary_sensor.bathroom_group_coordinator", state="off")
    await shows(hass, "binary_sensor.kitchen_group_coordinator", state="on")
    await shows(hass, VOLUME, state="30")
    await act(hass, "number.set_value", VOLUME, value=60)
    await sound(hass, remote, Kitchen=(40, False), Bathroom=(80, False))
    await shows(hass, VOLUME, state="60")
    await act(hass, "switch.turn_on", MUTE)
    await sound(hass, remote, Kitchen=(40, True), Bathroom=(80, True))
    await shows(hass, MUTE, state="on")
    # A group of which one room sounds is not muted.
    await in_house(hass, remote.set_mute, "Bathroom", False)
    await shows(hass, MUTE, state="off")
    await in_house(hass, remote.set_group_volume, "Kitchen", 15)
    await shows(hass, VOLUME, state="15")
    await in_house(hass, remote.ungroup, "Bathroom")
    await shows(hass, VOLUME_OF_BATHROOM, state="20")
    await shows(hass, MUTE_OF_BATHROOM, state="off")
    await shows(hass, VOLUME, state="10")
    await shows(hass, MUTE, state="on")


@pytest.mark.usefixtures("entry")
async def test_fixed_output_does_not_count(hass: HomeAssistant, remote: Remote) -> None:
    """Alone it cannot be changed, and in a group the others are."""
    await in_house(hass, remote.fix_output, "Office", True)
    await shows(hass, "number.office_group_volume", state="100")
    with pytest.raises(ServiceValidationError, match="Office"):
        await act(hass, "number.set_value", "number.office_group_volume", value=10)
    await in_house(hass, remote.group, "Office", "Kitchen")
    await shows(hass, "number.office_group_volume", state="unavailable")
    await shows(hass, VOLUME, state="20")
    await act(hass, "number.set_value", VOLUME, value=50)
    await shows(hass, VOLUME, state="50")
    await sound(hass, remote, Kitchen=(50, False), Office=(100, False))


async def test_refusal_names_the_room_and_leaves_all_as_it_was(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """Be it that of Home Assistant, for a value, or that of the speaker."""
    await shows(hass, VOLUME, state="20")
    with pytest.raises(ServiceValidationError, match=VOLUME):
        await act(hass, "number.set_value", VOLUME, value=101)
    await in_house(hass, remote.fail_action, "Kitchen", "SetGroupVolume", 402)
    with pytest.raises(HomeAssistantError, match="Kitchen"):
        await act(hass, "number.set_value", VOLUME, value=50)
    await in_house(hass, remote.fail_action, "Kitchen", "SetGroupMute", 800)
    with pytest.raises(HomeAssistantError, match="Kitchen"):
        await act(hass, "switch.turn_on", MUTE)
    assert (shown(hass, VOLUME, "state"), shown(hass, MUTE, "state")) == ("20", "off")
