"""Command line of the simulated household."""

# mypy: disallow-untyped-calls=False
import argparse
from contextlib import suppress
import json
import sys
from typing import Any, cast, override

from twisted.internet import reactor as installed_reactor
from twisted.internet.error import CannotListenError, ReactorNotRunning
from twisted.internet.protocol import Protocol
from twisted.internet.stdio import StandardIO

from .control_server import listen
from .gena import EventSettings
from .layout import plain_rooms, rooms_of
from .simulator import Simulator

_MOST_SPEAKERS = 128


def _initial(text: str) -> str | float:
    return text if text in {"before", "after"} else float(text)


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= _MOST_SPEAKERS:
        message = f"from 1 to {_MOST_SPEAKERS} speakers"
        raise argparse.ArgumentTypeError(message)
    return count


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    result = argparse.ArgumentParser(
        prog="python -m tests.simulator",
        description="A simulated Sonos household on loopback addresses.",
    )
    add = result.add_argument
    add("--speakers", type=_count, metavar="N", help="N plain players instead of the house")
    add("--base", default="127.1.0.1", help="address of the first player (127.1.0.1)")
    add("--port", type=int, default=1400, help="port of every player (1400)")
    add("--websocket-port", type=int, default=1443, help="of every S2 player; 0: none (1443)")
    add("--household", metavar="ID", help="household id")
    add("--generation", choices=("S1", "S2"), default="S2")
    add(
        "--initial",
        type=_initial,
        default="after",
        help="first event: before or after the SUBSCRIBE answer, or seconds after it (after)",
    )
    add("--notify-timeout", type=float, default=5.0, help="seconds a listener has to answer (5)")
    add("--no-moderation", action="store_true", help="send every change at once")
    add(
        "--topology-limit",
        type=int,
        default=20,
        help="GetZoneGroupState fails with more players (20)",
    )
    add("--rooms", metavar="LIST", type=rooms_of, help="rooms with a model each: Den=S45,Sub=Sub")
    add("--announce", action="store_true", help="announce players by SSDP and mDNS")
    add("--control-host", default="127.0.0.1", help="address of the control port (127.0.0.1)")
    add("--control-port", type=int, default=1410, help="control port, 0 for any (1410)")
    add("--chaos", type=int, metavar="SEED", help="let people and faults come at random")
    add("--chaos-rate", type=float, default=1.0, help="how much faster than by default (1)")
    add("--ready-json", action="store_true", help="print one line of JSON when ready")
    add("--until-stdin-closes", action="store_true", help="end when standard input closes")
    return result


class _Leash(Protocol):
    """Ends the process when standard input closes."""

    @override
    def connectionLost(self, reason: object = None) -> None:
        # Something else may have stopped it already.
        with suppress(ReactorNotRunning):
            cast("Any", installed_reactor).stop()


def _announce(simulator: Simulator, host: str, port: int, *, as_json: bool) -> None:
    facts = {
        "hosts": simulator.hosts,
        "household": simulator.household.household_id,
        "control_host": host,
        "control_port": port,
        "speakers": [
            {"uid": s.uid, "name": s.room, "address": s.address, "invisible": s.invisible}
            for s in simulator.household.speakers
        ],
    }
    if as_json:
        print(json.dumps(facts), flush=True)
        return
    for speaker in simulator.household.speakers:
        hidden = " (bonded)" if speaker.invisible else ""
        print(f"{speaker.address:<12} {speaker.room}: {speaker.model.name}{hidden}")
    print(f"control: http://{host}:{port}/", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run a household until somebody ends it."""
    options = parser().parse_args(arguments)
    reactor = cast("Any", installed_reactor)
    simulator = Simulator(
        reactor,
        options.rooms
        or (plain_rooms(options.speakers, options.generation) if options.speakers else None),
        base=options.base,
        port=options.port,
        websocket_port=options.websocket_port,
        household_id=options.household,
        generation=options.generation,
        topology_limit=options.topology_limit,
        settings=EventSettings(
            initial=options.initial,
            moderation=0.0 if options.no_moderation else 0.2,
            notify_timeout=options.notify_timeout,
        ),
        announce=options.announce,
    )
    try:
        simulator.start()
        control: Any = listen(
            reactor, simulator, options.control_host, options.control_port, reactor.stop
        )
    except CannotListenError as error:
        print(error, file=sys.stderr)
        return 1
    reactor.addSystemEventTrigger("before", "shutdown", simulator.stop)
    if options.until_stdin_closes:
        StandardIO(_Leash())
    if options.chaos is not None:
        simulator.chaos_start(options.chaos, options.chaos_rate)
    # Not before signals are handled.
    reactor.callWhenRunning(
        _announce,
        simulator,
        options.control_host,
        control.getHost().port,
        as_json=options.ready_json,
    )
    reactor.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
