"""Audio clips: what a speaker is told, what it tells, and what becomes of everything else."""

import asyncio
from collections.abc import AsyncIterator, Iterator
import gc
import json
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from custom_components.sonos_twisted.engine import (
    Clip,
    ClipPlayer,
    ClipUnplayableError,
    ControlApiError,
    NotSonosError,
    PlayerUnreachableError,
    audio_clip,
    is_clip_format,
)
from custom_components.sonos_twisted.engine.audio_clip import ClipStatus

from ..simulator.process import SimulatorProcess
from .conftest import NETWORK

pytestmark = pytest.mark.usefixtures("loopback")

SHORT, LONG, LOST = (f"http://192.0.2.1/{name}.mp3" for name in ("short", "long", "lost"))
ROOM, HOST = "Room 1", f"{NETWORK}.61"
UID = "RINCON_5CAAFD00000001400"


@pytest.fixture(scope="module")
def _house() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=HOST, speakers=1) as house:
        yield house


@pytest.fixture
def house(_house: SimulatorProcess, loopback: None) -> Iterator[SimulatorProcess]:
    """Give a house of one room; faults end with each test."""
    for url, seconds in ((SHORT, 0.2), (LONG, 60), (LOST, None)):
        _house.remote.publish(url, seconds)
    yield _house
    _house.remote.heal()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def player(
    house: SimulatorProcess, session: aiohttp.ClientSession
) -> AsyncIterator[ClipPlayer]:
    (uid,) = house.remote.truth()["speakers"]
    player = ClipPlayer(session, HOST, uid, request_seconds=2.0, idle_seconds=0.1)
    yield player
    await player.close()


async def play(player: ClipPlayer, clip: Clip) -> ClipStatus:
    """Play a clip and wait for its end."""
    async with player.in_use():
        return await player.ended(await player.load(clip))


async def disconnected(player: ClipPlayer) -> None:
    """Wait until there is no connection."""
    while player.connected:  # noqa: ASYNC110, nobody is told
        await asyncio.sleep(0.02)


def clips(house: SimulatorProcess) -> list[dict[str, Any]]:
    """Return the clips that the speaker was given."""
    (speaker,) = house.remote.truth()["speakers"].values()
    return list(speaker["clips"])


def subscriptions(house: SimulatorProcess) -> int:
    """Return how often the speaker was asked to tell of clips."""
    (requests,) = house.remote.requests().values()
    return requests.get("WS audioClip:1 subscribe", 0)


async def test_a_clip_is_waited_for_and_the_connection_ends_when_nobody_uses_it(
    house: SimulatorProcess, player: ClipPlayer
) -> None:
    assert await play(player, Clip(url=SHORT, volume=0, urgent=True)) is ClipStatus.DONE
    clip = clips(house)[-1]
    assert (clip["volume"], clip["priority"], clip["url"]) == (0, "HIGH", SHORT)
    assert player.connected
    assert await play(player, Clip(url=SHORT)) is ClipStatus.DONE
    await asyncio.wait_for(disconnected(player), 5)
    assert await play(player, Clip(url=SHORT)) is ClipStatus.DONE


async def test_a_clip_is_cancelled_once(player: ClipPlayer) -> None:
    """Again is harmless."""
    async with player.in_use():
        clip_id = await player.load(Clip(url=LONG))
        ending = asyncio.create_task(player.ended(clip_id))
        await player.cancel(clip_id)
        assert await ending is ClipStatus.DISMISSED
        await player.cancel(clip_id)


async def test_a_file_that_cannot_be_played_is_an_error(player: ClipPlayer) -> None:
    with pytest.raises(ClipUnplayableError):
        await play(player, Clip(url=LOST))


