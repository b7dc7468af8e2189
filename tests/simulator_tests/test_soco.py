"""soco's own API drives every action that it supports, and reads the result back."""

# mypy: disallow-untyped-calls=False
from datetime import time as clock_time
import importlib.metadata
from typing import TYPE_CHECKING

import pytest
import requests
import soco
from soco import SoCo
from soco.alarms import Alarm, Alarms
from soco.exceptions import NotSupportedException, SoCoSlaveException, SoCoUPnPException
from soco.snapshot import Snapshot

from .helpers import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.process import SimulatorProcess

pytestmark = pytest.mark.usefixtures("fresh_soco")
SOCO_VERSION = tuple(int(part) for part in soco.__version__.split(".")[:2])


@pytest.fixture(autouse=True)
def tidy(house: SimulatorProcess, loopback: None) -> Iterator[None]:
    """Undo groups and faults after each test."""
    yield
    house.remote.heal()
    for room in house.addresses:
        house.remote.ungroup(room)


def zone(house: SimulatorProcess, room: str) -> SoCo:
    return SoCo(house.addresses[room])


def state(player: SoCo) -> str:
    return str(player.get_current_transport_info()["current_transport_state"])


def wait_for_state(player: SoCo, wanted: str) -> None:
    wait_until(lambda: state(player) == wanted)


@pytest.fixture
def kitchen(house: SimulatorProcess) -> SoCo:
    """The kitchen, playing a fresh queue."""
    house.remote.play_tracks("Kitchen", 5)
    player = zone(house, "Kitchen")
    wait_for_state(player, "PLAYING")
    return player


@pytest.fixture
def arc(house: SimulatorProcess) -> SoCo:
    return zone(house, "Living Room")


def test_the_version_under_test_is_the_one_that_is_imported() -> None:
    assert importlib.metadata.version("soco").startswith("0.3")


# -- settings that are written and read back


@pytest.mark.parametrize(
    ("room", "name", "values"),
    [
        ("Kitchen", "volume", (7, 100, 30)),
        ("Kitchen", "mute", (True, False)),
        ("Kitchen", "bass", (-10, 4)),
        ("Kitchen", "treble", (10, -3)),
        ("Kitchen", "loudness", (False, True)),
        ("Kitchen", "balance", ((40, 100), (100, 100))),
        ("Kitchen", "cross_fade", (True, False)),
        ("Kitchen", "status_light", (False, True)),
        ("Kitchen", "buttons_enabled", (False, True)),
        ("Living Room", "night_mode", (True, False)),
        ("Living Room", "dialog_mode", (True, False)),
        ("Living Room", "audio_delay", (5, 0)),
        ("Living Room", "surround_enabled", (False, True)),
        ("Living Room", "surround_full_volume_enabled", (True, False)),
        ("Living Room", "surround_volume_tv", (-15, 3)),
        ("Living Room", "surround_volume_music", (15, -3)),
        ("Living Room", "sub_enabled", (False, True)),
        ("Living Room", "sub_gain", (-15, 8)),
        ("Office", "sub_crossover", (50, 110)),
        ("Office", "fixed_volume", (True, False)),
    ],
)
def test_a_setting_reads_back_as_it_was_written(
    house: SimulatorProcess, room: str, name: str, values: tuple[object, ...]
) -> None:
    player = zone(house, room)
    player.get_speaker_info()
    for value in values:
        setattr(player, name, value)
        assert getattr(player, name) == value


def test_relative_volume_and_ramp(kitchen: SoCo) -> None:
    kitchen.volume = 20
    assert kitchen.set_relative_volume(5) == 25
    assert kitchen.set_relative_volume(-100) == 0
    assert kitchen.ramp_to_volume(5, "AUTOPLAY_RAMP_TYPE") == 1
    wait_until(lambda: kitchen.volume == 5)


def test_what_a_plain_player_cannot(kitchen: SoCo) -> None:
    assert kitchen.night_mode is None
    assert kitchen.supports_fixed_volume is False
    assert kitchen.trueplay is None
    with pytest.raises(SoCoUPnPException) as error:
        kitchen.renderingControl.GetEQ([("InstanceID", 0), ("EQType", "NightMode")])
    assert error.value.error_code == "402"
    with pytest.raises(NotSupportedException):
        kitchen.renderingControl.send_command("GetNothing", [("InstanceID", 0)])


# -- transport


