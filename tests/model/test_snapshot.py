"""Snapshots: made from what is known, stored, and read again."""

import json

from hypothesis import given, strategies as st
import pytest

from custom_components.sonos_twisted.model import (
    SOUND_SETTINGS,
    Didl,
    Household,
    MalformedSnapshot,
    Observed,
    QueueItem,
    Snapshot,
    Speaker,
    parse_didl,
    queue_item,
    room_snapshot,
)
from custom_components.sonos_twisted.model.snapshot import Playback, RoomSnapshot
from custom_components.sonos_twisted.model.sound import sound_of

from .payloads import KITCHEN, OFFICE, grouped, queue_event, radio_event, topology

HOME = "Sonos_abc.def"


def home() -> Household:
    """Make a household of two rooms that play together, and of which much is known."""
    household = Household(HOME)
    household.apply_topology(topology(grouped(KITCHEN, OFFICE)), 0.0)
    household.apply_event(KITCHEN, "AVTransport", queue_event(4), 0.0)
    for uid in (KITCHEN, OFFICE):
        household.apply_event(
            uid,
            "RenderingControl",
            {
                "volume": {"Master": "30", "LF": "100", "RF": "80"},
                "mute": {"Master": "0"},
                "bass": "-4",
                "loudness": {"Master": "1"},
                "night_mode": "1",
                "treble": "NOT_IMPLEMENTED",
            },
            0.0,
        )
    return household


def snapshot(household: Household, observed: Observed | None = None) -> Snapshot:
    """Take a snapshot of all rooms."""
    leader = household.coordinator_of(KITCHEN)
    assert leader
    rooms = {
        speaker.uid: room_snapshot(speaker, leader, observed, with_group=True)
        for speaker in household.rooms
    }
    return Snapshot("2026-11-24T06:00:00+00:00", rooms)


def test_members_have_their_sound_and_the_coordinator_what_plays() -> None:
    rooms = snapshot(home(), Observed(position=63.9, sleep_timer=600)).rooms
    assert rooms[OFFICE].playback is None
    assert rooms[OFFICE].leader == rooms[KITCHEN].leader == KITCHEN
    assert rooms[OFFICE].sound == {
        "volume": 30,
        "mute": 0,
        "left_volume": 100,
        "right_volume": 80,
        "bass": -4,
        "loudness": 1,
        "night_mode": 1,
    }
    assert rooms[KITCHEN].playback == Playback(
        uri=f"x-rincon-queue:{KITCHEN}#0",
        playing=True,
        track=4,
        track_uri="x-sonos-http:track-4.mp3?sid=2",
        position=63,
        play_mode="NORMAL",
        crossfade=False,
        sleep_timer=600,
        sleep_timer_generation=3,
    )


def test_fixed_output_has_no_sound_to_restore() -> None:
    """Volume and tone stand where they are fixed, and setting them is refused."""
    household = home()
    household.apply_event(OFFICE, "RenderingControl", {"output_fixed": "1"}, 0.0)
    assert sound_of(household.speakers[OFFICE]) == {}


def test_a_reading_that_is_ahead_of_the_events_counts() -> None:
    """Position and track were told in one answer."""
    observed = Observed(position=1.0, track=5, track_uri="x-sonos-http:track-5.mp3?sid=2")
    playback = snapshot(home(), observed).rooms[KITCHEN].playback
    assert playback
    assert (playback.track, playback.track_uri) == (5, "x-sonos-http:track-5.mp3?sid=2")


def test_a_station_keeps_the_metadata_that_name_it() -> None:
    """Those of what was enqueued, or else those of the transport."""
    household = home()
    household.apply_event(KITCHEN, "AVTransport", radio_event(), 1.0)
    playback = snapshot(household).rooms[KITCHEN].playback
    assert playback
    assert "FIP" in playback.metadata
    assert (playback.track, playback.position) == (None, None)
    other = radio_event(enqueued_transport_uri="x:y", av_transport_uri_meta_data="<damaged")
    household.apply_event(KITCHEN, "AVTransport", other, 2.0)
    playback = snapshot(household).rooms[KITCHEN].playback
    assert playback
    assert playback.metadata == "<damaged"


