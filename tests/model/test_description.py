"""Reading device descriptions."""

from hypothesis import given, strategies as st
import pytest

from custom_components.sonos_twisted.model import (
    MalformedDescription,
    NotSonosDescription,
    parse_device_description,
)
from custom_components.sonos_twisted.model.description import DescriptionError

from .payloads import FIXTURES

BEAM = (FIXTURES / "device_description_beam.xml").read_bytes()


def test_description_of_a_soundbar() -> None:
    """A soundbar, with the template text that real descriptions contain."""
    description = parse_device_description(BEAM)
    assert description.uid == "RINCON_0000000000B201400"
    assert description.room_name == "Living Room"
    assert description.model_name == "Beam"
    assert description.model_number == "S14"
    assert description.software_version == "85.0-64200"
    assert description.display_version == "17.2"
    assert description.hardware_version == "1.18.1.6-2.1"
    assert description.serial_number == "00-00-00-00-0B-20:6"
    assert description.mac == "00:00:00:00:0B:20"
    assert description.generation == 2


def test_services_of_embedded_devices() -> None:
    """Services of the media server and the renderer count as the player's own."""
    assert parse_device_description(BEAM).services == {
        "AVTransport",
        "AlarmClock",
        "ConnectionManager",
        "ContentDirectory",
        "DeviceProperties",
        "GroupRenderingControl",
        "HTControl",
        "QPlay",
        "Queue",
        "RenderingControl",
        "ZoneGroupTopology",
    }


def without(*tags: bytes) -> bytes:
    """Take lines with these tags out of the description."""
    lines = BEAM.splitlines(keepends=True)
    return b"".join(line for line in lines if not any(b"<" + tag in line for tag in tags))


def test_mac_from_serial_number() -> None:
    """Old firmware doesn't name the MAC, but the serial number begins with it."""
    assert parse_device_description(without(b"MACAddress")).mac == "00:00:00:00:0B:20"


def test_elements_may_be_missing() -> None:
    """What is not there is "", or None for the generation."""
    body = without(b"MACAddress", b"serialNum", b"swGen", b"roomName", b"serviceType")
    description = parse_device_description(body)
    assert description.mac == ""
    assert description.serial_number == ""
    assert description.generation is None
    assert description.room_name == ""
    assert description.services == frozenset()


def test_ampersand_in_the_room_name() -> None:
    """A description is mended where that is harmless."""
    body = BEAM.replace(b"Living Room", b"Bath & Sp\xe0")
    assert parse_device_description(body).room_name == "Bath & Sp\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    "body", [b"", b"no XML", b"<root", b"<html><p></html>", b"\xff\xfe<", BEAM[:40], BEAM[:-9]]
)
def test_what_cannot_be_read_is_refused(body: bytes) -> None:
    """What cannot be read says so."""
    with pytest.raises(MalformedDescription):
        parse_device_description(body)


@pytest.mark.parametrize(
    "body",
    [
        b"<html/>",
        b"<root/>",
        b"<root><device/></root>",
        BEAM.replace(b":ZonePlayer:", b":MediaRenderer:"),
        BEAM.replace(b"uuid:RINCON_", b"uuid:"),
        without(b"UDN"),
    ],
)
def test_another_device_is_told_apart(body: bytes) -> None:
    """Another device of the network is told apart from one that is broken."""
    with pytest.raises(NotSonosDescription):
        parse_device_description(body)


@given(st.binary())
def test_any_bytes_are_refused(body: bytes) -> None:
    """Nothing but a DescriptionError is raised."""
    with pytest.raises(DescriptionError):
        parse_device_description(body)


@given(st.integers(0, len(BEAM)), st.binary(max_size=5))
def test_damaged_descriptions_are_read_or_refused(at: int, junk: bytes) -> None:
    """The same for descriptions that are nearly right."""
    try:
        parse_device_description(BEAM[:at] + junk + BEAM[at + 1 :])
    except DescriptionError as error:
        assert "\n" not in str(error)  # noqa: PT017