def test_transport(kitchen: SoCo) -> None:
    kitchen.pause()
    assert state(kitchen) == "PAUSED_PLAYBACK"
    kitchen.play()
    wait_for_state(kitchen, "PLAYING")
    kitchen.next()
    assert kitchen.get_current_track_info()["playlist_position"] == "2"
    kitchen.previous()
    assert kitchen.get_current_track_info()["playlist_position"] == "1"
    kitchen.seek("0:00:40")
    assert kitchen.get_current_track_info()["position"] == "0:00:40"
    kitchen.seek(track=2)
    assert kitchen.get_current_track_info()["playlist_position"] == "3"
    kitchen.stop()
    assert state(kitchen) == "STOPPED"
    kitchen.play_from_queue(1)
    wait_for_state(kitchen, "PLAYING")
    assert "Pause" in kitchen.available_actions


def test_track_information(kitchen: SoCo) -> None:
    info = kitchen.get_current_track_info()
    assert (info["title"], info["artist"]) == ("Aria", "Glenn Hartmann")
    assert (info["album"], info["duration"]) == ("Goldberg Variations", "0:01:53")
    art = requests.get(info["album_art"], timeout=5)
    assert art.headers["content-type"] == "image/png"
    assert art.content.startswith(b"\x89PNG")
    assert kitchen.get_current_media_info()["uri"] == f"x-rincon-queue:{kitchen.uid}#0"


@pytest.mark.parametrize(
    "mode",
    ["REPEAT_ALL", "REPEAT_ONE", "SHUFFLE_NOREPEAT", "SHUFFLE", "SHUFFLE_REPEAT_ONE", "NORMAL"],
)
def test_play_modes(kitchen: SoCo, mode: str) -> None:
    kitchen.play_mode = mode
    assert kitchen.play_mode == mode


def test_shuffle_and_repeat(kitchen: SoCo) -> None:
    kitchen.shuffle = True
    kitchen.repeat = "ONE"
    assert kitchen.play_mode == "SHUFFLE_REPEAT_ONE"
    kitchen.shuffle = False
    kitchen.repeat = False
    assert kitchen.play_mode == "NORMAL"


def test_sleep_timer(kitchen: SoCo) -> None:
    assert kitchen.get_sleep_timer() is None
    kitchen.set_sleep_timer(600)
    assert 595 <= kitchen.get_sleep_timer() <= 600
    kitchen.set_sleep_timer(None)
    assert kitchen.get_sleep_timer() is None


def test_sources(house: SimulatorProcess, arc: SoCo) -> None:
    office = zone(house, "Office")
    office.switch_to_line_in()
    office.play()
    wait_for_state(office, "PLAYING")
    assert office.is_playing_line_in
    arc.switch_to_tv()
    assert arc.is_playing_tv
    assert state(arc) == "PLAYING"
    with pytest.raises(SoCoUPnPException) as error:
        arc.pause()
    assert error.value.error_code == "701"


def test_radio(house: SimulatorProcess) -> None:
    bathroom = zone(house, "Bathroom")
    bathroom.play_uri("x-sonosapi-stream:s17553?sid=254&flags=8224&sn=0", title="Lugna Favoriter")
    wait_for_state(bathroom, "PLAYING")
    info = bathroom.get_current_track_info()
    assert (info["artist"], info["title"]) == ("Lena Lewin", "Bleeding Heart")
    assert bathroom.is_playing_radio
    assert bathroom.get_current_media_info()["channel"] == "Lugna Favoriter"


# -- queue and playlists


def test_queue(kitchen: SoCo) -> None:
    assert kitchen.queue_size == 5
    titles = [item.title for item in kitchen.get_queue()]
    assert titles[:2] == ["Aria", "Variatio 1"]
    assert [item.title for item in kitchen.get_queue(start=1, max_items=2)] == titles[1:3]
    assert kitchen.add_uri_to_queue("http://music.example/song.mp3") == 6
    assert kitchen.get_queue()[-1].title == "song.mp3"
    kitchen.remove_from_queue(0)
    assert [item.title for item in kitchen.get_queue()][:1] == titles[1:2]
    kitchen.add_multiple_to_queue(kitchen.get_queue())
    assert kitchen.queue_size == 10
    kitchen.clear_queue()
    assert kitchen.queue_size == 0


@pytest.mark.skipif(SOCO_VERSION < (0, 32), reason="new in soco 0.32")
def test_reordering_the_queue(kitchen: SoCo) -> None:
    titles = [item.title for item in kitchen.get_queue()]
    kitchen.avTransport.ReorderTracksInQueue(
        [
            ("InstanceID", 0),
            ("StartingIndex", 1),
            ("NumberOfTracks", 2),
            ("InsertBefore", 4),
            ("UpdateID", 0),
        ]
    )
    moved = [item.title for item in kitchen.get_queue()]
    assert moved == [titles[2], titles[0], titles[1], *titles[3:]]


