"""Snapshots of one household's rooms, in Home Assistant's storage.

A snapshot that is taken without a name belongs to its rooms, each of which has one at most, and is
used up when it is restored. One with a name stays until it is removed. Lives on the event loop.
"""

import asyncio
from collections.abc import Iterable
import logging
from typing import TYPE_CHECKING, Any

from ..errors import refused
from ..model import MalformedSnapshot, Snapshot
from ..storage import Subject, household_store

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..model import Speaker

_LOGGER = logging.getLogger(__name__)


class SnapshotStore:
    """The snapshots of one household. They are read when they are first asked for."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._store = household_store(
            coordinator.hass, coordinator.entry.entry_id, Subject.SNAPSHOTS
        )
        self._lock = asyncio.Lock()
        self._named: dict[str, Snapshot] = {}
        self._of_rooms: dict[str, Snapshot] = {}
        self._read = False

    async def _async_read(self) -> None:
        async with self._lock:
            if self._read:
                return
            stored = await self._store.async_load() or {}
            self._named = _snapshots(stored.get("named", {}))
            self._of_rooms = _snapshots(stored.get("of_rooms", {}))
            self._read = True

    async def _async_write(self) -> None:
        await self._store.async_save(
            {
                "named": {name: snapshot.as_dict() for name, snapshot in self._named.items()},
                "of_rooms": {uid: snapshot.as_dict() for uid, snapshot in self._of_rooms.items()},
            }
        )

    async def async_named(self) -> dict[str, Snapshot]:
        """Return the snapshots that have a name, by name."""
        await self._async_read()
        return dict(self._named)

    async def async_keep(self, snapshot: Snapshot, name: str | None) -> None:
        """Keep a snapshot under a name, or else for each of its rooms."""
        await self._async_read()
        if name is None:
            self._of_rooms |= {
                uid: Snapshot(snapshot.taken_at, {uid: room})
                for uid, room in snapshot.rooms.items()
            }
        else:
            self._named[name] = snapshot
        await self._async_write()

    async def async_find(
        self, speakers: Iterable[Speaker], name: str | None, *, with_group: bool
    ) -> Snapshot:
        """Return the part of what is kept that is about rooms, and with a group about theirs.

        Raises:
            ServiceValidationError: When there is no snapshot of that name, or of one of the rooms.

        """
        await self._async_read()
        if name is not None and name not in self._named:
            raise refused("no_such_snapshot", name=name)
        if name is None:
            kept = self._of_rooms
            taken_at = max((one.taken_at for one in kept.values()), default="")
            rooms = {uid: one.rooms[uid] for uid, one in kept.items()}
            snapshot = Snapshot(taken_at, rooms)
        else:
            snapshot = self._named[name]
        wanted = {speaker.uid: speaker.name for speaker in speakers}
        if missing := [room for uid, room in wanted.items() if uid not in snapshot.rooms]:
            raise refused("no_snapshot_of_rooms", rooms=", ".join(sorted(missing)))
        return snapshot.part(wanted, with_group=with_group)

    async def async_use_up(self, uids: Iterable[str]) -> None:
        """Forget what is kept for rooms without a name."""
        for uid in uids:
            self._of_rooms.pop(uid, None)
        await self._async_write()

    async def async_remove(self, name: str) -> None:
        """Forget the snapshot of a name.

        Raises:
            ServiceValidationError: When there is none.

        """
        await self._async_read()
        if name not in self._named:
            raise refused("no_such_snapshot", name=name)
        del self._named[name]
        await self._async_write()


def _snapshots(stored: dict[str, Any]) -> dict[str, Snapshot]:
    snapshots = {}
    for name, data in stored.items():
        try:
            snapshots[name] = Snapshot.from_dict(data)
        except MalformedSnapshot as error:
            _LOGGER.warning("The snapshot %s cannot be read: %s", name, error)
    return snapshots
