"""What is said between Home Assistant's process and a worker process, as JSON.

Each message is an object with the version of the format and its kind. Values are JSON's own, and
objects that name their type for everything else: only what the tables here list can be said. A
message that does not fit raises :class:`MalformedMessageError`, whatever is wrong with it.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
import json
from typing import Any

from ..model import DeviceDescription
from . import errors
from .commands.identity import Identity
from .errors import EngineError

#: To be raised with every change that an older worker would misunderstand. After an update, the
#: worker runs the new code while Home Assistant still runs the old one, until it is restarted.
VERSION = 1

#: Bytes of a message, in either direction. A library page of 1000 tracks has one to two million.
MAX_MESSAGE = 16 * 1024 * 1024

_TYPE = "type"
_OF = "of"

#: What commands may return besides plain values.
DATACLASSES: Mapping[str, type[Any]] = {
    kind.__name__: kind for kind in (DeviceDescription, Identity)
}

#: What commands may raise.
ERRORS: Mapping[str, type[EngineError]] = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, EngineError)
}


class MalformedMessageError(ValueError):
    """A message that is not one of this format and version."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The worker: I am ready for calls."""


@dataclass(frozen=True, slots=True)
class CallMessage:
    """To the worker: execute a command.

    Attributes:
        number: Tells the calls of a worker apart.
        command: The command's name, see :class:`~.command_names.CommandNames`.
        seconds: How long a single request to a speaker may take.
        args: The command's positional arguments.
        kwargs: Its keyword arguments.

    """

    number: int
    command: str
    seconds: float
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResultMessage:
    """The worker: this is what the command returned."""

    number: int
    value: Any


@dataclass(frozen=True, slots=True)
class ErrorMessage:
    """The worker: the command raised this."""

    number: int
    error: EngineError


@dataclass(frozen=True, slots=True)
class MistakeMessage:
    """The worker: the command raised what no command may raise."""

    number: int
    says: str
    trace: str


type Message = Hello | CallMessage | ResultMessage | ErrorMessage | MistakeMessage

_KINDS: Mapping[str, type[Message]] = {
    "hello": Hello,
    "call": CallMessage,
    "result": ResultMessage,
    "error": ErrorMessage,
    "mistake": MistakeMessage,
}
_KIND_NAMES = {kind: name for name, kind in _KINDS.items()}


def _tagged(name: str, content: object) -> dict[str, object]:
    return {_TYPE: name, _OF: content}


def _encode_items(items: Mapping[Any, Any]) -> dict[str, object]:
    for key in items:
        if type(key) is not str:
            raise MalformedMessageError(f"A key of type {type(key).__name__} cannot be sent")
    return {key: encode_value(value) for key, value in items.items()}


def _fields_of(value: Any) -> dict[str, object]:
    return {item.name: encode_value(getattr(value, item.name)) for item in fields(value)}


def _encode_error(error: EngineError) -> object:
    kind = type(error)
    if ERRORS.get(kind.__name__) is not kind:
        return _tagged(EngineError.__name__, [str(error)])
    return _tagged(kind.__name__, [encode_value(value) for value in error.args])


def _from_fields(kind: type[Any]) -> Callable[[Any], object]:
    return lambda content: kind(**_decode_items(content))


def _from_arguments(kind: type[Any]) -> Callable[[Any], object]:
    return lambda content: kind(*map(decode_value, content))


def _decode_items(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: decode_value(value) for key, value in content.items()}


_PLAIN = frozenset({type(None), bool, int, float, str})

_ENCODERS: Mapping[type[Any], Callable[[Any], object]] = {
    list: lambda value: [encode_value(item) for item in value],
    tuple: lambda value: _tagged("tuple", [encode_value(item) for item in value]),
    frozenset: lambda value: _tagged("frozenset", [encode_value(item) for item in value]),
    dict: lambda value: _tagged("dict", _encode_items(value)),
    bytes: lambda value: _tagged("bytes", base64.b64encode(value).decode("ascii")),
}

_DECODERS: Mapping[str, Callable[[Any], object]] = {
    "tuple": lambda content: tuple(map(decode_value, content)),
    "frozenset": lambda content: frozenset(map(decode_value, content)),
    "dict": _decode_items,
    "bytes": lambda content: base64.b64decode(content, validate=True),
    **{name: _from_fields(kind) for name, kind in DATACLASSES.items()},
    **{name: _from_arguments(kind) for name, kind in ERRORS.items()},
}


def encode_value(value: object) -> object:
    """Return what JSON can hold in place of a value.

    Types are taken exactly: a subclass would arrive as something else.

    Raises:
        MalformedMessageError: When its type is in no table.

    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, EngineError):
        return _encode_error(value)
    if DATACLASSES.get(kind.__name__) is kind:
        return _tagged(kind.__name__, _fields_of(value))
    if kind not in _ENCODERS:
        raise MalformedMessageError(f"A value of type {kind.__name__} cannot be sent")
    return _ENCODERS[kind](value)


def decode_value(value: Any) -> Any:
    """Return the value that was encoded."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, list):
        return [decode_value(item) for item in value]
    return _DECODERS[value[_TYPE]](value[_OF])


def encode(message: Message) -> bytes:
    """Return a message as it is sent.

    Raises:
        MalformedMessageError: When it holds what cannot be sent, or is too large.

    """
    head = {"version": VERSION, "kind": _KIND_NAMES[type(message)]}
    try:
        text = json.dumps({**head, **_fields_of(message)}, ensure_ascii=False)
    except RecursionError as error:
        raise MalformedMessageError("It is nested too deeply") from error
    # Names from speakers may hold half a surrogate pair, which is not valid in UTF-8.
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > MAX_MESSAGE:
        megabytes = MAX_MESSAGE // 1024**2
        raise MalformedMessageError(f"{len(data)} bytes are more than {megabytes} MiB")
    return data


def decode(data: bytes) -> Message:
    """Return the message that was sent.

    Raises:
        MalformedMessageError: When it is none, or of another version.

    """
    try:
        content = json.loads(data)
        version = content.pop("version")
        if version == VERSION:
            kind = _KINDS[content.pop("kind")]
            return _checked(kind(**_decode_items(content)))
    except MalformedMessageError:
        raise
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise MalformedMessageError(f"This is no message: {error!r}") from error
    raise MalformedMessageError(f"The message is of version {version}, not {VERSION}")


def _checked(message: Message) -> Message:
    """Refuse a message whose parts are not what the runner and the worker rely on."""
    match message:
        case (
            Hello()
            | ResultMessage(number=int())
            | ErrorMessage(number=int(), error=EngineError())
            | MistakeMessage(number=int(), says=str(), trace=str())
        ):
            return message
        case CallMessage(
            number=int(), command=str(), seconds=int() | float(), args=tuple(), kwargs=dict()
        ):
            return message
    raise MalformedMessageError(f"A {type(message).__name__} with parts of a wrong type")
