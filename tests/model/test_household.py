"""One household made of what many players say."""

from hypothesis import given, strategies as st
import pytest

from custom_components.sonos_twisted.model import (
    Aspect,
    Change,
    DeviceDescription,
    Household,
    PlaybackPosition,
    PlaybackState,
    PlayMode,
    PositionReading,
    Speaker,
    Topology,
    TopologyChange,
    Variables,
    media_from_variables,
    merge_variables,
    parse_device_description,
)

from .payloads import (
    FIXTURES,
    KITCHEN,
    OFFICE,
    STUDY,
    group,
    grouped,
    member,
    queue_event,
    radio_event,
    satellite,
    topology,
)

HOME = "Sonos_abc.def"
SUB = "RINCON_0000000000D401400"

ALONE = topology(grouped(KITCHEN), grouped(OFFICE), grouped(STUDY))
TOGETHER = topology(grouped(KITCHEN, OFFICE), grouped(STUDY))


def household(*topologies: Topology) -> Household:
    """Make a household that has seen topologies."""
    home = Household(HOME)
    for each in topologies:
        home.apply_topology(each, 0.0)
    return home


def aspects(changes: set[Change] | frozenset[Change], uid: str) -> set[Aspect]:
    """List what changed of one speaker."""
    return {change.aspect for change in changes if change.uid == uid}


def following(uid: str, **others: str) -> Variables:
    """Build an AVTransport event of a group member: it claims to play, whatever happens."""
    return {
        "transport_state": "PLAYING",
        "current_play_mode": "SHUFFLE",
        "current_track_uri": f"x-rincon:{uid}",
        "current_track_meta_data": "",
        "av_transport_uri": f"x-rincon:{uid}",
        "enqueued_transport_uri": "",
        "enqueued_transport_uri_meta_data": "",
        **others,
    }


def titles(home: Household) -> dict[str, str | None]:
    """Tell which title each room shows."""
    return {room.uid: room.media.title if room.media else None for room in home.rooms}


# Topology


def test_first_topology() -> None:
    """Players appear with the topology."""
    home = Household(HOME)
    change = home.apply_topology(TOGETHER, 7.0)
    assert change.appeared == (KITCHEN, OFFICE, STUDY)
    assert home.topology_at == 7.0
    assert [room.uid for room in home.rooms] == [KITCHEN, OFFICE, STUDY]
    assert home.group_members(OFFICE) == [KITCHEN, OFFICE]
    assert home.coordinator_of(OFFICE) is home.speakers[KITCHEN]
    assert aspects(change.changes, OFFICE) == {Aspect.DEVICE, Aspect.GROUP, Aspect.AVAILABILITY}


def test_unknown_variables_are_bounded() -> None:
    """Who can send events could invent them for ever; the newest event always counts."""
    home = household(ALONE)
    for number in range(20):
        channels = {"Master": str(number), f"channel_{number}": "1"}
        newest: Variables = {f"name_{number}_{each}": "x" * 100 for each in range(2000)}
        newest["volume"] = channels
        home.apply_event(KITCHEN, "RenderingControl", newest, 1.0)
        channels["Master"] = "99"
        known = home.speakers[KITCHEN].variables["RenderingControl"]
        assert newest.keys() <= known.keys()
        assert len(known) < 6000
        assert home.speakers[KITCHEN].volume == number
        assert home.speakers[KITCHEN].variable("RenderingControl", "volume") == str(number)


def test_speaker() -> None:
    """What is known of a player after the first topology, and what is not."""
    kitchen = household(ALONE).speakers[KITCHEN]
    assert (kitchen.name, kitchen.host, kitchen.port) == ("Room A1", "192.168.4.161", 1400)
    assert kitchen.boot_seq == 7
    assert kitchen.visible
    assert kitchen.available
    assert kitchen.volume is None
    assert kitchen.muted is None
    assert kitchen.playback is None
    assert kitchen.media is None
    assert kitchen.position is None
    assert kitchen.reading_due is None
    assert kitchen.play_mode is None
    assert kitchen.crossfade is None
    assert kitchen.actions == frozenset()
    assert kitchen.group_volume is None
    assert kitchen.group_muted is None


def test_the_same_topology() -> None:
    """Every player sends it; the second one changes nothing."""
    home = household(TOGETHER)
    members = [member(OFFICE, "Room B2"), member(KITCHEN, "Room A1")]
    again = topology(grouped(STUDY), group(KITCHEN, *members))
    assert home.apply_topology(again, 9.0) == TopologyChange()
    assert home.topology_at == 9.0


def test_unknown_uid() -> None:
    """Who is not in the topology has no group."""
    home = household(ALONE)
    assert home.group_members(SUB) == []
    assert home.coordinator_of(SUB) is None


