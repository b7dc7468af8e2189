"""Each event changes what it tells of, and the change is reported once."""

import pytest

from custom_components.sonos_twisted.model import (
    Aspect,
    Change,
    Household,
    PlaybackState,
    Variables,
)

from ..payloads import KITCHEN, OFFICE, queue_event
from .steps import ALONE, HOME, TOGETHER, aspects, household, titles


def test_the_same_event_is_no_news() -> None:
    """An event that repeats what is known is no news."""
    home = household(ALONE)
    home.apply_event(KITCHEN, "AVTransport", queue_event(), 1.0)
    kitchen = home.speakers[KITCHEN]
    media = kitchen.media
    assert home.apply_event(KITCHEN, "AVTransport", queue_event(), 2.0) == set()
    assert kitchen.media is media
    assert kitchen.last_event_at == 2.0


def test_an_event_without_a_state_keeps_it() -> None:
    """The state stays what it was."""
    home = household(ALONE)
    home.apply_event(KITCHEN, "AVTransport", queue_event(), 1.0)
    changes = home.apply_event(
        KITCHEN, "AVTransport", {"transport_error_description": "ERROR"}, 2.0
    )
    assert home.speakers[KITCHEN].playback is PlaybackState.PLAYING
    assert changes == set()


def test_odd_values_replace_nothing() -> None:
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


def test_an_event_before_the_topology_is_remembered() -> None:
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
def test_rendering_comes_in_deltas(
    variables: Variables, volume: int, muted: bool, expected: set[Aspect]
) -> None:
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


def test_the_volume_of_a_group_comes_from_its_coordinator() -> None:
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
def test_each_variable_belongs_to_an_aspect(
    service: str, variables: Variables, expected: set[Change]
) -> None:
    home = household(ALONE)
    assert home.apply_event(KITCHEN, service, variables, 1.0) == expected
    assert home.apply_event(KITCHEN, service, variables, 2.0) == set()


def test_what_all_players_say_is_news_once() -> None:
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
