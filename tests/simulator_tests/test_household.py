"""The pure state of a household, on a clock that tests move."""

# mypy: disallow-untyped-calls=False
import itertools
import re
from xml.etree import ElementTree as ET

import pytest
from twisted.internet.task import Clock

from tests.simulator.alarms import ARGUMENTS
from tests.simulator.errors import Code, UpnpError
from tests.simulator.hands import Hands
from tests.simulator.household import Household
from tests.simulator.layout import plain_rooms
from tests.simulator.media import PLAY_MODES
from tests.simulator.services import EVENTS, HANDLERS
from tests.simulator.speaker import Speaker
from tests.simulator.table import model_numbers, services_of


class People(Hands):
    """Hands in a house without a network."""

    def __init__(self, household: Household) -> None:
        self.household = household


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def household(clock: Clock) -> Household:
    return Household(clock)


@pytest.fixture
def people(household: Household) -> People:
    return People(household)


@pytest.fixture
def kitchen(household: Household) -> Speaker:
    return household.speaker("Kitchen")


def act(speaker: Speaker, action: str, **arguments: str) -> dict[str, str]:
    """Run an action of AVTransport or its relatives."""
    for handlers in HANDLERS.values():
        if action in handlers:
            return handlers[action](speaker, arguments) or {}
    raise KeyError(action)


def refused(code: Code) -> pytest.RaisesExc[UpnpError]:
    """Expect an error code."""
    return pytest.RaisesExc(UpnpError, check=lambda error: error.code == code)


# -- the table


@pytest.mark.parametrize("model", model_numbers())
def test_every_action_refers_to_known_variables(model: str) -> None:
    for service in services_of(model).values():
        for action in service.actions.values():
            for _, variable in (*action.inputs, *action.outputs):
                assert variable in service.variables, (service.name, action.name)


@pytest.mark.parametrize("model", model_numbers())
def test_every_service_has_handlers_and_events(model: str) -> None:
    assert set(services_of(model)) <= set(HANDLERS) & set(EVENTS)


def test_handlers_exist_only_for_actions_of_the_table() -> None:
    for name, handlers in HANDLERS.items():
        known = {
            action
            for model in model_numbers()
            for action in (services_of(model)[name].actions if name in services_of(model) else ())
        }
        assert set(handlers) <= known


def test_the_default_house_sends_every_evented_variable(household: Household) -> None:
    for speaker in household.speakers:
        for name, service in services_of(speaker.model.number).items():
            variables = EVENTS[name].variables(speaker)
            sent = EVENTS[name].delta(set(variables), variables)
            if service.last_change_namespace is None:
                assert set(sent) == service.evented, (speaker, name)
            else:
                assert sent


# -- playing


def test_playing_passes_through_transitioning_and_moves_the_position(
    clock: Clock, people: People, kitchen: Speaker
) -> None:
    people.play_tracks("Kitchen", 3)
    assert kitchen.transport.state == "TRANSITIONING"
    clock.advance(0.1)
    assert kitchen.transport.state == "PLAYING"
    clock.advance(30)
    assert kitchen.transport.position == pytest.approx(30)
    people.pause("Kitchen")
    clock.advance(30)
    assert kitchen.transport.position == pytest.approx(30)
    assert kitchen.transport.state == "PAUSED_PLAYBACK"


def test_a_track_ends_and_the_next_one_plays(
    clock: Clock, people: People, kitchen: Speaker
) -> None:
    people.play_tracks("Kitchen", 2)
    clock.advance(0.1)
    first = kitchen.transport.track
    assert first is not None
    clock.advance(first.duration)
    assert kitchen.transport.track_number == 2
    assert kitchen.transport.state == "PLAYING"
    second = kitchen.transport.track
    assert second is not None
    clock.advance(second.duration)
    assert (kitchen.transport.state, kitchen.transport.track_number) == ("STOPPED", 1)