def test_regroup() -> None:
    """All players of both groups learn of it at once."""
    home = household(ALONE)
    change = home.apply_topology(TOGETHER, 1.0)
    assert aspects(change.changes, KITCHEN) == {Aspect.GROUP}
    assert aspects(change.changes, OFFICE) == {Aspect.GROUP}
    assert aspects(change.changes, STUDY) == set()
    assert (change.appeared, change.disappeared) == ((), ())


def test_other_coordinator() -> None:
    """A group that is led by another player is another group."""
    home = household(TOGETHER)
    change = home.apply_topology(topology(grouped(OFFICE, KITCHEN), grouped(STUDY)), 1.0)
    assert aspects(change.changes, KITCHEN) == {Aspect.GROUP}
    assert home.group_members(KITCHEN) == [OFFICE, KITCHEN]


def test_hidden_players() -> None:
    """Parts of a room are known, but no rooms, and nobody hears of what they play."""
    home = household(
        topology(group(KITCHEN, member(KITCHEN, inside=satellite(SUB, Invisible="1"))))
    )
    assert [room.uid for room in home.rooms] == [KITCHEN]
    assert not home.speakers[SUB].visible
    assert home.group_members(SUB) == [KITCHEN]
    changes = home.apply_event(KITCHEN, "AVTransport", queue_event(), 1.0)
    assert {change.uid for change in changes} == {KITCHEN}


def test_room_is_bonded() -> None:
    """A room that becomes a part of another one disappears, and can come back."""
    home = household(ALONE)
    pair = f"{KITCHEN}:LF,LF;{OFFICE}:RF,RF"
    bonded = topology(
        group(
            KITCHEN,
            member(KITCHEN, "Room A1", ChannelMapSet=pair),
            member(OFFICE, "Room A1", ChannelMapSet=pair, Invisible="1"),
        ),
        grouped(STUDY),
    )
    assert home.apply_topology(bonded, 1.0).disappeared == (OFFICE,)
    assert home.speakers[OFFICE].name == "Room A1"
    assert home.apply_topology(ALONE, 2.0).appeared == (OFFICE,)


def test_player_leaves_the_household() -> None:
    """It stays known, without a group and silent, until it is forgotten."""
    home = household(TOGETHER)
    home.apply_event(KITCHEN, "AVTransport", queue_event(), 1.0)
    change = home.apply_topology(topology(grouped(KITCHEN), grouped(STUDY)), 2.0)
    assert change.disappeared == (OFFICE,)
    assert aspects(change.changes, OFFICE) >= {Aspect.AVAILABILITY, Aspect.GROUP, Aspect.MEDIA}
    office = home.speakers[OFFICE]
    assert not office.present
    assert office.media is None
    home.forget(KITCHEN)
    home.forget(OFFICE)
    home.forget("unheard of")
    assert sorted(home.speakers) == [KITCHEN, STUDY]


def test_vanished() -> None:
    """Devices that are really gone are reported once, those that may be alive never."""
    home = household(ALONE)
    rest = [grouped(KITCHEN), grouped(STUDY)]
    asleep = f'<Device UUID="{OFFICE}" Reason="sleeping"/><Device UUID="x" Reason="UNKNOWN"/>'
    change = home.apply_topology(topology(*rest, vanished=asleep), 1.0)
    assert [device.uid for device in change.gone] == [OFFICE]
    change = home.apply_topology(topology(grouped(KITCHEN, STUDY), vanished=asleep), 2.0)
    assert change.gone == ()


def booted(number: str) -> Topology:
    """Build a topology in which the kitchen has started so often."""
    return topology(group(KITCHEN, member(KITCHEN, "Room A1", BootSeq=number)))


def test_reboot() -> None:
    """A higher boot sequence number means that the player has forgotten its leases."""
    home = household(booted("7"))
    assert home.apply_topology(booted("8"), 1.0).rebooted == (KITCHEN,)
    # A topology that is late tells of the past, and the present is no reboot.
    assert home.apply_topology(booted("7"), 2.0).rebooted == ()
    assert home.apply_topology(booted("8"), 3.0).rebooted == ()
    assert home.apply_topology(booted(""), 4.0).rebooted == ()


def test_new_address() -> None:
    """Players move when their router wants it."""
    home = household(ALONE)
    location = "http://192.168.9.9:1400/xml/device_description.xml"
    change = home.apply_topology(
        topology(group(KITCHEN, member(KITCHEN, "Room A1", Location=location))), 1.0
    )
    assert change.moved == (KITCHEN,)
    assert home.speakers[KITCHEN].host == "192.168.9.9"
    assert Aspect.DEVICE in aspects(change.changes, KITCHEN)


