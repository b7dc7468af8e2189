"""SSDP: players answer searches, and tell when they come and go."""

# mypy: disallow-untyped-calls=False
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, override

from twisted.internet.protocol import DatagramProtocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .speaker import Speaker

GROUP = "239.255.255.250"
PORT = 1900
ZONE_PLAYER = "urn:schemas-upnp-org:device:ZonePlayer:1"
_ROOT = "upnp:rootdevice"
_ALL = "ssdp:all"

type Headers = dict[str, str]


def targets(speaker: Speaker) -> dict[str, str]:
    """Return what a player can be searched by, each with its USN."""
    uuid = f"uuid:{speaker.uid}"
    return {_ROOT: f"{uuid}::{_ROOT}", uuid: uuid, ZONE_PLAYER: f"{uuid}::{ZONE_PLAYER}"}


def vendor_headers(speaker: Speaker) -> Headers:
    """Return the headers of Sonos' own; old firmware has only the first two."""
    household, boot_seq = speaker.household, str(speaker.boot_seq)
    headers = {"X-RINCON-HOUSEHOLD": household.household_id, "X-RINCON-BOOTSEQ": boot_seq}
    if speaker.sw_gen == "2":
        path = "xml/device_description.xml"
        headers |= {
            "BOOTID.UPNP.ORG": boot_seq,
            "X-RINCON-WIFIMODE": "1",
            "X-RINCON-VARIANT": "2",
            "HOUSEHOLD.SMARTSPEAKER.AUDIO": household.location_household_id,
            "LOCATION.SMARTSPEAKER.AUDIO": f"lc_{household.location_id}",
            "SECURELOCATION.UPNP.ORG": f"https://{speaker.address}:1443/{path}",
            "X-SONOS-HHSECURELOCATION": f"https://{speaker.address}:1843/{path}",
        }
    return headers


def _common(speaker: Speaker) -> Headers:
    model = speaker.model
    return {
        "CACHE-CONTROL": "max-age = 1800",
        "LOCATION": speaker.location,
        "SERVER": f"Linux UPnP/1.0 Sonos/{model.software} (ZP{model.number})",
    }


def answer(speaker: Speaker, target: str, usn: str) -> bytes:
    """Return the answer to a search."""
    common = _common(speaker)
    common = {"CACHE-CONTROL": common.pop("CACHE-CONTROL"), "EXT": "", **common}
    headers = {**common, "ST": target, "USN": usn, **vendor_headers(speaker)}
    return _message("HTTP/1.1 200 OK", headers)


def alive(speaker: Speaker) -> Iterator[bytes]:
    """Yield the announcements of a player that is there."""
    for target, usn in targets(speaker).items():
        said = {"NT": target, "NTS": "ssdp:alive", "USN": usn}
        yield _notify(_common(speaker) | said | vendor_headers(speaker))


def goodbye(speaker: Speaker, reason: str) -> Iterator[bytes]:
    """Yield the announcements of a player that leaves."""
    for target, usn in targets(speaker).items():
        said = {"NT": target, "NTS": "ssdp:byebye", "USN": usn, "X-RINCON-REASON": reason}
        yield _notify(said | vendor_headers(speaker))


def _notify(headers: Headers) -> bytes:
    return _message("NOTIFY * HTTP/1.1", {"HOST": f"{GROUP}:{PORT}", **headers})


def _message(first_line: str, headers: Headers) -> bytes:
    lines = [first_line, *(f"{name}: {value}".rstrip() for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass(slots=True)
class _Voice:
    """A player on the network, and what it speaks through."""

    speaker: Speaker
    port: Any

    def send(self, messages: Iterator[bytes], to: tuple[str, int] = (GROUP, PORT)) -> None:
        for message in messages:
            self.port.write(message, to)


class Ssdp(DatagramProtocol):
    """Answers searches for all players, and announces them; each speaks from its own address."""

    def __init__(self, reactor: Any) -> None:
        """Listen as soon as there is a player."""
        self._reactor = reactor
        self._voices: dict[str, _Voice] = {}
        self._port: Any = None

    def alive(self, speaker: Speaker) -> None:
        """Announce a player that is on the network, and answer for it from now on."""
        address = speaker.address
        if self._port is None:
            # One interface is enough: the addresses of all players are on the same.
            self._port = self._reactor.listenMulticast(PORT, self, listenMultiple=True)
            self._port.joinGroup(GROUP, address)
        self.silence(speaker)
        port = self._reactor.listenMulticast(0, DatagramProtocol(), interface=address)
        port.setOutgoingInterface(address)
        voice = self._voices[speaker.uid] = _Voice(speaker, port)
        voice.send(alive(speaker))

    def goodbye(self, speaker: Speaker, reason: str) -> None:
        """Announce that a player leaves, if it is there."""
        if voice := self._voices.get(speaker.uid):
            voice.send(goodbye(speaker, reason))

    def silence(self, speaker: Speaker) -> None:
        """Answer for a player no more."""
        if voice := self._voices.pop(speaker.uid, None):
            voice.port.stopListening()

    def close(self) -> None:
        """End it, without a word."""
        for voice in list(self._voices.values()):
            self.silence(voice.speaker)
        if self._port is not None:
            self._port.stopListening()

    @override
    def datagramReceived(self, datagram: bytes, addr: Any) -> None:
        """Answer a search, each player for itself."""
        first_line, *lines = datagram.decode(errors="replace").split("\r\n")
        if not first_line.startswith("M-SEARCH"):
            return
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().upper(): value.strip() for name, _, value in pairs}
        wanted = headers.get("ST", "")
        for voice in self._voices.values():
            speaker = voice.speaker
            found = targets(speaker).items()
            messages = (answer(speaker, st, usn) for st, usn in found if wanted in {st, _ALL})
            voice.send(messages, addr)
