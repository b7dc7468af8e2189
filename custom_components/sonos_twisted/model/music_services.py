"""The list of music services that players hand out (MusicServices.ListAvailableServices)."""

from typing import TYPE_CHECKING

from .markup import MalformedMarkup, elements, parse, parse_damaged
from .numbers import whole_number

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def parse_music_services(text: str) -> dict[str, int]:
    """Read the numbers of music services by their names; empty if it cannot be read."""
    root: Element | None
    try:
        root = parse(text.encode(errors="replace"))
    except MalformedMarkup:
        root = parse_damaged(text)
    services: dict[str, int] = {}
    for name, element in elements(root) if root is not None else ():
        number = whole_number(element.get("Id") or "")
        if name == "Service" and number is not None:
            services[element.get("Name") or ""] = number
    return services