def test_rename() -> None:
    """A new name comes by event or by topology, whichever is first."""
    home = household(topology(group(KITCHEN, member(KITCHEN, "Kitchen"))))
    kitchen = home.speakers[KITCHEN]
    changes = home.apply_event(KITCHEN, "DeviceProperties", {"zone_name": "Cuisine"}, 1.0)
    assert kitchen.name == "Cuisine"
    assert changes == {Change(KITCHEN, Aspect.DEVICE)}
    change = home.apply_topology(topology(group(KITCHEN, member(KITCHEN, "Cuisine"))), 2.0)
    assert aspects(change.changes, KITCHEN) == {Aspect.DEVICE}
    home.apply_event(KITCHEN, "DeviceProperties", {"zone_name": ""}, 3.0)
    assert kitchen.name == "Cuisine"
    home.apply_topology(topology(group(KITCHEN, member(KITCHEN, "Küche"))), 4.0)
    assert kitchen.name == "Küche"


# Media of groups


def test_members_show_their_coordinator() -> None:
    """One event of the coordinator is news for the whole group."""
    home = household(TOGETHER)
    changes = home.apply_event(KITCHEN, "AVTransport", queue_event(3, volume="x"), 10.0)
    assert titles(home) == {KITCHEN: "Song 3", OFFICE: "Song 3", STUDY: None}
    assert aspects(changes, KITCHEN) == aspects(changes, OFFICE)
    assert aspects(changes, OFFICE) == {
        Aspect.PLAYBACK,
        Aspect.MEDIA,
        Aspect.PLAY_MODE,
        Aspect.SLEEP_TIMER,
        Aspect.ALARM_RUNNING,
    }
    office = home.speakers[OFFICE]
    assert office.playback is PlaybackState.PLAYING
    assert office.play_mode == PlayMode(shuffle=False, repeat="off")
    assert office.crossfade is False
    assert "Seek" in office.actions
    assert office.shown.valid_play_modes == {"SHUFFLE", "REPEAT", "REPEATONE", "CROSSFADE"}
    assert office.shown.sleep_timer_generation == 3
    assert office.shown.alarm_running is False


def test_members_say_nothing_of_media() -> None:
    """They claim to be playing, which means nothing."""
    home = household(TOGETHER)
    home.apply_event(KITCHEN, "AVTransport", queue_event(3, "PAUSED_PLAYBACK"), 10.0)
    assert home.apply_event(OFFICE, "AVTransport", following(KITCHEN), 11.0) == set()
    assert home.speakers[OFFICE].playback is PlaybackState.PAUSED
    assert titles(home)[OFFICE] == "Song 3"


def test_join() -> None:
    """A member shows its new coordinator with the topology, everything at once."""
    home = household(ALONE)
    home.apply_event(KITCHEN, "AVTransport", queue_event(3), 10.0)
    home.apply_event(OFFICE, "AVTransport", radio_event("A - B", uid=OFFICE), 10.0)
    change = home.apply_topology(TOGETHER, 11.0)
    assert titles(home)[OFFICE] == "Song 3"
    assert aspects(change.changes, OFFICE) >= {Aspect.GROUP, Aspect.MEDIA}
    assert aspects(change.changes, KITCHEN) == {Aspect.GROUP}


@pytest.mark.parity("beyond: never a wrong room")
def test_transport_before_topology() -> None:
    """A player that says it follows shows what it showed, until the topology says so, too."""
    home = household(ALONE)
    home.apply_event(KITCHEN, "AVTransport", queue_event(3), 10.0)
    home.apply_event(OFFICE, "AVTransport", radio_event("A - B"), 10.0)
    assert home.apply_event(OFFICE, "AVTransport", following(KITCHEN), 11.0) == set()
    assert titles(home)[OFFICE] == "B"
    assert home.unsettled == [OFFICE]
    home.apply_topology(TOGETHER, 12.0)
    assert titles(home)[OFFICE] == "Song 3"
    assert home.unsettled == []


def test_leave_by_transport_first() -> None:
    """A member that plays for itself is shown to do so when the topology says so."""
    home = household(TOGETHER)
    home.apply_event(KITCHEN, "AVTransport", queue_event(3), 10.0)
    home.apply_event(OFFICE, "AVTransport", following(KITCHEN), 10.0)
    own = queue_event(7, "STOPPED", uid=OFFICE)
    assert home.apply_event(OFFICE, "AVTransport", own, 11.0) == set()
    assert titles(home)[OFFICE] == "Song 3"
    home.apply_topology(ALONE, 12.0)
    assert titles(home)[OFFICE] == "Song 7"
    assert home.speakers[OFFICE].playback is PlaybackState.STOPPED


def test_leave_by_topology_first() -> None:
    """Until the player says what it plays now, it shows what it showed, and no longer follows."""
    home = household(TOGETHER)
    home.apply_event(KITCHEN, "AVTransport", queue_event(3), 10.0)
    home.apply_event(OFFICE, "AVTransport", following(KITCHEN), 10.0)
    home.apply_topology(ALONE, 12.0)
    assert home.unsettled == [OFFICE]
    home.apply_event(KITCHEN, "AVTransport", queue_event(4), 13.0)
    assert titles(home) == {KITCHEN: "Song 4", OFFICE: "Song 3", STUDY: None}
    changes = home.apply_event(OFFICE, "AVTransport", queue_event(7, "STOPPED", uid=OFFICE), 14.0)
    assert titles(home)[OFFICE] == "Song 7"
    assert aspects(changes, OFFICE) >= {Aspect.MEDIA, Aspect.PLAYBACK}
    assert home.unsettled == []


