"""What is said to a worker process and by it: encoded, decoded, and refused."""

from collections.abc import Iterator, Mapping, Sequence
import inspect
import json
import types
import typing
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.sonos_twisted.engine import EngineError, PlayerError, UpnpError, errors
from custom_components.sonos_twisted.engine.command_names import CommandNames
from custom_components.sonos_twisted.engine.commands.identity import Identity
from custom_components.sonos_twisted.engine.messages import (
    DATACLASSES,
    ERRORS,
    LONG_TEXT,
    MAX_MESSAGE,
    CallMessage,
    ErrorMessage,
    Hello,
    MalformedMessageError,
    MistakeMessage,
    ResultMessage,
    decode,
    encode,
)
from custom_components.sonos_twisted.model import DeviceDescription
from tests.engine.test_errors import SENTENCES

DESCRIPTION = DeviceDescription(
    uid="RINCON_1",
    room_name="Küche \ud83d",
    model_name="One",
    model_number="S18",
    software_version="57.4",
    display_version="11.2",
    hardware_version="1.26",
    serial_number="94-9F:0",
    mac="94:9F",
    generation=2,
    services=frozenset({"AVTransport"}),
)
IDENTITY = Identity("192.0.2.1:1400", "Sonos_x", DESCRIPTION)

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
keys = st.text(st.characters())
values = st.recursive(
    plain | st.text(st.characters()) | st.binary() | st.just(IDENTITY),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(keys, inner),
    max_leaves=20,
)


def sent(value: object) -> Any:
    """Return a value as it arrives."""
    message = decode(encode(ResultMessage(7, value)))
    assert isinstance(message, ResultMessage)
    assert message.number == 7
    return message.value


@given(values)
def test_values_arrive_as_they_were(value: object) -> None:
    arrived = sent(value)
    assert arrived == value
    assert repr(arrived) == repr(value)


def test_dataclasses_arrive_as_they_were() -> None:
    arrived = sent([IDENTITY, {"description": DESCRIPTION}])
    assert arrived == [IDENTITY, {"description": DESCRIPTION}]
    assert type(arrived[0].description.services) is frozenset


@pytest.mark.parametrize("size", [LONG_TEXT - 1, LONG_TEXT, LONG_TEXT + 1])
def test_long_texts_arrive_as_they_were(size: int) -> None:
    """They are sent beside the JSON, wherever in a value they are."""
    long = ('\n"é\ud83d' * size)[:size]
    value = {"a": long, "b": [long.upper(), ("", long)], "c": "short"}
    assert sent(value) == value
    error = decode(encode(ErrorMessage(1, PlayerError(long, "is on fire"))))
    assert isinstance(error, ErrorMessage)
    assert error.error.args == (long, "is on fire")


def test_calls_arrive_as_they_were() -> None:
    call = CallMessage(3, "transport.seek", 9.5, ("192.0.2.1", 30), {"position": True, "x": None})
    assert decode(encode(call)) == call
    assert decode(encode(Hello())) == Hello()
    mistake = MistakeMessage(3, "KeyError: 'x'", "Traceback ...")
    assert decode(encode(mistake)) == mistake


@pytest.mark.parametrize(
    "error",
    [error for error in SENTENCES if type(error).__module__ == errors.__name__],
    ids=lambda error: type(error).__name__,
)
def test_errors_arrive_as_they_were(error: EngineError) -> None:
    message = decode(encode(ErrorMessage(4, error)))
    assert isinstance(message, ErrorMessage)
    arrived = message.error
    assert type(arrived) is type(error)
    assert (arrived.args, vars(arrived), str(arrived)) == (error.args, vars(error), str(error))


def test_an_error_of_another_module_keeps_its_words() -> None:
    class SpecialError(PlayerError):
        """An error that is in no table."""

    message = decode(encode(ErrorMessage(4, SpecialError("192.0.2.1", "is special"))))
    assert isinstance(message, ErrorMessage)
    assert type(message.error) is EngineError
    assert str(message.error) == "192.0.2.1 is special"


def test_all_errors_are_known() -> None:
    assert ERRORS["UpnpError"] is UpnpError
    assert "EngineError" in ERRORS
    assert "SoCoException" not in ERRORS


