"""ContentDirectory: browsing queue, playlists, favourites, stations and library."""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from tests.simulator import didl
from tests.simulator.catalog import (
    LEVELS,
    Favorite,
    SavedQueue,
    shows,
    stations,
)
from tests.simulator.errors import Code, UpnpError
from tests.simulator.table import services_of
from tests.simulator.text import escape

from .kinds import fixed, nothing, number, truth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.simulator.didl import Track
    from tests.simulator.speaker import Speaker

    from .kinds import Answer, Arguments, Handler, Key, Variables

_PAGE = 1000
_QUEUE_PAGE = 486
_MOST_FAVORITES = 70
_ROOTS = {
    "A:ARTIST": "Contributing Artists",
    "A:ALBUMARTIST": "Artists",
    "A:ALBUM": "Albums",
    "A:GENRE": "Genres",
    "A:COMPOSER": "Composers",
    "A:TRACKS": "Tracks",
    "A:PLAYLISTS": "Playlists",
}
_CLASSES = {
    "artist": "object.container.person.musicArtist",
    "album_artist": "object.container.person.musicArtist",
    "album": "object.container.album.musicAlbum",
    "genre": "object.container.genre.musicGenre",
    "composer": "object.container.person.composer",
}


def _container(object_id: str, parent: str, title: str, item_class: str, extra: str = "") -> str:
    return (
        f'<container id="{escape(object_id)}" parentID="{escape(parent)}" restricted="true">'
        f"<dc:title>{escape(title)}</dc:title><upnp:class>{item_class}</upnp:class>{extra}"
        "</container>"
    )


def _library_resource(speaker: Speaker, object_id: str) -> str:
    uri = f"x-rincon-playlist:{speaker.uid}#{object_id}"
    return f'<res protocolInfo="x-rincon-playlist:*:*:*">{escape(uri)}</res>'


def _queue_page(speaker: Speaker, start: int, count: int) -> list[str]:
    page = speaker.transport.queue.tracks[start : start + count]
    return [
        didl.track_item(track, item_id=f"Q:0/{place}", parent="Q:0")
        for place, track in enumerate(page, start + 1)
    ]


def _queues(speaker: Speaker, rest: str) -> list[str]:
    count = len(speaker.transport.queue)
    if rest == "0":
        return _queue_page(speaker, 0, count)
    queue = (
        f'<container id="Q:0" parentID="Q:" restricted="true" childCount="{count}">'
        "<dc:title>Queue Instance 0</dc:title><upnp:class>object.container.playlistContainer"
        "</upnp:class></container>"
    )
    return [queue]


def _playlists(speaker: Speaker, rest: str) -> list[str]:
    catalog = speaker.household.catalog
    if rest:
        playlist = catalog.playlist(int(rest)) if rest.isdecimal() else None
        if playlist is None:
            raise UpnpError(Code.NO_SUCH_OBJECT)
        return [
            didl.track_item(track, item_id=f"S:{track.uri}", parent=playlist.object_id)
            for track in playlist.tracks
        ]
    items = []
    for playlist in catalog.playlists:
        art = "".join(
            f"<upnp:albumArtURI>{escape(track.art_uri)}</upnp:albumArtURI>"
            for track in playlist.tracks[:4]
        )
        res = f'<res protocolInfo="file:*:audio/mpegurl:*">{escape(playlist.uri)}</res>'
        items.append(
            _container(
                playlist.object_id,
                "SQ:",
                playlist.title,
                "object.container.playlistContainer",
                res + art,
            )
        )
    return items


def _favorite_item(favorite: Favorite) -> str:
    res = f'<res protocolInfo="{escape(favorite.protocol)}">{escape(favorite.uri)}</res>'
    return (
        f'<item id="{favorite.object_id}" parentID="FV:2" restricted="false">'
        f"<dc:title>{escape(favorite.title)}</dc:title>"
        "<upnp:class>object.itemobject.item.sonos-favorite</upnp:class>"
        f"<r:ordinal>{favorite.number}</r:ordinal>{res if favorite.uri else '<res/>'}"
        f"{didl.tag('upnp:albumArtURI', favorite.art)}<r:type>{favorite.kind}</r:type>"
        f"{didl.tag('r:description', favorite.description)}{didl.tag('r:resMD', favorite.metadata)}"
        "</item>"
    )


def _favorites(speaker: Speaker, rest: str) -> list[str]:
    catalog = speaker.household.catalog
    if rest in {"2", "2/"}:
        # The same title twice is listed once.
        return list({f.title: _favorite_item(f) for f in reversed(catalog.favorites)}.values())[
            ::-1
        ]
    if not rest:
        return [_container("FV:2", "FV:", "Sonos Favorites", "object.container")]
    match = re.fullmatch(r"2/(\d+)", rest)
    favorite = catalog.favorite(int(match[1])) if match else None
    if favorite is None:
        raise UpnpError(Code.NO_SUCH_OBJECT)
    return [_favorite_item(favorite)]


