"""How long events take while the listener is attacked: python -m tests.benchmarks.listener_attacks.

The listener runs in this process, with its reactor, as in Home Assistant. A honest speaker, a
process of its own, sends an event every few milliseconds over a connection each, and measures the
time from connecting to the answer. The attackers are processes of their own, too, on other
loopback addresses. What is honest is measured without an attack before and after them all.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
import contextlib
from dataclasses import dataclass
import itertools
import json
import logging
import os
from pathlib import Path
import random
import resource
import socket
import statistics
import subprocess
import sys
import threading
import time
from typing import Any, override

from twisted.internet.defer import Deferred, succeed

from custom_components.sonos_twisted.engine.gena import ResponseHeaders
from custom_components.sonos_twisted.engine.listener import Listener, ListenSettings
from custom_components.sonos_twisted.engine.notify_site import MAX_BODY
from custom_components.sonos_twisted.engine.player import Player, service_of
from custom_components.sonos_twisted.engine.reactor import global_reactor
from custom_components.sonos_twisted.engine.subscription import Subscription

from ..engine.fakes import request_bytes
from ..fuzz.targets import SEEDS
from ..model.payloads import last_change, propertyset

OURS = "127.30.201.1"
SPEAKER = "127.30.202.1"
ATTACKERS = "127.30.203"
PORT = 17900

#: Seconds between two honest events: 50 a second, more than a household of 32 rooms sends.
PAUSE = 0.02
EVENT = last_change('<Volume channel="Master" val="20"/><Mute channel="Master" val="0"/>')


def connect(address: tuple[str, int], source: str) -> socket.socket:
    """Connect from an address of one's own."""
    return socket.create_connection(address, timeout=5, source_address=(source, 0))


def exchange(address: tuple[str, int], source: str, data: bytes) -> bytes:
    """Send a request over a connection of its own; return the answer, as far as there is one."""
    with contextlib.suppress(OSError), connect(address, source) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(data)
        return connection.recv(200)
    return b""


# What attackers do, each for as long as it is let; each in a process of its own.


def flood(address: tuple[str, int], token: str) -> Iterator[None]:
    """Open connections as fast as possible, from 50 addresses, and keep them."""
    kept: list[socket.socket] = []
    while True:
        with contextlib.suppress(OSError):
            kept.append(connect(address, f"{ATTACKERS}.{len(kept) % 50 + 1}"))
        if len(kept) > 900:
            for connection in kept[:450]:
                connection.close()
            del kept[:450]
        yield


def slowloris(address: tuple[str, int], token: str) -> Iterator[None]:
    """Hold 200 connections open, and send a byte over each every second."""
    kept: list[socket.socket | None] = [None] * 200
    data = request_bytes("/x", b"x" * 1000)
    position = 0
    while True:
        begin = time.monotonic()
        for number, connection in enumerate(kept):
            try:
                if connection is None:
                    kept[number] = connect(address, f"{ATTACKERS}.{number % 10 + 1}")
                else:
                    connection.sendall(data[position % len(data) :][:1])
            except OSError:
                kept[number] = None
            yield
        position += 1
        time.sleep(max(0.0, 1.0 - (time.monotonic() - begin)))


def requests(data: Callable[[str], bytes]) -> Callable[[tuple[str, int], str], Iterator[None]]:
    """Send a request over and over again, over a connection each."""

    def attack(address: tuple[str, int], token: str) -> Iterator[None]:
        request = data(token)
        for number in itertools.count():
            exchange(address, f"{ATTACKERS}.{number % 50 + 1}", request)
            yield

    return attack