@pytest.mark.parametrize("mode", PLAY_MODES)
def test_play_modes_are_obeyed(clock: Clock, people: People, kitchen: Speaker, mode: str) -> None:
    count = 5
    people.play_tracks("Kitchen", count)
    people.set_play_mode("Kitchen", mode)
    clock.advance(0.1)
    seen = [kitchen.transport.track_number]
    for _ in range(2 * count - 1):
        track = kitchen.transport.track
        assert track is not None
        clock.advance(track.duration)
        if kitchen.transport.state != "PLAYING":
            break
        seen.append(kitchen.transport.track_number)
    repeat = PLAY_MODES[mode].repeat
    if repeat == "one":
        assert set(seen) == {1}
    else:
        assert sorted(seen[:count]) == list(range(1, count + 1))
        assert (seen[:count] == sorted(seen[:count])) is not PLAY_MODES[mode].shuffle
        assert len(seen) == (count if repeat == "none" else 2 * count)


def test_the_position_is_where_people_moved_it(
    clock: Clock, people: People, kitchen: Speaker
) -> None:
    people.play_tracks("Kitchen")
    clock.advance(0.1)
    clock.advance(30)
    people.seek("Kitchen", 70)
    clock.advance(0.1)
    assert kitchen.transport.position == pytest.approx(70)
    clock.advance(2)
    people.next("Kitchen")
    clock.advance(0.1)
    assert kitchen.transport.position == pytest.approx(0)


def test_next_and_previous_stop_at_the_ends_of_the_queue(people: People, kitchen: Speaker) -> None:
    people.play_tracks("Kitchen", 2)
    with refused(Code.ILLEGAL_SEEK_TARGET):
        kitchen.transport.previous()
    kitchen.transport.next()
    with refused(Code.ILLEGAL_SEEK_TARGET):
        kitchen.transport.next()
    people.set_play_mode("Kitchen", "REPEAT_ALL")
    kitchen.transport.next()
    assert kitchen.transport.track_number == 1


def test_seeking(clock: Clock, people: People, kitchen: Speaker) -> None:
    people.play_tracks("Kitchen", 3)
    clock.advance(0.1)
    act(kitchen, "Seek", Unit="REL_TIME", Target="0:01:00")
    clock.advance(0.1)
    assert kitchen.transport.position == pytest.approx(60)
    act(kitchen, "Seek", Unit="TIME_DELTA", Target="-0:00:15")
    clock.advance(0.1)
    assert kitchen.transport.position == pytest.approx(45)
    act(kitchen, "Seek", Unit="TRACK_NR", Target="3")
    assert kitchen.transport.track_number == 3
    for unit, target, code in (
        ("TRACK_NR", "9", Code.ILLEGAL_SEEK_TARGET),
        ("REL_TIME", "nonsense", Code.ILLEGAL_SEEK_TARGET),
        ("SECTION", "0:00:01", Code.SEEK_MODE_NOT_SUPPORTED),
    ):
        with refused(code):
            act(kitchen, "Seek", Unit=unit, Target=target)


@pytest.mark.parametrize(
    ("start", "refuses"),
    [
        ("play_radio", ("pause", "next", "previous")),
        ("play_line_in", ("pause", "next")),
        ("play_tv", ("play", "pause", "next")),
    ],
)
def test_sources_refuse_what_they_cannot(
    clock: Clock, people: People, household: Household, start: str, refuses: tuple[str, ...]
) -> None:
    getattr(people, start)("Office")
    clock.advance(0.2)
    transport = household.speaker("Office").transport
    assert transport.state == "PLAYING"
    for action in refuses:
        with refused(Code.TRANSITION_NOT_AVAILABLE):
            getattr(transport, action)()
    with refused(Code.PLAY_MODE_NOT_SUPPORTED):
        transport.set_play_mode("SHUFFLE")


def test_the_sleep_timer_ends_the_music(clock: Clock, people: People, kitchen: Speaker) -> None:
    people.play_tracks("Kitchen")
    clock.advance(0.1)
    act(kitchen, "ConfigureSleepTimer", NewSleepTimerDuration="00:01:00")
    clock.advance(20)
    answer = act(kitchen, "GetRemainingSleepTimerDuration")
    assert answer["RemainingSleepTimerDuration"] == "0:00:40"
    clock.advance(41)
    assert kitchen.transport.state == "PAUSED_PLAYBACK"
    answer = act(kitchen, "GetRemainingSleepTimerDuration")
    assert answer["RemainingSleepTimerDuration"] == ""