@pytest.mark.parametrize(
    ("uri", "resumable"),
    [
        (f"x-rincon-queue:{KITCHEN}#0", True),
        (f"x-rincon-queue:{KITCHEN}#6", False),
        (f"x-sonos-vli:{KITCHEN}:1,airplay:b0", False),
        (f"x-sonos-vli:{KITCHEN}:2,spotify:b0", False),
        (f"x-sonos-htastream:{KITCHEN}:spdif", True),
        (f"x-rincon-stream:{OFFICE}", True),
        ("x-sonosapi-stream:s1?sid=254", True),
        ("", True),
    ],
)
def test_what_can_be_started_again(uri: str, resumable: bool) -> None:
    """Everything but what an app or a cloud is in charge of."""
    assert Playback(uri=uri).resumable is resumable
    assert not Playback(uri=uri, direct_control=True).resumable


def test_a_part_is_some_rooms_or_their_groups() -> None:
    whole = snapshot(home())
    assert set(whole.part([OFFICE]).rooms) == {KITCHEN, OFFICE}
    assert set(whole.part([OFFICE], with_group=False).rooms) == {OFFICE}
    assert not whole.part(["RINCON_X"]).rooms


def test_it_is_stored_as_json() -> None:
    queue = (QueueItem("x-file-cifs://nas/a%20b.flac", "<DIDL-Lite/>"), QueueItem("x:y"))
    taken = snapshot(home(), Observed(position=3.0, queue=queue))
    assert Snapshot.from_dict(json.loads(json.dumps(taken.as_dict()))) == taken


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"version": 2, "taken_at": "", "rooms": []},
        {"version": 1, "taken_at": "", "rooms": [{}]},
        {"version": 1, "taken_at": "", "rooms": [{"playback": None, "sound": {}, "color": 1}]},
        {"version": 1, "taken_at": "", "rooms": 5},
        {"version": 1, "taken_at": "", "rooms": ["x"]},
        {"version": 1, "rooms": []},
    ],
)
def test_what_is_no_snapshot_is_refused(stored: dict[str, object]) -> None:
    with pytest.raises(MalformedSnapshot):
        Snapshot.from_dict(stored)


@given(
    st.builds(
        Didl,
        title=st.text("<&>\"' é", max_size=8),
        creator=st.text("<&>\"' é", max_size=8),
        album=st.none() | st.text("ab&", max_size=8),
        item_class=st.just("object.item.audioItem.musicTrack"),
        res_uri=st.text("abc:/?&=%", min_size=1, max_size=12),
        res_duration=st.none() | st.integers(1, 9000).map(float),
        protocol_info=st.just("http-get:*:audio/mpeg:*"),
        account=st.none() | st.just("SA_RINCON2311_X_#Svc2311-0-Token"),
    )
)
def test_a_queued_track_can_be_added_again(item: Didl) -> None:
    """What is written about it is what was read."""
    queued = queue_item(item)
    read = parse_didl(queued.metadata)
    assert queued.uri == item.res_uri
    assert read
    names = ("item_class", "res_uri", "res_duration", "protocol_info", "account")
    assert [getattr(read, name) for name in names] == [getattr(item, name) for name in names]
    assert (read.title or "").strip() == (item.title or "").strip()


def test_a_track_without_a_resource_is_kept_in_its_place() -> None:
    assert queue_item(Didl(title="Gone")).uri == ""


def test_names_of_settings_stay() -> None:
    """They are in people's storage."""
    assert {"volume", "mute", "bass", "dialog_level", "sub_enabled"} <= SOUND_SETTINGS.keys()


def test_a_copy_of_a_household_knows_the_same_and_is_another() -> None:
    household = home()
    household.set_available(OFFICE, available=False, reason="gone")
    copy = household.copy()
    assert [speaker.uid for speaker in copy.rooms] == [KITCHEN, OFFICE]
    for uid, speaker in household.speakers.items():
        twin = copy.speakers[uid]
        assert twin is not speaker
        names = ("name", "host", "port", "volume", "muted", "available", "variables")
        assert [getattr(twin, name) for name in names] == [getattr(speaker, name) for name in names]
    copy.apply_event(KITCHEN, "RenderingControl", {"volume": {"Master": "1"}}, 1.0)
    assert household.speakers[KITCHEN].volume == 30


def test_of_a_speaker_that_is_silent_nothing_is_known() -> None:
    speaker = Speaker(KITCHEN, name="Kitchen")
    room = room_snapshot(speaker, speaker, None, with_group=False)
    assert room == RoomSnapshot(uid=KITCHEN, name="Kitchen", playback=Playback(uri=""))
