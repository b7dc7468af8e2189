"""Commands for what a household has to play: lists, the queue, and the sleep timer."""

from collections.abc import Iterator
from typing import Any

import pytest

from custom_components.sonos_twisted.engine import UpnpError
from custom_components.sonos_twisted.engine.commands import content, queue, sleep_timer, transport

from ..simulator.process import SimulatorProcess
from .conftest import NETWORK

pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture(scope="module")
def _house() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=f"{NETWORK}.71", speakers=2) as house:
        yield house


@pytest.fixture
def house(_house: SimulatorProcess) -> Iterator[SimulatorProcess]:
    """Give a house of two rooms; faults end with each test, and the first room plays."""
    _house.remote.play_tracks("Room 1", 3)
    yield _house
    _house.remote.heal()


@pytest.fixture
def host(house: SimulatorProcess) -> str:
    """Give the address of the first room."""
    return house.hosts[0]


def truth(house: SimulatorProcess) -> dict[str, Any]:
    """Return what is true of the first room."""
    speakers = house.remote.truth()["speakers"].values()
    return next(dict(speaker) for speaker in speakers if speaker["name"] == "Room 1")


# --- lists ---------------------------------------------------------------------------------


def test_pages_of_a_list(house: SimulatorProcess, host: str) -> None:
    house.remote.fill_favorites(25)
    page = content.browse(host, "FV:2", 20, 10)
    assert [item.title for item in page.items] == [f"Favorite {n}" for n in range(20, 25)]
    assert (page.total, page.update_id > 0) == (25, True)
    house.remote.remove_favorite("Favorite 3")
    later = content.browse(host, "FV:2")
    assert (later.total, len(later.items)) == (24, 24)
    assert later.update_id != page.update_id
    beyond = content.browse(host, "FV:2", 100)
    assert (beyond.items, beyond.total) == ((), 24)


def test_a_page_is_no_longer_than_speakers_like(house: SimulatorProcess, host: str) -> None:
    house.remote.fill_queue("Room 1", 1000)
    assert len(content.browse(host, "Q:0").items) == content.PAGE


def test_a_search_in_the_library(host: str) -> None:
    assert [item.title for item in content.browse(host, "A:ALBUM:night").items] == ["Night Market"]


def test_a_single_object(host: str) -> None:
    playlist = content.look_up(host, "SQ:0")
    assert playlist is not None
    assert (playlist.title, playlist.is_kind("playlistContainer")) == ("Dinner", True)
    with pytest.raises(UpnpError) as caught:
        content.look_up(host, "SQ:99")
    assert (caught.value.code, caught.value.service) == (701, "ContentDirectory")


# --- the queue -----------------------------------------------------------------------------


def test_adding_to_the_queue(house: SimulatorProcess, host: str) -> None:
    assert queue.add(host, "http://192.0.2.1/last.mp3", "") == 4
    assert queue.add(host, "http://192.0.2.1/second.mp3", "", before=2) == 2
    assert queue.add(host, "file:///jffs/settings/savedqueues.rsq#0", "", before=6) == 6
    items = content.browse(host, "Q:0").items
    assert [items[n].title for n in (1, 4, 5)] == ["second.mp3", "last.mp3", "Kelewele"]
    assert truth(house)["queue_length"] == 11


def test_clearing_the_queue_is_harmless_when_it_is_empty(
    house: SimulatorProcess, host: str
) -> None:
    queue.clear(host)
    queue.clear(host)
    assert truth(house)["queue_length"] == 0
    house.remote.fail_action("Room 1", "RemoveAllTracksFromQueue", 800)
    with pytest.raises(UpnpError, match="800"):
        queue.clear(host)


def test_playing_from_the_queue(house: SimulatorProcess, host: str) -> None:
    """It is chosen, at a place, and does not start by that."""
    house.remote.play_radio("Room 1")
    queue.activate(host, truth(house)["uid"], 3)
    now = truth(house)
    assert (now["source"], now["track_number"], now["state"]) == ("queue", 3, "STOPPED")
    transport.play(host)
    assert truth(house)["state"] in {"TRANSITIONING", "PLAYING"}
    with pytest.raises(UpnpError) as caught:
        queue.activate(host, now["uid"], 9)
    assert caught.value.code == 711


# --- the sleep timer -----------------------------------------------------------------------


def test_the_sleep_timer(house: SimulatorProcess, host: str) -> None:
    sleep_timer.start(host, 3725)
    assert 3720 <= truth(house)["sleep_timer"] <= 3725
    sleep_timer.clear(host)
    assert truth(house)["sleep_timer"] is None
    sleep_timer.start(host, 60)
    sleep_timer.start(host, 0)
    assert truth(house)["sleep_timer"] is None
