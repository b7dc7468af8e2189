"""The device description of a player (`/xml/device_description.xml`)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .markup import MalformedMarkup, elements, local_name, mended, parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

_GENERATIONS: dict[str, Literal[1, 2]] = {"1": 1, "2": 2}


class DescriptionError(ValueError):
    """A device description that is of no use. The message quotes nothing of it."""


class MalformedDescription(DescriptionError):  # noqa: N818, the name says that it is one
    """A device description that cannot be read."""


class NotSonosDescription(DescriptionError):  # noqa: N818, the name says that it is one
    """A document that can be read, but does not describe a Sonos player."""


@dataclass(frozen=True, slots=True)
class DeviceDescription:
    """What a player says about itself. Texts that it doesn't send are ""."""

    uid: str
    room_name: str
    model_name: str
    """Without "Sonos " in front: "Beam"."""
    model_number: str
    """Such as "S14"."""
    software_version: str
    """The build, such as "57.4-83220"."""
    display_version: str
    """The version that the app shows, such as "11.2.4"."""
    hardware_version: str
    serial_number: str
    mac: str
    """In capitals with colons: "94:9F:00:68:00:A9"."""
    generation: Literal[1, 2] | None
    services: frozenset[str]
    """Names of the UPnP services, those of the embedded devices included."""


def parse_device_description(body: bytes) -> DeviceDescription:
    """Read a device description.

    Real ones hold template text between their elements (`#DEACTIVATION_STATE_TAG_AND_VALUE#`).

    Raises:
        MalformedDescription: If it is not readable as XML.
        NotSonosDescription: If it is readable, but of something else than a ZonePlayer.
    """
    try:
        root = _parse(body.strip())
    except MalformedMarkup as error:
        raise MalformedDescription(str(error)) from None
    device = next((element for name, element in elements(root) if name == "device"), None)
    if device is None:
        message = "not a UPnP device description"
        raise NotSonosDescription(message)
    texts = {name: (element.text or "").strip() for name, element in elements(device)}
    uid = texts.get("UDN", "").removeprefix("uuid:")
    if ":ZonePlayer:" not in texts.get("deviceType", "") or not uid.startswith("RINCON_"):
        message = "not the description of a Sonos player"
        raise NotSonosDescription(message)
    serial_number = texts.get("serialNum", "")
    mac = texts.get("MACAddress") or serial_number.partition(":")[0]
    return DeviceDescription(
        uid=uid,
        room_name=texts.get("roomName", ""),
        model_name=texts.get("modelName", "").removeprefix("Sonos "),
        model_number=texts.get("modelNumber", ""),
        software_version=texts.get("softwareVersion", ""),
        display_version=texts.get("displayVersion", ""),
        hardware_version=texts.get("hardwareVersion", ""),
        serial_number=serial_number,
        mac=mac.replace("-", ":").upper(),
        generation=_GENERATIONS.get(texts.get("swGen", "")),
        services=frozenset(_services(device)),
    )


def _parse(body: bytes) -> Element:
    """Parse as it is, or else mended: an odd room name should not make a player unusable.

    Nothing is recovered from a description that is cut, as services could be missing then.
    """
    try:
        return parse(body)
    except MalformedMarkup:
        return parse(mended(body.decode(errors="replace")))


def _services(device: Element) -> Iterator[str]:
    """Find the services of a device and of those embedded in it.

    A type reads "urn:schemas-upnp-org:service:AVTransport:1".
    """
    for element in device.iter():
        if local_name(element.tag) != "serviceType":
            continue
        _, _, name_and_version = (element.text or "").partition(":service:")
        if name := name_and_version.partition(":")[0].strip():
            yield name