def test_sonos_playlists(kitchen: SoCo) -> None:
    playlists = kitchen.get_sonos_playlists()
    assert [item.title for item in playlists] == ["Dinner", "Morning", "Häuser & Höfe"]
    kitchen.clear_queue()
    kitchen.add_to_queue(playlists[2])
    assert kitchen.get_queue()[0].title == "Low Tide"
    saved = kitchen.create_sonos_playlist_from_queue("From the queue")
    kitchen.add_item_to_sonos_playlist(kitchen.get_queue()[0], saved)
    assert len(kitchen.music_library.browse_by_idstring("sonos_playlists", saved.item_id)) == 6
    result = kitchen.reorder_sonos_playlist(saved, [0], [2])
    assert result["length"] == 6
    kitchen.remove_from_sonos_playlist(saved, 0)
    kitchen.clear_sonos_playlist(saved)
    assert kitchen.get_sonos_playlist_by_attr("title", "From the queue").item_id == saved.item_id
    kitchen.remove_sonos_playlist(saved)
    empty = kitchen.create_sonos_playlist("Empty")
    assert empty.title in [item.title for item in kitchen.get_sonos_playlists()]
    kitchen.remove_sonos_playlist(empty)
    assert len(kitchen.get_sonos_playlists()) == 3


# -- library and favourites


def test_music_library(kitchen: SoCo) -> None:
    library = kitchen.music_library
    artists = library.get_artists()
    assert artists.total_matches == len(artists) == 4
    assert len(library.get_albums()) == 6
    assert [item.title for item in library.get_genres()] == ["Classical", "Indie", "Jazz"]
    assert len(library.get_composers()) == 5
    assert len(library.get_tracks(complete_result=True)) == 23
    assert len(library.get_tracks(start=20, max_items=10)) == 3
    assert [item.title for item in library.get_albums(search_term="harb")] == ["Harbour Lights"]
    assert [item.title for item in library.get_tracks(search_term="tide")] == ["Low Tide"]
    albums = library.get_albums_for_artist("The Paper Lanterns")
    assert {item.title for item in albums} == {"Harbour Lights", "Northern Postcards"}
    tracks = library.get_tracks_for_album("The Paper Lanterns", "Harbour Lights")
    assert len(tracks) == 5
    assert library.list_library_shares() == ["//nas/music"]
    assert library.library_updating is False
    kitchen.clear_queue()
    kitchen.add_to_queue(albums[0])
    assert kitchen.queue_size == len(library.browse(albums[0]))


def test_large_library_and_none(kitchen: SoCo, house: SimulatorProcess) -> None:
    library = kitchen.music_library
    house.remote.fill_library(2000)
    assert library.get_albums(max_items=5).total_matches == 2006
    assert [album.title for album in library.get_albums(start=1998, max_items=3)] == [
        "Record 01994",
        "Record 01995",
        "Record 01996",
    ]
    house.remote.remove_shares()
    assert len(library.get_albums()) == len(library.get_playlists()) == 0
    assert library.list_library_shares() == []
    house.remote.fill_library(0)
    assert len(library.get_albums()) == 6
    (imported,) = library.get_playlists()
    assert imported.title == "Night Walk"
    assert len(library.browse(imported)) == 4


def test_page_of_the_queue_is_shorter(kitchen: SoCo, house: SimulatorProcess) -> None:
    house.remote.play_tracks("Kitchen", 600)
    assert len(kitchen.get_queue(max_items=500)) == 486
    assert len(kitchen.get_queue(486, 500)) == 114


def test_favorites(kitchen: SoCo) -> None:
    favorites = kitchen.music_library.get_sonos_favorites()
    titles = [item.title for item in favorites]
    assert titles[:3] == ["BBC Radio 3", "Lugna Favoriter", "Jazz at Night"]
    assert "New releases" in titles
    album = next(item for item in favorites if item.title == "Harbour Lights")
    kitchen.clear_queue()
    kitchen.add_to_queue(album.reference)
    assert kitchen.queue_size == 5
    stations = kitchen.music_library.get_favorite_radio_stations()
    assert [item.title for item in stations] == [*titles[:3], "Harbour FM"]
    shows = kitchen.music_library.get_favorite_radio_shows()
    assert [item.title for item in shows] == ["Night Waves"]


# -- groups


def group_of(player: SoCo) -> set[str]:
    player.zone_group_state.clear_cache()
    return {member.player_name for member in player.group.members if member.is_visible}


def test_zones(house: SimulatorProcess, kitchen: SoCo) -> None:
    names = {player.player_name for player in kitchen.visible_zones}
    assert names == set(house.addresses)
    assert len(kitchen.all_zones) == 10
    assert len(kitchen.all_groups) == 6
    arc = zone(house, "Living Room")
    assert arc.is_soundbar
    assert arc.has_satellites
    assert arc.has_subwoofer
    left = zone(house, "Bedroom")
    assert left.channel == "LF"
    assert kitchen.mic_enabled is True
    assert kitchen.boot_seqnum is not None


