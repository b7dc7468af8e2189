"""mDNS: players are records of the service type ``_sonos._tcp``.

Done by python-zeroconf, which is there wherever Home Assistant's tests are. It waits for answers
of the network, so it has a thread of its own, in which everything happens in order.
"""

from concurrent.futures import ThreadPoolExecutor
import logging
import socket
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from zeroconf import ServiceInfo, Zeroconf

    from .speaker import Speaker

TYPE = "_sonos._tcp.local."
_PORT = 1443
_LOGGER = logging.getLogger(__name__)


def instance(speaker: Speaker) -> str:
    """Return the name of a player's record; in S1 it lacks the room."""
    host = host_name(speaker)
    return f"{host}.{TYPE}" if speaker.sw_gen == "1" else f"{host}@{speaker.room}.{TYPE}"


def host_name(speaker: Speaker) -> str:
    """Return the name of a player's host, without its domain."""
    return f"Sonos-{speaker.mac.replace(':', '')}"


def properties(speaker: Speaker) -> dict[str, str]:
    """Return the TXT record of a player."""
    info = f"/api/v1/players/{speaker.uid}/info"
    if speaker.sw_gen == "1":
        return {"info": info, "vers": "1", "protovers": "1.18.9"}
    return {
        "info": info,
        "vers": "3",
        "protovers": "1.24.1",
        "bootseq": str(speaker.boot_seq),
        "hhid": speaker.household.household_id,
        "mhhid": speaker.household.location_household_id,
        "location": speaker.location,
        "sslport": "1443",
        "hhsslport": "1843",
        "variant": "2",
        "mdnssequence": "0",
    }


def _record(speaker: Speaker) -> ServiceInfo:
    from zeroconf import ServiceInfo  # noqa: PLC0415, only where it is announced

    return ServiceInfo(
        TYPE,
        instance(speaker),
        port=_PORT,
        addresses=[socket.inet_aton(speaker.address)],
        properties=properties(speaker),
        server=f"{host_name(speaker)}.local.",
    )


class Mdns:
    """Announces players."""

    def __init__(self) -> None:
        """Begin with the first player."""
        self._thread = ThreadPoolExecutor(1, "mDNS")
        self._zeroconf: Zeroconf | None = None
        self._records: dict[str, ServiceInfo] = {}

    def alive(self, speaker: Speaker) -> None:
        """Announce a player, or what has changed of it."""
        self._do(self._alive, speaker.uid, speaker.address, _record(speaker))

    def goodbye(self, speaker: Speaker, reason: str) -> None:
        """Announce that a player leaves."""
        self._do(self._goodbye, speaker.uid)

    def silence(self, speaker: Speaker) -> None:
        """Answer for a player no more."""
        self._do(self._silence, speaker.uid)

    def close(self) -> None:
        """End it, without a word."""
        self._do(self._close)
        self._thread.shutdown()

    # On the thread

    def _do(self, work: Callable[..., None], *args: Any) -> None:
        self._thread.submit(work, *args).add_done_callback(_report)

    def _alive(self, uid: str, address: str, record: ServiceInfo) -> None:
        if self._zeroconf is None:
            from zeroconf import Zeroconf  # noqa: PLC0415

            self._zeroconf = Zeroconf(interfaces=[address])
        if (old := self._records.get(uid)) and old.name != record.name:
            self._goodbye(uid)
        known = uid in self._records
        self._records[uid] = record
        if known:
            self._zeroconf.update_service(record)
        else:
            self._zeroconf.register_service(record, cooperating_responders=True)

    def _goodbye(self, uid: str) -> None:
        record = self._records.pop(uid, None)
        if record is not None and self._zeroconf is not None:
            self._zeroconf.unregister_service(record)

    def _silence(self, uid: str) -> None:
        record = self._records.pop(uid, None)
        if record is not None and self._zeroconf is not None and self._zeroconf.loop is not None:
            # Unlike unregister_service, this tells nobody.
            self._zeroconf.loop.call_soon_threadsafe(self._zeroconf.registry.async_remove, record)

    def _close(self) -> None:
        for uid in list(self._records):
            self._silence(uid)
        if self._zeroconf is not None:
            self._zeroconf.close()


def _report(done: Any) -> None:
    if error := done.exception():
        _LOGGER.error("mDNS failed", exc_info=error)
