"""The music services that Sonos knows: the MusicServices service, alike at all speakers."""

from ...model import parse_music_services
from . import soap


def service_id(address: str, name: str) -> int | None:
    """Return the number of a music service by its name; None if there is none of that name."""
    answer = soap.call(address, "MusicServices", "ListAvailableServices")
    return parse_music_services(answer.get("AvailableServiceDescriptorList", "")).get(name)
