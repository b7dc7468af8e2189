"""Firmware that players offer."""

import pytest

from custom_components.sonos_twisted.model import (
    FirmwareOffer,
    is_newer_firmware,
    parse_firmware_offer,
)

URL = "http://update-firmware.sonos.example/94.1-75110/^94.1-75110"


def item(**changes: str) -> str:
    """Write an offer with other attributes."""
    attributes = {"Type": "Software", "Version": "94.1-75110", "UpdateURL": URL} | changes
    written = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    return f'<UpdateItem xmlns="urn:schemas-rinconnetworks-com:update-1-0" {written}/>'


def test_an_offer_is_read() -> None:
    """It has a version, and what it takes to install it."""
    assert parse_firmware_offer(item()) == FirmwareOffer("94.1-75110", URL)


@pytest.mark.parametrize(
    "text",
    ["", "<UpdateItem", item(Type="Other"), item(Version="soon"), item(UpdateURL=""), "<a/>"],
)
def test_what_offers_no_firmware(text: str) -> None:
    """What says nothing of firmware offers none."""
    assert parse_firmware_offer(text) is None


@pytest.mark.parametrize(
    ("version", "other", "expected"),
    [
        ("94.1-75110", "94.1-75110", False),
        ("94.1-75110", "9.4-85110", True),
        ("94.1-8000", "94.1-75110", False),
        ("94.1-75110", "", False),
        ("roll-call", "94.1-75110", False),
    ],
)
def test_which_firmware_is_newer(version: str, other: str, expected: bool) -> None:
    """Numbers count, not letters."""
    assert is_newer_firmware(version, other) is expected