def _radio(_speaker: Speaker, rest: str) -> list[str]:
    for container, saved in (("R:0/0", stations()), ("R:0/1", shows())):
        if f"R:{rest}".startswith(container):
            return [
                didl.track_item(station, item_id=f"{container}/{place}", parent=container)
                for place, (station, _) in enumerate(saved)
            ]
    return [
        _container("R:0/0", "R:0", "Radio Stations", "object.container"),
        _container("R:0/1", "R:0", "Radio Shows", "object.container"),
    ]


def _tracks(tracks: Iterable[Track], parent: str) -> list[str]:
    return [
        didl.track_item(track, item_id=f"S:{unquote_uri(track.uri)}", parent=parent)
        for track in tracks
    ]


def unquote_uri(uri: str) -> str:
    """Return the path of a library file as object ids write it."""
    return uri.removeprefix("x-file-cifs:")


def _level(speaker: Speaker, root: str, wanted: list[str]) -> list[str]:
    """List what is below ``wanted`` in a container of the library."""
    path = "/".join([root, *(quote(part, safe="") for part in wanted)])
    return speaker.household.catalog.listing(
        speaker.uid, path, lambda: _build_level(speaker, root, path, wanted)
    )


def _build_level(speaker: Speaker, root: str, path: str, wanted: list[str]) -> list[str]:
    found = speaker.household.catalog.container_tracks(path)
    if wanted and not found:
        raise UpnpError(Code.NO_SUCH_OBJECT)
    fields = LEVELS[root]
    if len(wanted) >= len(fields):
        return _tracks(found, path)
    field = fields[len(wanted)]
    items = []
    firsts: dict[str, Track] = {}
    for track in found:
        firsts.setdefault(getattr(track, field), track)
    for value, first in sorted(firsts.items(), key=lambda entry: entry[0].casefold()):
        object_id = f"{path}/{quote(value, safe='')}"
        extra = _library_resource(speaker, object_id)
        if field == "album":
            extra += didl.tag("dc:creator", first.artist)
            extra += didl.tag("upnp:albumArtURI", first.art_uri)
        items.append(_container(object_id, path, value, _CLASSES[field], extra))
    return items


def _library(speaker: Speaker, rest: str) -> list[str]:
    if not rest:
        return [_container(root, "A:", title, "object.container") for root, title in _ROOTS.items()]
    head, _, tail = rest.partition("/")
    name, _, term = head.partition(":")
    root = f"A:{name}"
    if root == "A:PLAYLISTS":
        return _imported(speaker, unquote(term))
    if root not in LEVELS:
        raise UpnpError(Code.NO_SUCH_OBJECT)
    wanted = [unquote(part) for part in tail.split("/") if part]
    if not term:
        return _level(speaker, root, wanted)
    return _search(speaker, root, unquote(term))


def _imported(speaker: Speaker, term: str) -> list[str]:
    """List the playlists that files on the shares describe."""
    return [
        _container(
            object_id,
            "A:PLAYLISTS",
            title,
            "object.container.playlistContainer",
            '<res protocolInfo="x-file-cifs:*:audio/mpegurl:*">'
            f"{escape(f'x-file-cifs:{object_id[2:]}')}</res>",
        )
        for object_id in speaker.household.catalog.imported
        if term.casefold()
        in (title := unquote(object_id).rpartition("/")[2].partition(".")[0]).casefold()
    ]


def _search(speaker: Speaker, root: str, term: str) -> list[str]:
    needle = term.casefold()
    library = speaker.household.catalog.library
    if root == "A:TRACKS":
        return _tracks((t for t in library if needle in t.title.casefold()), root)
    field = LEVELS[root][0]
    names = {getattr(track, field) for track in library}
    hits = {escape(name) for name in names if needle in name.casefold()}
    return [
        item
        for item in _level(speaker, root, [])
        if re.search(r"<dc:title>(.*?)</dc:title>", item)[1] in hits  # type: ignore[index]
    ]