def test_a_member_inherits_the_queue() -> None:
    """When the coordinator leaves, the music goes on without a gap."""
    home = household(TOGETHER)
    home.apply_event(KITCHEN, "AVTransport", queue_event(3), 10.0)
    home.apply_event(OFFICE, "AVTransport", following(KITCHEN), 10.0)
    home.apply_topology(ALONE, 12.0)
    assert home.speakers[OFFICE].playback is PlaybackState.PLAYING
    changes = home.apply_event(OFFICE, "AVTransport", queue_event(3, uid=OFFICE), 12.1)
    assert home.speakers[OFFICE].playback is PlaybackState.PLAYING
    assert titles(home)[OFFICE] == "Song 3"
    assert Aspect.PLAYBACK not in aspects(changes, OFFICE)


def test_what_a_member_claims_is_void_afterwards() -> None:
    """Its state as a member is not taken for its own when it leaves."""
    home = household(TOGETHER)
    home.apply_event(OFFICE, "AVTransport", following(KITCHEN), 10.0)
    home.apply_topology(ALONE, 11.0)
    home.apply_event(OFFICE, "AVTransport", queue_event(7, None, uid=OFFICE), 12.0)
    assert home.speakers[OFFICE].playback is None
    assert titles(home)[OFFICE] == "Song 7"


@pytest.mark.parity("beyond: never a wrong room")
def test_late_topology() -> None:
    """A topology of the past doesn't bring back media of the past."""
    home = household(ALONE)
    home.apply_event(KITCHEN, "AVTransport", queue_event(3), 10.0)
    home.apply_event(OFFICE, "AVTransport", radio_event("A - B"), 10.0)
    home.apply_event(OFFICE, "AVTransport", following(KITCHEN), 11.0)
    home.apply_topology(TOGETHER, 11.1)
    home.apply_topology(ALONE, 11.2)
    assert titles(home)[OFFICE] == "Song 3"
    home.apply_topology(TOGETHER, 11.3)
    assert titles(home)[OFFICE] == "Song 3"


@pytest.mark.parity("beyond: never a wrong room")
@pytest.mark.parity("beyond: vanished coordinator")
def test_group_without_its_coordinator() -> None:
    """Its members play nothing that is known."""
    home = household(TOGETHER)
    home.apply_event(KITCHEN, "AVTransport", queue_event(3), 10.0)
    odd = topology(group(KITCHEN, member(OFFICE, "Room B2")), grouped(STUDY))
    change = home.apply_topology(odd, 11.0)
    assert home.coordinator_of(OFFICE) is None
    assert home.group_members(OFFICE) == [OFFICE]
    assert titles(home) == {OFFICE: None, STUDY: None}
    assert Aspect.MEDIA in aspects(change.changes, OFFICE)
    assert home.unsettled == []
    # The former coordinator can say what it wants.
    assert home.apply_event(KITCHEN, "AVTransport", queue_event(4), 12.0) == set()
    assert titles(home) == {OFFICE: None, STUDY: None}


def test_two_players_follow_each_other() -> None:
    """Nothing hangs when players contradict each other."""
    home = household(ALONE)
    home.apply_event(KITCHEN, "AVTransport", following(OFFICE), 10.0)
    home.apply_event(OFFICE, "AVTransport", following(KITCHEN), 10.0)
    assert home.unsettled == [KITCHEN, OFFICE]
    assert titles(home) == {KITCHEN: None, OFFICE: None, STUDY: None}


# Events


def test_the_same_event() -> None:
    """An event that repeats what is known is no news."""
    home = household(ALONE)
    home.apply_event(KITCHEN, "AVTransport", queue_event(), 1.0)
    kitchen = home.speakers[KITCHEN]
    media = kitchen.media
    assert home.apply_event(KITCHEN, "AVTransport", queue_event(), 2.0) == set()
    assert kitchen.media is media
    assert kitchen.last_event_at == 2.0


def test_event_without_a_state() -> None:
    """The state stays what it was."""
    home = household(ALONE)
    home.apply_event(KITCHEN, "AVTransport", queue_event(), 1.0)
    changes = home.apply_event(
        KITCHEN, "AVTransport", {"transport_error_description": "ERROR"}, 2.0
    )
    assert home.speakers[KITCHEN].playback is PlaybackState.PLAYING
    assert changes == set()


