"""Browsing what a household has to play: a tree of which each level is read when it is opened."""

from collections.abc import Awaitable, Callable, Sequence
import logging
from typing import TYPE_CHECKING
from urllib.parse import unquote

from homeassistant.components.media_player import BrowseError, BrowseMedia, MediaClass
from homeassistant.exceptions import HomeAssistantError

from ..content import FAVORITES, PLAYLISTS, STATIONS, async_all_pages
from ..engine.commands import content
from ..model import (
    LIBRARY_LISTS,
    ContentKind,
    Didl,
    divide,
    kind_of,
    whole_number,
)
from ..translated import word
from . import foreign
from .items import (
    LOOKS,
    OPENABLE,
    BrowseType,
    entry,
    folder,
    is_whole,
    not_browsable,
    shown_error,
)

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..engine.commands.content import Page
    from ..model import Speaker
    from .items import ImageUrl

_LOGGER = logging.getLogger(__name__)

#: Items that one folder shows. A longer list is divided, since browsers get slow.
MOST_ITEMS = 500

#: Folders that a list is divided into; of a still longer list, they are divided again.
MOST_FOLDERS = 50

#: Items that are read to see how many there are.
_GLANCE = 50

#: Letters of a title that stands for one end of a part.
_MOST_LETTERS = 24

_SHARES = "S:"

#: The key of the title of each branch of the root, its id, and its symbol.
BRANCHES = {
    BrowseType.FAVORITES: ("favorites", FAVORITES, MediaClass.DIRECTORY),
    BrowseType.PLAYLISTS: ("sonos_playlists", PLAYLISTS, MediaClass.PLAYLIST),
    BrowseType.RADIO: ("stations", STATIONS, MediaClass.MUSIC),
    BrowseType.QUEUE: ("queue", content.QUEUE, MediaClass.PLAYLIST),
    BrowseType.LIBRARY: ("library", "A:", MediaClass.DIRECTORY),
}

#: The lists of the music library: what each is called, and its symbol.
_LISTS = {
    object_id: LOOKS[kind]
    for object_id, kind in (*LIBRARY_LISTS.items(), (_SHARES, ContentKind.FOLDER))
}

#: Classes that can be searched for in particular.
_SEARCHABLE = list(dict.fromkeys(look.media_class for look in LOOKS.values()))

#: Lists that are sorted by title, so that the titles at both ends say what is between.
_SORTED = ("A:", "S:")