class Text(str):
    """A text that is more than that."""

    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (object(), "type object"),
        (Text("x"), "type Text"),
        ({1: 2}, "key of type int"),
        ([{"x": {1, 2}}], "type set"),
        (1j, "type complex"),
        ("x" * MAX_MESSAGE, "more than 16 MiB"),
    ],
)
def test_what_cannot_be_sent(value: object, words: str) -> None:
    with pytest.raises(MalformedMessageError, match=words):
        encode(ResultMessage(1, value))


def test_what_is_nested_too_deeply_cannot_be_sent() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(MalformedMessageError, match="nested too deeply"):
        encode(ResultMessage(1, value))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"7",
        b"{}",
        b'{"kind": "hello"}',
        b'{"version": 2}',
        b'{"version": 2, "kind": "shutdown"}',
        b'{"version": 2, "kind": ["hello"]}',
        b'{"version": 2, "kind": "hello", "more": 1}',
        b'{"version": 2, "kind": "result", "number": 1}',
        b'{"version": 2, "kind": "result", "number": "1", "value": 1}',
        b'{"version": 2, "kind": "result", "number": 1, "value": {"x": 1}}',
        b'{"version": 2, "kind": "result", "number": 1, "value": {"type": "os", "of": 1}}',
        b'{"version": 2, "kind": "result", "number": 1, "value": {"type": "bytes", "of": "!"}}',
        b'{"version": 2, "kind": "result", "number": 1, "value": {"type": "Identity", "of": {}}}',
        b'{"version": 2, "kind": "error", "number": 1, "error": "x"}',
        b'{"version": 2, "kind": "error", "number": 1, "error": {"type": "UpnpError", "of": []}}',
        b'{"version": 2, "kind": "call", "number": 1, "command": 5, "seconds": 1}',
        b'{"version": 2, "kind": "result", "number": 1, "value": {"type": "text", "of": 0}}',
        b'{"version": 2, "kind": "hello", "texts": 3}\nabc',
        b'{"version": 2, "kind": "hello", "texts": [3]}\nab',
        b'{"version": 2, "kind": "hello"}\nab',
        b'{"version": 2, "kind": "hello", "texts": ["3"]}\nabc',
        b'{"version": 2, "kind": "mistake", "number": 1, "says": 5, "trace": ""}',
        b'{"version": 2, "kind": "result", "number": 1, "value": ' + b"[" * 100_000,
    ],
)
def test_what_is_no_message(data: bytes) -> None:
    with pytest.raises(MalformedMessageError):
        decode(data)


@given(st.binary())
def test_nothing_else_is_raised(data: bytes) -> None:
    with pytest.raises(MalformedMessageError):
        decode(data)


def test_another_version() -> None:
    """Its kinds may be others as well; the version is what has to be told."""
    content = {"version": 3, "kind": "welcome"}
    with pytest.raises(MalformedMessageError, match="is of version 3, not 2"):
        decode(json.dumps(content).encode())


# --- what real commands take and return ----------------------------------------------------


def _types_in(annotation: Any) -> Iterator[object]:
    """Give the plain types that an annotation is made of."""
    if isinstance(annotation, typing.TypeAliasType):
        annotation = annotation.__value__
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        yield from map(type, arguments)
        return
    if origin not in {None, types.UnionType, typing.Union}:
        yield origin
    elif not arguments:
        yield annotation
    for argument in arguments:
        if argument is not Ellipsis:
            yield from _types_in(argument)


ARGUMENTS = {str, int, float, bool, type(None), list, dict, tuple, Sequence, Mapping}


@pytest.mark.parametrize("name", CommandNames().load())
def test_every_command_can_be_sent(name: str) -> None:
    """Whoever adds a command that returns a new dataclass adds that to the table."""
    command = CommandNames().load()[name]
    annotations = typing.get_type_hints(command)
    returned = set(_types_in(annotations.pop("return")))
    assert returned <= ARGUMENTS | {bytes, frozenset} | set(DATACLASSES.values())
    assert {kind for taken in annotations.values() for kind in _types_in(taken)} <= ARGUMENTS
    assert next(iter(inspect.signature(command).parameters.values())).annotation is str


@pytest.mark.parametrize("kind", DATACLASSES.values(), ids=DATACLASSES)
def test_every_field_of_a_dataclass_can_be_sent(kind: type[Any]) -> None:
    known = ARGUMENTS | {bytes, frozenset} | set(DATACLASSES.values())
    for annotation in typing.get_type_hints(kind).values():
        assert set(_types_in(annotation)) <= known
