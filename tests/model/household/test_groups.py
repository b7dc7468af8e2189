"""A group shows what its coordinator plays, whichever news of a change comes first."""

import pytest

from custom_components.sonos_twisted.model import Aspect, PlaybackState, PlayMode

from ..payloads import (
    KITCHEN,
    OFFICE,
    STUDY,
    group,
    grouped,
    member,
    queue_event,
    radio_event,
    topology,
)
from .steps import ALONE, TOGETHER, aspects, following, household, titles


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


def test_who_joins_shows_what_the_group_plays() -> None:
    """A member shows its new coordinator with the topology, everything at once."""
    home = household(ALONE)
    home.apply_event(KITCHEN, "AVTransport", queue_event(3), 10.0)
    home.apply_event(OFFICE, "AVTransport", radio_event("A - B", uid=OFFICE), 10.0)
    change = home.apply_topology(TOGETHER, 11.0)
    assert titles(home)[OFFICE] == "Song 3"
    assert aspects(change.changes, OFFICE) >= {Aspect.GROUP, Aspect.MEDIA}
    assert aspects(change.changes, KITCHEN) == {Aspect.GROUP}


@pytest.mark.parity("beyond: never a wrong room")
def test_who_joins_by_transport_first() -> None:
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
def test_a_late_topology_brings_nothing_back() -> None:
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
def test_a_group_without_its_coordinator_plays_nothing() -> None:
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
