"""Starts a simulated household in a process of its own."""

import json
import os
from pathlib import Path
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Self

from .control import Remote

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 5.0


class SimulatorError(RuntimeError):
    """The simulator could not be started."""


class SimulatorProcess:
    """A household in a process of its own, for the time of a ``with`` block.

    The process ends with the block, and also when this process dies. Nothing is known here of
    Twisted: it works beside any event loop, and with sockets limited to 127.0.0.0/8.
    """

    remote: Remote
    hosts: list[str]
    addresses: dict[str, str]

    def __init__(
        self,
        *,
        base: str = "127.1.0.1",
        speakers: int | None = None,
        port: int = 1400,
        household: str | None = None,
        generation: str = "S2",
        initial: str | float = "after",
        rooms: dict[str, str] | None = None,
        announce: bool = False,
        control_host: str = "127.0.0.1",
        within: Sequence[str] = (),
        options: Sequence[str] = (),
    ) -> None:
        """Say what to start.

        Args:
            base: Address of the first player.
            speakers: Number of plain players; the default house without.
            port: Port of every player.
            household: Household id.
            generation: S1 or S2.
            initial: When first events are sent: ``before``, ``after`` or seconds.
            rooms: Rooms with a player of a model each, in place of the house.
            announce: Whether players announce themselves by SSDP and mDNS.
            control_host: Address of the control port.
            within: A command that runs another one, in a network namespace for instance.
            options: More options of the command line.
        """
        self.base = base
        self._command = [*within, sys.executable, "-m", "tests.simulator", "--ready-json"]
        self._command += ["--until-stdin-closes", "--control-port", "0", "--base", base]
        self._command += ["--port", str(port), "--generation", generation]
        self._command += ["--initial", str(initial)]
        if speakers is not None:
            self._command += ["--speakers", str(speakers)]
        if rooms is not None:
            listed = ",".join(f"{name}={number}" for name, number in rooms.items())
            self._command += ["--rooms", listed]
        if household is not None:
            self._command += ["--household", household]
        self._command += ["--control-host", control_host]
        self._command += ["--announce"] if announce else []
        self._command += options
        self._process: subprocess.Popen[str] | None = None
        self.facts: dict[str, Any] = {}

    def start(self) -> Self:
        """Start the household and wait until it can be used.

        Raises:
            SimulatorError: It ended at once; the message says why.
        """
        path = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
            env={**os.environ, "PYTHONPATH": path},
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            code = self._process.wait(_PATIENCE)
            message = f"the simulator ended with status {code}; is {self.base} taken?"
            raise SimulatorError(message)
        self.facts = json.loads(line)
        self.hosts = self.facts["hosts"]
        self.addresses = {
            s["name"]: s["address"] for s in self.facts["speakers"] if not s["invisible"]
        }
        self.remote = Remote(self.facts["control_host"], self.facts["control_port"])
        return self

    def stop(self) -> None:
        """End the household."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()

    def __enter__(self) -> Self:
        """Start the household."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the household."""
        self.stop()
