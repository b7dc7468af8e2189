"""Says in words what changed in a media player."""

from collections.abc import Callable, Iterable, Iterator
import sys
from time import localtime, strftime

from .client import Change, State

_GONE = {"unavailable", "unknown"}
_NAME_WIDTH = 14


def name_of(state: State) -> str:
    """Return the name that a person sees."""
    return str(state.attributes.get("friendly_name", state.entity_id))


def media_of(state: State) -> str:
    """Return what is playing, or nothing."""
    attributes = state.attributes
    title = attributes.get("media_title") or attributes.get("media_channel")
    if not title:
        return str(attributes.get("source") or "")
    artist = attributes.get("media_artist")
    return f"“{title}”" + (f" by {artist}" if artist else "")


def _percent(state: State) -> str | None:
    """Return the volume as people know it."""
    level = state.attributes.get("volume_level")
    return None if level is None else f"{level:.0%}"


def _mode(state: State) -> tuple[object, object]:
    """Return how a queue is played."""
    return state.attributes.get("shuffle"), state.attributes.get("repeat")


def describe(old: State, new: State, name: Callable[[str], str]) -> Iterator[str]:
    """Give a phrase for each thing that changed.

    Args:
        old: What it was.
        new: What it is.
        name: Gives the name of the player with an entity id.
    """
    if new.state in _GONE or old.state in _GONE:
        if new.state != old.state:
            yield "gone" if new.state in _GONE else f"back, {new.state}"
        return
    if new.state != old.state or media_of(new) != media_of(old):
        yield " ".join(filter(None, [new.state, media_of(new)]))
    if _percent(new) != _percent(old):
        yield f"volume {_percent(old)} → {_percent(new)}"
    muted = new.attributes.get("is_volume_muted")
    if muted != old.attributes.get("is_volume_muted"):
        yield "muted" if muted else "not muted"
    if _mode(new) != _mode(old):
        shuffle, repeat = _mode(new)
        yield f"shuffle {'on' if shuffle else 'off'}, repeat {repeat}"
    members = new.attributes.get("group_members") or []
    if members != (old.attributes.get("group_members") or []):
        others = [name(member) for member in members if member != new.entity_id]
        yield f"together with {', '.join(others)}" if others else "on its own"


class Narrator:
    """Prints a line for each change of the players that it knows."""

    def __init__(self) -> None:
        """Know nobody yet."""
        self._names: dict[str, str] = {}

    def meet(self, players: Iterable[State]) -> None:
        """Learn which players to speak of, and their names."""
        self._names.update((player.entity_id, name_of(player)) for player in players)

    def take(self, change: Change) -> None:
        """Print what changed, if it is worth a line."""
        if not change.old or not change.new or change.new.entity_id not in self._names:
            return
        if change.new.state not in _GONE:
            self._names[change.new.entity_id] = name_of(change.new)
        phrases = list(describe(change.old, change.new, self._name))
        if phrases:
            seconds, part = divmod(change.new.written, 1)
            when = f"{strftime('%H:%M:%S', localtime(seconds))}.{int(part * 1000):03}"
            name = self._name(change.new.entity_id)
            print(f"{when}  {name:{_NAME_WIDTH}} {'; '.join(phrases)}", flush=True)

    def _name(self, entity_id: str) -> str:
        """Return the name of a player, as far as it is known."""
        return self._names.get(entity_id, entity_id.removeprefix("media_player."))


class Progress:
    """A line that tells what is going on, written over itself on a terminal."""

    def __init__(self) -> None:
        """Find out whether there is a terminal."""
        self._terminal = sys.stderr.isatty()
        self._last = ""

    def __call__(self, text: str) -> None:
        """Tell what is going on."""
        stage = text.partition(" ...")[0]
        if self._terminal:
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
        elif stage != self._last:
            print(text.partition(" ...")[0] + " ...", file=sys.stderr, flush=True)
        self._last = stage

    def done(self) -> None:
        """Leave the line to what comes next."""
        if self._terminal and self._last:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
        self._last = ""
