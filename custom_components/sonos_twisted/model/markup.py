"""XML as it comes from players: parsed safely, and mended where that is harmless.

Documents are read by expat, which forgets all of them with its parser. libxml2 remembers each name
that it has ever read for as long as a thread lives, so that whoever can send documents could make
the process grow without an end. It only gets what is damaged beyond mending, in a thread each.

No DTD is read, no entity resolved, no connection opened. Namespaces are not looked at: names keep
their prefixes, and `local_name` cuts them off.
"""

import contextlib
from functools import lru_cache
import re
from threading import Thread
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)")
_GLUED_ATTRIBUTE = re.compile(r'"(?=xmlns[:=])')
#: What no XML may hold.
FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: Characters. A document may have longer ones, and a thousand names are remembered here; players'
#: own have less than 100. Of a longer one the end counts.
LONGEST_NAME = 256

#: Tags in what a speaker tells of itself or of its household; players send a few hundred. To make
#: elements of tens of thousands can keep the process busy for a tenth of a second.
MAX_TAGS = 4000

_ENTITIES = (
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", '"'),
    ("&apos;", "'"),
    ("&#39;", "'"),
    ("&amp;", "&"),
)


class MalformedMarkup(ValueError):  # noqa: N818, the name says that it is one
    """Text that cannot be read as XML. The message names the defect and quotes nothing."""


def parse(data: bytes, most: int | None = None) -> Element:
    """Parse one XML document.

    Args:
        data: The document.
        most: How many tags it may have.

    Raises:
        MalformedMarkup: If it is empty, not UTF-8, not well-formed, has a document type
            declaration, contains NUL or has too many tags. Nothing else is ever raised.
    """
    if most is not None and data.count(b"<") > most:
        message = "has too many elements"
        raise MalformedMarkup(message)
    _refuse_the_dangerous(data)
    builder = TreeBuilder()
    # Players send UTF-8, whatever else a declaration may claim. Deciding it here also means that a
    # DOCTYPE cannot hide in another encoding.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        message = f"not well-formed XML (line {error.lineno}, column {error.offset})"
        raise MalformedMarkup(message) from None
    return builder.close()


def parse_damaged(text: str) -> Element | None:
    """Parse what can be saved of a text that `parse` refuses.

    What `mended` does not mend is left to libxml2's recovery. Elements
    after the defect may be missing, and attributes of the damaged element too.

    Returns:
        The root element, or None if there is nothing to save.
    """
    data = mended(text)
    try:
        return parse(data)
    except MalformedMarkup:
        return _recovered(data)


def _recovered(data: bytes) -> Element | None:
    """Save what libxml2 can, in a thread that takes the names along when it ends.

    It does so for the parsers that were made in it only.
    """
    saved: list[Element] = []

    def recover() -> None:
        parser = etree.XMLParser(
            encoding="utf-8",
            recover=True,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
            collect_ids=False,
        )
        with contextlib.suppress(etree.XMLSyntaxError):
            root: etree._Element | None = etree.fromstring(data, parser)
            if root is not None:
                saved.append(_copied(root))

    with contextlib.suppress(MalformedMarkup, RuntimeError):  # no thread is to be had
        _refuse_the_dangerous(data)
        thread = Thread(target=recover, name="sonos_twisted recovery")
        thread.start()
        thread.join()
    return saved[0] if saved else None


def _copied(root: etree._Element) -> Element:
    """Copy what libxml2 has read; the texts between children are not wanted by anybody."""
    builder = TreeBuilder()
    for event, node in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            builder.start(node.tag, dict(node.attrib))
            if node.text is not None:
                builder.data(node.text)
        else:
            builder.end(node.tag)
    return builder.close()


def mended(text: str) -> bytes:
    """Mend the defects that players are known to send, without losing anything.

    These are an ampersand that is not escaped, attributes without a space between them, and
    control characters. As unknown entities count as ampersands, a parser that recovers finds none.
    """
    text = FORBIDDEN.sub("", text)
    text = _BARE_AMPERSAND.sub("&amp;", text)
    return _GLUED_ATTRIBUTE.sub('" ', text).encode()


def _refuse_the_dangerous(data: bytes) -> None:
    if not data:
        message = "empty"
    elif b"\0" in data:
        message = "contains NUL"
    elif b"<!DOCTYPE" in data:
        message = "has a document type declaration"
    else:
        return
    raise MalformedMarkup(message)


def local_name(tag: str) -> str:
    """Give the name of an element without its namespace.

    Recovery leaves names with an undeclared prefix as they stand ("dc:title"), so a prefix is
    cut off as well.
    """
    return _local_name(tag[-LONGEST_NAME:])


@lru_cache(maxsize=1024)
def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2]


def elements(parent: Element) -> Iterator[tuple[str, Element]]:
    """Yield the local name and the element of each child, in document order."""
    for child in parent:
        yield local_name(child.tag), child


def unescape(text: str) -> str:
    """Undo one level of escaping that was one too many ("A &amp; B" becomes "A & B")."""
    if "&" in text:
        for entity, character in _ENTITIES:
            text = text.replace(entity, character)
    return text
