"""A client of Home Assistant: logs in, speaks its websocket API, and follows states."""

import asyncio
from collections.abc import AsyncIterator, Callable
import contextlib
from dataclasses import dataclass
from datetime import datetime
import itertools
from typing import Any, Self

from aiohttp import ClientError, ClientSession, ClientTimeout, ClientWebSocketResponse, WSMsgType

from .processes import DemoError

type Data = dict[str, Any]
_TIMEOUT = 20.0


@dataclass(frozen=True, kw_only=True)
class State:
    """The state of an entity, as Home Assistant tells it."""

    entity_id: str
    state: str
    attributes: Data
    written: float  # the time at which Home Assistant wrote it

    @classmethod
    def read(cls, data: Data) -> Self:
        """Read a state from the form that the websocket API gives it."""
        return cls(
            entity_id=data["entity_id"],
            state=data["state"],
            attributes=data["attributes"],
            written=datetime.fromisoformat(data["last_updated"]).timestamp(),
        )


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of a state: what it was, what it is now."""

    old: State | None
    new: State | None


class Client:
    """A connection to Home Assistant, with the latest state of all entities."""

    def __init__(self, url: str, session: ClientSession) -> None:
        """Keep what is needed to connect; use `connect`."""
        self.states: dict[str, State] = {}
        self.on_change: Callable[[Change], None] = lambda _: None
        self._url = url
        self._session = session
        self._socket: ClientWebSocketResponse | None = None
        self._ids = itertools.count(1)
        self._pending: dict[int, asyncio.Future[Any]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._changed = asyncio.Condition()

    async def answers(self) -> bool:
        """Return whether Home Assistant's web server is there."""
        try:
            async with self._session.get(f"{self._url}/manifest.json") as response:
                return response.ok
        except ClientError, TimeoutError:
            return False

    async def _post(self, path: str, **request: Any) -> Data:
        """Send a request of the login and return what it answers."""
        async with self._session.post(f"{self._url}{path}", **request) as response:
            answer: Data = await response.json()
        if not response.ok:
            raise DemoError(f"Home Assistant refused {path}: {answer}.")
        return answer

    async def _token(self) -> str:
        """Log in as the browser does, without a password."""
        client_id = f"{self._url}/"
        flow = await self._post(
            "/auth/login_flow",
            json={
                "client_id": client_id,
                "handler": ["trusted_networks", None],
                "redirect_uri": f"{client_id}?auth_callback=1",
            },
        )
        if flow["type"] != "create_entry":
            raise DemoError(f"Home Assistant wants more than a login from this machine: {flow}.")
        token = await self._post(
            "/auth/token",
            data={
                "client_id": client_id,
                "code": flow["result"],
                "grant_type": "authorization_code",
            },
        )
        return str(token["access_token"])

    async def connect(self) -> None:
        """Log in, and follow the states from now on."""
        token = await self._token()
        socket = await self._session.ws_connect(
            f"{self._url}/api/websocket", max_msg_size=0, heartbeat=30
        )
        await socket.receive_json(timeout=_TIMEOUT)
        await socket.send_json({"type": "auth", "access_token": token})
        answer = await socket.receive_json(timeout=_TIMEOUT)
        if answer["type"] != "auth_ok":
            raise DemoError(f"Home Assistant refused the websocket login: {answer}.")
        self._socket = socket
        self._reader = asyncio.create_task(self._read(socket))
        await self.call("subscribe_events", event_type="state_changed")
        for data in await self.call("get_states"):
            self.states.setdefault(data["entity_id"], State.read(data))

    async def close(self) -> None:
        """End the connection."""
        if self._reader:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        if self._socket:
            await self._socket.close()

    async def call(self, command: str, *, patience: float = _TIMEOUT, **arguments: Any) -> Any:
        """Send a command and return its result, waiting so many seconds for it."""
        if self._socket is None:
            raise DemoError("The connection to Home Assistant is not open.")
        number = next(self._ids)
        future = asyncio.get_running_loop().create_future()
        self._pending[number] = future
        await self._socket.send_json({"id": number, "type": command, **arguments})
        try:
            return await asyncio.wait_for(future, patience)
        except TimeoutError:
            raise DemoError(f"Home Assistant did not answer {command} in {patience} s.") from None
        finally:
            self._pending.pop(number, None)

    async def act(self, action: str, entity_id: str, **data: Any) -> None:
        """Perform an action of Home Assistant on an entity."""
        domain, service = action.split(".")
        await self.call(
            "call_service",
            domain=domain,
            service=service,
            service_data=data,
            target={"entity_id": entity_id},
        )

    async def picture(self, path: str) -> bytes:
        """Return a picture as Home Assistant shows it of an integration."""
        token = await self.call("brands/access_token")
        async with self._session.get(f"{self._url}{path}", params=token) as response:
            return await response.read()

    async def players(self, domain: str) -> dict[str, str]:
        """Return the media players of an integration, by the uid of the speaker."""
        entities = await self.entities(domain)
        return {unique: name for (kind, unique), name in entities.items() if kind == "media_player"}

    async def entities(self, domain: str) -> dict[tuple[str, str], str]:
        """Return all entities of an integration, by their kind and unique id."""
        registry = await self.call("config/entity_registry/list")
        return {
            (entry["entity_id"].partition(".")[0], entry["unique_id"]): entry["entity_id"]
            for entry in registry
            if entry["platform"] == domain
        }

    async def wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait until a condition on the states holds; return whether it does."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(condition)
        except TimeoutError:
            return condition()
        return True

    async def _read(self, socket: ClientWebSocketResponse) -> None:
        """Take what Home Assistant sends, until it is gone."""
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._take(message.json())
        for future in self._pending.values():
            if not future.done():
                future.set_exception(DemoError("Home Assistant closed the connection."))

    async def _take(self, message: Data) -> None:
        """Hand on a result or an event."""
        if message["type"] == "event":
            await self._take_event(message["event"]["data"])
        elif (future := self._pending.get(message["id"])) and not future.done():
            if message.get("success", True):
                future.set_result(message.get("result"))
            else:
                future.set_exception(
                    DemoError(f"Home Assistant answered: {message['error']['message']}")
                )

    async def _take_event(self, data: Data) -> None:
        """Remember a state and tell those who wait for it."""
        old, new = (
            State.read(data[key]) if data[key] else None for key in ("old_state", "new_state")
        )
        if new:
            self.states[new.entity_id] = new
        else:
            self.states.pop(data["entity_id"], None)
        self.on_change(Change(old=old, new=new))
        async with self._changed:
            self._changed.notify_all()


@contextlib.asynccontextmanager
async def open_session() -> AsyncIterator[ClientSession]:
    """Give a session for a client."""
    async with ClientSession(timeout=ClientTimeout(total=_TIMEOUT)) as session:
        yield session
