"""The floor of an event: a bare server that answers each NOTIFY, and knows when it has it all.

    python -m tests.benchmarks.floor_server

It prints its port, answers until a line comes on standard input, then prints what it has received:
the first header lines of each event and the time.
"""

import asyncio
import json
import sys
from time import monotonic_ns
from typing import override

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_received: list[tuple[bytes, int]] = []


class _Listener(asyncio.Protocol):
    """One connection, with one event."""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._data = b""

    @override
    def data_received(self, data: bytes) -> None:
        self._data += data
        head, gap, body = self._data.partition(b"\r\n\r\n")
        if not gap or len(body) < int(head.rpartition(b"CONTENT-LENGTH: ")[2].split()[0]):
            return
        _received.append((head, monotonic_ns()))
        if isinstance(self._transport, asyncio.Transport):
            self._transport.write(_ANSWER)
        self._transport.close()


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Listener, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    server.close()
    print(json.dumps([(head.decode("latin-1"), time) for head, time in _received]))


if __name__ == "__main__":
    asyncio.run(_serve())
