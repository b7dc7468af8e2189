"""Rooms of a simulated house as media players: what they show, and what they can be told."""

from typing import TYPE_CHECKING

from homeassistant.components.media_player import MediaPlayerEntityFeature as Feature
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.homeassistant.actions import (
    BATHROOM,
    KITCHEN,
    LIVING_ROOM,
    OFFICE,
    ROOMS,
    act,
    in_house,
    shown,
    shows,
)
from tests.homeassistant.conftest import until

if TYPE_CHECKING:
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

pytestmark = pytest.mark.usefixtures("entry")


@pytest.mark.parity("media_player: rooms")
async def test_each_room_is_one_player(hass: HomeAssistant) -> None:
    """Bonded speakers belong to their room and are no players of their own."""
    assert sorted(hass.states.async_entity_ids("media_player")) == ROOMS
    assert {shown(hass, room, "state") for room in ROOMS} == {"idle"}
    assert shown(hass, KITCHEN, "device_class") == "speaker"
    assert shown(hass, KITCHEN, "group_members") == [KITCHEN]


@pytest.mark.parity("media_player: device")
async def test_device_tells_what_is_known(
    hass: HomeAssistant, entity_registry: er.EntityRegistry, device_registry: dr.DeviceRegistry
) -> None:
    """A room's device has the model, the versions and the addresses of its main speaker."""
    entity = entity_registry.async_get(LIVING_ROOM)
    assert entity is not None
    assert entity.device_id is not None
    device = device_registry.async_get(entity.device_id)
    assert isinstance(device, dr.DeviceEntry)
    assert (device.manufacturer, device.model, device.model_id) == ("Sonos", "Arc", "S19")
    assert device.name == "Living Room"
    assert device.serial_number
    assert device.sw_version
    assert device.configuration_url is not None
    assert device.configuration_url.endswith(":1400/support/review")
    assert ("upnp", f"uuid:{entity.unique_id}") in device.connections


@pytest.mark.parity("media_player: volume and mute shown")
async def test_volume_and_mute_at_the_speaker_are_shown(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Somebody turns the knob."""
    await in_house(hass, remote.set_volume, "Kitchen", 41)
    await in_house(hass, remote.set_mute, "Kitchen", True)
    await shows(hass, KITCHEN, volume_level=0.41, is_volume_muted=True)


@pytest.mark.parity("media_player: track")
@pytest.mark.parity("media_player: image")
@pytest.mark.parity("media_player: queue position")
async def test_music_at_the_speaker_is_shown(hass: HomeAssistant, remote: Remote) -> None:
    """Somebody puts music on; the picture comes through Home Assistant."""
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, state="playing")
    truth = (await in_house(hass, remote.truth))["speakers"]
    playing = next(speaker for speaker in truth.values() if speaker["name"] == "Kitchen")
    await shows(hass, KITCHEN, media_title=playing["title"], queue_position=1, queue_size=5)
    assert shown(hass, KITCHEN, "media_artist")
    assert shown(hass, KITCHEN, "media_album_name")
    assert shown(hass, KITCHEN, "media_duration") > 0
    assert shown(hass, KITCHEN, "media_content_type") == "music"
    assert shown(hass, KITCHEN, "entity_picture").startswith("/api/media_player_proxy/")
    await until(hass, lambda: shown(hass, KITCHEN, "media_position") is not None)
    assert shown(hass, KITCHEN, "media_position") <= 2


@pytest.mark.parity("media_player: state")
async def test_next_track_at_the_speaker_is_shown(hass: HomeAssistant, remote: Remote) -> None:
    """The title follows the queue; pausing and stopping follow too."""
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, state="playing", queue_position=1)
    title = shown(hass, KITCHEN, "media_title")
    await in_house(hass, remote.next, "Kitchen")
    await shows(hass, KITCHEN, queue_position=2, media_position=0)
    assert shown(hass, KITCHEN, "media_title") != title
    await in_house(hass, remote.pause, "Kitchen")
    await shows(hass, KITCHEN, state="paused")


@pytest.mark.parity("media_player: radio")
async def test_radio_shows_station_and_song(hass: HomeAssistant, remote: Remote) -> None:
    """Radio has no order to shuffle, and no end."""
    await in_house(hass, remote.play_radio, "Kitchen", "BBC Radio 3")
    # The station names its programme a moment after the music has begun.
    await shows(hass, KITCHEN, media_channel="BBC Radio 3", media_title="In Concert")
    await in_house(hass, remote.set_stream_content, "Kitchen", "Clara Schumann - Romance")
    await shows(hass, KITCHEN, media_title="Romance", media_artist="Clara Schumann")
    assert shown(hass, KITCHEN, "media_duration") is None
    assert not shown(hass, KITCHEN, "supported_features") & Feature.SHUFFLE_SET


@pytest.mark.parity("media_player: source")
async def test_television_is_shown_as_source(hass: HomeAssistant, remote: Remote) -> None:
    """The soundbar plays what is on television."""
    await in_house(hass, remote.play_tv, "Living Room")
    await shows(hass, LIVING_ROOM, state="playing", source="TV", media_title="TV")
    assert not shown(hass, LIVING_ROOM, "supported_features") & Feature.SEEK


@pytest.mark.parity("media_player: source")
async def test_line_in_is_shown_as_source(hass: HomeAssistant, remote: Remote) -> None:
    """The amplifier plays its line-in."""
    await in_house(hass, remote.play_line_in, "Office")
    await shows(hass, OFFICE, source="Line-in")


@pytest.mark.parity("media_player: members follow")
@pytest.mark.parity("media_player: group members")
@pytest.mark.parity("household: groups")
async def test_group_shows_what_its_coordinator_plays(hass: HomeAssistant, remote: Remote) -> None:
    """Members show their coordinator's media, their own volume, and who is in the group."""
    await in_house(hass, remote.play_tracks, "Kitchen")
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    members = [KITCHEN, BATHROOM]
    await shows(hass, BATHROOM, state="playing", group_members=members)
    await shows(hass, KITCHEN, group_members=members)
    assert shown(hass, BATHROOM, "media_title") == shown(hass, KITCHEN, "media_title")
    assert shown(hass, BATHROOM, "volume_level") != shown(hass, KITCHEN, "volume_level")
    await in_house(hass, remote.next, "Kitchen")
    await shows(hass, BATHROOM, queue_position=2)
    await in_house(hass, remote.ungroup, "Bathroom")
    await shows(hass, BATHROOM, group_members=[BATHROOM], state="idle")
    assert shown(hass, KITCHEN, "state") == "playing"


@pytest.mark.parity("media_player: play, pause, stop")
@pytest.mark.parity("media_player: next and previous")
async def test_play_pause_next_previous_stop(hass: HomeAssistant, remote: Remote) -> None:
    """The buttons of a player."""
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, state="playing")
    await act(hass, "media_pause", KITCHEN)
    await shows(hass, KITCHEN, state="paused")
    await act(hass, "media_play", KITCHEN)
    await shows(hass, KITCHEN, state="playing")
    await act(hass, "media_next_track", KITCHEN)
    await shows(hass, KITCHEN, queue_position=2)
    await act(hass, "media_previous_track", KITCHEN)
    await shows(hass, KITCHEN, queue_position=1)
    await act(hass, "media_stop", KITCHEN)
    await until(hass, lambda: shown(hass, KITCHEN, "state") in {"paused", "idle"})