# -- the queue


def test_the_queue_keeps_the_current_track_current(people: People, kitchen: Speaker) -> None:
    people.play_tracks("Kitchen", 5)
    transport = kitchen.transport
    transport.seek_track(3)
    current = transport.track
    transport.enqueue([kitchen.household.catalog.resolve("http://music.example/a.mp3")], 1)
    assert (transport.track, transport.track_number) == (current, 4)
    transport.remove(1, 2)
    assert (transport.track, transport.track_number) == (current, 2)
    transport.move(2, 1, 5)
    assert (transport.track, transport.track_number) == (current, 4)
    transport.remove(4)
    assert transport.track_number == 3
    assert transport.state == "TRANSITIONING"
    transport.clear_queue()
    assert transport.state == "STOPPED"
    with refused(Code.QUEUE_EMPTY):
        transport.clear_queue()


@pytest.mark.parametrize("shuffled", [False, True])
def test_any_sequence_of_changes_keeps_queue_and_order_consistent(
    people: People, kitchen: Speaker, shuffled: bool
) -> None:
    people.play_tracks("Kitchen", 4)
    queue = kitchen.transport.queue
    track = kitchen.household.catalog.resolve("http://music.example/a.mp3")
    if shuffled:
        people.set_play_mode("Kitchen", "SHUFFLE")
    changes = [
        lambda: queue.insert([track, track], 2),
        lambda: queue.insert([track]),
        lambda: queue.insert([track], as_next=True),
        lambda: queue.remove(1),
        lambda: queue.remove(2, 2),
        lambda: queue.move(1, 2, 4),
        lambda: queue.move(3, 1, 1),
    ]
    for sequence in itertools.permutations(changes, 4):
        while len(queue) < 6:
            queue.insert([track])
        for change in sequence:
            change()
            assert sorted(queue._order) == list(range(len(queue)))
            assert 0 <= queue.index < len(queue)


def test_changes_for_another_queue_than_this_are_refused(people: People, kitchen: Speaker) -> None:
    people.fill_queue("Kitchen", 4)
    queue = kitchen.transport.queue
    remove = {"StartingIndex": "1", "NumberOfTracks": "1"}
    move = {**remove, "InsertBefore": "4"}
    for action, arguments in (
        ("RemoveTrackRangeFromQueue", remove),
        ("ReorderTracksInQueue", move),
        ("RemoveTrackFromQueue", {"ObjectID": "Q:0/1"}),
    ):
        with refused(Code.INVALID_ARGS):
            act(kitchen, action, **arguments, UpdateID=str(queue.update_id + 1))
    act(kitchen, "ReorderTracksInQueue", **move, UpdateID=str(queue.update_id))
    assert [track.title[-1] for track in queue.tracks] == ["2", "3", "1", "4"]
    act(kitchen, "RemoveTrackRangeFromQueue", **remove, UpdateID="0")
    assert [track.title[-1] for track in queue.tracks] == ["3", "1", "4"]


def test_what_is_not_in_the_queue_cannot_be_changed(people: People, kitchen: Speaker) -> None:
    people.fill_queue("Kitchen", 4)
    for start, count in ((0, 1), (5, 1), (3, 3), (1, 0)):
        with refused(Code.INVALID_ARGS):
            kitchen.transport.remove(start, count)
    for start, count, before in ((0, 1, 2), (3, 3, 1), (1, 1, 6), (1, 3, 2)):
        with refused(Code.INVALID_ARGS):
            kitchen.transport.move(start, count, before)


# -- lists of the household


