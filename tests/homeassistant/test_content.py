"""The favourites, playlists and stations of a household, read page by page and kept current."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted.content import HouseholdContent, async_all_pages
from custom_components.sonos_twisted.engine.commands import queue, transport
from custom_components.sonos_twisted.engine.commands.content import Page, browse
from custom_components.sonos_twisted.model import Didl
from tests.homeassistant.actions import in_house
from tests.homeassistant.conftest import OURS, complaints, until

if TYPE_CHECKING:
    from tests.simulator.control import Remote


@pytest.fixture
def content(entry: MockConfigEntry) -> HouseholdContent:
    """Give the lists of the house."""
    content: HouseholdContent = entry.runtime_data.content
    return content


def titles(items: tuple[Didl, ...]) -> list[str | None]:
    """Return what items are called."""
    return [item.title for item in items]


@pytest.mark.parity("household: favorites")
@pytest.mark.parity("household: playlists")
@pytest.mark.parity("beyond: many favorites")
async def test_lists_are_read_and_follow_the_app(
    hass: HomeAssistant, remote: Remote, content: HouseholdContent
) -> None:
    """All of 250 favourites; and whoever wants to know is told of each change."""
    told: list[None] = []
    await until(hass, lambda: content.favorites and content.playlists and content.stations)
    assert titles(content.playlists) == ["Dinner", "Morning", "Häuser & Höfe"]
    assert titles(content.stations)[0] == "BBC Radio 3"
    await until(hass, lambda: titles(content.stations)[-1] == "Night Waves")
    end = content.async_subscribe(lambda: told.append(None))
    with patch(f"{OURS}.content.PAGE", 100):
        await in_house(hass, remote.fill_favorites, 250)
        await until(hass, lambda: len(content.favorites) == 250)
    assert len(set(titles(content.favorites))) == 250
    assert titles(content.favorites)[-1] == "Favorite 249"
    assert len(told) == 1
    await in_house(hass, remote.remove_favorite, "Favorite 7")
    await until(hass, lambda: len(content.favorites) == 249)
    assert len(told) == 2
    # One that reads the same again tells nobody.
    content.refresh("SQ:")
    content.refresh("FV:2")
    await hass.async_block_till_done(wait_background_tasks=True)
    end()
    await in_house(hass, remote.fill_favorites, 3)
    await until(hass, lambda: len(content.favorites) == 3)
    assert len(told) == 2
    assert titles(await content.async_browse_all("SQ:0"))[:1] == ["Kelewele"]


async def test_lists_that_cannot_be_read_are_read_later(
    hass: HomeAssistant,
    remote: Remote,
    content: HouseholdContent,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nobody is bothered with it, and one that fails does not keep the others."""
    await until(hass, lambda: content.favorites and content.playlists and content.stations)
    with (
        patch(f"{OURS}.content.RETRY_SECONDS", 0.5),
        patch(f"{OURS}.content.SETTLING_SECONDS", 0.05),
    ):
        await in_house(hass, remote.fail_action, "*", "Browse", 501, 1)
        await in_house(hass, remote.add_favorite, "Song", "http://192.0.2.1/song.mp3")
        content.refresh("SQ:")
        await until(hass, lambda: "Song" in titles(content.favorites))
        # While it waits to read again, the household may be closed.
        await in_house(hass, remote.fail_action, "*", "Browse", 501, 9)
        content.refresh("FV:2")
        await until(hass, lambda: content._timer.when is not None and not content._reading)
        assert await hass.config_entries.async_unload(entry.entry_id)
    assert content._timer.when is None
    assert complaints(caplog) == []


async def test_a_change_does_not_wait_for_a_list_that_could_not_be_read(
    hass: HomeAssistant, remote: Remote, content: HouseholdContent
) -> None:
    """That is tried again in a minute; what has changed is read at once."""
    await until(hass, lambda: content.favorites and content.playlists and content.stations)
    await in_house(hass, remote.fail_action, "*", "Browse", 501, 1)
    content.refresh("SQ:")
    await until(hass, lambda: (content._timer.when or 0.0) > soon(hass, 9))
    await in_house(hass, remote.heal)
    await in_house(hass, remote.add_favorite, "Song", "http://192.0.2.1/song.mp3")
    await until(hass, lambda: "Song" in titles(content.favorites))


def soon(hass: HomeAssistant, seconds: float) -> float:
    """Return the time of the loop after so many seconds."""
    return hass.loop.time() + seconds


# --- pages ---------------------------------------------------------------------------------


def numbered(count: int) -> tuple[Didl, ...]:
    """Return so many items."""
    return tuple(Didl(title=str(number)) for number in range(count))


def reader(
    items: tuple[Didl, ...], size: int, update_id: Callable[[int], int]
) -> tuple[Callable[[int, int], Awaitable[Page]], list[int]]:
    """Return what reads pages of items, and the places that were read."""
    read: list[int] = []

    async def page(start: int, count: int) -> Page:
        read.append(start)
        items_read = items[start : start + min(size, count)]
        return Page(items_read, len(items), update_id(len(read)))

    return page, read


async def test_a_part_of_a_list() -> None:
    page, read = reader(numbered(9), 3, lambda _: 1)
    assert await async_all_pages(page, 2, 5) == numbered(9)[2:7]
    assert read == [2, 5]


@pytest.mark.parametrize(("count", "places"), [(0, [0]), (3, [0]), (4, [0, 3]), (7, [0, 3, 6])])
async def test_pages_are_read_to_the_end(count: int, places: list[int]) -> None:
    page, read = reader(numbered(count), 3, lambda _: 1)
    assert await async_all_pages(page) == numbered(count)
    assert read == places


async def test_a_list_that_changes_meanwhile_is_read_anew() -> None:
    """What was read before does not fit together with what comes then."""
    page, read = reader(numbered(7), 3, lambda reading: 1 if reading < 2 else 2)
    assert await async_all_pages(page) == numbered(7)
    assert read == [0, 3, 0, 3, 6]


async def test_a_list_that_never_rests_is_taken_as_it_is() -> None:
    """Somebody plays with it; the next event brings another chance."""
    page, read = reader(numbered(7), 3, lambda reading: reading)
    assert len(await async_all_pages(page)) >= 3
    assert read == [0, 3] * 3


async def test_a_page_without_items_ends_the_list() -> None:
    """A total that promises more than there is must not be waited for."""

    async def page(start: int, _count: int) -> Page:
        return Page(numbered(2) if start == 0 else (), 9, 1)

    assert await async_all_pages(page) == numbered(2)


@pytest.mark.parity("beyond: large queue")
async def test_a_queue_of_ten_thousand_tracks(
    hass: HomeAssistant, remote: Remote, entry: MockConfigEntry
) -> None:
    """Read as any list, at the speaker whose queue it is."""
    coordinator = entry.runtime_data
    kitchen = next(room for room in coordinator.household.rooms if room.name == "Kitchen")
    await in_house(hass, remote.fill_queue, "Kitchen", 10_000)

    async def page(start: int, count: int) -> Page:
        found: Page = await coordinator.commands.in_group(kitchen, browse, "Q:0", start, count)
        return found

    items = await async_all_pages(page)
    assert len(items) == 10_000
    assert len({item.title for item in items}) == 10_000
    await coordinator.commands.in_group(kitchen, queue.activate, kitchen.uid, 9_999)
    await coordinator.commands.in_group(kitchen, transport.play)
    await until(hass, lambda: kitchen.media and kitchen.media.queue_position == 9_999)
    assert kitchen.media is not None
    assert kitchen.media.queue_size == 10_000