@pytest.mark.parity("media_player: transport at a member")
async def test_commands_to_a_member_act_on_its_group(hass: HomeAssistant, remote: Remote) -> None:
    """A member has nothing of its own to pause: its speaker would refuse."""
    await in_house(hass, remote.play_tracks, "Kitchen")
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, state="playing", group_members=[KITCHEN, BATHROOM])
    await act(hass, "media_pause", BATHROOM)
    await shows(hass, KITCHEN, state="paused")


@pytest.mark.parity("media_player: nothing to pause")
async def test_pausing_silence_is_no_error(hass: HomeAssistant) -> None:
    """An automation pauses all rooms, whether they play or not."""
    await act(hass, "media_pause", KITCHEN)
    await act(hass, "media_stop", KITCHEN)
    assert shown(hass, KITCHEN, "state") == "idle"


@pytest.mark.parity("media_player: seek")
async def test_seek(hass: HomeAssistant, remote: Remote) -> None:
    """No event tells the position: it is read once, when the speaker's clock has settled."""
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, state="playing")
    await act(hass, "media_seek", KITCHEN, seek_position=42)
    await until(hass, lambda: 41 <= (shown(hass, KITCHEN, "media_position") or 0) <= 50)


@pytest.mark.parity("media_player: volume")
@pytest.mark.parity("media_player: volume step")
@pytest.mark.parity("beyond: relative volume")
async def test_volume(hass: HomeAssistant, remote: Remote) -> None:
    """Volume, its steps, and mute."""
    await act(hass, "volume_set", KITCHEN, volume_level=0.5)
    await shows(hass, KITCHEN, volume_level=0.5)
    await act(hass, "volume_up", KITCHEN)
    await shows(hass, KITCHEN, volume_level=0.52)
    await act(hass, "volume_down", KITCHEN)
    await shows(hass, KITCHEN, volume_level=0.5)
    await act(hass, "volume_mute", KITCHEN, is_volume_muted=True)
    await shows(hass, KITCHEN, is_volume_muted=True)


