"""Players join, leave, and hand the music over; what members decline; the volume of a group."""

# mypy: disallow-untyped-calls=False
import pytest
from twisted.internet.task import Clock

from tests.simulator.errors import Code
from tests.simulator.household import Household
from tests.simulator.speaker import Speaker

from .steps import People, act, refused


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