def test_order_of_a_playlist(household: Household, kitchen: Speaker) -> None:
    playlist = household.catalog.playlists[1]

    def reorder(tracks: str, positions: str, update_id: int | None = None) -> list[str]:
        act(
            kitchen,
            "ReorderTracksInSavedQueue",
            ObjectID="SQ:1",
            UpdateID=str(playlist.update_id if update_id is None else update_id),
            TrackList=tracks,
            NewPositionList=positions,
        )
        return [track.title for track in playlist.tracks]

    a, b, c, d = (track.title for track in playlist.tracks)
    assert reorder("0", "1") == [b, a, c, d]
    assert reorder("3,2,1,0", "0,1,2,3") == [d, c, a, b]
    assert reorder("1,2", "") == [d, b]
    for tracks, positions in (("2", ""), ("0", "2"), ("0,0", ""), ("0,1", "1"), ("x", "")):
        with refused(Code.INVALID_ARGS):
            reorder(tracks, positions)
    for update_id in (0, playlist.update_id - 1):
        with refused(Code.INVALID_ARGS):
            reorder("0", "", update_id)
    listed = HANDLERS["ContentDirectory"]["Browse"](kitchen, {**BROWSE, "ObjectID": "SQ:1"})
    assert listed is not None
    assert listed["UpdateID"] == str(playlist.update_id)


BROWSE = {"BrowseFlag": "BrowseDirectChildren", "StartingIndex": "0", "RequestedCount": "1"}


def test_favorites_are_renamed_by_who_knows_their_name(
    household: Household, kitchen: Speaker
) -> None:
    favorite = household.catalog.favorites[0]
    new = "<dc:title>A &amp; B</dc:title>"
    with refused(Code.BAD_CURRENT_TAG):
        act(
            kitchen,
            "UpdateObject",
            ObjectID="FV:2/0",
            CurrentTagValue="<dc:title>Another</dc:title>",
            NewTagValue=new,
        )
    current = "<dc:title>BBC Radio 3</dc:title>"
    with refused(Code.BAD_METADATA):
        act(kitchen, "UpdateObject", ObjectID="FV:2/0", CurrentTagValue=current, NewTagValue="")
    act(kitchen, "UpdateObject", ObjectID="FV:2/0", CurrentTagValue=current, NewTagValue=new)
    assert favorite.title == "A & B"


def test_the_same_is_a_favorite_once(household: Household, kitchen: Speaker) -> None:
    document = (
        '<DIDL-Lite xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns="urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/"><item id="">'
        "<dc:title>Another title</dc:title><res>{}</res></item></DIDL-Lite>"
    )
    known = household.catalog.favorites[0].uri.replace("&", "&amp;")
    with refused(Code.DUPLICATE_FAVORITE):
        act(kitchen, "CreateObject", ContainerID="FV:2", Elements=document.format(known))
    while len(household.catalog.favorites) < 70:
        number = len(household.catalog.favorites)
        act(kitchen, "CreateObject", ContainerID="FV:2", Elements=document.format(f"x:{number}"))
    with refused(Code.FAVORITES_FULL):
        act(kitchen, "CreateObject", ContainerID="FV:2", Elements=document.format("x:new"))


def test_library_is_indexed_for_a_while(
    household: Household, people: People, kitchen: Speaker, clock: Clock
) -> None:
    changes = []
    household.observers.append(lambda speaker, service: changes.append((speaker, service)))
    people.plan_index(3.0, "Nothing there")
    act(kitchen, "RefreshShareIndex", AlbumArtistDisplayOption="")
    clock.advance(2.9)
    act(kitchen, "RefreshShareIndex", AlbumArtistDisplayOption="")
    assert act(kitchen, "GetShareIndexInProgress") == {"IsIndexing": "1"}
    assert changes.count((kitchen, "ContentDirectory")) == 1
    clock.advance(0.2)
    assert act(kitchen, "GetShareIndexInProgress") == {"IsIndexing": "0"}
    assert changes.count((kitchen, "ContentDirectory")) == 2
    assert EVENTS["ContentDirectory"].variables(kitchen)["ShareIndexLastError"] == "Nothing there"


# -- groups


def test_joining_follows_the_coordinator(people: People, household: Household) -> None:
    people.group("Kitchen", "Office")
    kitchen, office = household.speaker("Kitchen"), household.speaker("Office")
    assert kitchen.transport.uri == f"x-rincon:{office.uid}"
    assert household.group_of(kitchen) is household.group_of(office)
    info = act(kitchen, "GetTransportInfo")
    assert info["CurrentTransportState"] == "PLAYING"
    assert act(kitchen, "GetCurrentTransportActions")["Actions"] == "Start, Stop"


