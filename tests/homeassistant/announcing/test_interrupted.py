"""What is lost, declined or chosen by somebody while something is announced."""

import asyncio
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted.announcing import synchronised
from custom_components.sonos_twisted.announcing.announcements import Announcement, Mode
from custom_components.sonos_twisted.engine.commands import transport
from tests.homeassistant.actions import (
    BATHROOM,
    KITCHEN,
    OFFICE,
    PATIO,
    act,
    in_house,
    shows,
)
from tests.homeassistant.announcing.steps import (
    DING,
    RADIO,
    SPEECH,
    announce,
    key,
    music,
    playing_file,
    truth,
)
from tests.homeassistant.conftest import all_known, complaints, eventually, until

if TYPE_CHECKING:
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

pytestmark = pytest.mark.usefixtures("entry")


async def lose_the_bathroom(hass: HomeAssistant, remote: Remote) -> None:
    """Announce in two rooms, of which one loses its power before it is put back."""
    speaking = asyncio.create_task(
        announce(hass, [KITCHEN, BATHROOM], SPEECH, mode="synchronized", volume_level=0.4)
    )
    await playing_file(hass, remote, "Bathroom")
    await shows(hass, BATHROOM, volume_level=0.4)
    await in_house(hass, remote.unplug, "Bathroom")
    await act(hass, "ours.cancel_announcement", KITCHEN)
    with pytest.raises(HomeAssistantError, match="Bathroom"):
        await speaking


async def test_a_room_that_was_lost_goes_back_to_its_group(
    hass: HomeAssistant, remote: Remote, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    await music(hass, remote, "Kitchen", 2, 30)
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, queue_position=2, group_members=[KITCHEN, BATHROOM])
    await lose_the_bathroom(hass, remote)
    await in_house(hass, remote.plug_in, "Bathroom")
    await eventually(
        lambda: truth(hass, remote, "Bathroom"),
        lambda now: (now["volume"], len(now["group"])) == (20, 2),
    )
    await until(hass, lambda: key(entry) not in hass_storage)
    await until(hass, lambda: all_known(hass))


async def test_what_a_room_declines_when_it_returns_is_logged(
    hass: HomeAssistant,
    remote: Remote,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    await music(hass, remote, "Kitchen", 2, 30)
    await shows(hass, KITCHEN, queue_position=2)
    await lose_the_bathroom(hass, remote)
    await in_house(hass, remote.fail_action, "Bathroom", "SetVolume", 501, 9)
    await in_house(hass, remote.plug_in, "Bathroom")
    await until(hass, lambda: "could not set the volume" in " ".join(complaints(caplog)))
    await until(hass, lambda: key(entry) not in hass_storage)
    await until(hass, lambda: all_known(hass))


async def test_a_room_that_declines_for_the_moment_is_told_again(
    hass: HomeAssistant, remote: Remote
) -> None:
    """As speakers do while groups are changing; and a file that lasts too long is ended."""
    await music(hass, remote, "Kitchen", 2, 30)
    await shows(hass, KITCHEN, queue_position=2)
    await in_house(hass, remote.fail_action, "Office", "SetAVTransportURI", 1001)
    speaking = asyncio.create_task(
        announce(hass, [KITCHEN, OFFICE], SPEECH, mode="synchronized", timeout=1)
    )
    assert len((await playing_file(hass, remote, "Office"))["group"]) == 2
    await speaking
    assert len((await truth(hass, remote, "Office"))["group"]) == 1


async def test_a_room_that_cannot_go_back_to_its_company_is_named(
    hass: HomeAssistant, remote: Remote
) -> None:
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM])
    speaking = asyncio.create_task(announce(hass, BATHROOM, SPEECH, mode="synchronized"))
    await playing_file(hass, remote, "Bathroom")
    await in_house(hass, remote.fail_action, "Bathroom", "SetAVTransportURI", 402)
    await act(hass, "ours.cancel_announcement", BATHROOM)
    with pytest.raises(HomeAssistantError, match="Bathroom"):
        await speaking
    assert (await truth(hass, remote, "Bathroom"))["volume"] == 20


