"""What the program for the operating system decides, and what the system makes of it."""

from collections.abc import Iterator
import errno
import socket
import struct
import sys

import pytest

from custom_components.sonos_twisted.engine.packet_filter import PacketFilter, program

from .conftest import NETWORK

OURS, HONEST, STRANGER = f"{NETWORK}.120", f"{NETWORK}.121", f"{NETWORK}.122"
SYN, SYN_ACK, ACK, RST, FIN_ACK, ECN_SYN = 0x02, 0x12, 0x10, 0x04, 0x11, 0xC2

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes such filters")


def verdict(code: bytes, source: str, flags: int) -> bool:
    """Run a program on a TCP packet, as Linux does; tell whether it passes."""
    steps = list(struct.iter_unpack("=HBBI", code))
    segment = bytes(13) + bytes([flags]) + bytes(6)
    header = bytes(12) + socket.inet_aton(source) + bytes(4)
    counter = held = 0
    while True:
        operation, if_true, if_false, value = steps[counter]
        counter += 1
        match operation:
            case 0x30:
                held = segment[value]
            case 0x20:
                place = value - 2**32 + 0x100000
                held = int.from_bytes(header[place : place + 4])
            case 0x54:
                held &= value
            case 0x15:
                counter += if_true if held == value else if_false
            case 0x06:
                return bool(value)
            case _:
                pytest.fail(f"unknown operation {operation}")


@pytest.mark.parametrize("count", [0, 1, 2, 249, 250, 251, 500, 777])
def test_who_passes(count: int) -> None:
    known = [f"192.168.{number // 100}.{number % 100}" for number in range(count)]
    code = program(known)
    assert all(verdict(code, address, SYN) for address in known)
    assert all(verdict(code, address, ECN_SYN) for address in known)
    for stranger in ("0.0.0.0", "10.0.0.7", "192.168.200.1", "255.255.255.255"):
        assert not verdict(code, stranger, SYN)
        assert not verdict(code, stranger, ECN_SYN)
        assert all(verdict(code, stranger, flags) for flags in (SYN_ACK, ACK, RST, FIN_ACK, 0))


def test_addresses_that_are_told_twice() -> None:
    assert program([HONEST, STRANGER, HONEST]) == program([STRANGER, HONEST])


@pytest.fixture
def listening(loopback: None) -> Iterator[socket.socket]:
    with socket.create_server((OURS, 0), backlog=64) as server:
        server.settimeout(10)
        yield server


def begin(listening: socket.socket, source: str) -> socket.socket:
    """Begin to connect."""
    connection = socket.socket()
    connection.bind((source, 0))
    connection.setblocking(False)
    assert connection.connect_ex(listening.getsockname()) in {0, errno.EINPROGRESS}
    connection.settimeout(10)
    return connection


def waits(connection: socket.socket) -> bool:
    """Tell whether a connection has not been answered."""
    try:
        connection.getpeername()
    except OSError as error:
        return error.errno == errno.ENOTCONN
    return False


def talk(one: socket.socket, other: socket.socket) -> None:
    """Send something there and back."""
    one.sendall(b"there")
    assert other.recv(10) == b"there"
    other.sendall(b"back")
    assert one.recv(10) == b"back"


@on_linux
def test_real_connections(listening: socket.socket) -> None:
    """Loopback answers within connect(), so that who is not answered by then was dropped."""
    packet_filter = PacketFilter(listening)
    assert packet_filter.works
    with begin(listening, STRANGER) as early, listening.accept()[0] as early_here:
        assert packet_filter.attach([HONEST])
        with begin(listening, STRANGER) as stranger, begin(listening, HONEST) as honest:
            assert waits(stranger)
            with listening.accept()[0] as honest_here:
                assert honest_here.getpeername()[0] == HONEST
                talk(honest, honest_here)
                talk(early, early_here)
                packet_filter.detach()
                packet_filter.detach()
                # It tries again.
                with listening.accept()[0] as stranger_here:
                    talk(stranger, stranger_here)
                    talk(honest, honest_here)


@on_linux
def test_another_set_of_addresses(listening: socket.socket) -> None:
    packet_filter = PacketFilter(listening)
    assert packet_filter.attach([])
    assert packet_filter.attach([STRANGER, *(f"10.0.{n // 250}.{n % 250}" for n in range(300))])
    with begin(listening, HONEST) as honest, begin(listening, STRANGER) as stranger:
        assert waits(honest)
        assert not waits(stranger)


@on_linux
def test_more_than_the_system_takes(listening: socket.socket) -> None:
    """Then nobody is kept out."""
    packet_filter = PacketFilter(listening)
    assert packet_filter.attach([HONEST])
    assert not packet_filter.attach(f"10.0.{n // 250}.{n % 250}" for n in range(5000))
    assert not packet_filter.works
    with begin(listening, STRANGER) as stranger:
        assert not waits(stranger)


@on_linux
def test_a_number_that_is_another_socket_s_now(listening: socket.socket) -> None:
    packet_filter = PacketFilter(listening)
    with socket.create_server((OURS, 0)) as other:
        number = listening.detach()
        socket.close(number)
        taken = socket.fromfd(other.fileno(), socket.AF_INET, socket.SOCK_STREAM)
        packet_filter._socket = taken
        assert not packet_filter.attach([])
        with taken, begin(other, STRANGER) as stranger:
            assert not waits(stranger)


def test_where_the_system_has_no_filters(
    listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", "darwin")
        assert not PacketFilter(listening).works
    with socket.socket(socket.AF_INET6) as other:
        assert not PacketFilter(other).works
    packet_filter = PacketFilter(listening)
    with listening:
        pass
    assert not packet_filter.attach([])
