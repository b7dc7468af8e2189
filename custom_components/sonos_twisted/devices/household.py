"""The devices of a household: itself, its rooms, and the hidden parts of its rooms.

Lives on the event loop.
"""

import asyncio
from collections.abc import Callable, Iterable
import itertools
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import (
    CONNECTION_NETWORK_MAC,
    CONNECTION_UPNP,
    DeviceEntryType,
    DeviceInfo,
)

from ..const import DOMAIN
from ..engine import EngineError
from ..engine.commands import identity
from ..model import Aspect, Change, Speaker
from ..translated import word

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

#: Seconds after which a part that did not describe itself is asked again.
RETRY_SECONDS = 60.0

#: The names that hidden parts of a room have in the translations, by what they play.
_PARTS = {
    frozenset({"LF"}): "part_left",
    frozenset({"LR"}): "part_left_surround",
    frozenset({"LR", "RR"}): "part_surrounds",
    frozenset({"RF"}): "part_right",
    frozenset({"RR"}): "part_right_surround",
    frozenset({"SW"}): "part_sub",
}


def _household_info(household_id: str, name: str) -> DeviceInfo:
    """Describe a household for the device registry, where its rooms belong to it."""
    return DeviceInfo(
        identifiers={(DOMAIN, household_id)},
        entry_type=DeviceEntryType.SERVICE,
        manufacturer="Sonos",
        model=word("common.household"),
        name=name,
    )


def _speaker_info(speaker: Speaker, via_device_id: str) -> DeviceInfo:
    """Describe a speaker for the device registry, with whatever is known of it so far."""
    info = DeviceInfo(
        identifiers={(DOMAIN, speaker.uid)},
        connections={(CONNECTION_UPNP, f"uuid:{speaker.uid}")},
        manufacturer="Sonos",
        configuration_url=f"http://{speaker.host}:{speaker.port}/support/review",
        via_device_id=via_device_id,
    )
    if (description := speaker.description) is not None:
        info["connections"] |= {(CONNECTION_NETWORK_MAC, description.mac)}
        info["model"] = description.model_name
        info["model_id"] = description.model_number
        info["serial_number"] = description.serial_number
        info["hw_version"] = description.hardware_version
        info["sw_version"] = description.display_version or description.software_version
    return info


class HouseholdDevices:
    """Keeps the devices of one household in step with what is known of it.

    A part of a room belongs to the room's device. When it is let go, and a room of its own, its
    device is that room's; when it is nothing more to the household, its device goes.
    """

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._coordinator = coordinator
        self._registry = dr.async_get(coordinator.hass)
        self._household_device_id = ""
        self._described: dict[str, int | None] = {}
        self._retries: dict[str, asyncio.TimerHandle] = {}
        self._removed: list[Callable[[str], None]] = []
        self._stopped = False

    @callback
    def start(self) -> None:
        """Make the device that the rooms belong to."""
        info = _household_info(
            self._coordinator.household.household_id, self._coordinator.entry.title
        )
        self._household_device_id = self._make(info)

    @callback
    def stop(self) -> None:
        """Ask no more."""
        self._stopped = True
        for timer in self._retries.values():
            timer.cancel()
        self._retries.clear()

    @callback
    def async_on_removed(self, forget: Callable[[str], None]) -> CALLBACK_TYPE:
        """Call ``forget`` with the uids of speakers whose devices are removed.

        Returns:
            A function that ends this.

        """
        self._removed.append(forget)
        return lambda: self._removed.remove(forget)

    @callback
    def update(self, changes: Iterable[Change]) -> None:
        """Carry what changed of speakers themselves over to their devices."""
        known = self._coordinator.household.speakers
        changed = [
            known[change.uid]
            for change in changes
            if change.aspect is Aspect.DEVICE and change.uid in known
        ]
        for speaker in changed:
            if speaker.visible:
                self._update_room(speaker)
        for speaker in changed:
            if (room := known.get(speaker.bonded_to or "")) is not None and room.visible:
                self._update_part(speaker, room)

    @callback
    def tidy(self) -> None:
        """Remove the devices of parts that their rooms neither have any more nor miss.

        Be it that they were let go while they were off, or while nobody listened: the devices
        themselves tell whose parts they were.
        """
        topology = self._coordinator.household.topology
        rooms = {self._device_id(uid) for uid in topology.visible} - {None}
        entry_id = self._coordinator.entry.entry_id
        for device in dr.async_entries_for_config_entry(self._registry, entry_id):
            uids = [uid for domain, uid in device.identifiers if domain == DOMAIN]
            if device.via_device_id in rooms and not any(map(topology.has_use_for, uids)):
                for uid, forget in itertools.product(uids, self._removed):
                    forget(uid)
                self._registry.async_remove_device(device.id)

    def _update_room(self, speaker: Speaker) -> None:
        before = self._device(speaker.uid)
        info = _speaker_info(speaker, self._household_device_id)
        self._make(DeviceInfo(**info, name=speaker.name))
        if before is not None and before.name and before.name != speaker.name:
            # The device knows the name of an earlier run, too.
            self._coordinator.volume_limits.follow(speaker, before.name)

    def _update_part(self, speaker: Speaker, room: Speaker) -> None:
        channels = speaker.member.channels if speaker.member is not None else frozenset()
        info = _speaker_info(speaker, self._device_id(room.uid) or self._household_device_id)
        info["translation_key"] = _PARTS.get(channels, "part")
        info["translation_placeholders"] = {"room": room.name}
        self._make(info)
        self._describe(speaker)

    def _device(self, uid: str) -> dr.DeviceEntry | None:
        entry_id = self._coordinator.entry.entry_id
        return self._registry.async_get_device_by_identifier((DOMAIN, uid), entry_id)

    def _device_id(self, uid: str) -> str | None:
        device = self._device(uid)
        return device.id if device is not None else None

    def _make(self, info: DeviceInfo) -> str:
        entry_id = self._coordinator.entry.entry_id
        return self._registry.async_get_or_create(config_entry_id=entry_id, **info).id

    # Nobody listens to a part by itself, so that it is asked here what it is.

    @callback
    def _describe(self, speaker: Speaker) -> None:
        """Read the description of a part once for each of its starts."""
        uid, coordinator = speaker.uid, self._coordinator
        if speaker.bonded_to is None or self._described.get(uid, -1) == speaker.boot_seq:
            return
        self._described[uid] = speaker.boot_seq
        coordinator.entry.async_create_background_task(
            coordinator.hass, self._async_describe(speaker), f"{speaker.name} {uid} description"
        )

    async def _async_describe(self, speaker: Speaker) -> None:
        coordinator = self._coordinator
        try:
            description = await coordinator.commands.attempt(speaker, identity.describe)
        except EngineError:
            # If it has started anew meanwhile, two are asking, and one of them plans to ask again.
            is_first = self._described.pop(speaker.uid, -1) != -1
            if self._stopped or not is_first:
                return
            loop = coordinator.hass.loop
            self._retries[speaker.uid] = loop.call_later(RETRY_SECONDS, self._describe, speaker)
            return
        changes = coordinator.household.apply_description(speaker.uid, description)
        self.update(changes)
        coordinator.async_report(changes)
