"""What players announce of themselves: the words; ``tests/homeassistant`` hears them for real."""

from collections.abc import Iterator

import pytest
from twisted.internet.task import Clock

from tests.simulator import mdns, ssdp
from tests.simulator.household import Household
from tests.simulator.speaker import Speaker

HOUSEHOLD = "Sonos_9xKq2LmTwYbVhJ5sPdNf7RzCgE"


@pytest.fixture
def kitchen() -> Speaker:
    """Give a player of S2."""
    return Household(Clock()).speaker("Kitchen")


@pytest.fixture
def den() -> Speaker:
    """Give a player of S1."""
    return Household(Clock(), generation="S1").speaker("Den")


def read(messages: Iterator[bytes]) -> list[tuple[str, dict[str, str]]]:
    """Return the first line and the headers of each message."""
    result = []
    for message in messages:
        first, *lines, last, nothing = message.decode().split("\r\n")
        assert last == nothing == ""
        pairs = (line.partition(":") for line in lines)
        result.append((first, {name: value.strip() for name, _, value in pairs}))
    return result


def test_ssdp_of_s2(kitchen: Speaker) -> None:
    """All headers of firmware 85 are there; the boot number grows with each start."""
    kitchen.boot_seq += 1
    messages = read(ssdp.alive(kitchen))
    assert {first for first, _ in messages} == {"NOTIFY * HTTP/1.1"}
    assert [headers["NT"] for _, headers in messages] == [
        "upnp:rootdevice",
        f"uuid:{kitchen.uid}",
        ssdp.ZONE_PLAYER,
    ]
    _, headers = messages[-1]
    assert headers["NTS"] == "ssdp:alive"
    assert headers["USN"] == f"uuid:{kitchen.uid}::{ssdp.ZONE_PLAYER}"
    assert headers["LOCATION"] == kitchen.location
    assert headers["CACHE-CONTROL"] == "max-age = 1800"
    assert headers["SERVER"].startswith("Linux UPnP/1.0 Sonos/")
    assert headers["X-RINCON-HOUSEHOLD"] == HOUSEHOLD
    assert headers["X-RINCON-BOOTSEQ"] == headers["BOOTID.UPNP.ORG"] == "13"
    assert headers["HOUSEHOLD.SMARTSPEAKER.AUDIO"].startswith(f"{HOUSEHOLD}.")
    assert headers["SECURELOCATION.UPNP.ORG"].startswith(f"https://{kitchen.address}:1443/")


def test_ssdp_of_s1(den: Speaker) -> None:
    """Old firmware has two headers of its own only."""
    (_, headers), *_ = read(ssdp.alive(den))
    own = {"X-RINCON-HOUSEHOLD", "X-RINCON-BOOTSEQ"}
    usual = {"HOST", "CACHE-CONTROL", "LOCATION", "SERVER", "NT", "NTS", "USN"}
    assert set(headers) == own | usual


def test_ssdp_answer(kitchen: Speaker) -> None:
    """An answer to a search has ST and EXT in place of NT."""
    ((first, headers),) = read(iter([ssdp.answer(kitchen, ssdp.ZONE_PLAYER, "uuid:x")]))
    assert first == "HTTP/1.1 200 OK"
    assert headers["ST"] == ssdp.ZONE_PLAYER
    assert headers["EXT"] == ""
    assert "NT" not in headers


def test_ssdp_goodbye(kitchen: Speaker) -> None:
    """It says why."""
    for _, headers in read(ssdp.goodbye(kitchen, "sleeping")):
        assert headers["NTS"] == "ssdp:byebye"
        assert headers["X-RINCON-REASON"] == "sleeping"
        assert "LOCATION" not in headers


def test_mdns_of_s2(kitchen: Speaker) -> None:
    """The record names the household in two forms."""
    assert mdns.instance(kitchen) == f"{mdns.host_name(kitchen)}@Kitchen._sonos._tcp.local."
    record = mdns.properties(kitchen)
    assert record["hhid"] == HOUSEHOLD
    assert record["mhhid"].startswith(f"{HOUSEHOLD}.")
    assert record["location"] == kitchen.location
    assert record["bootseq"] == "12"
    assert kitchen.uid in record["info"]


def test_mdns_of_s1(den: Speaker) -> None:
    """The record names neither the room nor the household."""
    assert mdns.instance(den) == f"{mdns.host_name(den)}._sonos._tcp.local."
    assert set(mdns.properties(den)) == {"info", "vers", "protovers"}