class MediaBrowser:
    """Opens what somebody browses in one room."""

    def __init__(
        self, coordinator: HouseholdCoordinator, speaker: Speaker, image_url: ImageUrl
    ) -> None:
        """Prepare to browse.

        Args:
            coordinator: The household's.
            speaker: The room.
            image_url: Gives a browser the address of an item's picture.

        """
        self._coordinator = coordinator
        self._speaker = speaker
        self._image_url = image_url
        self._openers: dict[str, Callable[[str], Awaitable[BrowseMedia]]] = {
            BrowseType.ROOT: self._root,
            BrowseType.FAVORITES: self._favorites,
            BrowseType.FAVORITES_FOLDER: self._favorites_of_kind,
            BrowseType.PLAYLISTS: self._playlists,
            BrowseType.RADIO: self._stations,
            BrowseType.QUEUE: self._queue,
            BrowseType.LIBRARY: self._library,
            BrowseType.LIST: self._list,
            BrowseType.PART: self._part,
        }

    async def async_open(self, media_type: str | None, content_id: str | None) -> BrowseMedia:
        """Open something; the root, when it is not said what.

        Raises:
            BrowseError: When it cannot be opened.

        """
        if media_type is None or content_id is None:
            media_type = content_id = BrowseType.ROOT
        hass = self._coordinator.hass
        if (opened := await foreign.async_open(hass, media_type, content_id)) is not None:
            return opened
        try:
            if (opener := self._openers.get(media_type)) is not None:
                return await opener(content_id)
            if content_id.startswith(OPENABLE):
                return await self._container(media_type, content_id)
        except HomeAssistantError as error:
            raise shown_error(BrowseError, error) from error
        raise not_browsable(media_type, content_id)

    # The root

    async def _root(self, _content_id: str) -> BrowseMedia:
        lists = self._coordinator.content
        there = {
            BrowseType.FAVORITES: any(item.res_uri for item in lists.favorites),
            BrowseType.PLAYLISTS: bool(lists.playlists),
            BrowseType.RADIO: bool(lists.stations),
            BrowseType.QUEUE: await self._has_any(content.QUEUE),
            BrowseType.LIBRARY: await self._has_any("A:TRACKS") or await self._has_any(_SHARES),
        }
        children = [_branch(branch) for branch, is_there in there.items() if is_there]
        children += await foreign.async_branches(self._coordinator.hass)
        if len(children) == 1:
            only = children[0]
            return await self.async_open(only.media_content_type, only.media_content_id)
        root = _searchable(folder("Sonos", BrowseType.ROOT, BrowseType.ROOT))
        root.children = children
        return root

    async def _has_any(self, object_id: str) -> bool:
        try:
            return (await self._read(object_id, 0, 1)).total > 0
        except HomeAssistantError as error:
            _LOGGER.debug("%s is left out of the media browser: %s", object_id, error)
            return False

    # Lists that are kept

    async def _favorites(self, _content_id: str) -> BrowseMedia:
        favorites = self._coordinator.content.favorites
        kinds = {kind_of(item) for item in favorites if item.res_uri}
        shown = _branch(BrowseType.FAVORITES)
        shown.children = [
            folder(look.title, BrowseType.FAVORITES_FOLDER, kind, look.media_class)
            for kind, look in LOOKS.items()
            if kind in kinds
        ]
        return shown

    async def _favorites_of_kind(self, content_id: str) -> BrowseMedia:
        if content_id not in ContentKind:
            raise not_browsable(BrowseType.FAVORITES_FOLDER, content_id)
        kind = ContentKind(content_id)
        look = LOOKS[kind]
        shown = folder(look.title, BrowseType.FAVORITES_FOLDER, kind, look.media_class)
        favorites = self._coordinator.content.favorites
        return self._fill(shown, [item for item in favorites if kind_of(item) is kind])

    async def _playlists(self, _content_id: str) -> BrowseMedia:
        return self._fill(_branch(BrowseType.PLAYLISTS), self._coordinator.content.playlists)

    async def _stations(self, _content_id: str) -> BrowseMedia:
        return self._fill(_branch(BrowseType.RADIO), self._coordinator.content.stations)

    # What is read when it is opened

    async def _queue(self, _content_id: str) -> BrowseMedia:
        return await self._open_list(_branch(BrowseType.QUEUE), content.QUEUE)

    async def _library(self, _content_id: str) -> BrowseMedia:
        shown = _branch(BrowseType.LIBRARY)
        shown.children = [_list_folder(object_id) for object_id in _LISTS]
        return shown

    async def _list(self, content_id: str) -> BrowseMedia:
        if content_id not in _LISTS:
            raise not_browsable(BrowseType.LIST, content_id)
        return await self._open_list(_list_folder(content_id), content_id)

    async def _container(self, media_type: str, content_id: str) -> BrowseMedia:
        looks = (look for look in LOOKS.values() if look.media_type == media_type)
        shown = folder(
            unquote(content_id.rstrip("/").rpartition("/")[2]),
            media_type,
            content_id,
            next((look.media_class for look in looks), MediaClass.DIRECTORY),
        )
        shown.can_play = is_whole(content_id)
        await self._open_list(shown, content_id)
        if (about := await self._about(content_id)) is not None:
            shown.title = about.title
            shown.media_class = about.media_class
            shown.thumbnail = about.thumbnail
        return shown

    async def _about(self, object_id: str) -> BrowseMedia | None:
        """Return how a container is shown in the list that it is in."""
        playlists = {item.item_id: item for item in self._coordinator.content.playlists}
        item = playlists.get(object_id)
        if item is None:
            try:
                commands = self._coordinator.commands
                item = await commands.in_household(content.look_up, object_id)
            except HomeAssistantError as error:
                _LOGGER.debug("%s says nothing of itself: %s", object_id, error)
        return entry(item, self._image_url) if item else None

    async def _open_list(self, shown: BrowseMedia, object_id: str) -> BrowseMedia:
        glance = await self._read(object_id, 0, _GLANCE)
        if glance.total > MOST_ITEMS:
            shown.children = await self._parts(object_id, 0, glance.total)
            return shown
        items = glance.items
        if len(items) < glance.total:
            items = await self._items(object_id, 0, glance.total)
        return self._fill(shown, items, 0 if object_id == content.QUEUE else None)

    # Parts of long lists

    async def _part(self, content_id: str) -> BrowseMedia:
        object_id, _, numbers = content_id.rpartition("#")
        first, _, last = numbers.partition("-")
        start, end = whole_number(first), whole_number(last)
        can_be_opened = object_id == content.QUEUE or object_id.startswith(OPENABLE)
        if start is None or end is None or start >= end or not can_be_opened:
            raise not_browsable(BrowseType.PART, content_id)
        shown = folder(f"{start + 1}-{end}", BrowseType.PART, content_id)
        if end - start > MOST_ITEMS:
            shown.children = await self._parts(object_id, start, end)
            return shown
        items = await self._items(object_id, start, end)
        return self._fill(shown, items, start if object_id == content.QUEUE else None)

    async def _parts(self, object_id: str, start: int, end: int) -> list[BrowseMedia]:
        """Return folders for the parts of a list; nothing is read but the items at their ends."""
        parts = divide(start, end, MOST_ITEMS, MOST_FOLDERS)
        titles: list[str] = []
        if object_id.startswith(_SORTED):
            titles += await self._titles(object_id, start, 1)
            for _, edge in parts[:-1]:
                titles += await self._titles(object_id, edge - 1, 2)
            titles += await self._titles(object_id, end - 1, 1)
        folders = []
        for number, (first, last) in enumerate(parts):
            ends = [title for title in titles[2 * number : 2 * number + 2] if title]
            between = f": {' … '.join(ends)}" if ends else ""
            name = f"{first + 1}-{last}{between}"
            folders.append(folder(name, BrowseType.PART, f"{object_id}#{first}-{last}"))
        return folders

    async def _titles(self, object_id: str, start: int, count: int) -> list[str]:
        """Read as many titles; they are empty where there is nothing, or no answer."""
        titles: list[str] = []
        try:
            page = await self._read(object_id, start, count)
            titles = [(item.title or "")[:_MOST_LETTERS] for item in page.items[:count]]
        except HomeAssistantError as error:
            _LOGGER.debug("The titles at %s of %s cannot be read: %s", start, object_id, error)
        return titles + [""] * (count - len(titles))

    # Reading

    async def _read(self, object_id: str, start: int, count: int) -> Page:
        commands = self._coordinator.commands
        if object_id == content.QUEUE:
            return await commands.in_group(self._speaker, content.browse, object_id, start, count)
        return await commands.in_household(content.browse, object_id, start, count)

    async def _items(self, object_id: str, start: int, end: int) -> tuple[Didl, ...]:
        return await async_all_pages(
            lambda first, most: self._read(object_id, first, most), start, end - start
        )

    def _fill(
        self, shown: BrowseMedia, items: Sequence[Didl], queued_before: int | None = None
    ) -> BrowseMedia:
        """Let a folder show items.

        Args:
            shown: The folder.
            items: What it has.
            queued_before: How many items of the queue come before them, if they are in it.

        """
        places = (
            [None] * len(items)
            if queued_before is None
            else range(queued_before + 1, queued_before + len(items) + 1)
        )
        children = [
            entry(item, self._image_url, place) for item, place in zip(items, places, strict=True)
        ]
        shown.children = [child for child in children if child is not None]
        shown.not_shown = len(children) - len(shown.children)
        return shown


def _branch(branch: BrowseType) -> BrowseMedia:
    title, content_id, media_class = BRANCHES[branch]
    shown = folder(word(f"common.browse_{title}"), branch, content_id, media_class)
    return shown if branch is BrowseType.QUEUE else _searchable(shown)


def _list_folder(object_id: str) -> BrowseMedia:
    look = _LISTS[object_id]
    return _searchable(folder(look.title, BrowseType.LIST, object_id, look.media_class))


def _searchable(shown: BrowseMedia) -> BrowseMedia:
    shown.can_search = True
    if shown.media_content_type in {BrowseType.ROOT, BrowseType.LIBRARY, BrowseType.FAVORITES}:
        shown.search_media_classes = _SEARCHABLE
    return shown
