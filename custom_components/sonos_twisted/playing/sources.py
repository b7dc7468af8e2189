"""The sources of rooms: the inputs of the house, its favourites, playlists and stations.

What a room offers follows from what its speakers say of themselves: it has a television input or a
line-in when it has the service for it. Names are unique: where two things have the same title, the
later one has its kind added to it. What is there twice, such as a playlist that is a favourite,
is listed once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, callback

from ..content import HouseholdContent
from ..errors import refused
from ..model import (
    Aspect,
    Media,
    Playable,
    Source,
    Speaker,
    line_in,
    playable_from_didl,
    playable_from_favorite,
    television,
)
from ..subscribable import Subscribable

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

_NO_MEDIA = Media()

#: A state of Home Assistant has 255 characters at most; this leaves room for a number.
_LONGEST_NAME = 240

LINE_IN = "Line-in"
TV = "TV"

#: The names of sources that are not in a list. Some cannot be chosen here, but be seen.
_NAMES = {
    Source.AIRPLAY: "AirPlay",
    Source.LINE_IN: LINE_IN,
    Source.SPOTIFY_CONNECT: "Spotify Connect",
    Source.TV: TV,
}

#: The changes of a speaker that can bring an input, take it away, or give it another name.
_ASPECTS = frozenset({Aspect.AVAILABILITY, Aspect.DEVICE})


def input_name(source: Source) -> str | None:
    """Return what an input is called; None for what is none."""
    return _NAMES.get(source)


def has_line_in(speaker: Speaker) -> bool:
    """Tell whether something can be plugged into a speaker."""
    return _has_service(speaker, "AudioIn")


def has_tv(speaker: Speaker) -> bool:
    """Tell whether a television can be plugged into a speaker."""
    return _has_service(speaker, "HTControl")


def _has_service(speaker: Speaker, name: str) -> bool:
    return speaker.description is not None and name in speaker.description.services


def line_in_of(room: str) -> str:
    """Return the name that the line-in of a room has in the other rooms."""
    return f"{room}: {LINE_IN}"


@dataclass(frozen=True, slots=True)
class _Input:
    """What can be plugged into a room's speaker."""

    room: str
    tv: bool
    line_in: bool


class Shelf(StrEnum):
    """A list of the household that rooms can be offered by itself."""

    FAVORITES = "favorites"
    PLAYLISTS = "playlists"


@dataclass
class Choices:
    """What is the same in all rooms, each under a name of its own.

    Attributes:
        playables: What can be chosen, by name.
        names: The names by URI.

    """

    playables: dict[str, Playable] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @cached_property
    def options(self) -> list[str]:
        """The names in their order; always the same list, since it may be long."""
        return list(self.playables)

    def playing(self, speaker: Speaker) -> str | None:
        """Return the name of what a room plays; None if it is none of these."""
        media = speaker.media or _NO_MEDIA
        return self.names.get(media.transport_uri or "") or self.names.get(media.enqueued_uri or "")


