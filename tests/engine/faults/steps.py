"""What the tests of faults do and ask."""

from http.client import HTTPConnection
import os
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

from custom_components.sonos_twisted.engine import (
    EventNews,
    Served,
)
from tests.simulator.process import SimulatorProcess

from ..host import Host, until

ENGINE = "custom_components.sonos_twisted.engine"
LISTEN = Path(__file__).parents[3] / "scripts/lib/listen.py"
#: A port that nothing else on this machine uses.
PORT = 15200 + os.getpid() % 100

#: Seconds. What happens at once has happened within this time, on the slowest machine.
AT_ONCE = 1.0


def set_constants(patch: pytest.MonkeyPatch, **constants: object) -> None:
    """Set constants of the engine's modules, given as ``module__NAME``."""
    for name, value in constants.items():
        patch.setattr(f"{ENGINE}.{name.replace('__', '.')}", value)


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged as a warning or worse, by anybody but the test's own loop."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelname in {"WARNING", "ERROR", "CRITICAL"} and record.name != "asyncio"
    ]


def volumes(host: Host, room: str) -> list[int]:
    """Return the volumes that a room was said to have, one after the other."""
    uid = host.speaker(room).uid
    return [
        int(cast("dict[str, str]", news.variables["volume"])["Master"])
        for news in host.news
        if isinstance(news, EventNews) and news.uid == uid and "volume" in news.variables
    ]


async def turned(host: Host, house: SimulatorProcess, room: str) -> float:
    """Turn the volume of a room, and return how many seconds it takes to be known."""
    volume = ((host.speaker(room).volume or 0) + 7) % 100
    house.remote.set_volume(room, volume)
    return await until(lambda: host.speaker(room).volume == volume)


async def true(host: Host, house: SimulatorProcess, seconds: float = 15.0) -> float:
    """Wait until what is known is the truth, and return how many seconds that took."""
    return await until(lambda: host.shows(house), lambda: host.differences(house), seconds)


def all_by_events(host: Host) -> bool:
    """Tell whether the state of all rooms comes by their events."""
    return host.is_heard() and set(host.served.values()) == {Served.BY_EVENTS}


async def sends(house: SimulatorProcess, room: str, volume: int) -> None:
    """Turn the volume of a room, and wait until the room is about to say so."""
    (uid,) = (s["uid"] for s in house.facts["speakers"] if s["address"] == house.addresses[room])
    lease = lease_of(house, uid, "RenderingControl")
    house.remote.set_volume(room, volume)
    await until(
        lambda: (
            lease_of(house, uid, "RenderingControl")["next_seq"] > lease["next_seq"]
            or lease_of(house, uid, "RenderingControl")["sid"] != lease["sid"]
        )
    )


def property_set(volume: int) -> str:
    """Return the body of an event that tells a volume."""
    change = (
        '<Event xmlns="urn:schemas-upnp-org:metadata-1-0/RCS/"><InstanceID val="0">'
        f'<Volume channel="Master" val="{volume}"/></InstanceID></Event>'
    ).replace("<", "&lt;")
    return (
        '<e:propertyset xmlns:e="urn:schemas-upnp-org:event-1-0"><e:property>'
        f"<LastChange>{change}</LastChange></e:property></e:propertyset>"
    )


def send_again(lease: dict[str, Any], seq: int, volume: int) -> int:
    """Send an event of a lease as its speaker would, and return the status of the answer."""
    url, body = urlsplit(lease["callback"]), property_set(volume)
    headers = {"NT": "upnp:event", "NTS": "upnp:propchange", "SID": lease["sid"], "SEQ": str(seq)}
    connection = HTTPConnection(url.hostname or "", url.port or 0, timeout=5)
    try:
        connection.request("NOTIFY", url.path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def lease_of(house: SimulatorProcess, uid: str, service: str) -> dict[str, Any]:
    """Return what a speaker knows of the one lease that it grants on a service."""
    (lease,) = (each for each in house.remote.leases()[uid] if each["service"] == service)
    return lease


def soap_requests(house: SimulatorProcess) -> dict[str, int]:
    """Return how many actions each speaker was asked for."""
    return {
        uid: sum(number for what, number in of_speaker.items() if what.startswith("SOAP"))
        for uid, of_speaker in house.remote.requests().items()
    }