def test_odd_values() -> None:
    """Values that are not understood don't replace those that were."""
    home = household(ALONE)
    home.apply_event(KITCHEN, "AVTransport", queue_event(), 1.0)
    odd: Variables = {
        "transport_state": "CONFUSED",
        "current_crossfade_mode": {"Master": "1"},
        "current_transport_actions": {"Master": "Play"},
        "av_transport_uri": {"Master": "x-rincon:RINCON_1"},
    }
    home.apply_event(KITCHEN, "AVTransport", odd, 2.0)
    kitchen = home.speakers[KITCHEN]
    assert kitchen.playback is PlaybackState.PLAYING
    assert kitchen.crossfade is False
    assert "Seek" in kitchen.actions
    assert kitchen.follows is None


def test_event_before_the_topology() -> None:
    """It is remembered, and shown when it is known who belongs to whom."""
    home = Household(HOME)
    assert home.apply_event(KITCHEN, "AVTransport", queue_event(3), 1.0) == set()
    assert home.apply_event(KITCHEN, "RenderingControl", {"bass": "2"}, 1.0) == set()
    assert home.rooms == []
    change = home.apply_topology(TOGETHER, 2.0)
    assert titles(home)[OFFICE] == "Song 3"
    assert Aspect.MEDIA in aspects(change.changes, OFFICE)
    assert home.speakers[KITCHEN].variable("RenderingControl", "bass") == "2"


@pytest.mark.parametrize(
    ("variables", "volume", "muted", "expected"),
    [
        ({"volume": {"Master": "31"}}, 31, False, {Aspect.VOLUME}),
        ({"volume": {"Master": "31", "LF": "100", "RF": "100"}}, 31, False, {Aspect.VOLUME}),
        ({"volume": {"Master": "30", "LF": "80", "RF": "100"}}, 30, False, {Aspect.SOUND}),
        ({"volume": {"LF": "80"}}, 30, False, {Aspect.SOUND}),
        ({"mute": {"Master": "1"}}, 30, True, {Aspect.VOLUME}),
        ({"bass": "4"}, 30, False, {Aspect.SOUND}),
        ({"bass": "4", "volume": {"Master": "1"}}, 1, False, {Aspect.SOUND, Aspect.VOLUME}),
        ({"loudness": {"Master": "0"}}, 30, False, {Aspect.SOUND}),
        ({"volume": {"Master": "loud"}}, 30, False, {Aspect.VOLUME}),
        ({"volume": "31"}, 31, False, {Aspect.VOLUME}),
        ({"volume": {"Master": "30"}}, 30, False, set()),
        ({}, 30, False, set()),
    ],
)
def test_rendering(variables: Variables, volume: int, muted: bool, expected: set[Aspect]) -> None:
    """Events of RenderingControl are deltas, down to single channels."""
    home = household(ALONE)
    full: Variables = {
        "volume": {"Master": "30", "LF": "100", "RF": "100"},
        "mute": {"Master": "0", "LF": "0", "RF": "0"},
        "loudness": {"Master": "1"},
        "bass": "0",
    }
    home.apply_event(KITCHEN, "RenderingControl", full, 1.0)
    changes = home.apply_event(KITCHEN, "RenderingControl", variables, 2.0)
    kitchen = home.speakers[KITCHEN]
    assert (kitchen.volume, kitchen.muted) == (volume, muted)
    assert changes == {Change(KITCHEN, aspect) for aspect in expected}


def test_events_are_not_kept() -> None:
    """Whoever passes an event may use it again."""
    home = household(ALONE)
    sent: Variables = {"volume": {"Master": "30", "LF": "90"}, "bass": "0"}
    home.apply_event(KITCHEN, "RenderingControl", sent, 1.0)
    home.apply_event(KITCHEN, "RenderingControl", {"volume": {"LF": "80"}}, 2.0)
    assert sent == {"volume": {"Master": "30", "LF": "90"}, "bass": "0"}
    assert home.speakers[KITCHEN].variable("RenderingControl", "volume", "LF") == "80"


def test_group_volume() -> None:
    """It belongs to the group and comes from its coordinator."""
    home = household(TOGETHER)
    event: Variables = {"group_volume": "25", "group_mute": "0", "group_volume_changeable": "1"}
    changes = home.apply_event(KITCHEN, "GroupRenderingControl", event, 1.0)
    assert changes == {Change(uid, Aspect.GROUP_VOLUME) for uid in (KITCHEN, OFFICE)}
    office = home.speakers[OFFICE]
    assert (office.group_volume, office.group_muted) == (25, False)
    assert home.apply_event(OFFICE, "GroupRenderingControl", {"group_volume": "9"}, 2.0) == set()
    home.apply_event(KITCHEN, "AVTransport", queue_event(), 3.0)
    assert office.group_volume == 25


def test_the_volume_of_a_single_room_is_its_own() -> None:
    """What tells of its group as well tells nothing new."""
    home = household(ALONE)
    assert home.apply_event(KITCHEN, "GroupRenderingControl", {"group_volume": "9"}, 1.0) == set()
    assert home.speakers[KITCHEN].group_volume == 9


