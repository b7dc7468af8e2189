"""The sources of rooms: the inputs of the house, its favourites, playlists and stations.

What a room offers follows from what its speakers say of themselves: it has a television input or a
line-in when it has the service for it. Names are unique: where two things have the same title, the
later one has its kind added to it. What is there twice, such as a playlist that is a favourite,
is listed once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, callback

from .content import HouseholdContent
from .errors import refused
from .model import (
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

if TYPE_CHECKING:
    from .coordinator import HouseholdCoordinator

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


@dataclass(slots=True)
class _Lists:
    """What is the same in all rooms: the choices by their names, and the names by URI."""

    choices: dict[str, Playable] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


class HouseholdSources:
    """The sources of all rooms of one household. Lives on the event loop."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._coordinator = coordinator
        self._inputs: dict[str, _Input] = {}
        self._lists = _Lists()
        self._names: dict[str, list[str]] = {}
        self._followed: set[str] = set()
        self._listeners: list[CALLBACK_TYPE] = []
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

    @callback
    def async_subscribe(self, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call ``changed`` whenever rooms have other sources.

        Returns:
            A function that ends the subscription.

        """
        self._listeners.append(changed)
        return lambda: self._listeners.remove(changed)

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
        if lists != self._lists:
            self._lists = lists
            self._tell()

    def _named_lists(self) -> _Lists:
        return _named(self._coordinator.content, _reserved(self._inputs.values()))

    def _tell(self) -> None:
        self._names.clear()
        for changed in list(self._listeners):
            changed()

    # What rooms show and choose

    def names(self, speaker: Speaker) -> list[str]:
        """Return the names of a room's sources."""
        names = self._names.get(speaker.uid)
        if names is None:  # long, and asked for whenever anything of the room is shown
            inputs = (name for name, _ in self._inputs_of(speaker))
            names = self._names[speaker.uid] = [*inputs, *self._lists.choices]
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
        choices = dict(self._inputs_of(speaker)) | self._lists.choices
        if name in choices:
            return choices[name]
        if name == self.current(speaker):
            return None
        raise refused("unknown_source", source=name, room=speaker.name)

    def current(self, speaker: Speaker) -> str | None:
        """Return the name of the source that a room plays; None if it is none of the list."""
        media = speaker.media or Media()
        if media.source is Source.LINE_IN and media.owner not in {None, speaker.uid}:
            owner = self._coordinator.household.speakers.get(media.owner or "")
            return line_in_of(owner.name) if owner is not None else LINE_IN
        if media.source in _NAMES:
            return _NAMES[media.source]
        names = self._lists.names
        return names.get(media.transport_uri or "") or names.get(media.enqueued_uri or "")


def _reserved(inputs: Iterable[_Input]) -> set[str]:
    """Return the names that no favourite may have, so that automations can rely on them."""
    others = {line_in_of(entry.room) for entry in inputs if entry.line_in}
    return {*_NAMES.values(), *others}


def _named(content: HouseholdContent, taken: set[str]) -> _Lists:
    lists = _Lists()
    listed: set[tuple[str, str]] = set()
    for kind, playable in _listed(content):
        if playable is None or (playable.title, playable.uri) in listed:
            continue
        listed.add((playable.title, playable.uri))
        name = _free_name(playable.title, kind, taken)
        taken.add(name)
        lists.choices[name] = playable
        lists.names.setdefault(playable.uri, name)
    return lists


def _listed(content: HouseholdContent) -> Iterator[tuple[str, Playable | None]]:
    for favorite in content.favorites:
        yield "favorite", playable_from_favorite(favorite)
    for playlist in content.playlists:
        yield "playlist", playable_from_didl(playlist)
    for station in content.stations:
        yield "radio", playable_from_didl(station)


def _free_name(title: str, kind: str, taken: set[str]) -> str:
    """Return a title that nothing else has, completed if need be."""
    name, number = title, 1
    while name in taken:
        name = f"{title} ({kind})" if number == 1 else f"{title} ({kind} {number})"
        number += 1
    return name
