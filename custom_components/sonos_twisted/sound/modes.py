"""Sound modes: how a room sounds, kept under a name, to be had again in any room.

A mode is what `SOUND_SETTINGS` make of a room, its volume excepted. They are kept for a household,
in Home Assistant's storage. A room shows the mode whose settings it has, whoever has made them so.
Lives on the event loop.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..asking.states import async_read_back, is_asked
from ..engine.commands import sound
from ..errors import failed_with_words, refused
from ..model import (
    SOUND_MODE_SETTINGS,
    Aspect,
    fitting,
    lacking,
    sound_mode_of,
    sound_setting,
)
from ..snapshots.taking import async_until_settled
from ..storage import Subject, household_store

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..model import Speaker

ATTR_LEFT_OUT = "sound_mode_left_out"

#: The entities that show settings: their platforms and, where they are not the same, their keys.
_ENTITIES = {
    "left_volume": ("number", "balance"),
    "right_volume": ("number", "balance"),
    "height_channel_level": ("number", "height_level"),
    "speech_enhance_enabled": ("switch", "dialog_level"),
    **{
        key: ("switch", key)
        for key in (
            "dialog_level",
            "loudness",
            "night_mode",
            "sub_enabled",
            "sub_polarity",
            "surround_enabled",
            "surround_mode",
        )
    },
}


class SoundModes:
    """The sound modes of one household."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._coordinator = coordinator
        self._store = household_store(
            coordinator.hass, coordinator.entry.entry_id, Subject.SOUND_MODES
        )
        self._modes: dict[str, dict[str, int]] = {}
        self._selected: dict[str, str] = {}

    async def async_load(self) -> None:
        """Read the modes that were saved before."""
        stored = await self._store.async_load() or {}
        self._modes = {name: dict(mode) for name, mode in stored.get("modes", {}).items()}

    @property
    def names(self) -> list[str]:
        """The names of all modes."""
        return sorted(self._modes, key=str.casefold)

    def current(self, speaker: Speaker) -> str | None:
        """Return the mode that a room sounds like; None if it is none of them.

        The one that was selected comes first, then those that say more of the room's sound.
        """
        if speaker.is_fixed:
            return None
        best, most = None, 0
        for name in self.names:
            wanted = fitting(self._modes[name], speaker)
            if any(sound_setting(speaker, each) != value for each, value in wanted.items()):
                continue
            if wanted and name == self._selected.get(speaker.uid):
                return name
            if len(wanted) > most:
                best, most = name, len(wanted)
        return best

    def attributes(self, speaker: Speaker) -> dict[str, list[str]]:
        """Return what a room shows besides: what its mode sets and it does not have."""
        name = self.current(speaker)
        missing = lacking(self._modes[name], speaker) if name else ()
        return {ATTR_LEFT_OUT: list(missing)} if missing else {}

    async def async_save(self, speaker: Speaker, name: str) -> None:
        """Keep how a room sounds now, in place of a mode of the same name if there is one.

        Raises:
            ServiceValidationError: When its sound counts for nothing, or is not known yet.

        """
        if speaker.is_fixed:
            raise refused("output_is_fixed", room=speaker.name)
        await async_until_settled(self._coordinator)
        await async_read_back(self._coordinator, speaker, sound_mode_of(speaker))
        mode = sound_mode_of(speaker)
        if not mode:
            raise refused("sound_unknown", room=speaker.name)
        self._modes[name] = mode
        self._selected[speaker.uid] = name
        await self._async_changed()

    async def async_delete(self, name: str) -> None:
        """Forget a mode.

        Raises:
            ServiceValidationError: When there is none of that name.

        """
        self._find(name)
        del self._modes[name]
        await self._async_changed()

    async def async_select(self, speaker: Speaker, name: str) -> None:
        """Let a room sound as a mode says, in what it has of that.

        Raises:
            ServiceValidationError: When there is none of that name.
            HomeAssistantError: When the room did not do some of it, or any of it.

        """
        wanted = fitting(self._find(name), speaker)
        if not is_asked(self._coordinator, speaker.uid):
            await async_until_settled(self._coordinator)
            wanted = {
                each: value
                for each, value in wanted.items()
                if sound_setting(speaker, each) != value
            }
        declined = await self._coordinator.commands.in_room(speaker, sound.set_all, wanted)
        self._selected[speaker.uid] = name
        await async_read_back(self._coordinator, speaker, wanted)
        # If another mode sounded the same, no event will tell of this one.
        self._coordinator.async_tell({speaker.uid: {Aspect.SOUND}})
        _complain(speaker, declined)

    def _find(self, name: str) -> dict[str, int]:
        if name not in self._modes:
            raise refused("no_such_sound_mode", name=name)
        return self._modes[name]

    async def _async_changed(self) -> None:
        rooms = self._coordinator.household.rooms
        self._coordinator.async_tell({room.uid: {Aspect.SOUND} for room in rooms})
        await self._store.async_save({"modes": self._modes})


async def async_reset(coordinator: HouseholdCoordinator, speaker: Speaker) -> None:
    """Let a room sound as from the factory, in all that it has.

    Raises:
        HomeAssistantError: When the room did not do some of it, or any of it.

    """
    names = list(sound_mode_of(speaker))
    declined = await coordinator.commands.in_room(speaker, sound.reset, names)
    await async_read_back(coordinator, speaker, names)
    _complain(speaker, declined)


def _complain(speaker: Speaker, declined: Mapping[str, int]) -> None:
    if declined:
        settings = [entity_name(name) for name in SOUND_MODE_SETTINGS if name in declined]
        raise failed_with_words("sound_declined", {"settings": settings}, room=speaker.name)


def entity_name(setting: str) -> str:
    """Return the path of the name of the entity that shows a setting."""
    platform, key = _ENTITIES.get(setting, ("number", setting))
    return f"entity.{platform}.{key}.name"
