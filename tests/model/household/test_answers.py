"""What is learnt by asking: positions, descriptions, formats, timers, and that nobody answers."""

from custom_components.sonos_twisted.model import (
    Aspect,
    Change,
    DeviceDescription,
    Household,
    PlaybackPosition,
    PositionReading,
    Variables,
    parse_device_description,
)

from ..payloads import FIXTURES, KITCHEN, OFFICE, STUDY, queue_event
from .steps import ALONE, HOME, SUB, TOGETHER, aspects, following, household


def test_a_position_is_news_for_the_group() -> None:
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


def test_a_new_subscription_leaves_the_position_in_doubt() -> None:
    """Its initial event leaves the position in doubt, for it may come long after the change."""
    home = household(ALONE)
    home.apply_event(KITCHEN, "AVTransport", queue_event(1, "PAUSED_PLAYBACK"), 10.0)
    home.apply_position(KITCHEN, PositionReading(42.0, "x-sonos-http:track-1.mp3?sid=2"), 10.5)
    assert home.speakers[KITCHEN].reading_due is None
    home.apply_event(KITCHEN, "AVTransport", queue_event(1), 100.0, is_initial=True)
    assert home.speakers[KITCHEN].reading_due == 101.0


def test_a_position_that_is_too_old_is_dropped() -> None:
    """The answer to a request from before the newest event is dropped."""
    home = household(ALONE)
    home.apply_event(KITCHEN, "AVTransport", queue_event(1), 10.0)
    home.apply_event(KITCHEN, "AVTransport", queue_event(2), 11.0)
    assert home.apply_position(KITCHEN, PositionReading(42.0, ""), 10.5) == set()
    assert home.speakers[KITCHEN].position == PlaybackPosition(0.0, 11.0, running=True)


def test_members_and_strangers_have_no_position() -> None:
    home = household(TOGETHER)
    home.apply_event(OFFICE, "AVTransport", following(KITCHEN), 10.0)
    assert home.apply_position(OFFICE, PositionReading(42.0, ""), 11.0) == set()
    assert home.apply_position(SUB, PositionReading(42.0, ""), 11.0) == set()


def describe() -> DeviceDescription:
    """Read the description of the office's soundbar."""
    return parse_device_description((FIXTURES / "device_description_beam.xml").read_bytes())


def test_a_description_is_news_when_it_differs() -> None:
    home = household(ALONE)
    assert home.apply_description(OFFICE, describe()) == {Change(OFFICE, Aspect.DEVICE)}
    assert home.apply_description(OFFICE, describe()) == set()
    assert home.speakers[OFFICE].name == "Room B2"


def test_a_description_names_the_room_before_the_topology() -> None:
    """It names the room until the topology does."""
    home = Household(HOME)
    home.apply_description(OFFICE, describe())
    assert home.speakers[OFFICE].name == "Living Room"


def test_a_group_shows_the_format_of_its_television() -> None:
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


def test_a_group_shows_its_sleep_timer() -> None:
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


def test_who_cannot_be_reached_is_unavailable_for_a_reason() -> None:
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