@pytest.mark.parametrize(
    ("action", "arguments", "code"),
    [
        ("ConfigureSleepTimer", {"NewSleepTimerDuration": ""}, Code.NOT_SUPPORTED_HERE),
        ("GetRemainingSleepTimerDuration", {}, Code.NOT_SUPPORTED_HERE),
        ("SetCrossfadeMode", {"CrossfadeMode": "1"}, Code.NOT_SUPPORTED_HERE),
        ("SaveQueue", {"Title": "x", "ObjectID": ""}, Code.NOT_SUPPORTED_HERE),
        ("RemoveAllTracksFromQueue", {}, Code.NOT_SUPPORTED_HERE),
        ("SetPlayMode", {"NewPlayMode": "NORMAL"}, Code.PLAY_MODE_NOT_SUPPORTED),
        ("Seek", {"Unit": "TRACK_NR", "Target": "1"}, Code.TRANSITION_NOT_AVAILABLE),
        ("Next", {}, Code.TRANSITION_NOT_AVAILABLE),
        ("GetGroupVolume", {}, Code.TRANSITION_NOT_AVAILABLE),
        ("SetGroupMute", {"DesiredMute": "1"}, Code.TRANSITION_NOT_AVAILABLE),
    ],
)
def test_members_refuse(
    people: People, kitchen: Speaker, action: str, arguments: dict[str, str], code: Code
) -> None:
    people.group("Kitchen", "Office")
    with refused(code):
        act(kitchen, action, **arguments)


def test_a_leaving_coordinator_hands_the_music_over(
    clock: Clock, people: People, household: Household
) -> None:
    people.play_tracks("Kitchen", 3)
    clock.advance(0.1)
    clock.advance(10)
    people.group("Office", "Kitchen")
    people.group("Bathroom", "Kitchen")
    kitchen, office = household.speaker("Kitchen"), household.speaker("Office")
    answer = act(kitchen, "BecomeCoordinatorOfStandaloneGroup")
    assert answer["DelegatedGroupCoordinatorID"] == office.uid
    assert office.transport.uri == f"x-rincon-queue:{office.uid}#0"
    assert office.transport.state == "PLAYING"
    assert office.transport.position == pytest.approx(10)
    assert len(office.transport.queue) == 3
    assert len(kitchen.transport.queue) == 0
    assert kitchen.transport.state == "STOPPED"
    bathroom = household.speaker("Bathroom")
    assert bathroom.transport.uri == f"x-rincon:{office.uid}"


def test_a_coordinator_that_joins_others_leaves_its_music_behind(
    people: People, household: Household
) -> None:
    people.play_tracks("Kitchen", 3)
    people.group("Office", "Kitchen")
    people.group("Kitchen", "Bathroom")
    kitchen, office = household.speaker("Kitchen"), household.speaker("Office")
    assert household.group_of(office).members == [office]
    assert len(office.transport.queue) == 3
    assert len(kitchen.transport.queue) == 0


def test_delegating_can_keep_the_group_together(people: People, household: Household) -> None:
    people.play_tracks("Kitchen", 3)
    people.group("Office", "Kitchen")
    kitchen, office = household.speaker("Kitchen"), household.speaker("Office")
    arguments = {"NewCoordinator": office.uid, "RejoinGroup": "1"}
    act(kitchen, "DelegateGroupCoordinationTo", **arguments)
    group = household.group_of(kitchen)
    assert (group.coordinator, set(group.members)) == (office, {office, kitchen})
    assert (len(office.transport.queue), len(kitchen.transport.queue)) == (3, 0)
    # A member asks in vain.
    act(kitchen, "DelegateGroupCoordinationTo", NewCoordinator=kitchen.uid, RejoinGroup="1")
    assert household.group_of(kitchen).coordinator is office


