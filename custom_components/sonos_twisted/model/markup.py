"""XML as it comes from players: parsed safely, and mended where that is harmless.

Every parser here is made once. lxml locks a parser while it is in use, so they may be shared by
threads. None of them reads a DTD, resolves an entity or opens a connection, and all keep libxml2's
limits on depth (256) and on the size of a text.
"""

from functools import lru_cache, partial
import re
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

type Element = etree._Element  # noqa: SLF001  (lxml has no public name for the type)

_parser = partial(
    etree.XMLParser,
    # Sonos sends UTF-8, whatever else a declaration may claim. Deciding it here also means that a
    # DOCTYPE cannot hide in another encoding.
    encoding="utf-8",
    resolve_entities=False,
    load_dtd=False,
    no_network=True,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
    collect_ids=False,
)
_STRICT = _parser(recover=False)
_RECOVERING = _parser(recover=True)

_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)")
_GLUED_ATTRIBUTE = re.compile(r'"(?=xmlns[:=])')
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: Characters. libxml2 allows 50,000, and a thousand such names are remembered here; players' own
#: have less than 100 with their namespaces. Of a longer one the end counts.
LONGEST_NAME = 256

_ENTITIES = (
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", '"'),
    ("&apos;", "'"),
    ("&#39;", "'"),
    ("&amp;", "&"),
)


class MalformedMarkup(ValueError):  # noqa: N818
    """Text that cannot be read as XML. The message names the defect and quotes nothing."""


def parse(data: bytes) -> Element:
    """Parse one XML document.

    Raises:
        MalformedMarkup: If it is empty, not UTF-8, not well-formed, has a document type
            declaration or contains NUL. Nothing else is ever raised.
    """
    _refuse_the_dangerous(data)
    try:
        root = etree.fromstring(data, _STRICT)
    except etree.XMLSyntaxError as error:
        message = f"not well-formed XML (line {error.lineno}, column {error.offset})"
        raise MalformedMarkup(message) from None
    return root


def parse_damaged(text: str) -> Element | None:
    """Parse what can be saved of a text that `parse` refuses.

    What `mended` does not mend is left to libxml2's recovery. Elements
    after the defect may be missing, and attributes of the damaged element too.

    Returns:
        The root element, or None if there is nothing to save.
    """
    data = mended(text)
    try:
        _refuse_the_dangerous(data)
        root: Element | None = etree.fromstring(data, _RECOVERING)
    except MalformedMarkup, etree.XMLSyntaxError:
        return None
    return root


def mended(text: str) -> bytes:
    """Mend the defects that players are known to send, without losing anything.

    These are an ampersand that is not escaped, attributes without a space between them, and
    control characters. As unknown entities count as ampersands, a parser that recovers finds none.
    """
    text = _FORBIDDEN.sub("", text)
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