def _shares(speaker: Speaker, rest: str) -> list[str]:
    catalog = speaker.household.catalog
    if not rest:
        return [
            _container(
                f"S:{share}",
                "S:",
                share,
                "object.container",
                _library_resource(speaker, f"S:{share}"),
            )
            for share in catalog.shares
        ]
    if (imported := catalog.imported.get(f"S:{rest}")) is not None:
        return _tracks(imported, f"S:{rest}")
    prefix = rest.rstrip("/") + "/"
    inside = [track for track in catalog.library if unquote_uri(track.uri).startswith(prefix)]
    if not inside:
        raise UpnpError(Code.NO_SUCH_OBJECT)
    items: dict[str, str] = {}
    for track in inside:
        name, slash, _ = unquote_uri(track.uri).removeprefix(prefix).partition("/")
        object_id = f"S:{prefix}{name}"
        items[object_id] = (
            _container(
                object_id,
                f"S:{rest}",
                unquote(name),
                "object.container",
                _library_resource(speaker, object_id),
            )
            if slash
            else didl.track_item(track, item_id=object_id, parent=f"S:{rest}")
        )
    return list(items.values())


_BROWSERS: dict[str, Callable[[Speaker, str], list[str]]] = {
    "Q:": _queues,
    "SQ:": _playlists,
    "FV:": _favorites,
    "R:": _radio,
    "A:": _library,
    "S:": _shares,
}


def _children(speaker: Speaker, object_id: str) -> list[str]:
    for prefix, browser in _BROWSERS.items():
        if object_id.startswith(prefix):
            return browser(speaker, object_id.removeprefix(prefix))
    if object_id == "0":
        return [_container(prefix, "0", prefix, "object.container") for prefix in _BROWSERS]
    raise UpnpError(Code.NO_SUCH_OBJECT)


def _metadata(speaker: Speaker, object_id: str) -> list[str]:
    """Return the entry of an object in the container that holds it."""
    parents = [object_id.rpartition("/")[0], *_BROWSERS, "FV:2", "Q:0", "A:PLAYLISTS"]
    for parent in parents:
        if not parent:
            continue
        try:
            items = _children(speaker, parent)
        except UpnpError:
            continue
        for item in items:
            if f' id="{escape(object_id)}"' in item:
                return [item]
    raise UpnpError(Code.NO_SUCH_OBJECT)


def _update_id(speaker: Speaker, object_id: str) -> int:
    if object_id.startswith("Q:"):
        return speaker.transport.queue.update_id
    ids = speaker.household.update_ids
    if object_id.startswith("SQ:") and (place := object_id[3:]).isdecimal():
        playlist = speaker.household.catalog.playlist(int(place))
        return playlist.update_id if playlist else 0
    return next((value for key, value in ids.items() if object_id.startswith(key)), 0)


def _browse(speaker: Speaker, args: Arguments) -> Answer:
    object_id = args["ObjectID"]
    if args["BrowseFlag"] == "BrowseMetadata":
        items = _metadata(speaker, object_id)
        page = items
        total = len(items)
    else:
        start = number(args["StartingIndex"])
        most = _QUEUE_PAGE if object_id.startswith("Q:") else _PAGE
        count = min(number(args["RequestedCount"]) or _PAGE, most)
        if object_id == "Q:0":
            # A long queue is not described as a whole for each page.
            page, total = _queue_page(speaker, start, count), len(speaker.transport.queue)
        else:
            items = _children(speaker, object_id)
            page, total = items[start : start + count], len(items)
    return {
        "Result": didl.wrap(*page),
        "NumberReturned": str(len(page)),
        "TotalMatches": str(total),
        "UpdateID": str(_update_id(speaker, object_id)),
    }


def _create(speaker: Speaker, args: Arguments) -> Answer:
    favorites = speaker.household.catalog.favorites
    fields = didl.item_fields(args["Elements"])
    if args["ContainerID"] != "FV:2" or not fields.get("title"):
        raise UpnpError(Code.INVALID_ARGS)
    if len(favorites) >= _MOST_FAVORITES:
        raise UpnpError(Code.FAVORITES_FULL)
    if any(f.uri and f.uri == fields.get("uri") for f in favorites):
        raise UpnpError(Code.DUPLICATE_FAVORITE)
    favorite = Favorite(
        max((f.number for f in favorites), default=-1) + 1,
        fields["title"],
        fields.get("uri", ""),
        fields.get("protocol", ""),
        fields["metadata"],
        fields["type"] or "instantPlay",
        fields["description"],
        fields["art"],
    )
    favorites.append(favorite)
    speaker.household.container_changed("FV:2")
    return {"ObjectID": favorite.object_id, "Result": didl.wrap(_favorite_item(favorite))}


def _destroy(speaker: Speaker, args: Arguments) -> Answer:
    catalog = speaker.household.catalog
    object_id = args["ObjectID"]
    for container, items in (("FV:2", catalog.favorites), ("SQ:", catalog.playlists)):
        for item in items:
            if item.object_id == object_id:
                items.remove(item)  # type: ignore[arg-type]
                speaker.household.container_changed(container)
                return None
    raise UpnpError(Code.NO_SUCH_OBJECT)


