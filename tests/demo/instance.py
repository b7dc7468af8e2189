"""A Home Assistant that the demo starts, waits for, and ends."""

import asyncio
from collections.abc import AsyncIterator, Callable
import contextlib
from pathlib import Path
import socket
import sys

from .client import Client, open_session
from .configuration import Settings, write
from .processes import Child, DemoError

FIRST_PORT = 8123
LAUNCHER = Path(__file__).parent / "launch.py"
_PORTS = 100
_START = 90.0


def free_port(first: int = FIRST_PORT) -> int:
    """Return the first port from this one on that nobody listens on."""
    for port in range(first, first + _PORTS):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise DemoError(f"No port from {first} to {first + _PORTS - 1} is free for Home Assistant.")


async def _ready(child: Child, client: Client, progress: Callable[[str], None]) -> None:
    """Wait until Home Assistant's web server answers, then connect."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    while not await client.answers():
        child.check()
        waited = loop.time() - begun
        if waited > _START:
            raise DemoError(f"Home Assistant did not start in {_START:.0f} s.")
        progress(f"Starting Home Assistant ... {waited:.0f} s")
        await asyncio.sleep(0.2)
    await client.connect()


@contextlib.asynccontextmanager
async def running(
    settings: Settings, progress: Callable[[str], None]
) -> AsyncIterator[tuple[Client, Child]]:
    """Run Home Assistant as long as the block lasts, and give a client of it.

    Args:
        settings: What it is told.
        progress: Takes what is to be told of the progress.

    """
    write(settings)
    child = await Child.start(
        "Home Assistant",
        [sys.executable, LAUNCHER, "--skip-pip", "-c", settings.folder],
        settings.folder / "output.txt",
        environment={"PYTHONUNBUFFERED": "1"},
    )
    try:
        async with open_session() as session:
            client = Client(f"http://127.0.0.1:{settings.port}", session)
            try:
                await _ready(child, client, progress)
                yield client, child
            finally:
                await client.close()
    finally:
        progress("Stopping Home Assistant ...")
        await child.stop()
