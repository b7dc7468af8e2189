"""Searching what a household has to play: its library, playlists, favourites and stations."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
import logging
from typing import TYPE_CHECKING
from urllib.parse import quote

from homeassistant.components import media_source
from homeassistant.components.media_player import (
    BrowseMedia,
    MediaClass,
    MediaType,
    SearchError,
    SearchMedia,
    SearchMediaQuery,
)
from homeassistant.exceptions import HomeAssistantError

from ..const import DOMAIN
from ..engine.commands import content
from ..model import LIBRARY_LISTS, ContentKind, Didl, Match, kind_of, match
from .foreign import is_audio
from .items import DIRECTORY, LOOKS, BrowseType, entry, shown_error

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from .items import ImageUrl

_LOGGER = logging.getLogger(__name__)

#: Results that are returned.
MOST_RESULTS = 100

#: Items of a list of the library that are considered. A list is not sorted by how well they fit.
_CANDIDATES = 200

#: What comes first among what fits equally well.
_ORDER = (
    ContentKind.ARTIST,
    ContentKind.ALBUM,
    ContentKind.PLAYLIST,
    ContentKind.STATION,
    ContentKind.TRACK,
)

#: What is searched for when nobody says what. Most contributing artists are artists, too.
_BY_DEFAULT = frozenset(ContentKind) - {ContentKind.CONTRIBUTING_ARTIST}

_KEPT = (BrowseType.FAVORITES, BrowseType.PLAYLISTS, BrowseType.RADIO)

_KINDS_OF_TYPES: dict[str, ContentKind] = {
    look.media_type: kind for kind, look in LOOKS.items() if kind in LIBRARY_LISTS.values()
}
_KINDS_OF_TYPES[BrowseType.STATION] = ContentKind.STATION


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is searched.

    Attributes:
        lists: Lists of the library.
        kept: Lists that are kept anyway.
        kinds: What is searched for; None for everything.

    """

    lists: tuple[str, ...] = tuple(LIBRARY_LISTS)
    kept: tuple[BrowseType, ...] = _KEPT
    kinds: frozenset[ContentKind] | None = None

    def within(self, kinds: frozenset[ContentKind]) -> _Scope:
        """Return what of it is of these kinds."""
        return replace(self, kinds=kinds if self.kinds is None else self.kinds & kinds)

    def searched_lists(self) -> list[str]:
        """Return the lists of the library that can have something of it."""
        kinds = _BY_DEFAULT if self.kinds is None else self.kinds
        return [object_id for object_id in self.lists if LIBRARY_LISTS[object_id] in kinds]


async def async_search(
    coordinator: HouseholdCoordinator, image_url: ImageUrl, query: SearchMediaQuery
) -> SearchMedia:
    """Search, and return what fits best first.

    Args:
        coordinator: The household's.
        image_url: Gives a browser the address of an item's picture.
        query: What is searched for, in which folder, and of which classes.

    Raises:
        SearchError: When it is not possible there, or nothing could be read.

    """
    content_id = query.media_content_id or ""
    if media_source.is_media_source_id(content_id):
        return await _in_media_source(coordinator, content_id, query)
    scope = _of_classes(_scope(query.media_content_type, content_id), query.media_filter_classes)
    wanted = query.search_query.strip()
    if not wanted:
        return SearchMedia(result=[])
    found: list[Didl] = [
        item
        for kept in scope.kept
        for item in _kept(coordinator, kept)
        if match(item.title or "", wanted) is not Match.NONE
    ]
    lists = scope.searched_lists()
    errors: list[HomeAssistantError] = []
    for object_id in lists:
        searched = f"{object_id}:{quote(wanted, safe='')}"
        try:
            page = await coordinator.commands.in_household(content.browse, searched, 0, _CANDIDATES)
        except HomeAssistantError as error:
            _LOGGER.debug("%s cannot be searched: %s", object_id, error)
            errors.append(error)
            continue
        found += page.items
    if errors and not found and len(errors) == len(lists):
        raise shown_error(SearchError, errors[0]) from errors[0]
    return SearchMedia(result=list(_results(found, wanted, scope, image_url))[:MOST_RESULTS])


async def _in_media_source(
    coordinator: HouseholdCoordinator, content_id: str, query: SearchMediaQuery
) -> SearchMedia:
    try:
        found = await media_source.async_search_media(coordinator.hass, content_id, query)
    except HomeAssistantError as error:
        raise shown_error(SearchError, error) from error
    return SearchMedia(result=[item for item in found.result if item.can_expand or is_audio(item)])


def _scope(media_type: str | None, content_id: str) -> _Scope:
    """Tell what is to be searched, from the folder or the kind that somebody searches in."""
    if media_type == BrowseType.LIST and content_id in LIBRARY_LISTS:
        return _Scope(kept=()).within(frozenset({LIBRARY_LISTS[content_id]}))
    if media_type == BrowseType.FAVORITES_FOLDER and content_id in ContentKind:
        favorites = _Scope(lists=(), kept=(BrowseType.FAVORITES,))
        return favorites.within(frozenset({ContentKind(content_id)}))
    if media_type in _KINDS_OF_TYPES:
        return _Scope().within(frozenset({_KINDS_OF_TYPES[media_type]}))
    if media_type in _KEPT:
        return _Scope(lists=(), kept=(BrowseType(media_type),))
    if media_type in {BrowseType.LIBRARY, BrowseType.LIST, BrowseType.PART, DIRECTORY}:
        return _Scope(kept=())
    if media_type in {None, "", MediaType.MUSIC, BrowseType.ROOT}:
        return _Scope()
    raise SearchError(
        translation_domain=DOMAIN,
        translation_key="not_searchable",
        translation_placeholders={"media_type": str(media_type)},
    )


def _of_classes(scope: _Scope, classes: Iterable[MediaClass] | None) -> _Scope:
    """Leave out what is not of these classes; music is a class that everything is of."""
    wanted = frozenset(classes or ())
    if not wanted or MediaClass.MUSIC in wanted:
        return scope
    return scope.within(
        frozenset(kind for kind, look in LOOKS.items() if look.media_class in wanted)
    )


def _kept(coordinator: HouseholdCoordinator, branch: BrowseType) -> tuple[Didl, ...]:
    lists = coordinator.content
    return {
        BrowseType.FAVORITES: lists.favorites,
        BrowseType.PLAYLISTS: lists.playlists,
        BrowseType.RADIO: lists.stations,
    }[branch]


def _results(
    found: Iterable[Didl], wanted: str, scope: _Scope, image_url: ImageUrl
) -> Iterator[BrowseMedia]:
    """Give what was found, what fits best first, and nothing twice."""

    def rank(item: Didl) -> tuple[Match, int]:
        kind = kind_of(item)
        place = _ORDER.index(kind) if kind in _ORDER else len(_ORDER)
        return match(item.title or "", wanted), place

    seen: set[tuple[str, str]] = set()
    for item in sorted(found, key=rank):
        if scope.kinds is not None and kind_of(item) not in scope.kinds:
            continue
        shown = entry(item, image_url)
        if shown is None:
            continue
        key = shown.media_content_type, shown.media_content_id
        if key not in seen:
            seen.add(key)
            yield shown