def _update(speaker: Speaker, args: Arguments) -> Answer:
    catalog = speaker.household.catalog
    object_id = args["ObjectID"]
    objects: list[Favorite | SavedQueue] = [*catalog.favorites, *catalog.playlists]
    item = next((entry for entry in objects if entry.object_id == object_id), None)
    if item is None:
        raise UpnpError(Code.NO_SUCH_OBJECT)
    if "<dc:title>" in args["CurrentTagValue"] and (
        f"<dc:title>{escape(item.title)}</dc:title>" not in args["CurrentTagValue"]
    ):
        raise UpnpError(Code.BAD_CURRENT_TAG)
    titles = re.findall(r"<dc:title>(.*?)</dc:title>", args["NewTagValue"])
    if "<dc:title>" in args["CurrentTagValue"] and not (titles and titles[0]):
        raise UpnpError(Code.BAD_METADATA)
    if titles:
        item.title = didl.item_fields(
            didl.wrap(f"<item><dc:title>{titles[0]}</dc:title></item>")
        ).get("title", titles[0])
    speaker.household.container_changed("FV:2" if isinstance(item, Favorite) else "SQ:")
    return None


def _system_update_id(speaker: Speaker, _args: Arguments) -> Answer:
    return {"Id": variables(speaker)["SystemUpdateID"]}


def _find_prefix(_speaker: Speaker, _args: Arguments) -> Answer:
    return {"StartingIndex": "0", "UpdateID": "0"}


def _set_browseable(speaker: Speaker, args: Arguments) -> Answer:
    speaker.household.browseable = truth(args["Browseable"])
    speaker.changed("ContentDirectory")
    return None


def _refresh(speaker: Speaker, _args: Arguments) -> Answer:
    speaker.household.index_library()
    return None


def _indexing(speaker: Speaker, _args: Arguments) -> Answer:
    return {"IsIndexing": "1" if speaker.household.indexing else "0"}


ACTIONS: dict[str, Handler] = {
    "Browse": _browse,
    "CreateObject": _create,
    "DestroyObject": _destroy,
    "UpdateObject": _update,
    "FindPrefix": _find_prefix,
    "GetAllPrefixLocations": fixed(TotalPrefixes="0", PrefixAndIndexCSV="", UpdateID="0"),
    "GetAlbumArtistDisplayOption": fixed(AlbumArtistDisplayOption="NONE"),
    "GetBrowseable": fixed(IsBrowseable="1"),
    "SetBrowseable": _set_browseable,
    "GetLastIndexChange": fixed(LastIndexChange="S2026-01-01 03:00:00"),
    "GetSearchCapabilities": fixed(SearchCaps=""),
    "GetSortCapabilities": fixed(SortCaps=""),
    "GetShareIndexInProgress": _indexing,
    "GetSystemUpdateID": _system_update_id,
    "RefreshShareIndex": _refresh,
    "RequestResort": nothing,
}

_CONTAINERS = "ContainerUpdateIDs"


def variables(speaker: Speaker) -> Variables:
    """Return the evented variables; each container's update id under a key of its own."""
    household = speaker.household
    ids = household.update_ids
    queue = speaker.transport.queue.update_id
    state: Variables = {
        "SystemUpdateID": str(queue + sum(ids.values())),
        (_CONTAINERS, "Q:0"): str(queue),
        (_CONTAINERS, "FV:2"): str(ids["FV:2"]),
        (_CONTAINERS, "SQ:"): str(ids["SQ:"]),
        "ShareIndexInProgress": "1" if household.indexing else "0",
        "ShareIndexLastError": household.index_error,
        "UserRadioUpdateID": f"{speaker.uid},{ids['R:0']}",
        "SavedQueuesUpdateID": f"{speaker.uid},{ids['SQ:']}",
        "ShareListUpdateID": f"{speaker.uid},{ids['S:']}",
        "RecentlyPlayedUpdateID": f"{speaker.uid},1",
        "Browseable": "1" if household.browseable else "0",
        "RadioFavoritesUpdateID": f"{ids['R:0']}",
        "RadioLocationUpdateID": "1",
        "FavoritesUpdateID": f"{speaker.uid},{ids['FV:2']}",
    }
    if "FavoritePresetsUpdateID" in services_of(speaker.model.number)["ContentDirectory"].evented:
        state["FavoritePresetsUpdateID"] = f"{speaker.uid},1"
    return state


def delta(changed: set[Key], state: Variables) -> Variables:
    """Return what is sent, with the containers that changed in one variable."""
    sent: Variables = {}
    containers = []
    for key, value in state.items():
        if key not in changed:
            continue
        if isinstance(key, tuple):
            containers.append(f"{key[1]},{value}")
            sent[_CONTAINERS] = ",".join(containers)
        else:
            sent[key] = value
    return sent
