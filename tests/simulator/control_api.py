"""The control API of one player: a websocket on port 1443, from which S2 players take clips."""

# mypy: disallow-untyped-calls=False
import json
from typing import TYPE_CHECKING, Any, cast, override

from twisted.internet.protocol import Factory

from .websocket import WebsocketServer

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from twisted.internet.interfaces import IAddress, IListeningPort

    from .audio_clips import Clip
    from .faults import Faults
    from .sender import Reactor
    from .speaker import Speaker

PATH = "/websocket/api"
SUBPROTOCOL = "v1.api.smartspeaker.audio"
_CLIPS = "audioClip:1"

type _Message = tuple[Mapping[str, object], Mapping[str, object]]


class _Refusal(Exception):  # noqa: N818
    """The player does not do what it was told to do, for a reason with a name."""


class _Connection(WebsocketServer):
    """A client at a player."""

    def __init__(self, api: ControlApi) -> None:
        super().__init__()
        self._api = api
        self.subscribed: set[str] = set()

    @override
    def accept(self, path: str, headers: dict[str, str]) -> tuple[int, str]:
        if path != PATH:
            return 404, ""
        if "x-sonos-api-key" not in headers:
            return 401, ""
        if SUBPROTOCOL not in headers.get("sec-websocket-protocol", ""):
            return 400, ""
        return (403 if self._api.faults.forbid else 101), SUBPROTOCOL

    @override
    def received(self, text: str) -> None:
        self._api.received(self, text)

    def say(self, message: _Message) -> None:
        """Send a header and a body."""
        self.send(json.dumps(message))

    @override
    def connectionLost(self, reason: object = None) -> None:
        self._api.connections.discard(self)


class ControlApi(Factory):
    """What one player says and does on its websocket."""

    noisy = False

    def __init__(
        self, reactor: Reactor, speaker: Speaker, faults: Faults, requests: Counter[str], port: int
    ) -> None:
        """Prepare; :meth:`listen` opens the port.

        Args:
            reactor: Listens.
            speaker: The player.
            faults: What goes wrong at it.
            requests: Counts what it is told to do.
            port: 1443 at real players; 0: none.
        """
        self._reactor = reactor
        self._speaker = speaker
        self._requests = requests
        self._port_number = port if speaker.household.generation == "S2" else 0
        self._port: IListeningPort | None = None
        self.faults = faults
        self.connections: set[_Connection] = set()
        speaker.clip_observers.append(self._clip_changed)

    # -- the socket

    def listen(self) -> None:
        """Open the port.

        Raises:
            CannotListenError: Somebody else has it.
        """
        if self._port is None and self._port_number:
            self._port = self._reactor.listenTCP(
                self._port_number, cast("Any", self), interface=self._speaker.address
            )

    def shut(self) -> object:
        """Close the port, cut the connections; return what to wait for, if anything."""
        self.cut()
        port, self._port = self._port, None
        return port.stopListening() if port is not None else None

    def cut(self) -> None:
        """Cut the connections."""
        for connection in list(self.connections):
            cast("Any", connection.transport).abortConnection()
        self.connections.clear()

    @override
    def buildProtocol(self, addr: IAddress | None) -> _Connection:
        connection = _Connection(self)
        connection.factory = self
        self.connections.add(connection)
        return connection

    # -- messages

    def received(self, connection: _Connection, text: str) -> None:
        """Take a message; answer it now, later, or never, as the faults will."""
        if self.faults.stalls("websocket"):
            return
        if self.faults.latency:
            self._reactor.callLater(self.faults.latency, self._answer, connection, text)
        else:
            self._answer(connection, text)

    def _answer(self, connection: _Connection, text: str) -> None:
        try:
            header, options = json.loads(text)
            namespace, command = header.get("namespace", ""), header.get("command", "")
        except ValueError, TypeError, AttributeError:
            namespace = command = ""
            header, options = {"cmdId": None}, {}
        self._requests[f"WS {namespace} {command}".rstrip()] += 1
        answer: dict[str, object] = {
            "namespace": namespace or "global",
            "householdId": self._speaker.household.household_id,
            "playerId": self._speaker.uid,
        }
        if command:
            answer["response"] = command
        if "cmdId" in header:
            answer["cmdId"] = header["cmdId"]
        try:
            body = self._do(connection, namespace, command, header, options)
        except _Refusal as refusal:
            error = {"_objectType": "globalError", "errorCode": str(refusal)}
            connection.say(({**answer, "success": False, "type": "globalError"}, error))
            return
        kind = {"type": body["_objectType"]} if body else {}
        connection.say(({**answer, "success": True, **kind}, body))

    def _do(
        self,
        connection: _Connection,
        namespace: str,
        command: str,
        header: dict[str, Any],
        options: dict[str, Any],
    ) -> dict[str, Any]:
        if self.faults.take_action(command) is not None:
            raise _Refusal("ERROR_COMMAND_FAILED")
        if (namespace, command) == ("groups:1", "getGroups"):
            return self._groups()
        if namespace != _CLIPS:
            raise _Refusal("ERROR_UNSUPPORTED_NAMESPACE")
        clips = self._speaker.clips
        if not clips.supported:
            raise _Refusal("ERROR_UNSUPPORTED_COMMAND")
        if header.get("playerId") != self._speaker.uid:
            raise _Refusal("ERROR_INVALID_OBJECT_ID")
        if command == "loadAudioClip":
            if not {"name", "appId"} <= options.keys():
                raise _Refusal("ERROR_MISSING_PARAMETERS")
            return dict(clips.load(options).as_dict())
        if command == "cancelAudioClip":
            if not clips.cancel(str(options.get("id"))):
                raise _Refusal("ERROR_INVALID_OBJECT_ID")
        elif command == "subscribe":
            connection.subscribed.add(namespace)
        elif command == "unsubscribe":
            connection.subscribed.discard(namespace)
        else:
            raise _Refusal("ERROR_UNSUPPORTED_COMMAND")
        return {}

    def _groups(self) -> dict[str, Any]:
        household = self._speaker.household
        return {
            "_objectType": "groups",
            "groups": [
                {
                    "_objectType": "group",
                    "id": group.group_id,
                    "name": group.name,
                    "coordinatorId": group.coordinator.uid,
                    "playerIds": [member.uid for member in group.members],
                }
                for group in household.groups
            ],
            "players": [
                {
                    "_objectType": "player",
                    "id": room.uid,
                    "name": room.room,
                    "websocketUrl": f"wss://{room.address}:{self._port_number}{PATH}",
                    "capabilities": ["PLAYBACK", "CLOUD"]
                    + ["AUDIO_CLIP"] * room.clips.supported
                    + ["LINE_IN"] * room.model.line_in
                    + ["HT_PLAYBACK"] * room.model.soundbar,
                }
                for room in household.rooms()
            ],
        }

    def _clip_changed(self, clip: Clip) -> None:
        header = {
            "namespace": _CLIPS,
            "householdId": self._speaker.household.household_id,
            "playerId": self._speaker.uid,
            "type": "audioClipStatus",
        }
        body = {"_objectType": "audioClipStatus", "audioClips": [clip.as_dict()]}
        for connection in list(self.connections):
            if _CLIPS in connection.subscribed and not self.faults.stalls("websocket"):
                connection.say((header, body))
