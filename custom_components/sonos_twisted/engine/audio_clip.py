"""Audio clips: short sounds that a speaker mixes over what it plays, by its control API.

The control API is a websocket, which each speaker serves for itself alone; the older generation has
none. It lives on the host's asyncio loop.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
import json
import logging
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from .errors import (
    ClipUnplayableError,
    ControlApiError,
    NotSonosError,
    PlayerUnreachableError,
)

_LOGGER = logging.getLogger(__name__)

#: Where speakers serve their control API.
PORT = 1443
_PATH = "/websocket/api"
_SUBPROTOCOL = "v1.api.smartspeaker.audio"
#: Speakers want to be given a key, and take any.
_HEADERS = {"X-Sonos-Api-Key": "123e4567-e89b-12d3-a456-426655440000"}

_CLIPS = "audioClip:1"
_APP_ID = "io.github.sonos-twisted"

#: Bytes of a message. The longest one, of a household's groups, has some thousands.
_MAX_MESSAGE = 1024 * 1024

#: Seconds for which a speaker may take its leave.
_CLOSE_SECONDS = 1.0

#: Seconds without a word after which a speaker that plays a clip is asked whether it is there.
SILENT_SECONDS = 20.0

#: Clips whose status is kept.
_REMEMBERED = 32

#: Seconds for which a connection that nobody uses stays open for the next clip.
IDLE_SECONDS = 30.0

#: Endings of files that speakers do not take as clips although they play them otherwise.
_OTHER_FORMATS = frozenset(
    {".aac", ".aif", ".aiff", ".flac", ".m3u", ".m3u8", ".m4a", ".mp4", ".ogg", ".opus", ".pls"}
    | {".webm", ".wma"}
)


type _Message = tuple[dict[str, Any], dict[str, Any]]
"""What a speaker says: a header and a body."""


class ClipStatus(StrEnum):
    """What has become of a clip."""

    ACTIVE = "ACTIVE"
    DISMISSED = "DISMISSED"
    DONE = "DONE"
    ERROR = "ERROR"
    INACTIVE = "INACTIVE"
    """It waits for another one to end."""
    INTERRUPTED = "INTERRUPTED"
    """By one that is more important."""


_UNDER_WAY = frozenset({ClipStatus.ACTIVE, ClipStatus.INACTIVE})


@dataclass(frozen=True, kw_only=True, slots=True)
class Clip:
    """What to play.

    Attributes:
        url: The address of a file, MP3 or WAV.
        name: What the speaker calls it.
        volume: 0 to 100; None leaves it to the speaker.
        urgent: Whether it interrupts another clip.

    """

    url: str
    name: str = "Announcement"
    volume: int | None = None
    urgent: bool = False

    @property
    def options(self) -> dict[str, object]:
        """The body of the command that loads it."""
        volume = {} if self.volume is None else {"volume": self.volume}
        return {
            "name": self.name,
            "appId": _APP_ID,
            "streamUrl": self.url,
            "clipType": "CUSTOM",
            "priority": "HIGH" if self.urgent else "LOW",
            **volume,
        }


def is_clip_format(url: str) -> bool:
    """Tell whether a speaker may take a file as a clip, as far as its address says."""
    return PurePosixPath(urlsplit(url).path).suffix.lower() not in _OTHER_FORMATS


class ClipPlayer:
    """Plays clips on one speaker. Connects when it has something to do."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        host: str,
        uid: str,
        *,
        room: str = "",
        request_seconds: float = 9.5,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        """Prepare for a speaker.

        Args:
            session: Connects. What speakers sign themselves cannot be verified, so nothing is.
            host: The speaker's address, without a port.
            uid: The speaker. It answers for itself alone.
            room: What the log calls it.
            request_seconds: How long connecting may take, and an answer.
            idle_seconds: How long a connection stays open for the next clip.

        """
        self.host = host
        self._name = room or host
        self._session = session
        self._uid = uid
        self._seconds = request_seconds
        self._idle_seconds = idle_seconds
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._answer: asyncio.Future[_Message] | None = None
        self._turn = asyncio.Lock()
        self._users = 0
        self._closing: asyncio.TimerHandle | None = None
        self._statuses: OrderedDict[str, ClipStatus] = OrderedDict()
        self._news = asyncio.Event()

    @property
    def connected(self) -> bool:
        """Whether there is a connection to the speaker."""
        return self._socket is not None and not self._socket.closed

    @asynccontextmanager
    async def in_use(self) -> AsyncIterator[None]:
        """Keep the connection open, so that no status of a clip is missed meanwhile."""
        self._users += 1
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
        try:
            yield
        finally:
            self._users -= 1
            if self._users == 0 and self.connected:
                loop = asyncio.get_running_loop()
                self._closing = loop.call_later(self._idle_seconds, self._close_soon)

    async def load(self, clip: Clip) -> str:
        """Play a clip, as soon as the speaker is done with others.

        Returns:
            The clip's id.

        Raises:
            ControlApiError: When the speaker declines, because it knows no clips say.
            PlayerError: When it cannot be reached.

        """
        body = await self._command("loadAudioClip", clip.options)
        clip_id = str(body.get("id", ""))
        if not clip_id:
            raise NotSonosError(self.host)
        # A short one may be over before the answer arrives.
        self._statuses.setdefault(clip_id, ClipStatus.ACTIVE)
        return clip_id

    async def ended(self, clip_id: str) -> ClipStatus:
        """Wait for the end of a clip. To be called within :meth:`in_use`, as :meth:`load` is.

        Returns:
            DONE, DISMISSED or INTERRUPTED.

        Raises:
            ClipUnplayableError: When the speaker could not play it.
            PlayerUnreachableError: When the connection was lost meanwhile.

        """
        while (status := self._statuses.get(clip_id)) in _UNDER_WAY:
            if not self.connected:
                raise PlayerUnreachableError(self.host, "was lost while it played an audio clip")
            self._news.clear()
            try:
                async with asyncio.timeout(SILENT_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                # One whose plug was pulled does not say so.
                await self._command("subscribe", {})
        if status is ClipStatus.ERROR or status is None:
            raise ClipUnplayableError(self.host)
        return status

    async def cancel(self, clip_id: str) -> None:
        """End a clip before its time; harmless when it is over.

        Raises:
            PlayerError: When the speaker cannot be reached.

        """
        try:
            await self._command("cancelAudioClip", {"id": clip_id})
        except ControlApiError as error:
            _LOGGER.debug("%s: %s", self._name, error)

    async def close(self) -> None:
        """Close the connection, if there is one."""
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
        reader, self._reader = self._reader, None
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close()
        if reader is not None:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)

    def _close_soon(self) -> None:
        self._closing = None
        # The reader ends when the socket is closed, and keeps the task that closes it.
        if self._reader is not None:
            self._reader.cancel()

    # The connection

    async def _command(self, command: str, options: Mapping[str, object]) -> dict[str, Any]:
        async with self.in_use(), self._turn:
            try:
                async with asyncio.timeout(self._seconds):
                    if not self.connected:
                        await self._connect()
                    return await self._ask(command, options)
            except (TimeoutError, asyncio.CancelledError) as error:
                # An answer that still comes would be taken for that of the next command.
                await self.close()
                if isinstance(error, TimeoutError):
                    raise PlayerUnreachableError(self.host, "does not answer") from error
                raise

    async def _connect(self) -> None:
        await self.close()
        try:
            self._socket = await self._session.ws_connect(
                f"wss://{self.host}:{PORT}{_PATH}",
                headers=_HEADERS,
                protocols=(_SUBPROTOCOL,),
                ssl=False,
                max_msg_size=_MAX_MESSAGE,
                timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_SECONDS),
            )
        except aiohttp.WSServerHandshakeError as error:
            status = f"HTTP status {error.status}"
            raise ControlApiError(self.host, "the connection", status) from error
        except (aiohttp.ClientError, OSError) as error:
            raise PlayerUnreachableError(self.host, "offers no audio clips") from error
        self._reader = asyncio.create_task(self._read(self._socket))
        try:
            await self._ask("subscribe", {})
        except ControlApiError:
            # The next clip would wait for a status that nobody sends.
            await self.close()
            raise

    async def _ask(self, command: str, options: Mapping[str, object]) -> dict[str, Any]:
        """Send a command and wait for its answer; only one is under way at a time."""
        socket = self._socket
        if socket is None:
            raise PlayerUnreachableError(self.host, "broke the connection off")
        answer: asyncio.Future[_Message] = asyncio.get_running_loop().create_future()
        self._answer = answer
        # What comes while the command is being sent is of no use if that fails.
        answer.add_done_callback(lambda it: it.cancelled() or it.exception())
        try:
            told = {"namespace": _CLIPS, "command": command, "playerId": self._uid}
            await socket.send_json([told, options])
            header, body = await answer
        except (aiohttp.ClientError, OSError) as error:
            raise PlayerUnreachableError(self.host, "broke the connection off") from error
        finally:
            self._answer = None
        if header.get("success") is not True:
            code = str(body.get("errorCode") or header.get("type") or "no reason")
            raise ControlApiError(self.host, command, code)
        return body

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Take what the speaker says until the connection ends."""
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._take(message.data)
        finally:
            if self._socket is socket:
                self._socket = None
            if self._answer is not None and not self._answer.done():
                self._answer.set_exception(aiohttp.ClientConnectionError("closed"))
            self._news.set()
            await socket.close()

    def _take(self, text: str) -> None:
        try:
            header, body = json.loads(text)
            if header.get("type") == "audioClipStatus":
                for clip in body["audioClips"]:
                    self._take_status(str(clip["id"]), ClipStatus(clip["status"]))
            elif "success" in header and self._answer is not None and not self._answer.done():
                self._answer.set_result((header, body if isinstance(body, dict) else {}))
        except AttributeError, KeyError, RecursionError, TypeError, ValueError:
            _LOGGER.debug(
                "%s: it says what cannot be understood, %d characters", self._name, len(text)
            )

    def _take_status(self, clip_id: str, status: ClipStatus) -> None:
        self._statuses[clip_id] = status
        self._statuses.move_to_end(clip_id)
        while len(self._statuses) > _REMEMBERED:
            self._statuses.popitem(last=False)
        self._news.set()