def test_players_that_are_being_regrouped_decline_for_a_while(
    clock: Clock, people: People, household: Household
) -> None:
    household.regroup_seconds = 0.5
    people.play_tracks("Kitchen", 3)
    people.group("Office", "Kitchen")
    people.group("Bathroom", "Kitchen")
    people.ungroup("Kitchen")
    kitchen, office = household.speaker("Kitchen"), household.speaker("Office")
    arguments = {"CurrentURI": f"x-rincon:{office.uid}", "CurrentURIMetaData": ""}
    with refused(Code.ACTION_FAILED):
        act(kitchen, "SetAVTransportURI", **arguments)
    with refused(Code.TRANSITION_NOT_AVAILABLE):
        act(office, "Pause")
    clock.advance(0.5)
    act(kitchen, "SetAVTransportURI", **arguments)
    act(office, "Pause")
    assert household.group_of(kitchen).coordinator is office


def test_another_source_takes_a_member_out_of_its_group(
    people: People, household: Household, kitchen: Speaker
) -> None:
    people.group("Kitchen", "Office")
    arguments = {"CurrentURI": "http://music.example/a.mp3", "CurrentURIMetaData": ""}
    act(kitchen, "SetAVTransportURI", **arguments)
    assert household.group_of(kitchen).members == [kitchen]


def test_joining_a_member_or_nobody_is_refused(people: People, household: Household) -> None:
    people.group("Kitchen", "Office")
    kitchen, patio = household.speaker("Kitchen"), household.speaker("Patio")
    with refused(Code.JOIN_REFUSED):
        household.join(patio, kitchen.uid)
    with refused(Code.ACTION_FAILED):
        household.join(patio, "RINCON_000000000000001400")


def test_a_group_volume_scales_from_the_snapshot(people: People, household: Household) -> None:
    people.group("Kitchen", "Office")
    people.set_volume("Kitchen", 20)
    people.set_volume("Office", 40)
    office = household.speaker("Office")
    act(office, "SnapshotGroupVolume")
    act(office, "SetGroupVolume", DesiredVolume="0")
    act(office, "SetGroupVolume", DesiredVolume="45")
    assert household.speaker("Kitchen").rendering.volume["Master"] == 30
    assert office.rendering.volume["Master"] == 60
    assert act(office, "GetGroupVolume") == {"CurrentVolume": "45"}


def topology(household: Household) -> ET.Element:
    return ET.fromstring(household.zone_group_state)


def test_the_topology_of_the_default_house(household: Household) -> None:
    root = topology(household)
    groups = root.findall("ZoneGroups/ZoneGroup")
    assert len(groups) == 6
    living = root.find(".//ZoneGroupMember[@ZoneName='Living Room']")
    assert living is not None
    satellites = living.findall("Satellite")
    assert [satellite.get("Invisible") for satellite in satellites] == ["1"] * 3
    assert living.get("HTSatChanMapSet", "").count(";") == 3
    bedroom = root.findall(".//ZoneGroupMember[@ZoneName='Bedroom']")
    assert [member.get("Invisible") for member in bedroom] == ["1", None]
    assert bedroom[0].get("ChannelMapSet") == bedroom[1].get("ChannelMapSet")


def test_each_player_lists_the_same_topology_in_another_order(household: Household) -> None:
    rooms = list(household.rooms())
    for room in rooms[1:3]:
        household.join(room, rooms[0].uid)
    told = [household.topology_of(speaker) for speaker in household.speakers]
    lists = [
        [member.get("UUID") for member in ET.fromstring(text).iter("ZoneGroupMember")]
        for text in told
    ]
    assert len({*told}) > 3
    assert len({tuple(sorted(map(str, members))) for members in lists}) == 1
    grouped = [
        [member.get("UUID") for member in group]
        for text in told
        for group in ET.fromstring(text).findall("ZoneGroups/ZoneGroup")
        if len(group) > 2
    ]
    assert len({*map(tuple, grouped)}) > 1


def test_a_vanished_player_is_listed_with_its_reason(household: Household) -> None:
    patio = household.speaker("Patio")
    boot_seq = patio.boot_seq
    household.switch_off(patio, "sleeping")
    device = topology(household).find("VanishedDevices/Device")
    assert device is not None
    assert (device.get("UUID"), device.get("Reason")) == (patio.uid, "sleeping")
    assert topology(household).find(f".//ZoneGroupMember[@UUID='{patio.uid}']") is None
    household.switch_on(patio)
    member = topology(household).find(f".//ZoneGroupMember[@UUID='{patio.uid}']")
    assert member is not None
    assert member.get("BootSeq") == str(boot_seq + 1)