def test_join_and_unjoin(house: SimulatorProcess, kitchen: SoCo) -> None:
    office = zone(house, "Office")
    office.join(kitchen)
    assert group_of(kitchen) == {"Kitchen", "Office"}
    assert office.group.coordinator is kitchen
    assert state(office) == "PLAYING"
    with pytest.raises(SoCoSlaveException):
        office.pause()
    office.unjoin()
    assert group_of(kitchen) == {"Kitchen"}


def test_party_mode(house: SimulatorProcess, kitchen: SoCo) -> None:
    kitchen.partymode()
    assert group_of(kitchen) == set(house.addresses)
    group = kitchen.group
    group.volume = 20
    assert group.volume in range(18, 23)
    assert group.set_relative_volume(10) in range(28, 33)
    group.mute = True
    assert group.mute is True
    group.mute = False
    kitchen.unjoin()
    assert group_of(kitchen) == {"Kitchen"}


def test_stereo_pair(house: SimulatorProcess, kitchen: SoCo) -> None:
    bathroom = zone(house, "Bathroom")
    uid = bathroom.uid
    kitchen.create_stereo_pair(bathroom)
    kitchen.zone_group_state.clear_cache()
    assert len(kitchen.visible_zones) == 5
    kitchen.separate_stereo_pair()
    kitchen.zone_group_state.clear_cache()
    assert len(kitchen.visible_zones) == 6
    assert house.remote.truth()["speakers"][uid]["name"] == "Bathroom"


# -- alarms


def test_alarms(kitchen: SoCo) -> None:
    Alarms._instance = None
    alarms = Alarms()
    alarms.update(kitchen)
    assert len(alarms) == 2
    alarm = Alarm(kitchen, start_time=clock_time(6, 45), recurrence="WEEKDAYS", volume=12)
    alarm.save()
    alarms.update(kitchen)
    assert alarm.alarm_id in alarms.alarms
    alarm.enabled = False
    alarm.recurrence = "ON_135"
    alarm.save()
    alarms.update(kitchen)
    assert alarms[alarm.alarm_id].enabled is False
    alarm.remove()
    alarms.update(kitchen)
    assert alarm.alarm_id not in alarms.alarms


# -- the device


def test_battery(house: SimulatorProcess, kitchen: SoCo) -> None:
    info = zone(house, "Patio").get_battery_info()
    assert info == {
        "Health": "GREEN",
        "Level": 82,
        "Temperature": "NORMAL",
        "PowerSource": "BATTERY",
    }
    with pytest.raises(NotSupportedException):
        kitchen.get_battery_info()


def test_speaker_info(house: SimulatorProcess) -> None:
    info = zone(house, "Office").get_speaker_info()
    assert info["model_name"] == "Sonos Amp"
    assert info["model_number"] == "S16"
    assert info["zone_name"] == "Office"
    assert info["uid"].startswith("RINCON_")
    assert info["software_version"] == "79.1-53290"


def test_audio_format(house: SimulatorProcess, arc: SoCo) -> None:
    assert arc.soundbar_audio_input_format_code == 0
    house.remote.set_tv_format("Living Room", 59)
    assert arc.soundbar_audio_input_format == "Dolby Atmos (DD+)"


def test_renaming(house: SimulatorProcess) -> None:
    bathroom = zone(house, "Bathroom")
    bathroom.deviceProperties.SetZoneAttributes(
        [
            ("DesiredZoneName", "Spa"),
            ("DesiredIcon", ""),
            ("DesiredConfiguration", ""),
            ("DesiredTargetRoomName", ""),
        ]
    )
    bathroom.zone_group_state.clear_cache()
    assert bathroom.player_name == "Spa"
    house.remote.rename("Spa", "Bathroom")


def test_snapshot_and_restore(kitchen: SoCo) -> None:
    kitchen.volume = 22
    kitchen.seek(track=2)
    kitchen.pause()
    snapshot = Snapshot(kitchen, snapshot_queue=True)
    snapshot.snapshot()
    kitchen.remove_from_queue(0)
    kitchen.play_uri("http://music.example/bell.mp3", title="Bell")
    wait_for_state(kitchen, "PLAYING")
    kitchen.volume = 60
    snapshot.restore()
    assert kitchen.volume == 22
    assert kitchen.queue_size == 5
    assert kitchen.get_current_track_info()["playlist_position"] == "3"


def test_every_scpd_can_be_read_by_soco(house: SimulatorProcess) -> None:
    for room in ("Office", "Living Room", "Patio"):
        player = zone(house, room)
        for service in (player.avTransport, player.renderingControl, player.contentDirectory):
            assert len(list(service.iter_actions())) > 5