@pytest.mark.parametrize(
    ("service", "variables", "expected"),
    [
        ("DeviceProperties", {"more_info": "BattPct:80"}, {Change(KITCHEN, Aspect.DEVICE)}),
        ("AudioIn", {"line_in_connected": "1"}, {Change(KITCHEN, Aspect.INPUT)}),
        ("HTControl", {"tos_link_connected": "1"}, {Change(KITCHEN, Aspect.INPUT)}),
        ("Queue", {"update_id": "4"}, {Change(KITCHEN, Aspect.QUEUE)}),
        ("AVTransport", {"queue_update_id": "4"}, {Change(KITCHEN, Aspect.QUEUE)}),
        ("Unheard", {"of": "1"}, {Change(KITCHEN, Aspect.OTHER)}),
        ("AlarmClock", {"alarm_list_version": "R:7"}, {Change(HOME, Aspect.ALARMS)}),
        ("MusicServices", {"service_list_version": "R:7"}, {Change(HOME, Aspect.SERVICES)}),
        (
            "ContentDirectory",
            {"system_update_id": "53", "container_update_i_ds": "Q:0,52"},
            {Change(KITCHEN, Aspect.QUEUE)},
        ),
        (
            "ContentDirectory",
            {
                "system_update_id": "53",
                "container_update_i_ds": "FV:2,7,S:,3,odd",
                "favorites_update_id": "R,8",
            },
            {Change(HOME, Aspect.FAVORITES), Change(HOME, Aspect.LIBRARY)},
        ),
        ("ContentDirectory", {"saved_queues_update_id": "R,9"}, {Change(HOME, Aspect.PLAYLISTS)}),
        ("ContentDirectory", {"browseable": "1"}, {Change(KITCHEN, Aspect.CONTENT)}),
        ("ContentDirectory", {"container_update_i_ds": ""}, set()),
        (
            "ZoneGroupTopology",
            {"available_software_update": "<UpdateItem/>", "zone_group_name": "Kitchen + 1"},
            {Change(KITCHEN, Aspect.UPDATE)},
        ),
        ("ZoneGroupTopology", {"zone_group_state": "<ZoneGroupState/>"}, set()),
    ],
)
def test_aspects(service: str, variables: Variables, expected: set[Change]) -> None:
    """Each variable belongs to an aspect of the speaker or of the household."""
    home = household(ALONE)
    assert home.apply_event(KITCHEN, service, variables, 1.0) == expected
    assert home.apply_event(KITCHEN, service, variables, 2.0) == set()


def test_household_variables() -> None:
    """What all players say alike is news once, even before the topology is known."""
    home = Household(HOME)
    event: Variables = {"alarm_list_version": "R:7"}
    assert home.apply_event(KITCHEN, "AlarmClock", event, 1.0) == {Change(HOME, Aspect.ALARMS)}
    home.apply_topology(ALONE, 2.0)
    assert home.apply_event(OFFICE, "AlarmClock", event, 3.0) == set()
    assert home.variables["AlarmClock"] == event


def test_topology_is_kept_once() -> None:
    """The text of the topology is not kept for each player."""
    home = household(ALONE)
    home.apply_event(KITCHEN, "ZoneGroupTopology", {"zone_group_state": "<x/>"}, 1.0)
    assert home.speakers[KITCHEN].variables["ZoneGroupTopology"] == {}


# Position


def test_position() -> None:
    """A reading at the coordinator is news for the group."""
    home = household(TOGETHER)
    home.apply_event(KITCHEN, "AVTransport", queue_event(1), 10.0)
    assert home.speakers[KITCHEN].reading_due == 10.0
    assert home.speakers[OFFICE].reading_due is None
    reading = PositionReading(42.0, "x-sonos-http:track-1.mp3?sid=2")
    changes = home.apply_position(KITCHEN, reading, 10.5)
    assert changes == {Change(uid, Aspect.POSITION) for uid in (KITCHEN, OFFICE)}
    assert home.speakers[OFFICE].position == PlaybackPosition(42.5, 10.5, running=True)
    assert home.apply_position(KITCHEN, reading, 10.5) == set()
    changes = home.apply_event(KITCHEN, "AVTransport", queue_event(1, "PAUSED_PLAYBACK"), 20.5)
    assert aspects(changes, OFFICE) == {Aspect.PLAYBACK, Aspect.POSITION}
    assert home.speakers[OFFICE].position == PlaybackPosition(52.5, 20.5, running=False)


def test_position_after_a_new_subscription() -> None:
    """Its initial event leaves the position in doubt, for it may come long after the change."""
    home = household(ALONE)
    home.apply_event(KITCHEN, "AVTransport", queue_event(1, "PAUSED_PLAYBACK"), 10.0)
    home.apply_position(KITCHEN, PositionReading(42.0, "x-sonos-http:track-1.mp3?sid=2"), 10.5)
    assert home.speakers[KITCHEN].reading_due is None
    home.apply_event(KITCHEN, "AVTransport", queue_event(1), 100.0, is_initial=True)
    assert home.speakers[KITCHEN].reading_due == 101.0