async def test_the_leader_is_asked_when_its_events_are_lost(
    hass: HomeAssistant, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The announcement lasts as long as the file does, and what was comes back."""
    monkeypatch.setattr(synchronised, "CONFIRMATION_SECONDS", 0.3)
    monkeypatch.setattr(synchronised, "_GRACE_SECONDS", 0.3)
    await music(hass, remote, "Kitchen", 2, 30)
    await shows(hass, KITCHEN, queue_position=2)
    await in_house(hass, remote.fault_notify, "Kitchen", "drop", "AVTransport", 100)
    speaking = asyncio.create_task(announce(hass, KITCHEN, DING, mode="synchronized"))
    await playing_file(hass, remote, "Kitchen")
    await eventually(lambda: truth(hass, remote, "Kitchen"), lambda now: now["state"] == "STOPPED")
    await in_house(hass, remote.heal, "Kitchen")
    await asyncio.wait_for(speaking, 20)
    await eventually(
        lambda: truth(hass, remote, "Kitchen"),
        lambda now: (now["state"], now["track_number"]) == ("PLAYING", 2),
    )


async def test_rooms_that_cannot_be_reached_are_named(hass: HomeAssistant, remote: Remote) -> None:
    await in_house(hass, remote.unplug, "Patio")
    await shows(hass, PATIO, state="unavailable")
    entity = hass.data["entity_components"]["media_player"].get_entity(PATIO)
    with pytest.raises(HomeAssistantError) as caught:
        await entity.coordinator.announcements.async_announce(
            [entity.speaker], Announcement(url=DING, mode=Mode.SYNCHRONIZED)
        )
    assert caught.value.translation_key == "announcement_unreachable"
    await in_house(hass, remote.plug_in, "Patio")
    await until(hass, lambda: all_known(hass))


async def test_music_that_somebody_starts_meanwhile_goes_on(
    hass: HomeAssistant, remote: Remote
) -> None:
    """The announcement is over then; the other rooms go back."""
    await music(hass, remote, "Kitchen", 2, 30)
    await music(hass, remote, "Office", 3, 10)
    await shows(hass, KITCHEN, queue_position=2)
    await shows(hass, OFFICE, queue_position=3)
    speaking = asyncio.create_task(announce(hass, [KITCHEN, OFFICE], SPEECH, mode="synchronized"))
    await playing_file(hass, remote, "Office")
    leader = (await truth(hass, remote, "Kitchen"))["coordinator"]
    kitchen = await truth(hass, remote, "Kitchen")
    led = "Kitchen" if leader == kitchen["uid"] else "Office"
    (other,) = {"Kitchen", "Office"} - {led}
    await in_house(hass, remote.play_radio, led, "BBC Radio 3")
    await speaking
    assert (await truth(hass, remote, led))["source"] == "radio"
    await eventually(
        lambda: truth(hass, remote, other),
        lambda now: (now["state"], now["source"], len(now["group"])) == ("PLAYING", "queue", 1),
    )


async def test_music_that_somebody_starts_in_another_room_goes_on(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Also in one that does not play the file for the others."""
    await music(hass, remote, "Kitchen", 2, 30)
    await music(hass, remote, "Office", 3, 10)
    await shows(hass, KITCHEN, queue_position=2)
    await shows(hass, OFFICE, queue_position=3)
    speaking = asyncio.create_task(
        announce(hass, [KITCHEN, OFFICE], SPEECH, mode="synchronized", volume_level=0.4)
    )
    office = await playing_file(hass, remote, "Office")
    await playing_file(hass, remote, "Kitchen")
    other, entity = (
        ("Kitchen", KITCHEN) if office["coordinator"] == office["uid"] else ("Office", OFFICE)
    )
    await in_house(hass, remote.ungroup, other)
    await in_house(hass, remote.play_radio, other, "BBC Radio 3")
    await shows(hass, entity, state="playing", group_members=[entity])
    await act(hass, "ours.cancel_announcement", entity)
    await speaking
    now = await truth(hass, remote, other)
    assert (now["source"], now["volume"]) == ("radio", 20)


async def test_whoever_starts_music_does_not_have_to_go_back_to_the_group(
    hass: HomeAssistant, remote: Remote
) -> None:
    await music(hass, remote, "Kitchen", 2, 10)
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, queue_position=2, group_members=[KITCHEN, BATHROOM])
    speaking = asyncio.create_task(announce(hass, BATHROOM, SPEECH, mode="synchronized"))
    await playing_file(hass, remote, "Bathroom")
    await in_house(hass, remote.play_radio, "Bathroom", "BBC Radio 3")
    await speaking
    now = await truth(hass, remote, "Bathroom")
    assert (now["source"], len(now["group"])) == ("radio", 1)