def fuzz(address: tuple[str, int], token: str) -> Iterator[None]:
    """Send damaged requests."""
    chance = random.Random(7)  # noqa: S311, it shall be the same each time
    while True:
        data = bytearray(chance.choice(SEEDS["listener"])[1:].replace(b"TOKEN", token.encode()))
        for _ in range(chance.randrange(1, 20)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with contextlib.suppress(OSError):
            connection = connect(address, f"{ATTACKERS}.{chance.randrange(50) + 1}")
            with connection:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(200)
        yield


DEPTH = (MAX_BODY - 1000) // 14
ATTACKS: dict[str, Callable[[tuple[str, int], str], Iterator[None]]] = {
    "flood of connections, 50 addresses": flood,
    "200 slow connections": slowloris,
    "1 MB bodies, no token": requests(lambda _: request_bytes("/x", b"x" * 1_000_000)),
    "256 KB bodies, no token": requests(lambda _: request_bytes("/x", b"x" * MAX_BODY)),
    "GET /": requests(lambda _: request_bytes("/", method="GET")),
    "damaged requests, with the token": fuzz,
    "nested XML, with the token": requests(
        lambda token: request_bytes(
            f"/{token}", propertyset("&lt;a&gt;" * 10 + "<a>" * DEPTH), headers={"SEQ": "1"}
        )
    ),
    "largest wide XML, with the token": requests(
        lambda token: request_bytes(
            f"/{token}",
            last_change('<a val="1"/>' * ((MAX_BODY - 1000) // 30)),
            headers={"SEQ": "1"},
        )
    ),
}


def attack(name: str, address: tuple[str, int], token: str) -> None:
    """Attack until standard input closes; then print how often."""
    over = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        over.set()

    threading.Thread(target=wait, daemon=True).start()
    count = 0
    for _ in ATTACKS[name](address, token):
        count += 1
        if over.is_set():
            break
    print(count, flush=True)
    os._exit(0)


def speak(address: tuple[str, int], token: str, seconds: float) -> None:
    """Send honest events and print how long each took, in milliseconds; None for a lost one."""
    request = request_bytes(f"/{token}", EVENT, headers={"SEQ": "1", "Connection": "close"})
    took: list[float | None] = []
    end = time.monotonic() + seconds
    while (begin := time.perf_counter()) and time.monotonic() < end:
        answered = exchange(address, SPEAKER, request).startswith(b"HTTP/1.1 200")
        took.append((time.perf_counter() - begin) * 1000 if answered else None)
        time.sleep(PAUSE)
    print(json.dumps(took), flush=True)


@dataclass(frozen=True)
class Result:
    """What was measured in one phase."""

    name: str
    took: list[float]
    lost: int
    cpu: float
    memory: float
    attacks: float

    @override
    def __str__(self) -> str:
        """Return a row of the table."""
        ordered = sorted(self.took)
        p95 = ordered[int(len(ordered) * 0.95)]
        return (
            f"| {self.name} | {statistics.median(ordered):.2f} | {p95:.2f} | {ordered[-1]:.1f} "
            f"| {self.lost} of {len(self.took) + self.lost} | {self.attacks:.0f} "
            f"| {self.cpu:.0%} | {self.memory:.0f} |"
        )


def memory() -> float:
    """Return how many megabytes this process has in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _child(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", __spec__.name, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def measure(name: str, token: str, seconds: float) -> Result:
    """Measure one phase."""
    attacker = _child("--attack", name, f"--token={token}") if name in ATTACKS else None
    time.sleep(2.0)  # until it is at it
    cpu, begin = time.process_time(), time.monotonic()
    speaker = _child("--speak", str(seconds), f"--token={token}")
    took = json.loads(speaker.communicate()[0])
    used = (time.process_time() - cpu) / (time.monotonic() - begin)
    attacks = 0.0
    if attacker is not None:
        attacks = int(attacker.communicate()[0]) / (time.monotonic() - begin + 2.0)
    answered = [each for each in took if each is not None]
    return Result(name, answered, len(took) - len(answered), used, memory(), attacks)


def _granted(method: str, url: str, headers: Mapping[str, str]) -> Deferred[ResponseHeaders]:
    return succeed({"sid": "uuid:1", "timeout": "Second-600"})


def _listen(reactor: Any) -> tuple[str, list[object]]:
    listener = Listener(reactor, ListenSettings(OURS, PORT))
    listener.start()
    service = service_of(Player(SPEAKER), "RenderingControl")
    subscription = Subscription(service, listener=listener, request=_granted, clock=reactor)
    heard: list[object] = []
    subscription.callback = lambda event: heard.append(event.seq)
    subscription.subscribe()
    return subscription.token, [subscription, heard]


def _run(seconds: float) -> None:
    reactor: Any = global_reactor()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")

    def phases(token: str) -> None:
        print("| | p50 ms | p95 ms | max ms | lost | attacks/s | CPU | MB |")
        print("|---|---:|---:|---:|---:|---:|---:|---:|")
        for name in ("no attack", *ATTACKS, "no attack, afterwards"):
            print(measure(name, token, seconds), flush=True)
        reactor.callFromThread(reactor.stop)

    def begin() -> None:
        token, kept = _listen(reactor)
        reactor.addSystemEventTrigger("after", "shutdown", kept.clear)
        threading.Thread(target=phases, args=(token,), daemon=True).start()

    reactor.callWhenRunning(begin)
    reactor.run()


def main() -> None:
    """Measure everything, or be one of the processes that take part."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.listener_attacks", description=__doc__
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="for each phase (10)")
    parser.add_argument("--attack", help=argparse.SUPPRESS)
    parser.add_argument("--speak", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--token", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.attack:
        attack(options.attack, (OURS, PORT), options.token)
    elif options.speak:
        speak((OURS, PORT), options.token, options.speak)
    else:
        _run(options.seconds)


if __name__ == "__main__":
    main()