def test_position_that_is_too_old() -> None:
    """The answer to a request from before the newest event is dropped."""
    home = household(ALONE)
    home.apply_event(KITCHEN, "AVTransport", queue_event(1), 10.0)
    home.apply_event(KITCHEN, "AVTransport", queue_event(2), 11.0)
    assert home.apply_position(KITCHEN, PositionReading(42.0, ""), 10.5) == set()
    assert home.speakers[KITCHEN].position == PlaybackPosition(0.0, 11.0, running=True)


def test_position_of_those_without() -> None:
    """Members and strangers have none of their own."""
    home = household(TOGETHER)
    home.apply_event(OFFICE, "AVTransport", following(KITCHEN), 10.0)
    assert home.apply_position(OFFICE, PositionReading(42.0, ""), 11.0) == set()
    assert home.apply_position(SUB, PositionReading(42.0, ""), 11.0) == set()


# What is learnt by asking


def describe() -> DeviceDescription:
    """Read the description of the office's soundbar."""
    return parse_device_description((FIXTURES / "device_description_beam.xml").read_bytes())


def test_description() -> None:
    """A description is news when it differs."""
    home = household(ALONE)
    assert home.apply_description(OFFICE, describe()) == {Change(OFFICE, Aspect.DEVICE)}
    assert home.apply_description(OFFICE, describe()) == set()
    assert home.speakers[OFFICE].name == "Room B2"


def test_description_before_the_topology() -> None:
    """It names the room until the topology does."""
    home = Household(HOME)
    home.apply_description(OFFICE, describe())
    assert home.speakers[OFFICE].name == "Living Room"


def test_tv_format() -> None:
    """The whole group shows it, as long as the television is what plays."""
    home = household(TOGETHER)
    tv: Variables = {
        "transport_state": "PLAYING",
        "av_transport_uri": f"x-sonos-htastream:{KITCHEN}:spdif",
        "current_track_uri": f"x-sonos-htastream:{KITCHEN}:spdif",
    }
    assert home.tv_format(KITCHEN) is None
    home.apply_event(KITCHEN, "AVTransport", tv, 10.0)
    changed = {Change(KITCHEN, Aspect.INPUT), Change(OFFICE, Aspect.INPUT)}
    assert home.apply_tv_format(KITCHEN, 84934713) == changed
    assert home.apply_tv_format(KITCHEN, 84934713) == set()
    assert [home.tv_format(uid) for uid in (KITCHEN, OFFICE, STUDY)] == [
        "Dolby 5.1",
        "Dolby 5.1",
        None,
    ]
    home.apply_event(KITCHEN, "AVTransport", queue_event(), 11.0)
    assert home.tv_format(OFFICE) is None
    assert home.apply_tv_format(KITCHEN, None) == changed


def test_sleep_timer() -> None:
    """The whole group shows it; about the same time is nothing new, and a member has none."""
    home = household(TOGETHER)
    home.apply_event(KITCHEN, "AVTransport", queue_event(), 10.0)
    changed = {Change(KITCHEN, Aspect.SLEEP_TIMER), Change(OFFICE, Aspect.SLEEP_TIMER)}
    assert home.apply_sleep_timer(KITCHEN, 0.0) == changed
    assert home.apply_sleep_timer(KITCHEN, 1_700_000_000.0) == changed
    assert home.apply_sleep_timer(KITCHEN, 1_700_000_002.0) == set()
    assert home.speakers[OFFICE].shown.sleep_timer_end == 1_700_000_000.0
    assert home.apply_sleep_timer(KITCHEN, 1_700_000_003.0) == changed
    home.apply_event(OFFICE, "AVTransport", following(KITCHEN), 11.0)
    assert home.apply_sleep_timer(OFFICE, 1_700_000_900.0) == set()
    assert home.speakers[OFFICE].own.sleep_timer_end is None


def test_availability() -> None:
    """Whether a player can be reached is decided elsewhere and noted here."""
    home = household(ALONE)
    kitchen = home.speakers[KITCHEN]
    assert home.set_available(KITCHEN, True) == set()
    lost = home.set_available(KITCHEN, False, "no answer")
    assert lost == {Change(KITCHEN, Aspect.AVAILABILITY)}
    assert (kitchen.available, kitchen.unavailable_reason) == (False, "no answer")
    assert home.set_available(KITCHEN, False, "no answer") == set()
    assert home.set_available(KITCHEN, False, "asleep") == lost
    assert home.set_available(KITCHEN, True, "ignored") == lost
    assert kitchen.unavailable_reason == ""


# Properties

ROOMS = [KITCHEN, OFFICE, STUDY]


