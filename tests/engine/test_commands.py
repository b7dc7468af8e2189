"""Commands: what they do at a speaker, and what becomes of everything that can go wrong."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
import importlib
import inspect
import pkgutil
import socket
import time
from typing import Any
from unittest.mock import Mock

import pytest

from custom_components.sonos_twisted.engine import (
    HttpStatusError,
    Ipv6OnlyError,
    NotSonosError,
    PlayerUnreachableError,
    UnknownNameError,
    UpnpDisabledError,
    UpnpError,
    commands,
    http_request,
)
from custom_components.sonos_twisted.engine.commands import (
    grouping,
    identity,
    rendering,
    soap,
    state,
    transport,
)
from custom_components.sonos_twisted.engine.http_request import request_seconds

from ..simulator.process import SimulatorProcess
from .conftest import NETWORK

pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture(scope="module")
def _house() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=f"{NETWORK}.51", speakers=2) as house:
        yield house


@pytest.fixture
def house(_house: SimulatorProcess) -> Iterator[SimulatorProcess]:
    """Give a house of two rooms; faults end with each test, and the first room plays."""
    _house.remote.call("ungroup", speaker="Room 2")
    _house.remote.call("play_tracks", speaker="Room 1")
    yield _house
    _house.remote.heal()


def truth(house: SimulatorProcess, room: str = "Room 1") -> dict[str, Any]:
    """Return what is true of a room."""
    speakers = house.remote.truth()["speakers"].values()
    (speaker,) = (speaker for speaker in speakers if speaker["name"] == room)
    return dict(speaker)


@pytest.mark.parametrize(
    ("command", "args", "changed"),
    [
        (transport.pause, (), {"state": "PAUSED_PLAYBACK"}),
        (transport.stop, (), {"state": "STOPPED"}),
        (transport.next_track, (), {"track_number": 2}),
        (transport.set_play_mode, ("SHUFFLE",), {"play_mode": "SHUFFLE"}),
        (transport.set_play_mode, ("NORMAL",), {"play_mode": "NORMAL"}),
        (rendering.set_volume, (27,), {"volume": 27}),
        (rendering.set_mute, (True,), {"mute": True}),
        (rendering.set_mute, (False,), {"mute": False}),
    ],
)
def test_what_a_command_does(
    house: SimulatorProcess,
    command: Callable[..., object],
    args: tuple[object, ...],
    changed: dict[str, object],
) -> None:
    command(house.hosts[0], *args)
    now = truth(house)
    assert {name: now[name] for name in changed} == changed


def test_playing_on(house: SimulatorProcess) -> None:
    transport.pause(house.hosts[0])
    transport.play(house.hosts[0])
    assert truth(house)["state"] in {"TRANSITIONING", "PLAYING"}


def test_the_track_before(house: SimulatorProcess) -> None:
    transport.next_track(house.hosts[0])
    transport.previous_track(house.hosts[0])
    assert truth(house)["track_number"] == 1


@pytest.mark.parametrize("position", [0, 59, 61])
def test_seeking(house: SimulatorProcess, position: int) -> None:
    transport.pause(house.hosts[0])
    transport.seek(house.hosts[0], position)
    assert truth(house)["position"] == position


def test_one_step_of_the_volume(house: SimulatorProcess) -> None:
    rendering.set_volume(house.hosts[0], 20)
    rendering.change_volume(house.hosts[0], 5)
    rendering.change_volume(house.hosts[0], -2)
    assert truth(house)["volume"] == 23


def test_gliding_to_a_volume(house: SimulatorProcess) -> None:
    assert rendering.ramp_to_volume(house.hosts[0], 10, "AUTOPLAY_RAMP_TYPE") == 1
    assert truth(house)["volume"] < 10


def test_grouping(house: SimulatorProcess) -> None:
    coordinator = truth(house)["uid"]
    grouping.join(house.hosts[1], coordinator)
    assert truth(house, "Room 2")["coordinator"] == coordinator
    rendering.set_volume(house.hosts[0], 20)
    rendering.set_volume(house.hosts[1], 40)
    grouping.set_volume(house.hosts[0], 60)
    assert (truth(house)["volume"], truth(house, "Room 2")["volume"]) == (40, 80)
    grouping.change_volume(house.hosts[0], -15)
    assert (truth(house)["volume"], truth(house, "Room 2")["volume"]) == (30, 60)
    grouping.set_mute(house.hosts[0], True)
    assert truth(house, "Room 2")["mute"]
    grouping.set_mute(house.hosts[0], False)
    second = truth(house, "Room 2")["uid"]
    grouping.delegate(house.hosts[0], second, True)
    assert (truth(house)["coordinator"], truth(house, "Room 2")["coordinator"]) == (second, second)
    grouping.delegate(house.hosts[1], coordinator, False)
    assert truth(house)["group"] == [coordinator]
    grouping.join(house.hosts[1], coordinator)
    grouping.unjoin(house.hosts[1])
    assert truth(house, "Room 2")["coordinator"] == truth(house, "Room 2")["uid"]


def test_reading(house: SimulatorProcess) -> None:
    """In the words of events."""
    queries = ["transport_state", "track", "media", "play_mode", "actions", "volume", "mute"]
    answer = state.read(house.hosts[0], [*queries, "topology"])
    assert answer["AVTransport"]["transport_state"] in {"TRANSITIONING", "PLAYING"}
    assert answer["AVTransport"]["current_track"] == "1"
    assert answer["AVTransport"]["number_of_tracks"] == "5"
    assert answer["RenderingControl"]["volume"] == {"Master": str(truth(house)["volume"])}
    assert answer["RenderingControl"]["mute"] == {"Master": "0"}
    assert "Room 2" in str(answer["ZoneGroupTopology"]["zone_group_state"])


def test_the_position(house: SimulatorProcess) -> None:
    begun = time.monotonic()
    answer = transport.read_position(house.hosts[0])
    assert answer["RelTime"].startswith("0:00:")
    assert begun < float(answer["MeasuredAt"]) < time.monotonic()


def test_the_position_of_a_slow_speaker(house: SimulatorProcess) -> None:
    """It is as old as half the request, whatever else was asked before it."""
    house.remote.set_latency("Room 1", 0.2)
    begun = time.monotonic()
    answer = state.read(house.hosts[0], ["volume", "track"])["AVTransport"]
    measured_at = float(str(answer["position_measured_at"]))
    assert begun + 0.25 < measured_at < time.monotonic() - 0.05


def test_who_answers(house: SimulatorProcess) -> None:
    found = identity.identify(house.hosts[0])
    assert found.address == f"{house.hosts[0]}:1400"
    assert found.household_id == house.facts["household"]
    assert found.description.room_name == "Room 1"


# What can go wrong


def test_the_speaker_declines(house: SimulatorProcess) -> None:
    house.remote.call("fail_action", speaker="Room 1", action="Play", code=701)
    with pytest.raises(UpnpError) as caught:
        transport.play(house.hosts[0])
    assert caught.value.args == (house.hosts[0], "Play", 701, "AVTransport")


def test_an_action_that_there_is_not(house: SimulatorProcess) -> None:
    with pytest.raises(UpnpError, match="declined Dance with UPnP error 401"):
        soap.call(house.hosts[0], "AVTransport", "Dance")


def test_upnp_is_switched_off(house: SimulatorProcess) -> None:
    house.remote.call("forbid", speaker="Room 1")
    with pytest.raises(UpnpDisabledError):
        transport.play(house.hosts[0])
    with pytest.raises(UpnpDisabledError):
        identity.describe(house.hosts[0])


def test_the_speaker_hangs(house: SimulatorProcess) -> None:
    house.remote.call("stall", speaker="Room 1")
    token = request_seconds.set(0.2)
    with pytest.raises(PlayerUnreachableError, match="does not answer"):
        transport.play(house.hosts[0])
    request_seconds.reset(token)


@pytest.mark.parametrize("command", [transport.play, identity.describe, identity.identify])
def test_nobody_is_there(command: Callable[[str], object]) -> None:
    with pytest.raises(PlayerUnreachableError, match="cannot be reached"):
        command(f"{NETWORK}.250")


def test_a_page_that_there_is_not(house: SimulatorProcess) -> None:
    with pytest.raises(HttpStatusError, match="GET /nothing with HTTP status 404"):
        soap.get(house.hosts[0], "/nothing")


@pytest.mark.parametrize("error", [OSError(), UnicodeError()])
def test_a_name_that_nobody_knows(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or that cannot be one: labels have 63 letters at most."""
    monkeypatch.setattr(socket, "gethostbyname", Mock(side_effect=error))
    monkeypatch.setattr(socket, "getaddrinfo", Mock(side_effect=error))
    with pytest.raises(UnknownNameError, match="no such name"):
        identity.identify("a" * 70)


