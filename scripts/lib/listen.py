"""Prints the events of a Sonos household as they come, on the engine alone."""

import argparse
import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
import json
import logging
from pathlib import Path
import runpy
import signal
import sys
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[2]

_STANDALONE = ROOT / "custom_components" / "sonos_twisted" / "engine" / "standalone.py"

if TYPE_CHECKING:
    from custom_components.sonos_twisted import engine, model
else:
    # Without the package's own __init__, which is Home Assistant's entrance.
    runpy.run_path(str(_STANDALONE))["stand_alone"]()
    from sonos_twisted import engine, model

#: Variables that carry a whole document, of which a line shows only the title.
_DOCUMENT = "<DIDL-Lite"
_LONGEST_VALUE = 100
_ROOM_WIDTH = 14
_SERVICE_WIDTH = 22

type Line = dict[str, Any]


class Household:
    """Follows a household and says, piece of news by piece of news, what has changed."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._topology = model.EMPTY_TOPOLOGY
        self._known: dict[tuple[str, str], model.Variables] = {}
        self._in_trouble: set[object] = set()

    def changes(self, news: engine.AnyNews) -> Iterator[Line]:
        """Give a line for what is new in a piece of news, or none."""
        match news:
            case engine.TopologyNews(topology=topology):
                self._topology = topology
                yield {"groups": [self._rooms_of(group) for group in topology.groups]}
            case engine.EventNews(uid=uid, service=service, variables=variables):
                line = {**self._speaker(uid), "service": service}
                known = self._known.get((uid, service))
                if known is None:
                    self._known[uid, service] = dict(variables)
                    yield {**line, "initial": True, "variables": variables}
                    return
                changed = {k: v for k, v in variables.items() if known.get(k) != v}
                known.update(variables)
                if changed:
                    yield {**line, "variables": changed}
            case engine.ReachabilityNews(uid=uid, reachable=reachable, reason=reason):
                if self._trouble_changes(uid, not reachable):
                    yield {**self._speaker(uid), "reachable": reachable, "reason": reason}
            case engine.LeaseNews(uid=uid, service=service, held=held, reason=reason):
                if self._trouble_changes((uid, service), bool(reason)):
                    line = {**self._speaker(uid), "service": service}
                    yield {**line, "subscribed": held, "reason": reason}
            case engine.ServedNews(uid=uid, served=served):
                if self._trouble_changes((uid, served.name), served is engine.Served.BY_POLLING):
                    yield {**self._speaker(uid), "served_by": served}
            case engine.DescriptionNews(description=description):
                speaker = self._speaker(description.uid)
                yield {**speaker, "model": description.model_name}

    def _trouble_changes(self, what: object, troubled: bool) -> bool:
        """Note whether something is in trouble, and tell whether that is new."""
        before = what in self._in_trouble
        (self._in_trouble.add if troubled else self._in_trouble.discard)(what)
        return before is not troubled

    def _speaker(self, uid: str) -> Line:
        member = self._topology.member(uid)
        return {"uid": uid, "room": member.name if member else ""}

    def _rooms_of(self, group: model.ZoneGroup) -> list[str]:
        return [member.name for member in self._topology.visible_members(group)]


def as_json(line: Line, now: datetime) -> str:
    """Word a line for a program: one JSON object."""
    return json.dumps({"time": now.isoformat(timespec="milliseconds"), **line}, ensure_ascii=False)


def as_text(line: Line, now: datetime) -> str:
    """Word a line for a person."""
    return f"{now:%H:%M:%S.%f}"[:12] + f"  {line.get('room', ''):{_ROOM_WIDTH}}{_what(line)}"


def _groups(line: Line) -> str:
    return "groups: " + "; ".join(" + ".join(rooms) for rooms in line["groups"] if rooms)


def _reachable(line: Line) -> str:
    return "can be reached" if line["reachable"] else f"cannot be reached: {line['reason']}"


def _subscribed(line: Line) -> str:
    return _service(line) + ("events arrive" if line["subscribed"] else str(line["reason"]))


def _initial(line: Line) -> str:
    return _service(line) + f"is heard; its state has {len(line['variables'])} variables"


def _variables(line: Line) -> str:
    values = (f"{name}={_short(value)}" for name, value in line["variables"].items())
    return _service(line) + "  ".join(values)


def _service(line: Line) -> str:
    return f"{line['service']:{_SERVICE_WIDTH}}"


#: How to word a line, by a key that only lines of this kind have; the first that fits counts.
_WORDS: dict[str, Callable[[Line], str]] = {
    "groups": _groups,
    "model": lambda line: f"is a Sonos {line['model']}",
    "reachable": _reachable,
    "served_by": lambda _: "sends no events; asking it for its state at intervals",
    "subscribed": _subscribed,
    "initial": _initial,
    "variables": _variables,
}


def _what(line: Line) -> str:
    return next(words(line) for key, words in _WORDS.items() if key in line)


def _short(value: model.Value) -> str:
    if isinstance(value, dict):
        return ",".join(f"{channel}:{text}" for channel, text in value.items())
    if value.startswith(_DOCUMENT) and (didl := model.parse_didl(value)) is not None:
        value = " / ".join(filter(None, (didl.title, didl.creator, didl.album)))
    value = " ".join(value.split())
    return value if len(value) <= _LONGEST_VALUE else f"{value[: _LONGEST_VALUE - 1]}…"


def _arguments(arguments: Iterable[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/listen",
        description="Prints the events of a Sonos household as they come. Ctrl-C ends it.",
        epilog="All speakers of the household are found through the one that is named. When no"
        " events arrive here, they do not arrive in Home Assistant either: this is the shortest"
        " way to try another address or port.",
    )
    parser.add_argument("host", nargs="+", help="host name or IPv4 address of a speaker")
    parser.add_argument("--json", action="store_true", help="print a JSON object per line")
    parser.add_argument(
        "--listen-port",
        type=int,
        default=engine.DEFAULT_LISTEN_PORT,
        help="first port to listen on; the next free one of 100 is used (default: %(default)s)",
    )
    parser.add_argument("--advertise-address", help="address that the speakers shall send to")
    parser.add_argument("--advertise-port", type=int, help="port that they shall send to")
    parser.add_argument("--debug", action="store_true", help="print what the engine does, too")
    return parser.parse_args(list(arguments))


async def _listen(options: argparse.Namespace, word: Callable[[Line, datetime], str]) -> None:
    household = Household()

    def deliver(news: list[engine.AnyNews]) -> None:
        now = datetime.now().astimezone()
        for piece in news:
            for line in household.changes(piece):
                print(word(line, now), flush=True)

    listen = engine.ListenSettings(
        port=options.listen_port,
        advertise_address=options.advertise_address,
        advertise_port=options.advertise_port,
    )
    thread = engine.reactor_thread()
    connection = engine.HouseholdConnection(
        thread, deliver, engine.ConnectionSettings(listen=listen)
    )
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    try:
        await connection.open(options.host)
        await ended.wait()
    finally:
        await connection.close()
        await loop.run_in_executor(None, thread.stop)


def main(arguments: Iterable[str]) -> int:
    """Listen until interrupted; returns the exit status."""
    options = _arguments(arguments)
    level = logging.DEBUG if options.debug else logging.WARNING
    logging.basicConfig(level=level, format="listen: %(message)s")
    try:
        asyncio.run(_listen(options, as_json if options.json else as_text))
    except engine.EngineError as error:
        print(f"listen: {error}.", file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