@st.composite
def topologies(draw: st.DrawFn) -> Topology:
    """Draw a topology of some of the rooms, perhaps with a coordinator that is no member."""
    uids = draw(st.permutations(ROOMS))[: draw(st.integers(1, 3))]
    cut = draw(st.integers(0, len(uids)))
    texts = [grouped(*part) for part in (uids[:cut], uids[cut:]) if part]
    odd = draw(st.booleans()) and len(uids) < len(ROOMS)
    extra = [group("RINCON_MISSING", member(SUB, "Odd"))] if odd else []
    return topology(*texts, *extra)


EVENTS = st.one_of(
    st.builds(
        queue_event,
        st.integers(1, 3),
        st.sampled_from(["PLAYING", "PAUSED_PLAYBACK", "STOPPED", "TRANSITIONING", None]),
    ),
    st.builds(radio_event, st.sampled_from(["", "A - B"])),
    st.builds(following, st.sampled_from(ROOMS)),
)
STEPS = st.lists(
    st.one_of(
        topologies(),
        st.tuples(st.sampled_from(ROOMS), st.just("AVTransport"), EVENTS),
        st.tuples(
            st.sampled_from(ROOMS),
            st.just("RenderingControl"),
            st.fixed_dictionaries(
                {},
                optional={
                    "volume": st.dictionaries(
                        st.sampled_from(["Master", "LF"]), st.sampled_from(["1", "2"]), min_size=1
                    ),
                    "bass": st.sampled_from(["1", "2"]),
                },
            ),
        ),
    )
)

type Step = Topology | tuple[str, str, Variables]


def visible_state(home: Household) -> dict[tuple[str, Aspect], object]:
    """Collect what a user can see of each room, by aspect."""
    seen: dict[tuple[str, Aspect], object] = {}
    for room in home.rooms:
        values: dict[Aspect, object] = {
            Aspect.PLAYBACK: (room.playback, room.actions),
            Aspect.MEDIA: room.media,
            Aspect.POSITION: room.position,
            Aspect.PLAY_MODE: (room.play_mode, room.crossfade),
            Aspect.VOLUME: (room.volume, room.muted),
            Aspect.SOUND: (room.variable("RenderingControl", "bass"),),
            Aspect.GROUP: home.group_members(room.uid),
            Aspect.DEVICE: (room.name, room.host),
        }
        seen |= {(room.uid, aspect): value for aspect, value in values.items()}
    return seen


def apply(home: Household, step: Step, now: float) -> set[Change] | frozenset[Change]:
    """Apply a step and return the changes it reports."""
    match step:
        case Topology():
            return home.apply_topology(step, now).changes
        case (uid, service, variables):
            return home.apply_event(uid, service, variables, now)


@given(STEPS)
def test_every_difference_is_reported(steps: list[Step]) -> None:
    """Whatever a user sees change of a room that was there before is among the changes."""
    home = household(ALONE)
    for now, step in enumerate(steps):
        before = visible_state(home)
        reported = {(change.uid, change.aspect) for change in apply(home, step, float(now))}
        after = visible_state(home)
        different = {key for key in before.keys() & after.keys() if before[key] != after[key]}
        assert different <= reported


@given(STEPS)
@pytest.mark.parity("beyond: atomic regroup")
def test_groups_are_of_one_mind(steps: list[Step]) -> None:
    """After each step all members of a settled group show what their coordinator plays."""
    home = household(ALONE)
    for now, step in enumerate(steps):
        apply(home, step, float(now))
        for room in home.rooms:
            coordinator = home.coordinator_of(room.uid)
            settled = coordinator is not None and coordinator.uid not in home.unsettled
            expected = {True: coordinator and coordinator.own, False: room.shown}[settled]
            assert room.shown == expected
            assert room.media is None or room.media.transport_uri is not None
            assert f"x-rincon:{KITCHEN}" != (room.media and room.media.transport_uri)


@given(st.lists(EVENTS, min_size=1, max_size=6))
def test_events_may_be_merged(events: list[Variables]) -> None:
    """A busy host gets several events as one; what is known in the end is the same."""
    one_by_one, at_once = household(ALONE), household(ALONE)
    merged: Variables = {}
    for event in events:
        one_by_one.apply_event(KITCHEN, "AVTransport", event, 1.0)
        merged = merge_variables(merged, event)
    at_once.apply_event(KITCHEN, "AVTransport", merged, 1.0)
    one, other = one_by_one.speakers[KITCHEN], at_once.speakers[KITCHEN]
    assert one.variables == other.variables
    assert one.follows == other.follows
    assert one.own.media == other.own.media


@given(st.lists(EVENTS, min_size=1, max_size=4))
def test_media_are_those_of_all_variables(events: list[Variables]) -> None:
    """What is kept from event to event is what a fresh look at all variables gives."""
    home = household(ALONE)
    for event in events:
        home.apply_event(KITCHEN, "AVTransport", event, 1.0)
    kitchen: Speaker = home.speakers[KITCHEN]
    fresh = media_from_variables(kitchen.variables["AVTransport"])
    assert kitchen.own.media == {True: None, False: fresh}[kitchen.follows is not None]
