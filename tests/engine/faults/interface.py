"""The interface that events come in by loses its address, and gets it back.

Run in a network namespace of its own, as root there; see ``test_interface.py``.
"""

import asyncio
import functools
import subprocess
from unittest.mock import patch

from custom_components.sonos_twisted.engine import ListenSettings, Served
from custom_components.sonos_twisted.engine.backoff import Backoff
from tests.simulator.process import SimulatorProcess

from ..host import following, until
from .steps import ENGINE, all_by_events, turned

OURS = "10.99.99.1"


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


async def main(house: SimulatorProcess) -> None:
    """Take the address away, and give it back."""
    _ip("address", "add", f"{OURS}/32", "dev", "lo")
    async with following(house, listen=ListenSettings(OURS, 14400), request_seconds=2.0) as host:
        await until(lambda: all_by_events(host))
        await turned(host, house, "Patio")
        uid = host.speaker("Patio").uid
        _ip("address", "delete", f"{OURS}/32", "dev", "lo")
        await host.on_reactor(host.session.links[uid].renew_from_scratch)
        await until(lambda: host.served[uid] is Served.BY_POLLING)
        await turned(host, house, "Patio")
        assert host.reachable.get(uid) is not False
        _ip("address", "add", f"{OURS}/32", "dev", "lo")
        await until(lambda: all_by_events(host))
        await turned(host, house, "Patio")


if __name__ == "__main__":
    _ip("link", "set", "lo", "up")
    with (
        patch(f"{ENGINE}.polling.COORDINATOR_SECONDS", 1.0),
        patch(f"{ENGINE}.lease.INITIAL_EVENT_SECONDS", 0.5),
        patch(f"{ENGINE}.lease.Backoff", functools.partial(Backoff, first=0.1, longest=1.0)),
        SimulatorProcess(base="127.40.1.1") as simulated,
    ):
        asyncio.run(main(simulated))