async def test_what_a_speaker_declines_has_its_reason(
    house: SimulatorProcess, player: ClipPlayer
) -> None:
    house.remote.support_clips(ROOM, False)
    with pytest.raises(ControlApiError) as caught:
        await player.load(Clip(url=SHORT))
    house.remote.support_clips(ROOM, True)
    assert (caught.value.command, caught.value.code) == ("subscribe", "ERROR_UNSUPPORTED_COMMAND")
    house.remote.fail_action(ROOM, "loadAudioClip", 501)
    with pytest.raises(ControlApiError, match="loadAudioClip"):
        await player.load(Clip(url=SHORT))
    assert await asyncio.wait_for(play(player, Clip(url=SHORT)), 5) is ClipStatus.DONE


async def test_a_speaker_without_a_websocket_offers_no_clips(
    session: aiohttp.ClientSession,
) -> None:
    with pytest.raises(PlayerUnreachableError, match="no audio clips"):
        await ClipPlayer(session, f"{NETWORK}.69", UID).load(Clip(url=SHORT))


async def test_a_speaker_that_forbids_it_is_no_mystery(
    house: SimulatorProcess, player: ClipPlayer
) -> None:
    house.remote.forbid(ROOM)
    with pytest.raises(ControlApiError, match="403"):
        await player.load(Clip(url=SHORT))


async def test_a_speaker_that_hangs_is_given_up_and_asked_anew(
    house: SimulatorProcess, session: aiohttp.ClientSession
) -> None:
    (uid,) = house.remote.truth()["speakers"]
    player = ClipPlayer(session, HOST, uid, request_seconds=0.5)
    house.remote.stall(ROOM, "websocket")
    with pytest.raises(PlayerUnreachableError, match="does not answer"):
        await player.load(Clip(url=SHORT))
    assert not player.connected
    house.remote.heal()
    assert await play(player, Clip(url=SHORT)) is ClipStatus.DONE
    await player.close()


async def test_a_connection_that_breaks_ends_the_wait(
    house: SimulatorProcess, player: ClipPlayer
) -> None:
    async with player.in_use():
        clip_id = await player.load(Clip(url=LONG))
        ending = asyncio.create_task(player.ended(clip_id))
        house.remote.unplug(ROOM)
        with pytest.raises(PlayerUnreachableError, match="lost"):
            await ending
    house.remote.plug_in(ROOM)