def test_a_pair_can_be_made_and_separated(household: Household) -> None:
    kitchen, bathroom = household.speaker("Kitchen"), household.speaker("Bathroom")
    channel_map = f"{kitchen.uid}:LF,LF;{bathroom.uid}:RF,RF"
    act(kitchen, "AddBondedZones", ChannelMapSet=channel_map)
    assert bathroom not in household.rooms()
    assert bathroom.room == "Kitchen"
    act(kitchen, "RemoveBondedZones", ChannelMapSet=channel_map, KeepGrouped="0")
    assert bathroom in household.rooms()
    assert bathroom.room == "Bathroom"
    assert household.group_of(bathroom).coordinator is bathroom


def test_large_households_refuse_the_topology_poll(clock: Clock) -> None:
    large = Household(clock, plain_rooms(21))
    with refused(Code.ACTION_FAILED):
        act(large.speakers[0], "GetZoneGroupState")
    assert len(topology(large).findall("ZoneGroups/ZoneGroup")) == 21


def test_addresses_of_128_players_are_all_different(clock: Clock) -> None:
    large = Household(clock, plain_rooms(128), base="127.1.0.250")
    assert len({speaker.address for speaker in large.speakers}) == 128
    assert len({speaker.uid for speaker in large.speakers}) == 128
    assert large.speakers[5].address == "127.1.1.1"


# -- sound


@pytest.mark.parametrize(
    ("room", "eq_type", "good", "bad"),
    [
        ("Living Room", "NightMode", 1, 2),
        ("Living Room", "SurroundLevel", -15, 16),
        ("Living Room", "SubGain", 15, -16),
        ("Living Room", "AudioDelay", 5, 6),
        ("Office", "SubCrossover", 50, 111),
    ],
)
def test_eq_has_ranges(household: Household, room: str, eq_type: str, good: int, bad: int) -> None:
    speaker = household.speaker(room)
    act(speaker, "SetEQ", EQType=eq_type, DesiredValue=str(good))
    assert act(speaker, "GetEQ", EQType=eq_type) == {"CurrentValue": str(good)}
    with refused(Code.INVALID_ARGS):
        act(speaker, "SetEQ", EQType=eq_type, DesiredValue=str(bad))


def test_plain_players_have_no_soundbar_settings(kitchen: Speaker) -> None:
    with refused(Code.INVALID_ARGS):
        act(kitchen, "GetEQ", EQType="NightMode")


def test_a_ramp_moves_the_volume_step_by_step(clock: Clock, kitchen: Speaker) -> None:
    answer = act(
        kitchen, "RampToVolume", Channel="Master", RampType="AUTOPLAY_RAMP_TYPE", DesiredVolume="9"
    )
    assert answer == {"RampTime": "1"}
    volume = kitchen.rendering.volume
    assert volume["Master"] == 0
    clock.pump([0.02] * 4)
    assert 0 < volume["Master"] < 9
    clock.pump([0.02] * 20)
    assert volume["Master"] == 9


@pytest.mark.parametrize(
    ("kind", "at_once", "moving", "seconds"),
    [("SLEEP_TIMER_RAMP_TYPE", 20, 8.0, 8), ("ALARM_RAMP_TYPE", 0, 42.0, 12)],
)
def test_each_kind_of_ramp_has_its_own_speed(
    clock: Clock, kitchen: Speaker, kind: str, at_once: int, moving: float, seconds: int
) -> None:
    people = People(kitchen.household)
    people.set_volume("Kitchen", 20)
    answer = act(kitchen, "RampToVolume", Channel="Master", RampType=kind, DesiredVolume="30")
    assert answer == {"RampTime": str(seconds)}
    assert kitchen.rendering.volume["Master"] == at_once
    clock.pump([0.1] * round(moving * 10 - 5))
    assert at_once < kitchen.rendering.volume["Master"] < 30
    clock.pump([0.1] * 25)
    assert kitchen.rendering.volume["Master"] == 30


