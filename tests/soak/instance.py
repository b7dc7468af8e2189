"""The Home Assistant of the soak: the demo's, without a database, and with a window into it."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
import os
from pathlib import Path
import sys
from typing import Self

from tests.demo.client import Client, open_session
from tests.demo.configuration import ROOT, Settings, write
from tests.demo.instance import free_port
from tests.demo.processes import Child, DemoError

from .resources import Resources, measure, resident

_START = 120.0
#: Soaks that start at the same moment shall not find the same port free.
_FIRST_PORT = 8200 + os.getpid() % 1500

_YAML = """\
homeassistant:
  name: Soak
  unit_system: metric
  currency: EUR
  country: NL
  language: en
  time_zone: UTC
  auth_providers:
    - type: trusted_networks
      trusted_networks:
        - 127.0.0.0/8
      allow_bypass_login: true

logger:
  default: warning
  logs:
    custom_components.sonos_twisted: {level}

sonos_twisted:
  hosts: [{hosts}]
  listen_address: 127.0.0.1
"""


class Instance:
    """A Home Assistant process, and a client of it."""

    def __init__(self, folder: Path, client: Client, child: Child) -> None:
        """Keep what belongs together."""
        self.folder = folder
        self.client = client
        self.child = child
        self._begun = asyncio.get_running_loop().time()

    @classmethod
    async def connect(cls, folder: Path, client: Client, child: Child) -> Self:
        """Wait until Home Assistant answers."""
        deadline = asyncio.get_running_loop().time() + _START
        while not await client.answers():
            child.check()
            if asyncio.get_running_loop().time() > deadline:
                raise DemoError(f"Home Assistant did not start in {_START:.0f} s.")
            await asyncio.sleep(0.2)
        await client.connect()
        return cls(folder, client, child)

    @property
    def seconds(self) -> float:
        """Seconds since Home Assistant answered first."""
        return asyncio.get_running_loop().time() - self._begun

    @property
    def memory(self) -> float:
        """MiB of memory that the process holds now."""
        return resident(self.child._process.pid)

    async def resources(self) -> Resources:
        """Return what the process holds now."""
        pid = self.child._process.pid
        return await measure(pid, self.folder / "inventory.json", self.seconds)


@contextlib.asynccontextmanager
async def running(hosts: list[str], folder: Path, level: str) -> AsyncIterator[Instance]:
    """Run Home Assistant on a household, as long as the block lasts.

    Args:
        hosts: Addresses of speakers.
        folder: Where its files are; what was there before is lost.
        level: Of the integration's log.
    """
    port = free_port(_FIRST_PORT)
    write(Settings(folder=folder, port=port, domain="sonos_twisted", hosts=hosts))
    (folder / "configuration.yaml").write_text(_YAML.format(level=level, hosts=", ".join(hosts)))
    child = await Child.start(
        "Home Assistant",
        [sys.executable, Path(__file__).parent / "launch.py", "--skip-pip", "-c", folder],
        folder / "output.txt",
        environment={
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(ROOT),
            "SOAK_INVENTORY": str(folder / "inventory.json"),
        },
    )
    try:
        async with open_session() as session:
            client = Client(f"http://127.0.0.1:{port}", session)
            try:
                yield await Instance.connect(folder, client, child)
            finally:
                await client.close()
    finally:
        await child.stop()
