"""The websocket of players: what they accept, and how clips come and go."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from tests.simulator.process import SimulatorProcess

from .helpers import base, wait_until

if TYPE_CHECKING:
    from aiohttp import ClientSession, ClientWebSocketResponse

pytestmark = pytest.mark.usefixtures("loopback")

API_KEY = {"X-Sonos-Api-Key": "123e4567-e89b-12d3-a456-426655440000"}
PROTOCOL = "v1.api.smartspeaker.audio"
SHORT, LONG = "http://127.0.0.1/short.mp3", "http://127.0.0.1/long.mp3"


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def connect(session: ClientSession, host: str, path: str = "/websocket/api", **more: Any) -> Any:
    """Open a player's websocket as other clients do."""
    options = {"headers": API_KEY, "protocols": (PROTOCOL,), **more}
    return session.ws_connect(f"wss://{host}:1443{path}", ssl=False, **options)


async def ask(
    socket: ClientWebSocketResponse[Any],
    header: dict[str, str],
    body: dict[str, object] | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Send a message and return the answer, past events."""
    await socket.send_json([header, body or {}])
    while True:
        answer = await socket.receive_json(timeout=5)
        if answer[0].get("type") != "audioClipStatus":
            return answer[0], answer[1]


async def load(
    socket: ClientWebSocketResponse[Any], url: str, **options: object
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Load a clip."""
    body = {"name": "Test", "appId": "org.example", "streamUrl": url, **options}
    return await tell(socket, "loadAudioClip", body)


async def tell(
    socket: ClientWebSocketResponse[Any], command: str, body: dict[str, object] | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Tell a player something about clips. Its first answer says who it is."""
    uid = (await ask(socket, {}))[0]["playerId"]
    header = {"namespace": "audioClip:1", "command": command, "playerId": uid}
    return await ask(socket, header, body)


async def statuses(socket: ClientWebSocketResponse[Any], number: int) -> list[tuple[str, str]]:
    """Return the next statuses of clips, with their ids."""
    found: list[tuple[str, str]] = []
    while len(found) < number:
        header, body = await socket.receive_json(timeout=5)
        assert header["type"] == "audioClipStatus"
        found += [(clip["id"], clip["status"]) for clip in body["audioClips"]]
    return found


def kitchen(house: SimulatorProcess) -> dict[str, Any]:
    speakers = house.remote.truth()["speakers"].values()
    found: dict[str, Any] = next(s for s in speakers if s["name"] == "Kitchen")
    return found


@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        ("/nonsense", {}, 404),
        ("/websocket/api", {"headers": {}}, 401),
        ("/websocket/api", {"protocols": ("chat",)}, 400),
    ],
)
async def test_a_client_has_to_know_how_to_ask(
    house: SimulatorProcess,
    session: ClientSession,
    path: str,
    more: dict[str, Any],
    status: int,
) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await connect(session, house.addresses["Kitchen"], path, **more)
    assert caught.value.status == status


async def test_http_without_a_websocket_is_refused(
    house: SimulatorProcess, session: ClientSession
) -> None:
    url = f"https://{house.addresses['Kitchen']}:1443/websocket/api"
    async with session.get(url, ssl=False) as response:
        assert response.status == 400


async def test_household_and_players_are_told(
    house: SimulatorProcess, session: ClientSession
) -> None:
    async with connect(session, house.addresses["Kitchen"]) as socket:
        assert socket.protocol == PROTOCOL
        header, _ = await ask(socket, {})
        assert header["householdId"] == house.remote.truth()["household"]
        header, body = await ask(socket, {"namespace": "groups:1", "command": "getGroups"})
        assert header["success"] is True
        players = {player["name"]: player for player in body["players"]}
        assert players["Kitchen"]["websocketUrl"].startswith(
            f"wss://{house.addresses['Kitchen']}:1443"
        )
        assert "AUDIO_CLIP" in players["Kitchen"]["capabilities"]
        assert "LINE_IN" in players["Office"]["capabilities"]


async def test_what_a_player_does_not_do_is_a_global_error(
    house: SimulatorProcess, session: ClientSession
) -> None:
    async with connect(session, house.addresses["Kitchen"]) as socket:
        uid = kitchen(house)["uid"]
        for namespace, command in (("settings:1", "get"), ("audioClip:1", "rewind")):
            asked = {"namespace": namespace, "command": command, "playerId": uid}
            header, body = await ask(socket, asked)
            assert (header["success"], header["type"]) == (False, "globalError")
            assert body["errorCode"].startswith("ERROR_UNSUPPORTED")
        loading = {"namespace": "audioClip:1", "command": "loadAudioClip"}
        header, body = await ask(socket, loading)
        assert body["errorCode"] == "ERROR_INVALID_OBJECT_ID"
        header, body = await ask(socket, {**loading, "playerId": kitchen(house)["uid"]})
        assert body["errorCode"] == "ERROR_MISSING_PARAMETERS"
        await socket.send_str("nonsense")
        header, _ = await socket.receive_json(timeout=5)
        assert header["success"] is False
        house.remote.support_clips("Kitchen", False)
        header, body = await load(socket, SHORT)
        assert (header["type"], body["errorCode"]) == ("globalError", "ERROR_UNSUPPORTED_COMMAND")
        house.remote.support_clips("Kitchen", True)
        house.remote.fail_action("Kitchen", "loadAudioClip", 501)
        header, _ = await load(socket, SHORT)
        assert header["success"] is False


async def test_a_clip_lasts_as_long_as_its_file(
    house: SimulatorProcess, session: ClientSession
) -> None:
    house.remote.publish(SHORT, 0.3)
    async with connect(session, house.addresses["Kitchen"]) as socket:
        await tell(socket, "subscribe")
        _, body = await load(socket, SHORT, volume=40, priority="HIGH")
        assert (body["status"], body["priority"]) == ("ACTIVE", "HIGH")
        assert kitchen(house)["ducked"]
        assert await statuses(socket, 1) == [(body["id"], "DONE")]
    assert not kitchen(house)["ducked"]
    clip = kitchen(house)["clips"][-1]
    assert (clip["volume"], clip["url"], clip["status"]) == (40, SHORT, "DONE")


async def test_clips_wait_interrupt_and_are_cancelled(
    house: SimulatorProcess, session: ClientSession
) -> None:
    house.remote.publish(LONG, 60)
    async with connect(session, house.addresses["Kitchen"]) as socket:
        _, first = await load(socket, LONG)
        _, second = await load(socket, LONG)
        assert (first["status"], second["status"]) == ("ACTIVE", "INACTIVE")
        _, urgent = await load(socket, LONG, priority="HIGH")
        await tell(socket, "subscribe")
        await tell(socket, "cancelAudioClip", {"id": second["id"]})
        header, body = await tell(socket, "cancelAudioClip", {"id": "another"})
        assert (header["success"], body["errorCode"]) == (False, "ERROR_INVALID_OBJECT_ID")
        await tell(socket, "cancelAudioClip", {"id": urgent["id"]})
    clips = {clip["id"]: clip["status"] for clip in kitchen(house)["clips"]}
    assert [clips[clip["id"]] for clip in (first, second, urgent)] == [
        "INTERRUPTED",
        "DISMISSED",
        "DISMISSED",
    ]


@pytest.mark.parametrize("url", ["http://127.0.0.1/lost.mp3", "http://127.0.0.1/clip.m4a"])
async def test_a_clip_that_cannot_be_played_is_an_error_event(
    house: SimulatorProcess, session: ClientSession, url: str
) -> None:
    house.remote.publish("http://127.0.0.1/lost.mp3", None)
    async with connect(session, house.addresses["Kitchen"]) as socket:
        await tell(socket, "subscribe")
        _, body = await load(socket, url)
        assert await statuses(socket, 1) == [(body["id"], "ERROR")]


async def test_long_messages_pings_and_parts_are_understood(
    house: SimulatorProcess, session: ClientSession
) -> None:
    async with connect(session, house.addresses["Kitchen"]) as socket:
        await socket.ping()
        for length in (200, 70_000):
            header, _ = await ask(socket, {"namespace": "x" * length})
            assert header["namespace"] == "x" * length
        for first, part in ((0x01, b'[{"cmdId": '), (0x80, b'"7"}, {}]')):
            unmasked = bytes((first, 0x80 | len(part), 0, 0, 0, 0))
            socket._writer.transport.write(unmasked + part)
        header, _ = await socket.receive_json(timeout=5)
        assert header["cmdId"] == "7"


async def test_faults_reach_the_websocket(house: SimulatorProcess, session: ClientSession) -> None:
    host = house.addresses["Kitchen"]
    async with connect(session, host) as socket:
        house.remote.stall("Kitchen", "websocket")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ask(socket, {}), 0.3)
    house.remote.heal("Kitchen")
    house.remote.forbid("Kitchen")
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await connect(session, host)
    house.remote.heal("Kitchen")
    async with connect(session, host) as socket:
        house.remote.set_latency("Kitchen", 0.05)
        assert (await ask(socket, {}))[0]["householdId"]
        await load(socket, LONG)
        house.remote.unplug("Kitchen")
        assert (await socket.receive(timeout=5)).type in {
            aiohttp.WSMsgType.CLOSED,
            aiohttp.WSMsgType.CLOSE,
            aiohttp.WSMsgType.ERROR,
        }
    with pytest.raises(aiohttp.ClientConnectorError):
        await connect(session, host)
    house.remote.plug_in("Kitchen")
    house.remote.heal("Kitchen")
    wait_until(lambda: not kitchen(house)["ducked"])
    async with connect(session, host) as socket:
        assert (await ask(socket, {}))[0]["householdId"]


async def test_s1_players_and_a_house_without_the_port_have_no_websocket(
    session: ClientSession,
) -> None:
    houses = (
        SimulatorProcess(base=base("s1 clips"), generation="S1"),
        SimulatorProcess(base=base("no port"), speakers=1, options=("--websocket-port", "0")),
    )
    for house in houses:
        with house, pytest.raises(aiohttp.ClientConnectorError):
            await connect(session, house.hosts[0])
