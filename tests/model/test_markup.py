"""Parsing XML safely, and mending it."""

from threading import Thread
from typing import override

from hypothesis import given, strategies as st
import pytest

from custom_components.sonos_twisted.model import markup
from custom_components.sonos_twisted.model.markup import (
    LONGEST_NAME,
    MalformedMarkup,
    elements,
    local_name,
    parse,
    parse_damaged,
    unescape,
)
from custom_components.sonos_twisted.model.notification import variable_name


@pytest.mark.parametrize("tag", ["title", "{urn:x}title", "dc:title", "{urn:x}dc:title"])
def test_local_name(tag: str) -> None:
    """Neither namespace nor an undeclared prefix belongs to the name."""
    assert local_name(tag) == "title"


def test_elements_come_in_order() -> None:
    """Children come in order, by local name."""
    root = parse(b"<a xmlns='urn:x'><b/>text<!-- c --><d/></a>")
    assert [name for name, _ in elements(root)] == ["b", "d"]


def test_entities_are_refused() -> None:
    """No entity is ever declared, so none can be expanded."""
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
    with pytest.raises(MalformedMarkup, match="document type"):
        parse(bomb)
    assert parse_damaged(bomb.decode()) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a>Simon & Garfunkel</a>", "Simon & Garfunkel"),
        ("<a>Simon &amp; Garfunkel & co</a>", "Simon & Garfunkel & co"),
        ("<a>non&nbsp;breaking</a>", "non&nbsp;breaking"),
        ("<a>bell\a\0</a>", "bell"),
        ('<a b="c"xmlns:d="e">f</a>', "f"),
        ("<a>cut", "cut"),
    ],
)
def test_known_defects_are_mended(text: str, expected: str) -> None:
    """Known defects lose nothing; of others the part before them is saved."""
    root = parse_damaged(text)
    assert root is not None
    assert root.text == expected


def test_what_follows_a_defect() -> None:
    """libxml2 goes on after it: a player sends an attribute without a value."""
    root = parse_damaged('<a><b val>1</b><c d="2" xmlns:e="urn:x"><e:f/></c></a>')
    assert root is not None
    found = [(local_name(each.tag), each.attrib, each.text or "") for each in root.iter()]
    assert found == [("a", {}, ""), ("b", {}, "1"), ("c", {"d": "2"}, ""), ("f", {}, "")]


def test_damage_may_be_nested_deeply() -> None:
    """Recovery happens in a thread, whose stack may be small."""
    root = parse_damaged("<a>" * 80_000)
    assert root is None or root.tag == "a"


def test_no_thread_is_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nothing is saved."""

    class NoThread(Thread):
        @override
        def start(self) -> None:
            message = "can't start new thread"
            raise RuntimeError(message)

    monkeypatch.setattr(markup, "Thread", NoThread)
    assert parse_damaged("<a>cut") is None


@pytest.mark.parametrize("text", ["", "nothing", "<", "\0"])
def test_beyond_mending(text: str) -> None:
    """There is not always something to save."""
    assert parse_damaged(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("A &amp; B", "A & B"),
        ("&lt;&gt;&quot;&apos;&#39;", "<>\"''"),
        ("&amp;lt;", "&lt;"),
        ("?a=1&copy=2", "?a=1&copy=2"),
    ],
)
def test_unescape(text: str, expected: str) -> None:
    """One level of escaping is undone, and only what XML itself would escape."""
    assert unescape(text) == expected


@given(st.binary())
def test_parse_any_bytes(data: bytes) -> None:
    """Nothing but MalformedMarkup is raised."""
    try:
        parse(data)
    except MalformedMarkup as error:
        assert str(error)  # noqa: PT017


@given(st.text())
def test_mend_any_text(text: str) -> None:
    """Nothing at all is raised, and what comes out holds elements only."""
    root = parse_damaged(f"<a>{text}</a>")
    if root is not None:
        assert all(isinstance(element.tag, str) for element in root.iter())


def test_endless_names_are_not_remembered() -> None:
    """A document may have longer ones than are kept."""
    name = "Ab" * 20_000
    assert len(local_name(f"{{urn:x}}{name}")) <= LONGEST_NAME
    assert len(variable_name(name)) <= 2 * LONGEST_NAME