@pytest.mark.parity("media_player: shuffle")
@pytest.mark.parity("media_player: repeat")
@pytest.mark.parity("media_player: shuffle and repeat shown")
async def test_shuffle_and_repeat(hass: HomeAssistant, remote: Remote) -> None:
    """One keeps what the other set."""
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, state="playing", shuffle=False, repeat="off")
    await act(hass, "shuffle_set", KITCHEN, shuffle=True)
    await shows(hass, KITCHEN, shuffle=True, repeat="off")
    await act(hass, "repeat_set", KITCHEN, repeat="one")
    await shows(hass, KITCHEN, shuffle=True, repeat="one")
    await act(hass, "repeat_set", KITCHEN, repeat="all")
    await shows(hass, KITCHEN, shuffle=True, repeat="all")
    # Also before its event has arrived.
    await in_house(hass, remote.fault_notify, "Kitchen", "delay", "AVTransport", 9, 0.5)
    await act(hass, "shuffle_set", KITCHEN, shuffle=False)
    await act(hass, "repeat_set", KITCHEN, repeat="off")
    await shows(hass, KITCHEN, shuffle=False, repeat="off")
    await in_house(hass, remote.heal)


@pytest.mark.parity("media_player: join")
@pytest.mark.parity("media_player: unjoin")
async def test_join_and_unjoin(hass: HomeAssistant, remote: Remote) -> None:
    """Rooms join a room's group, and leave it."""
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, state="playing")
    await act(hass, "join", KITCHEN, group_members=[BATHROOM, OFFICE])
    await until(
        hass, lambda: set(shown(hass, KITCHEN, "group_members")) == {KITCHEN, BATHROOM, OFFICE}
    )
    await shows(hass, OFFICE, state="playing")
    await act(hass, "unjoin", OFFICE)
    await shows(hass, OFFICE, group_members=[OFFICE])
    await shows(hass, KITCHEN, group_members=[KITCHEN, BATHROOM])


async def test_join_with_a_stranger_is_refused(hass: HomeAssistant) -> None:
    """An entity of something else cannot be grouped, and the error names it."""
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "join", KITCHEN, group_members=["media_player.television"])
    assert caught.value.translation_placeholders == {
        "entity_id": "media_player.television",
        "room": "Kitchen",
    }
    assert shown(hass, KITCHEN, "group_members") == [KITCHEN]


@pytest.mark.parametrize(
    ("code", "action", "upnp_action"),
    [(701, "media_play", "Play"), (800, "media_pause", "Pause"), (402, "media_stop", "Stop")],
)
async def test_a_speaker_that_declines_is_an_error(
    hass: HomeAssistant, remote: Remote, code: int, action: str, upnp_action: str
) -> None:
    """The error names the room, the action and the code; the state stays."""
    await in_house(hass, remote.fail_action, "Kitchen", upnp_action, code)
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, action, KITCHEN)
    placeholders = caught.value.translation_placeholders
    assert placeholders is not None
    assert (placeholders["room"], placeholders["code"]) == ("Kitchen", str(code))
    assert shown(hass, KITCHEN, "state") == "idle"


@pytest.mark.parity("media_player: availability")
async def test_a_speaker_without_power_is_unavailable_and_comes_back(
    hass: HomeAssistant, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    """Its departure and its return are each logged once, and nothing else."""
    await in_house(hass, remote.unplug, "Bathroom")
    await shows(hass, BATHROOM, state="unavailable")
    assert shown(hass, KITCHEN, "state") == "idle"
    await in_house(hass, remote.plug_in, "Bathroom")
    await shows(hass, BATHROOM, state="idle")
    await in_house(hass, remote.set_volume, "Bathroom", 17)
    await shows(hass, BATHROOM, volume_level=0.17)
    assert not [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}]


async def test_a_reboot_is_survived(hass: HomeAssistant, remote: Remote) -> None:
    """A speaker that reboots forgets its leases without a word; its boot number tells."""
    await in_house(hass, remote.reboot, "Kitchen", 0.2)
    await until(hass, lambda: hass.states.get(KITCHEN).state != "unavailable")  # type: ignore[union-attr]
    await in_house(hass, remote.set_volume, "Kitchen", 63)
    await shows(hass, KITCHEN, volume_level=0.63)


async def test_a_renamed_room_renames_its_device(
    hass: HomeAssistant, remote: Remote, entry: MockConfigEntry, device_registry: dr.DeviceRegistry
) -> None:
    """The entity id stays what automations know."""

    def names() -> set[str | None]:
        devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
        return {device.name for device in devices}

    await in_house(hass, remote.rename, "Kitchen", "Scullery")
    await until(hass, lambda: "Scullery" in names(), names)
    assert hass.states.get(KITCHEN) is not None


async def test_entities_end_with_the_entry(
    hass: HomeAssistant, entry: MockConfigEntry, house: SimulatorProcess
) -> None:
    """Unloading ends every subscription at the speakers; loading again brings all back."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert {shown(hass, room, "state") for room in ROOMS} == {"unavailable"}
    leases = await in_house(hass, house.remote.leases)
    assert not any(leases.values())
    assert await hass.config_entries.async_setup(entry.entry_id)
    await shows(hass, KITCHEN, state="idle")
