"""Whom the door lets in, and when it lets the others have their turn."""

from collections.abc import Iterator
import contextlib
import socket

import pytest

from custom_components.sonos_twisted.engine.door import (
    ADMISSIONS_IN_A_ROW,
    REFUSALS_IN_A_ROW,
    Door,
)

from .conftest import NETWORK

HONEST, STRANGER = f"{NETWORK}.111", f"{NETWORK}.112"


@pytest.fixture
def listening(loopback: None) -> Iterator[socket.socket]:
    with socket.create_server((f"{NETWORK}.110", 0), backlog=1024) as server:
        server.settimeout(5)
        yield server


@pytest.fixture
def door(listening: socket.socket) -> Door:
    return Door(listening, lambda host: host == HONEST, lambda _, host: False)


def connect(door: Door, source: str) -> socket.socket:
    connection = socket.create_connection(door.getsockname(), timeout=5, source_address=(source, 0))
    connection.sendall(b"NOTIFY")
    return connection


def test_who_is_admitted(door: Door) -> None:
    with connect(door, STRANGER) as stranger, connect(door, HONEST):
        connection, address = door.accept()
        with connection:
            assert address[0] == HONEST
        with pytest.raises(ConnectionResetError):
            stranger.recv(1)


def test_the_turn_of_others(door: Door) -> None:
    """After many refusals in a row, and after some admissions, nobody seems to be there."""
    with contextlib.ExitStack() as stack:
        for _ in range(REFUSALS_IN_A_ROW):
            stack.enter_context(connect(door, STRANGER))
        for _ in range(ADMISSIONS_IN_A_ROW + 1):
            stack.enter_context(connect(door, HONEST))
        with pytest.raises(BlockingIOError):
            door.accept()
        for _ in range(ADMISSIONS_IN_A_ROW):
            stack.enter_context(door.accept()[0])
        with pytest.raises(BlockingIOError):
            door.accept()
        stack.enter_context(door.accept()[0])


def test_who_is_served_at_once_is_not_let_in(listening: socket.socket) -> None:
    served: list[socket.socket] = []

    def serves(connection: socket.socket, host: str) -> bool:
        if host == HONEST:
            served.append(connection)
        return host == HONEST

    door = Door(listening, lambda _: True, serves)
    with contextlib.ExitStack() as stack:
        for source in (HONEST, STRANGER, *[HONEST] * ADMISSIONS_IN_A_ROW):
            stack.enter_context(connect(door, source))
        connection, address = door.accept()
        stack.enter_context(connection)
        assert (address[0], len(served)) == (STRANGER, 1)
        with pytest.raises(BlockingIOError):
            door.accept()
        assert len(served) == ADMISSIONS_IN_A_ROW - 1
        listening.settimeout(0)
        with pytest.raises(BlockingIOError):
            door.accept()
        assert len(served) == ADMISSIONS_IN_A_ROW + 1
        for connection in served:
            connection.close()


@pytest.mark.skipif(not hasattr(socket, "TCP_DEFER_ACCEPT"), reason="the system cannot wait")
def test_who_has_said_nothing_is_not_there_yet(door: Door, listening: socket.socket) -> None:
    """One wake-up for each event: a speaker needs a moment from connecting to sending."""
    listening.settimeout(0)
    address = door.getsockname()
    with socket.create_connection(address, timeout=5, source_address=(HONEST, 0)) as speaker:
        with pytest.raises(BlockingIOError):
            door.accept()
        speaker.sendall(b"NOTIFY")
        listening.settimeout(5)
        connection, _ = door.accept()
        with connection:
            assert connection.recv(6) == b"NOTIFY"


def test_all_else_is_the_socket_s(door: Door, listening: socket.socket) -> None:
    assert door.fileno() == listening.fileno()
    assert door.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
