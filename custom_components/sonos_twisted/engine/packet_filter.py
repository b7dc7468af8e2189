"""Lets the operating system drop connections of strangers, where it can: Linux, without privileges.

A classic BPF program on a listening socket sees each of its packets before TCP does. A packet that
it drops costs this process nothing, and its sender tries again after one second, three and seven.
"""

from collections.abc import Iterable
import ctypes
from itertools import batched
import socket
import struct
import sys

#: From Linux's asm-generic/socket.h; Python has no names for them.
_SO_ATTACH_FILTER = 26
_SO_DETACH_FILTER = 27

#: Instructions of linux/filter.h: load a byte or a word at a fixed place, jump, return.
_LOAD_BYTE, _LOAD_WORD = 0x30, 0x20
_AND, _JUMP_IF_EQUAL, _RETURN = 0x54, 0x15, 0x06
_DROP, _PASS = 0, 0xFFFFFFFF

#: The program sees the TCP header. The IP header is reached by adding SKF_NET_OFF.
_TCP_FLAGS = 13
_SYN, _SYN_AND_ACK = 0x02, 0x12
_SOURCE_ADDRESS = 0x100000000 - 0x100000 + 12

#: Jumps reach 255 instructions far.
_ADDRESSES_IN_A_ROW = 250


def program(addresses: Iterable[str]) -> bytes:
    """Return a program that drops the first packet of each connection, unless from an address.

    Connections that the socket accepts inherit the program; it lets all their packets pass. Linux
    takes 4096 instructions, and 20,000 bytes in older versions: about a thousand addresses.
    """
    known = sorted({int.from_bytes(socket.inet_aton(address)) for address in addresses})
    steps = [
        (_LOAD_BYTE, 0, 0, _TCP_FLAGS),
        (_AND, 0, 0, _SYN_AND_ACK),
        (_JUMP_IF_EQUAL, 1, 0, _SYN),
        (_RETURN, 0, 0, _PASS),
        (_LOAD_WORD, 0, 0, _SOURCE_ADDRESS),
    ]
    for row in batched(known, _ADDRESSES_IN_A_ROW, strict=False):
        # Each jumps to the end of its row, and the last one over it.
        steps += [
            (_JUMP_IF_EQUAL, left, 0, address)
            for left, address in zip(range(len(row) - 1, 0, -1), row, strict=False)
        ]
        steps += [(_JUMP_IF_EQUAL, 0, 1, row[-1]), (_RETURN, 0, 0, _PASS)]
    steps.append((_RETURN, 0, 0, _DROP))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


class PacketFilter:
    """The filter of one listening socket.

    Attributes:
        works: Whether the system takes filters, as far as is known.

    """

    def __init__(self, listening: socket.socket) -> None:
        """Prepare a filter; every packet passes."""
        self._socket = listening
        self._name = listening.getsockname()
        self.works = sys.platform == "linux" and listening.family == socket.AF_INET

    def attach(self, addresses: Iterable[str]) -> bool:
        """Drop connections from all but some addresses; tell whether the system does.

        If it does not, everything passes.
        """
        code = program(addresses)
        buffer = ctypes.create_string_buffer(code, len(code))
        length_and_place = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
        self.works = self._set(_SO_ATTACH_FILTER, length_and_place)
        if not self.works:
            self.detach()
        return self.works

    def detach(self) -> None:
        """Let everything pass; harmless when it does."""
        self._set(_SO_DETACH_FILTER, bytes(4))

    def _set(self, option: int, value: bytes) -> bool:
        try:
            # When the socket was closed by a mistake elsewhere, its number may be another's by now.
            if self._socket.getsockname() != self._name:
                return False
            self._socket.setsockopt(socket.SOL_SOCKET, option, value)
        except OSError:
            return False
        return True
