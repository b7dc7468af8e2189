"""How loud rooms may become: limits that users set, kept in Home Assistant, held for whoever.

There are those of the household's settings, by the names of rooms, and those that the action sets,
by speaker. The lower one counts. A room that gets another name keeps the limit of the settings.

Speakers know no limit. Each volume that a room tells is compared with its limit, and if it is
louder, whoever has made it so, the room is told once to be as loud as it may be. Lives on the event
loop.
"""

from collections.abc import Mapping
import logging
from typing import TYPE_CHECKING

from homeassistant.core import callback

from ..const import CONF_VOLUME_LIMITS
from ..engine import EngineError
from ..engine.commands import rendering
from ..happenings import async_fire
from ..model import Aspect, Speaker
from ..settings.yaml_import import async_set_in_yaml
from ..storage import Subject, household_store

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

_LOGGER = logging.getLogger(__name__)

#: What may mean that a room is louder than it may be: it said so, or it can be told again.
_OCCASIONS = frozenset({Aspect.VOLUME, Aspect.AVAILABILITY})


class VolumeLimits:
    """The volume limits of one household's rooms, in percent."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._coordinator = coordinator
        self._store = household_store(
            coordinator.hass, coordinator.entry.entry_id, Subject.VOLUME_LIMITS
        )
        self._of_names = _by_folded_name(self._settings)
        self._limits: dict[str, int] = {}
        self._correcting: set[str] = set()
        self._again: set[str] = set()

    async def async_load(self) -> None:
        """Read the limits that were set before."""
        stored = await self._store.async_load() or {}
        self._limits = dict(stored.get("limits", {}))

    @property
    def _settings(self) -> Mapping[str, int]:
        limits: Mapping[str, int] = self._coordinator.entry.options.get(CONF_VOLUME_LIMITS, {})
        return limits

    @callback
    def follow(self, speaker: Speaker, before: str) -> None:
        """Let the limit that the settings have for a room be that of its new name.

        What YAML says stays as it is written there.

        Args:
            speaker: The room's.
            before: The name that it had.

        """
        coordinator, old, new = self._coordinator, before.casefold(), speaker.name.casefold()
        hass, entry = coordinator.hass, coordinator.entry
        limit = self._of_names.get(old)
        if limit is None or CONF_VOLUME_LIMITS in async_set_in_yaml(hass, entry):
            return
        others = (room for room in coordinator.household.rooms if room is not speaker)
        is_shared = any(room.name.casefold() == old for room in others)
        over = {new} if is_shared else {old, new}
        limits = {name: it for name, it in self._settings.items() if name.casefold() not in over}
        limits[speaker.name] = min(limit, self._of_names.get(new, limit))
        options = {**entry.options, CONF_VOLUME_LIMITS: limits}
        hass.config_entries.async_update_entry(entry, options=options)
        self._of_names = _by_folded_name(limits)

    def of(self, speaker: Speaker) -> int | None:
        """Return how loud a room may become; None if nobody has set that."""
        limits = (self._limits.get(speaker.uid), self._of_names.get(speaker.name.casefold()))
        return min((limit for limit in limits if limit is not None), default=None)

    def capped(self, speaker: Speaker, volume: int) -> int:
        """Return a volume, or how loud a room may become if that is less."""
        limit = self.of(speaker)
        return volume if limit is None else min(volume, limit)

    def obeyed(self, speaker: Speaker, volume: int) -> int:
        """Return the same for a volume that somebody wants, and tell if it is less."""
        capped = self.capped(speaker, volume)
        if capped < volume:
            self.tell_hit(speaker, volume)
        return capped

    def tell_hit(self, speaker: Speaker, volume: int) -> None:
        """Tell that a room became, or was to become, louder than it may be."""
        data = {"volume": volume, "limit": self.of(speaker)}
        async_fire(self._coordinator, "volume_limit_hit", speaker.uid, data)

    async def async_set(self, speaker: Speaker, limit: int | None) -> None:
        """Set how loud a room may become, or with None, let it become as loud as it can."""
        if limit is None:
            self._limits.pop(speaker.uid, None)
        else:
            self._limits[speaker.uid] = limit
        # The room shows its limit.
        self._coordinator.async_tell({speaker.uid: {Aspect.VOLUME}})
        self._hold(speaker)
        await self._store.async_save({"limits": dict(self._limits)})

    @callback
    def hold(self, changes: Mapping[str, set[Aspect]]) -> None:
        """Correct rooms that have become louder than they may be.

        Args:
            changes: What has changed, by the uid of the speaker.

        """
        if not (self._limits or self._of_names):
            return
        speakers = self._coordinator.household.speakers
        for uid in speakers.keys() & changes.keys():
            if not _OCCASIONS.isdisjoint(changes[uid]):
                self._hold(speakers[uid])

    def _hold(self, speaker: Speaker) -> None:
        limit = self.of(speaker)
        if limit is None or speaker.volume is None or speaker.volume <= limit:
            return
        if speaker.is_fixed or not speaker.is_there:
            return
        if speaker.uid in self._correcting:
            self._again.add(speaker.uid)
            return
        self._correcting.add(speaker.uid)
        self._coordinator.entry.async_create_background_task(
            self._coordinator.hass, self._correct(speaker, limit), f"volume limit of {speaker.name}"
        )

    async def _correct(self, speaker: Speaker, limit: int) -> None:
        """Tell a room to be as loud as it may be; once more if it became loud meanwhile."""
        try:
            await self._coordinator.commands.attempt(speaker, rendering.set_volume, limit)
        except EngineError as error:
            _LOGGER.warning("%s is louder than it may be: %s", speaker.name, error)
        finally:
            self._correcting.discard(speaker.uid)
        if speaker.uid in self._again:
            self._again.discard(speaker.uid)
            self._hold(speaker)


def _by_folded_name(limits: Mapping[str, int]) -> dict[str, int]:
    """Return limits by names that are equal however they are written."""
    return {name.casefold(): limit for name, limit in limits.items()}
