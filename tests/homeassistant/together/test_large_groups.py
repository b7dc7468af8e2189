"""As many rooms as a household holds: grouped, made louder and ungrouped, all at once.

With --log-cli-level=INFO it says how long each of it took.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterator
import logging
import time
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant
import pytest

from tests.homeassistant.actions import act, in_house, shown, shows
from tests.homeassistant.conftest import base, make_entry, until
from tests.simulator.process import SimulatorProcess

if TYPE_CHECKING:
    from pytest_homeassistant_custom_component.common import MockConfigEntry

_LOGGER = logging.getLogger(__name__)

ROOMS = 32
PLAYERS = [f"media_player.room_{number}" for number in range(1, ROOMS + 1)]
FIRST = PLAYERS[0]

#: What is read once the household is known and when music has begun.
IN_BACKGROUND = {"SOAP AVTransport.GetPositionInfo", "SOAP ContentDirectory.Browse"}


@pytest.fixture
def house(loopback: None) -> Iterator[SimulatorProcess]:
    """Run a house of 32 rooms. Its topology is too large to be asked for."""
    with SimulatorProcess(base=base(5), speakers=ROOMS) as house:
        yield house


@pytest.fixture
async def entry(hass: HomeAssistant, house: SimulatorProcess) -> AsyncIterator[MockConfigEntry]:
    """Set it up, and wait until all rooms have said how loud they are."""
    entry = await make_entry(hass, house.addresses["Room 1"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(
        hass,
        lambda: all(
            hass.states.get(room) and shown(hass, room, "group_volume") is not None
            for room in PLAYERS
        ),
    )
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.usefixtures("entry")
@pytest.mark.parity("beyond: parallel join")
@pytest.mark.parity("media_player: unjoin many")
async def test_a_large_household_moves_at_once(
    hass: HomeAssistant, house: SimulatorProcess
) -> None:
    """One request for each room that moves, one or two for the volume of all, none to find out."""
    remote = house.remote

    async def measured(what: str, doing: Awaitable[object]) -> Counter[str]:
        await in_house(hass, remote.reset_requests)
        begun = time.monotonic()
        await doing
        seconds = time.monotonic() - begun
        sent: Counter[str] = Counter()
        for counts in (await in_house(hass, remote.requests)).values():
            sent.update({kind: n for kind, n in counts.items() if kind not in IN_BACKGROUND})
        _LOGGER.info("%s: %.2f s, %s", what, seconds, dict(sent))
        return sent

    await in_house(hass, remote.play_tracks, "Room 1")
    await shows(hass, FIRST, state="playing")
    sent = await measured("join", act(hass, "join", FIRST, group_members=PLAYERS))
    assert sent == {"SOAP AVTransport.SetAVTransportURI": ROOMS - 1}
    assert len(shown(hass, PLAYERS[-1], "group_members")) == ROOMS
    sent = await measured("volume", act(hass, "ours.set_group_volume", FIRST, volume_level=0.3))
    assert sum(sent.values()) == 2
    sent = await measured("volume of each", act(hass, "volume_set", PLAYERS, volume_level=0.2))
    assert sent == {"SOAP RenderingControl.SetVolume": ROOMS}
    sent = await measured("unjoin", act(hass, "unjoin", PLAYERS))
    assert sent == {"SOAP AVTransport.BecomeCoordinatorOfStandaloneGroup": ROOMS - 1}
    assert [shown(hass, room, "group_members") for room in PLAYERS] == [[room] for room in PLAYERS]
    assert shown(hass, FIRST, "state") == "playing"