def test_there_is_no_other_kind_of_ramp(kitchen: Speaker) -> None:
    with refused(Code.INVALID_ARGS):
        act(kitchen, "RampToVolume", Channel="Master", RampType="SLOW", DesiredVolume="30")


@pytest.mark.parametrize("action", ["SetVolume", "SetRelativeVolume", "RampToVolume"])
def test_a_fixed_output_declines_another_volume(
    people: People, household: Household, action: str
) -> None:
    people.fix_output("Office")
    office = household.speaker("Office")
    arguments = {"DesiredVolume": "5", "Adjustment": "-5", "RampType": "AUTOPLAY_RAMP_TYPE"}
    with refused(Code.ACTION_FAILED):
        act(office, action, Channel="Master", **arguments)
    assert office.rendering.volume["Master"] == 100


def test_a_fixed_output_counts_for_the_group_that_cannot_change_it(
    people: People, household: Household, kitchen: Speaker
) -> None:
    people.fix_output("Office")
    office = household.speaker("Office")
    with refused(Code.ACTION_FAILED):
        act(office, "SetGroupVolume", DesiredVolume="5")
    people.set_volume("Kitchen", 20)
    people.group("Office", "Kitchen")
    assert act(kitchen, "GetGroupVolume") == {"CurrentVolume": "60"}
    act(kitchen, "SnapshotGroupVolume")
    act(kitchen, "SetRelativeGroupVolume", Adjustment="-30")
    assert act(kitchen, "GetVolume", Channel="Master") == {"CurrentVolume": "10"}
    assert act(office, "GetVolume", Channel="Master") == {"CurrentVolume": "100"}


# -- alarms


def test_an_alarm_at_the_same_time_in_the_same_room_is_refused(household: Household) -> None:
    first = household.alarms.items[0]
    arguments = {
        "StartLocalTime": first.start,
        "Duration": "01:00:00",
        "Recurrence": "DAILY",
        "Enabled": "1",
        "RoomUUID": first.room_uuid,
        "ProgramURI": "x-rincon-buzzer:0",
        "ProgramMetaData": "",
        "PlayMode": "NORMAL",
        "Volume": "10",
        "IncludeLinkedZones": "0",
    }
    speaker = household.speakers[0]
    with refused(Code.DUPLICATE_ALARM):
        act(speaker, "CreateAlarm", **arguments)
    version = household.alarms.version
    number = act(speaker, "CreateAlarm", **{**arguments, "StartLocalTime": "05:55:00"})
    assert household.alarms.version == version + 1
    act(speaker, "DestroyAlarm", ID=number["AssignedID"])
    with refused(Code.NOT_SUPPORTED_HERE):
        act(speaker, "DestroyAlarm", ID=number["AssignedID"])


# -- many things


def test_there_can_be_many_favorites(people: People, household: Household) -> None:
    before = household.update_ids["FV:2"]
    people.fill_favorites(250)
    assert len({favorite.object_id for favorite in household.catalog.favorites}) == 250
    assert household.update_ids["FV:2"] > before


def test_alarms_spread_and_the_last_list_is_everybodys(
    household: Household, people: People, clock: Clock
) -> None:
    """What was changed at another player meanwhile is gone."""
    people.set_alarm_delay(1.0)
    here, there = household.speakers[0], household.speaker("Patio")
    alarms = household.alarms
    first, second = (
        {argument: str(getattr(alarm, field)) for argument, field in ARGUMENTS.items()}
        for alarm in alarms.items
    )

    def volumes(speaker: Speaker) -> list[str]:
        return re.findall(r' Volume="(\d+)"', alarms.to_xml(speaker))

    act(here, "UpdateAlarm", ID="14", **{**first, "Volume": "50"})
    assert (volumes(here), volumes(there)) == (["50", "20"], ["20", "20"])
    assert alarms.list_version(here) != alarms.list_version(there)
    clock.advance(0.5)
    act(there, "UpdateAlarm", ID="15", **{**second, "Volume": "60"})
    clock.advance(0.6)
    assert volumes(here) == volumes(there) == ["50", "20"]
    clock.advance(0.5)
    assert volumes(here) == volumes(there) == ["20", "60"]