class HouseholdSources(Subscribable):
    """The sources of all rooms of one household; tells when rooms have others.

    Lives on the event loop.
    """

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        super().__init__()
        self._coordinator = coordinator
        self._inputs: dict[str, _Input] = {}
        self._lists = Choices()
        self._shelves = _shelves(coordinator.content)
        self._names: dict[str, list[str]] = {}
        self._followed: set[str] = set()
        self._endings: list[CALLBACK_TYPE] = []

    @callback
    def start(self) -> None:
        """Follow the household's rooms and lists."""
        self._endings.append(self._coordinator.content.async_subscribe(self._read_lists))
        self._endings.append(self._coordinator.async_add_speakers(self._follow))

    @callback
    def stop(self) -> None:
        """Follow them no more."""
        while self._endings:
            self._endings.pop()()

    def _follow(self, speakers: Iterable[Speaker]) -> None:
        subscribe = self._coordinator.async_subscribe
        # A room that comes back is followed already.
        for uid in {speaker.uid for speaker in speakers} - self._followed:
            self._followed.add(uid)
            self._endings.append(subscribe(uid, _ASPECTS, self._read_inputs))
        self._read_inputs()

    @callback
    def _read_inputs(self) -> None:
        inputs = {
            room.uid: _Input(room.name, tv=has_tv(room), line_in=has_line_in(room))
            for room in self._coordinator.household.rooms
            if has_tv(room) or has_line_in(room)
        }
        if inputs != self._inputs:
            self._inputs = inputs
            self._lists = self._named_lists()
            self._tell()

    @callback
    def _read_lists(self) -> None:
        lists = self._named_lists()
        shelves = _shelves(self._coordinator.content)
        if lists != self._lists or shelves != self._shelves:
            self._lists = lists
            # Whoever shows one that is as it was shall see so at once.
            self._shelves |= {
                shelf: choices
                for shelf, choices in shelves.items()
                if choices != self._shelves[shelf]
            }
            self._tell()

    def _named_lists(self) -> Choices:
        return _named(_listed(self._coordinator.content), _reserved(self._inputs.values()))

    def _tell(self) -> None:
        self._names.clear()
        self._tell_listeners()

    # What rooms show and choose

    def on(self, shelf: Shelf) -> Choices:
        """Return what there is of one kind, under names that are nothing but its titles."""
        return self._shelves[shelf]

    def names(self, speaker: Speaker) -> list[str]:
        """Return the names of a room's sources."""
        names = self._names.get(speaker.uid)
        if names is None:  # long, and asked for whenever anything of the room is shown
            inputs = (name for name, _ in self._inputs_of(speaker))
            names = self._names[speaker.uid] = [*inputs, *self._lists.playables]
        return names

    def _inputs_of(self, speaker: Speaker) -> Iterator[tuple[str, Playable]]:
        """Give the inputs that a room can play: its own first."""
        own = self._inputs.get(speaker.uid)
        if own is not None and own.tv:
            yield TV, television(speaker.uid)
        if own is not None and own.line_in:
            yield LINE_IN, line_in(speaker.uid, LINE_IN)
        for uid, other in self._inputs.items():
            if other.line_in and uid != speaker.uid:
                name = line_in_of(other.room)
                yield name, line_in(uid, name)

    def choose(self, speaker: Speaker, name: str) -> Playable | None:
        """Return what a room's source with this name is.

        Returns:
            None when the room plays it already and it is none that could be chosen here, such as
            an app, or the television of the group: a scene of Home Assistant may ask for that.

        Raises:
            ServiceValidationError: When the room has none of that name.

        """
        choices = dict(self._inputs_of(speaker)) | self._lists.playables
        if name in choices:
            return choices[name]
        if name == self.current(speaker):
            return None
        raise refused("unknown_source", source=name, room=speaker.name)

    def current(self, speaker: Speaker) -> str | None:
        """Return the name of the source that a room plays; None if it is none of the list."""
        media = speaker.media or _NO_MEDIA
        if media.source is Source.LINE_IN and media.owner not in {None, speaker.uid}:
            owner = self._coordinator.household.speakers.get(media.owner or "")
            return line_in_of(owner.name) if owner is not None else LINE_IN
        if media.source in _NAMES:
            return _NAMES[media.source]
        return self._lists.playing(speaker)


def _reserved(inputs: Iterable[_Input]) -> set[str]:
    """Return the names that no favourite may have, so that automations can rely on them."""
    others = {line_in_of(entry.room) for entry in inputs if entry.line_in}
    return {*_NAMES.values(), *others}


def _shelves(content: HouseholdContent) -> dict[Shelf, Choices]:
    return {
        Shelf.FAVORITES: _named((("", item) for item in _favorites(content)), set()),
        Shelf.PLAYLISTS: _named((("", item) for item in _playlists(content)), set()),
    }


def _named(items: Iterable[tuple[str, Playable | None]], taken: set[str]) -> Choices:
    """Give names to what can be played, of which the kind is told."""
    lists = Choices()
    listed: set[tuple[str, str]] = set()
    for kind, playable in items:
        if playable is None or (playable.title, playable.uri) in listed:
            continue
        listed.add((playable.title, playable.uri))
        name = _free_name(playable.title, kind, taken)
        taken.add(name)
        lists.playables[name] = playable
        lists.names.setdefault(playable.uri, name)
    return lists


def _listed(content: HouseholdContent) -> Iterator[tuple[str, Playable | None]]:
    for favorite in _favorites(content):
        yield "favorite", favorite
    for playlist in _playlists(content):
        yield "playlist", playlist
    for station in content.stations:
        yield "radio", playable_from_didl(station)


def _favorites(content: HouseholdContent) -> Iterator[Playable | None]:
    return (playable_from_favorite(favorite) for favorite in content.favorites)


def _playlists(content: HouseholdContent) -> Iterator[Playable | None]:
    return (playable_from_didl(playlist) for playlist in content.playlists)


def _free_name(title: str, kind: str, taken: set[str]) -> str:
    """Return a title that nothing else has, completed by its kind or a number if need be."""
    title = title[:_LONGEST_NAME]
    name, number = title, 1
    while name in taken:
        if kind:
            name = f"{title} ({kind})" if number == 1 else f"{title} ({kind} {number})"
        else:
            name = f"{title} ({number + 1})"
        number += 1
    return name
