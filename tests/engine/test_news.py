"""News: what it is about, and what two pieces about the same thing make."""

import dataclasses

import pytest

from custom_components.sonos_twisted.engine import (
    AnyNews,
    DescriptionNews,
    EventNews,
    LeaseNews,
    ReachabilityNews,
    TopologyNews,
)
from custom_components.sonos_twisted.model import EMPTY_TOPOLOGY, parse_device_description

UID = "RINCON_1"
DESCRIPTION = parse_device_description(
    b"<root><device><deviceType>urn:schemas-upnp-org:device:ZonePlayer:1</deviceType>"
    b"<UDN>uuid:RINCON_1</UDN></device></root>"
)


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True)])
def test_an_initial_event_stays_one_when_another_merges(first: bool, second: bool) -> None:
    older = EventNews(UID, "AVTransport", {}, 1.0, is_initial=first)
    newer = EventNews(UID, "AVTransport", {}, 2.0, is_initial=second)
    assert older.merged_with(newer).is_initial
    assert not EventNews(UID, "AVTransport", {}, 1.0).is_initial


def test_newer_variables_are_laid_over_older_ones() -> None:
    older = EventNews(UID, "AVTransport", {"transport_state": "PLAYING", "current_track": "1"}, 1.0)
    newer = EventNews(UID, "AVTransport", {"transport_state": "STOPPED"}, 2.0)
    assert older.merged_with(newer) == EventNews(
        UID, "AVTransport", {"transport_state": "STOPPED", "current_track": "1"}, 2.0, events=2
    )


def test_channels_are_merged_one_by_one() -> None:
    """An event that tells the left volume says nothing of the others."""
    older = EventNews(UID, "RenderingControl", {"volume": {"Master": "20", "LF": "100"}}, 1.0)
    newer = EventNews(UID, "RenderingControl", {"volume": {"LF": "50"}, "mute": {"LF": "1"}}, 2.0)
    assert older.merged_with(newer).variables == {
        "volume": {"Master": "20", "LF": "50"},
        "mute": {"LF": "1"},
    }


def test_a_value_without_channels_replaces_one_with() -> None:
    older = EventNews(UID, "RenderingControl", {"volume": {"Master": "20"}}, 1.0)
    newer = EventNews(UID, "RenderingControl", {"volume": "30"}, 2.0)
    assert older.merged_with(newer).variables == {"volume": "30"}


def test_merging_changes_neither_piece() -> None:
    """Soco shares the dictionaries of equal events, so they must stay as they are."""
    older = EventNews(UID, "RenderingControl", {"volume": {"Master": "20"}}, 1.0)
    newer = EventNews(UID, "RenderingControl", {"volume": {"LF": "50"}}, 2.0)
    older.merged_with(newer)
    assert older.variables == {"volume": {"Master": "20"}}
    assert newer.variables == {"volume": {"LF": "50"}}


@pytest.mark.parametrize(
    ("news", "about"),
    [
        (EventNews(UID, "AVTransport", {}, 0.0), (UID, "AVTransport")),
        (TopologyNews(EMPTY_TOPOLOGY, 0.0), "topology"),
        (DescriptionNews(DESCRIPTION), (UID, "description")),
        (ReachabilityNews(UID, True), (UID, "reachability")),
        (LeaseNews(UID, "AVTransport", True), (UID, "AVTransport", "lease")),
    ],
)
def test_what_news_is_about(news: AnyNews, about: object) -> None:
    """Each has a slot that no other kind of news shares."""
    assert news.about == about


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (TopologyNews(EMPTY_TOPOLOGY, 1.0), TopologyNews(EMPTY_TOPOLOGY, 2.0)),
        (ReachabilityNews(UID, True), ReachabilityNews(UID, False, "is off")),
        (LeaseNews(UID, "AudioIn", False, "is off"), LeaseNews(UID, "AudioIn", True)),
    ],
)
def test_of_other_news_the_latest_counts(older: AnyNews, newer: AnyNews) -> None:
    merged = older.merged_with(newer)  # type: ignore[arg-type]
    assert merged is newer


def test_news_cannot_be_changed() -> None:
    """It goes from one thread to another."""
    news = ReachabilityNews(UID, True)
    with pytest.raises(dataclasses.FrozenInstanceError):
        news.reachable = False  # type: ignore[misc]
