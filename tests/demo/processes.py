"""Processes that end when the demo ends, whatever ends it."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import Sequence
import contextlib
import ctypes
import os
from pathlib import Path
import signal
from typing import BinaryIO, Self

_PR_SET_PDEATHSIG = 1
_GRACE = 15.0


class DemoError(Exception):
    """Something that the demo needs did not work; the message is one sentence for the user."""


def _die_with_parent() -> None:
    """Have the kernel end this process when the demo is gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """A process with a session of its own, so that a Ctrl-C reaches the demo alone."""

    def __init__(self, name: str, process: Process, output: BinaryIO) -> None:
        """Keep what belongs to the process; use `start` to make one."""
        self.name = name
        self._process = process
        self._output = output

    @classmethod
    async def start(
        cls,
        name: str,
        command: Sequence[str | Path],
        output: Path,
        *,
        environment: dict[str, str] | None = None,
    ) -> Self:
        """Start a command and write what it prints to a file."""
        file = output.open("wb")
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent,
            env={**os.environ, **(environment or {})},
        )
        return cls(name, process, file)

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Return whether the process is no longer there."""
        return self._process.returncode is not None

    def check(self) -> None:
        """Raise when the process has ended by itself."""
        if self.ended:
            raise DemoError(
                f"{self.name} ended with status {self._process.returncode}; "
                f"{self._output.name} says why."
            )

    async def stop(self) -> None:
        """End the process and all that it started, politely at first."""
        try:
            if not self.ended:
                self._process.terminate()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._process.wait(), _GRACE)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()
            self._output.close()