def test_a_name_of_ipv6_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is there, but speakers are not spoken to like that."""
    monkeypatch.setattr(socket, "gethostbyname", Mock(side_effect=socket.gaierror()))
    found = Mock(return_value=[(socket.AF_INET6, 0, 0, "", ("fe80::1", 0, 0, 0))])
    monkeypatch.setattr(socket, "getaddrinfo", found)
    with pytest.raises(Ipv6OnlyError, match="kitchen"):
        identity.identify("kitchen")


def test_a_speaker_without_a_household(
    house: SimulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soap, "call", lambda *_: {"CurrentHouseholdID": ""})
    with pytest.raises(NotSonosError):
        identity.identify(house.hosts[0])


SOAP = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">%b</s:Envelope>'


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"not XML"),
        (200, b""),
        (200, b"<html><body>It works!</body></html>"),
        (200, SOAP % b""),
        (200, SOAP % b"<s:Body/>"),
        (500, b"Internal Server Error"),
        (500, b"<html/>"),
        (500, b""),
        (204, b""),
        (301, b""),
    ],
)
def test_answers_of_something_else(
    other_server: Callable[[int, bytes], str], status: int, body: bytes
) -> None:
    with pytest.raises(NotSonosError):
        transport.play(other_server(status, body))


def test_an_answer_that_is_too_long(
    other_server: Callable[[int, bytes], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A speaker never says so much; it is not read to its end."""
    monkeypatch.setattr(http_request, "MAX_ANSWER", 1000)
    assert soap.get(other_server(200, b"x" * 1000), "/") == b"x" * 1000
    with pytest.raises(NotSonosError):
        soap.get(other_server(200, b"x" * 1001), "/")


