"""The volume of rooms and groups, within the limits of users. Lives on the event loop."""

from typing import TYPE_CHECKING

from ..engine.commands import grouping, rendering
from ..errors import refused
from ..model import Speaker
from ..together.everywhere import all_of

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

ATTR_GROUP_MUTED = "group_muted"
ATTR_GROUP_VOLUME = "group_volume"
ATTR_VOLUME_LIMIT = "volume_limit"

_LOUDEST = 100


class RoomVolumes:
    """The volumes of one household, in percent."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._coordinator = coordinator
        self._limits = coordinator.volume_limits
        self._commands = coordinator.commands

    def attributes(self, speaker: Speaker) -> dict[str, float | bool]:
        """Return what a room shows besides its own volume, as far as that is known."""
        limit, volume = self._limits.of(speaker), self.of_group(speaker)
        attributes = {
            ATTR_GROUP_MUTED: self.is_group_muted(speaker),
            ATTR_GROUP_VOLUME: None if volume is None else volume / 100,
            ATTR_VOLUME_LIMIT: None if limit is None else limit / 100,
        }
        return {name: value for name, value in attributes.items() if value is not None}

    # A room

    async def set(self, speaker: Speaker, volume: int) -> None:
        """Set a room's volume.

        Raises:
            HomeAssistantError: When its speaker cannot be reached or declines.

        """
        _require_changeable(speaker)
        volume = self._limits.obeyed(speaker, volume)
        await self._commands.in_room(speaker, rendering.set_volume, volume)

    async def change(self, speaker: Speaker, by: int) -> None:
        """Raise or lower a room's volume, in one step at the speaker.

        Raises:
            HomeAssistantError: When its speaker cannot be reached or declines.

        """
        _require_changeable(speaker)
        limit = self._limits.of(speaker)
        if by > 0 and limit is not None and speaker.volume is not None:
            by = max(0, self._limits.obeyed(speaker, speaker.volume + by) - speaker.volume)
        if by:
            await self._commands.in_room(speaker, rendering.change_volume, by)

    async def ramp(self, speaker: Speaker, volume: int, ramp_type: str) -> None:
        """Let a room's volume glide to another one.

        Raises:
            HomeAssistantError: When its speaker cannot be reached or declines.

        """
        _require_changeable(speaker)
        volume = self._limits.obeyed(speaker, volume)
        await self._commands.in_room(speaker, rendering.ramp_to_volume, volume, ramp_type)

    # A group

    def of_group(self, speaker: Speaker) -> int | None:
        """Return the volume of a room's group.

        Sonos counts a fixed output as if it were as loud as can be, and lets nobody change it. Here
        the volume of a group is that of the members that have one to change.
        """
        members = self._members(speaker)
        if len(members) == 1:
            return speaker.volume
        volumes = self._volumes(members)
        if not volumes or not any(member.is_fixed for member in members):
            return speaker.group_volume
        return round(sum(volumes.values()) / len(volumes))

    def is_group_muted(self, speaker: Speaker) -> bool | None:
        """Tell whether a room's whole group is silenced; None if that is not known."""
        alone = len(self._members(speaker)) == 1
        return speaker.muted if alone else speaker.group_muted

    async def set_group(self, speaker: Speaker, volume: int) -> None:
        """Set the volume of a room's group; the members keep the spread that they have.

        Raises:
            HomeAssistantError: When a speaker cannot be reached or declines, or when no member has
                a volume to change.

        """
        if not await self._set_each(speaker, volume):
            await self._commands.in_group(speaker, grouping.set_volume, volume)

    async def change_group(self, speaker: Speaker, by: int) -> None:
        """Raise or lower the volume of a room's group; the members keep their spread.

        Raises:
            HomeAssistantError: As for :meth:`set_group`.

        """
        volume = self.of_group(speaker)
        if volume is None or not await self._set_each(speaker, min(max(volume + by, 0), _LOUDEST)):
            await self._commands.in_group(speaker, grouping.change_volume, by)

    async def mute_group(self, speaker: Speaker, muted: bool) -> None:
        """Silence a room's whole group, or let it sound again.

        Raises:
            HomeAssistantError: When a speaker cannot be reached or declines.

        """
        await self._commands.in_group(speaker, grouping.set_mute, muted)

    async def _set_each(self, speaker: Speaker, volume: int) -> bool:
        """Set the volume of each member, if the group cannot set it for all of them at once.

        That is so if a member is fixed, or would become louder than it may be.

        Returns:
            Whether that was so.

        """
        members = self._members(speaker)
        volumes = self._volumes(members)
        if not volumes:
            _require_changeable(speaker)
        scaled = _scaled(volumes, volume)
        wanted = {member: self._limits.capped(member, new) for member, new in scaled.items()}
        if wanted == scaled and not any(member.is_fixed for member in members):
            return False
        for member, new in scaled.items():
            self._limits.obeyed(member, new)
        await all_of(
            self._commands.in_room(member, rendering.set_volume, new)
            for member, new in wanted.items()
        )
        return True

    def _members(self, speaker: Speaker) -> list[Speaker]:
        household = self._coordinator.household
        return [household.speakers[uid] for uid in household.group_members(speaker.uid)]

    def _volumes(self, members: list[Speaker]) -> dict[Speaker, int]:
        """Return the volumes that can be changed, by member."""
        return {
            member: member.volume
            for member in members
            if member.volume is not None and not member.is_fixed
        }


def _require_changeable(speaker: Speaker) -> None:
    if speaker.is_fixed:
        raise refused("volume_fixed", room=speaker.name)


def _scaled(volumes: dict[Speaker, int], volume: int) -> dict[Speaker, int]:
    """Return volumes of another average, each scaled by the same factor, as speakers do it."""
    average = sum(volumes.values()) / len(volumes) if volumes else 0
    return {
        member: min(_LOUDEST, round(old * volume / average) if average else volume)
        for member, old in volumes.items()
    }