async def test_somebody_has_time_to_let_play_what_was_chosen(
    hass: HomeAssistant, remote: Remote, standing_house: SimulatorProcess
) -> None:
    """An app says first what to play, and a moment later that it shall play."""
    await music(hass, remote, "Kitchen", 2, 30)
    await shows(hass, KITCHEN, queue_position=2)
    speaking = asyncio.create_task(announce(hass, KITCHEN, SPEECH, mode="synchronized"))
    await playing_file(hass, remote, "Kitchen")
    address = standing_house.addresses["Kitchen"]
    await in_house(hass, transport.set_uri, address, RADIO)
    await asyncio.sleep(1)  # a slow app
    await in_house(hass, transport.play, address)
    await speaking
    await eventually(
        lambda: truth(hass, remote, "Kitchen"),
        lambda now: (now["uri"], now["state"]) == (RADIO, "PLAYING"),
    )


async def test_snapshots_wait_for_what_is_announced(hass: HomeAssistant, remote: Remote) -> None:
    """None is taken of the announcement, and none is restored in the middle of it."""
    await music(hass, remote, "Kitchen", 2, 30)
    await shows(hass, KITCHEN, queue_position=2)
    await act(hass, "ours.snapshot", KITCHEN, name="before")
    speaking = asyncio.create_task(
        announce(hass, KITCHEN, SPEECH, mode="synchronized", volume_level=0.5)
    )
    await playing_file(hass, remote, "Kitchen")
    await shows(hass, KITCHEN, announcement=True, volume_level=0.5)
    taking = asyncio.create_task(act(hass, "ours.snapshot", KITCHEN))
    restoring = asyncio.create_task(act(hass, "ours.restore", KITCHEN, name="before"))
    await until(hass, lambda: True)
    assert (await truth(hass, remote, "Kitchen"))["uri"] == SPEECH
    await act(hass, "ours.cancel_announcement", KITCHEN)
    await speaking
    await taking
    assert (await restoring)["problems"] == []
    await in_house(hass, remote.set_volume, "Kitchen", 33)
    await in_house(hass, remote.stop_playing, "Kitchen")
    await shows(hass, KITCHEN, state="paused", volume_level=0.33)
    await act(hass, "ours.restore", KITCHEN)
    await eventually(
        lambda: truth(hass, remote, "Kitchen"),
        lambda now: (now["source"], now["state"], now["volume"]) == ("queue", "PLAYING", 20),
    )
    await act(hass, "ours.remove_snapshot", KITCHEN, name="before")


async def test_what_is_cancelled_before_it_sounds_is_never_heard(
    hass: HomeAssistant, remote: Remote, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator = entry.runtime_data
    rooms = [room for room in coordinator.household.rooms if room.name in {"Kitchen", "Office"}]
    join = coordinator.groups.join

    async def join_and_cancel(*args: Any) -> None:
        await join(*args)
        await coordinator.announcements.async_cancel(rooms)

    monkeypatch.setattr(coordinator.groups, "join", join_and_cancel)
    await in_house(hass, remote.reset_requests)
    await announce(hass, [KITCHEN, OFFICE], SPEECH, mode="synchronized")
    for requests in (await in_house(hass, remote.requests)).values():
        assert not any(request.endswith(".Play") for request in requests)
    for room in ("Kitchen", "Office"):
        assert (await truth(hass, remote, room))["source"] == "queue"


async def test_nothing_is_announced_any_more_when_the_household_is_unloaded(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Speech may be made meanwhile."""
    announcements = entry.runtime_data.announcements
    await announcements.async_stop()
    with pytest.raises(HomeAssistantError) as caught:
        await announcements.async_announce(
            entry.runtime_data.household.rooms, Announcement(url=DING, mode=Mode.OVERLAY)
        )
    assert caught.value.translation_key == "announcement_cut_off"