def test_an_answer_that_breaks_off(loopback: None) -> None:
    """What there is of it is worth nothing."""
    with socket.create_server((f"{NETWORK}.202", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxxx")

        with ThreadPoolExecutor(1) as threads:
            threads.submit(answer)
            with pytest.raises(PlayerUnreachableError, match="cannot be reached"):
                soap.get(f"{NETWORK}.202:{server.getsockname()[1]}", "/")


def test_an_answer_that_goes_on_and_on(
    other_server: Callable[[int, bytes], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each piece comes in time, but all of them together do not."""
    monkeypatch.setattr(http_request, "_PIECE", 10)
    monkeypatch.setattr(http_request, "_PATIENCE", 0)
    with pytest.raises(PlayerUnreachableError, match="does not answer"):
        soap.get(other_server(200, b"x" * 1000), "/")


@pytest.mark.parametrize("status", [400, 404, 503])
def test_other_statuses(other_server: Callable[[int, bytes], str], status: int) -> None:
    with pytest.raises(HttpStatusError) as caught:
        transport.play(other_server(status, b""))
    assert (caught.value.request, caught.value.status) == ("Play", status)


# What all commands have in common


def every_command() -> list[Callable[..., object]]:
    """Return all public functions of the command modules."""
    modules = [
        importlib.import_module(f"{commands.__name__}.{info.name}")
        for info in pkgutil.iter_modules(commands.__path__)
    ]
    return [
        function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    ]


@pytest.mark.parametrize("command", every_command(), ids=lambda command: command.__name__)
def test_a_command_begins_with_the_address(command: Callable[..., object]) -> None:
    assert next(iter(inspect.signature(command).parameters)) == "address"


def test_there_are_commands() -> None:
    assert {transport.play, rendering.set_volume, identity.identify} <= set(every_command())