async def test_a_speaker_that_vanishes_without_a_word_ends_the_wait(
    house: SimulatorProcess, player: ClipPlayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No packet tells of a power cut."""
    monkeypatch.setattr(audio_clip, "SILENT_SECONDS", 0.1)
    async with player.in_use():
        ending = asyncio.create_task(player.ended(await player.load(Clip(url=LONG))))
        house.remote.reset_requests()
        while subscriptions(house) < 2:  # noqa: ASYNC110, nobody is told
            await asyncio.sleep(0.02)
        assert not ending.done()
        house.remote.stall(ROOM, "websocket")
        with pytest.raises(PlayerUnreachableError, match="does not answer"):
            await asyncio.wait_for(ending, 5)


async def test_the_answer_to_a_command_that_was_given_up_is_not_the_next_ones() -> None:
    """Whoever plays an announcement may be stopped at any moment."""
    answered = ([{"success": True}, {"id": "1"}],)
    sessions: list[Any] = [Session(OK, ()), Session(OK, answered)]
    player = ClipPlayer(sessions[0], HOST, UID, request_seconds=5)
    giving_up = asyncio.create_task(player.cancel("0"))
    while len(sessions[0].socket.sent) < 2:  # noqa: ASYNC110, nobody is told
        await asyncio.sleep(0)
    giving_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await giving_up
    assert sessions[0].socket.closed
    player._session = sessions[1]
    assert await player.load(Clip(url=SHORT)) == "1"
    await player.close()


class Socket:
    """A connection on which a speaker says what a test wants it to say."""

    def __init__(self, *answers: object) -> None:
        self.closed = False
        self.sent: list[Any] = []
        self._answers = list(answers)
        self._messages: asyncio.Queue[str | None] = asyncio.Queue()

    async def send_json(self, message: Any) -> None:
        self.sent.append(message)
        if isinstance(answer := self._answers.pop(0), Exception):
            raise answer
        for text in answer if isinstance(answer, tuple) else (answer,):
            self._messages.put_nowait(text if isinstance(text, str | None) else json.dumps(text))

    async def close(self) -> None:
        self.closed = True

    def __aiter__(self) -> Socket:
        return self

    async def __anext__(self) -> SimpleNamespace:
        text = await self._messages.get()
        if text is None:
            raise StopAsyncIteration
        kind = aiohttp.WSMsgType.TEXT if text else aiohttp.WSMsgType.BINARY
        return SimpleNamespace(type=kind, data=text)


class Session:
    """Connects to one :class:`Socket`."""

    def __init__(self, *answers: object) -> None:
        self.socket = Socket(*answers)

    async def ws_connect(self, *args: object, **kwargs: object) -> Socket:
        return self.socket


OK = [{"success": True}, {}]


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ((OK, [{"success": True}, {}]), NotSonosError),
        ((OK, [{"success": True}, None]), NotSonosError),
        ((OK, [{"success": False}, []]), ControlApiError),
        ((OK, None), PlayerUnreachableError),
        ((OK, ConnectionResetError()), PlayerUnreachableError),
        ((OK, ("nonsense", "[1]", '["a", 2]', "")), PlayerUnreachableError),
        (
            (OK, ('[{"type": "audioClipStatus"}, {"audioClips": [{"id": 1, "status": "ODD"}]}]',)),
            PlayerUnreachableError,
        ),
    ],
)
async def test_whatever_a_speaker_says_is_an_error_or_ignored(
    answers: tuple[object, ...], error: type[Exception]
) -> None:
    session: Any = Session(*answers)
    player = ClipPlayer(session, HOST, UID, request_seconds=0.2)
    with pytest.raises(error):
        await player.load(Clip(url=SHORT))
    await player.close()


async def test_a_connection_that_ends_while_a_command_is_sent() -> None:
    """What the end does to the answer is nobody's business any more."""
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    session: Any = Session(OK, OK)
    player = ClipPlayer(session, HOST, UID, request_seconds=1)

    async def send_json(_: object) -> None:
        session.socket._messages.put_nowait(None)
        while player.connected:  # noqa: ASYNC110, nobody is told
            await asyncio.sleep(0)
        raise aiohttp.ClientConnectionResetError("Cannot write to closing transport")

    async with player.in_use():
        await player._command("subscribe", {})
        session.socket.send_json = send_json
        with pytest.raises(PlayerUnreachableError, match="broke the connection off"):
            await player.load(Clip(url=SHORT))
    await player.close()
    gc.collect()
    assert not complaints


async def test_a_speaker_that_tells_of_many_clips_fills_no_memory() -> None:
    """An end that comes before the answer counts; only the newest clips are remembered."""
    many = [{"id": str(number), "status": "DONE"} for number in range(1000)]
    told = [{"type": "audioClipStatus"}, {"audioClips": many}]
    session: Any = Session(OK, (told, [{"success": True}, {"id": "999"}]))
    player = ClipPlayer(session, HOST, UID, request_seconds=1)
    async with player.in_use():
        assert await player.ended(await player.load(Clip(url=SHORT))) is ClipStatus.DONE
    assert len(player._statuses) < 100
    await player.close()


@pytest.mark.parametrize(
    ("url", "able"),
    [
        ("http://192.0.2.1/a.mp3", True),
        ("http://192.0.2.1/a.WAV?x=.flac", True),
        ("http://192.0.2.1/speech", True),
        ("http://192.0.2.1/a.FLAC", False),
        ("http://192.0.2.1/a.m4a?token=1.mp3", False),
    ],
)
def test_formats_are_known_by_the_end_of_the_path(url: str, able: bool) -> None:
    assert is_clip_format(url) is able
