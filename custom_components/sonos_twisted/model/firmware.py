"""Firmware that a player could install, and how versions compare."""

from dataclasses import dataclass
import re

from .markup import MalformedMarkup, parse

_BUILD = re.compile(r"\d{1,9}(?:[.-]\d{1,9})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class FirmwareOffer:
    """The firmware that a player has found. Without a newer one it is the player's own."""

    version: str
    """The build, such as "94.1-75110"."""
    url: str
    """What the player is given to install it."""


def parse_firmware_offer(text: str) -> FirmwareOffer | None:
    """Read AvailableSoftwareUpdate, or the answer to CheckForUpdate; None if it offers nothing."""
    try:
        item = parse(text.strip().encode(errors="replace"))
    except MalformedMarkup:
        return None
    version, url = str(item.get("Version") or ""), str(item.get("UpdateURL") or "")
    if item.get("Type") != "Software" or not url or not _BUILD.fullmatch(version):
        return None
    return FirmwareOffer(version, url)


def is_newer_firmware(version: str, other: str) -> bool:
    """Tell whether a build is newer than another one; no, if one of them is no build."""
    if not (_BUILD.fullmatch(version) and _BUILD.fullmatch(other)):
        return False
    return _numbers(version) > _numbers(other)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.split("[.-]", version)]
