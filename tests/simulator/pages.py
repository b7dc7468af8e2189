"""What a player answers to GET: descriptions, artwork, status pages."""

from functools import cache
import json
import struct
from typing import TYPE_CHECKING
import zlib

from .description import device_description, service_description
from .table import services_of
from .text import escape

if TYPE_CHECKING:
    from .speaker import Speaker

XML = 'text/xml; charset="utf-8"'
PNG = "image/png"


@cache
def png(seed: int, size: int = 64) -> bytes:
    """Return a small picture whose colours depend on the seed."""
    red, green, blue = (seed >> shift & 0xFF for shift in (16, 8, 0))
    rows = bytearray()
    for y in range(size):
        rows.append(0)
        for x in range(size):
            shade = (x + y) * 255 // (2 * size)
            rows += bytes(((red + shade) // 2, (green + 255 - shade) // 2, (blue + shade) // 2))

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(rows)))
        + chunk(b"IEND", b"")
    )


def _battery(speaker: Speaker) -> str:
    battery = speaker.battery
    if battery is None or speaker.household.generation == "S1":
        return '<?xml version="1.0" ?><ZPSupportInfo/>'
    data = {
        "Health": battery.health,
        "Level": str(battery.level),
        "Temperature": battery.temperature,
        "PowerSource": battery.power_source,
    }
    rows = "".join(f'<Data name="{name}">{value}</Data>' for name, value in data.items())
    return (
        '<?xml version="1.0" ?><ZPSupportInfo><LocalBatteryStatus>'
        f"{rows}</LocalBatteryStatus></ZPSupportInfo>"
    )


def _zone_player(speaker: Speaker) -> str:
    model = speaker.model
    pairs = {
        "ZoneName": speaker.room,
        "LocalUID": speaker.uid,
        "SerialNumber": f"{speaker.mac.replace(':', '-')}:D",
        "SoftwareVersion": speaker.software,
        "HardwareVersion": model.hardware,
        "IPAddress": speaker.address,
        "MACAddress": speaker.mac,
        "HouseholdControlID": speaker.household.household_id,
    }
    rows = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in pairs.items())
    return f'<?xml version="1.0" ?><ZPSupportInfo><ZPInfo>{rows}</ZPInfo></ZPSupportInfo>'


def _info(speaker: Speaker) -> str:
    model = speaker.model
    address = speaker.address
    return json.dumps(
        {
            "device": {
                "id": speaker.uid,
                "serialNumber": f"{speaker.mac.replace(':', '-')}:D",
                "model": model.number,
                "modelDisplayName": model.short_name,
                "name": speaker.room,
                "swGen": int(speaker.sw_gen),
                "softwareVersion": speaker.software,
                "hwVersion": model.hardware,
                "websocketUrl": f"wss://{address}:1443/websocket/api",
                "restUrl": f"https://{address}:1443/api",
                "capabilities": ["PLAYBACK", "CLOUD"],
            },
            "householdId": speaker.household.household_id,
            "groupId": speaker.household.group_of(speaker).group_id,
            "playerId": speaker.uid,
        }
    )


def page(speaker: Speaker, path: str, query: str) -> tuple[str, bytes] | None:
    """Return content type and body of a page, None if there is none."""
    if path == "/xml/device_description.xml":
        return XML, device_description(speaker).encode()
    for service in services_of(speaker.model.number).values():
        if path == service.scpd_url:
            return XML, service_description(speaker.model.number, service.name).encode()
    if path in {"/getaa", f"/img/icon-{speaker.model.number}.png"}:
        return PNG, png(zlib.crc32(f"{path}?{query}".encode()))
    texts = {
        "/status/batterystatus": (XML, _battery),
        "/status/zp": (XML, _zone_player),
        "/support/review": (XML, _zone_player),
        "/status/info": ("application/json", _info),
    }
    if path in texts:
        content_type, build = texts[path]
        return content_type, build(speaker).encode()
    return None
