"""What is said between Home Assistant's process and a worker process, as JSON.

Each message is an object with the version of the format and its kind. Values are JSON's own, and
objects that name their type for everything else: only what the tables here list can be said. A
message that does not fit raises :class:`MalformedMessageError`, whatever is wrong with it.

Long texts follow the object's line as they are. To find the end of a text in JSON takes so long
that, with a page of a large library, nothing else in the process would run for a while.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
import itertools
import json
from typing import Any

from ..model import DeviceDescription, Didl
from . import errors
from .commands.content import Page
from .commands.discovery import DiscoveredHousehold
from .commands.identity import Identity
from .errors import EngineError

#: To be raised with every change that an older worker would misunderstand. After an update, the
#: worker runs the new code while Home Assistant still runs the old one, until it is restarted.
VERSION = 2

#: Bytes of a message, in either direction. A library page of 1000 tracks has one to two million.
MAX_MESSAGE = 16 * 1024 * 1024

#: Characters from which on a text is long.
LONG_TEXT = 4096

_TYPE = "type"
_OF = "of"

#: What commands may return besides plain values.
DATACLASSES: Mapping[str, type[Any]] = {
    kind.__name__: kind for kind in (DeviceDescription, Didl, DiscoveredHousehold, Identity, Page)
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


class _Writer:
    """Turns the values of one message into what JSON can hold, and sets long texts aside."""

    def __init__(self) -> None:
        self.texts: list[bytes] = []

    def value(self, value: object) -> object:
        """Return what stands for a value. Types are taken exactly: there are no subclasses."""
        kind = type(value)
        if kind in _PLAIN:
            return self._text(value) if isinstance(value, str) else value
        if kind is list:
            return self._values(value)
        if isinstance(value, EngineError):
            return self._error(value)
        if DATACLASSES.get(kind.__name__) is kind:
            return {_TYPE: kind.__name__, _OF: self.fields_of(value)}
        if kind not in _WRITERS:
            raise MalformedMessageError(f"A value of type {kind.__name__} cannot be sent")
        return {_TYPE: kind.__name__, _OF: _WRITERS[kind](self, value)}

    def fields_of(self, value: Any) -> dict[str, object]:
        return {item.name: self.value(getattr(value, item.name)) for item in fields(value)}

    def _text(self, text: str) -> object:
        if len(text) < LONG_TEXT:
            return text
        self.texts.append(_to_bytes(text))
        return {_TYPE: "text", _OF: len(self.texts) - 1}

    def _values(self, values: Any) -> list[object]:
        return [self.value(value) for value in values]

    def _items(self, items: Mapping[Any, Any]) -> dict[str, object]:
        for key in items:
            if type(key) is not str:
                raise MalformedMessageError(f"A key of type {type(key).__name__} cannot be sent")
        return {key: self.value(value) for key, value in items.items()}

    def _error(self, error: EngineError) -> object:
        kind = type(error)
        if ERRORS.get(kind.__name__) is kind:
            return {_TYPE: kind.__name__, _OF: self._values(error.args)}
        return {_TYPE: EngineError.__name__, _OF: [str(error)]}


_PLAIN = frozenset({type(None), bool, int, float, str})

_WRITERS: Mapping[type[Any], Callable[[_Writer, Any], object]] = {
    tuple: _Writer._values,  # noqa: SLF001, this is the class's table
    frozenset: _Writer._values,  # noqa: SLF001, as above
    dict: _Writer._items,  # noqa: SLF001, as above
    bytes: lambda _, value: base64.b64encode(value).decode("ascii"),
}


class _Reader:
    """Turns back what a writer wrote."""

    def __init__(self, texts: list[memoryview]) -> None:
        self.texts = texts

    def value(self, value: Any) -> Any:
        """Return the value that was written."""
        if type(value) in _PLAIN:
            return value
        if isinstance(value, list):
            return self.values(value)
        name, content = value[_TYPE], value[_OF]
        if name in DATACLASSES:
            return DATACLASSES[name](**self.items(content))
        if name in ERRORS:
            return ERRORS[name](*self.values(content))
        return _READERS[name](self, content)

    def values(self, content: list[Any]) -> list[Any]:
        return [self.value(value) for value in content]

    def items(self, content: dict[str, Any]) -> dict[str, Any]:
        return {key: self.value(value) for key, value in content.items()}


_READERS: Mapping[str, Callable[[_Reader, Any], object]] = {
    "text": lambda reader, number: str(reader.texts[number], "utf-8", "surrogatepass"),
    "tuple": lambda reader, content: tuple(reader.values(content)),
    "frozenset": lambda reader, content: frozenset(reader.values(content)),
    "dict": _Reader.items,
    "bytes": lambda _, content: base64.b64decode(content, validate=True),
}


def _to_bytes(text: str) -> bytes:
    # Names from speakers may hold half a surrogate pair, which is not valid in UTF-8.
    return text.encode("utf-8", "surrogatepass")


def encode(message: Message) -> bytes:
    """Return a message as it is sent.

    Raises:
        MalformedMessageError: When it holds what cannot be sent, or is too large.

    """
    writer = _Writer()
    try:
        content = writer.fields_of(message)
        head = {"version": VERSION, "kind": _KIND_NAMES[type(message)]}
        lengths = {"texts": [len(text) for text in writer.texts]}
        text = json.dumps({**head, **lengths, **content}, ensure_ascii=False)
    except RecursionError as error:
        raise MalformedMessageError("It is nested too deeply") from error
    data = b"".join([_to_bytes(text), b"\n", *writer.texts])
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
        end = data.find(b"\n")
        end = len(data) if end < 0 else end
        content = json.loads(data[:end])
        version = content.pop("version")
        if version == VERSION:
            kind = _KINDS[content.pop("kind")]
            texts = _cut(memoryview(data)[end + 1 :], content.pop("texts", []))
            return _checked(kind(**_Reader(texts).items(content)))
    except MalformedMessageError:
        raise
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise MalformedMessageError(f"This is no message: {error!r}") from error
    raise MalformedMessageError(f"The message is of version {version}, not {VERSION}")


def _cut(data: memoryview, lengths: list[int]) -> list[memoryview]:
    """Cut what follows the first line into its texts."""
    ends = list(itertools.accumulate(lengths, initial=0))
    if ends[-1] != len(data):
        raise MalformedMessageError(f"The texts have {len(data)} bytes, not {ends[-1]}")
    return [data[begin:end] for begin, end in itertools.pairwise(ends)]


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
