"""Firmware of the rooms."""

import logging
from typing import Any, override

from homeassistant.components.update import (
    DOMAIN as PLATFORM,
    UpdateDeviceClass,
    UpdateEntity,
    UpdateEntityFeature,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import HouseholdCoordinator, SonosTwistedConfigEntry
from .engine import EngineError
from .engine.commands import firmware
from .entities import UpdateDescription
from .entities.roster import Roster
from .entity import DescribedEntity
from .errors import failed
from .model import (
    Aspect,
    FirmwareOffer,
    Speaker,
    is_newer_firmware,
    parse_firmware_offer,
)

PARALLEL_UPDATES = 0

_LOGGER = logging.getLogger(__name__)

#: Seconds after which an update that was begun, and of which nothing was seen, has failed.
INSTALLING_SECONDS = 1800.0

_READING = "firmware"

DESCRIPTIONS: tuple[UpdateDescription, ...] = (
    UpdateDescription(
        key="firmware",
        device_class=UpdateDeviceClass.FIRMWARE,
        aspects=frozenset({Aspect.DEVICE, Aspect.UPDATE}),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SonosTwistedConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the firmware of the rooms."""
    Roster(hass, entry, PLATFORM, DESCRIPTIONS, SonosTwistedUpdate, async_add_entities)


def _offer(speaker: Speaker) -> FirmwareOffer | None:
    """Return the newer firmware that a speaker has found, as far as it has told."""
    text = speaker.variable("ZoneGroupTopology", "available_software_update")
    offer = parse_firmware_offer(text or "")
    return offer if offer and is_newer_firmware(offer.version, speaker.software_version) else None


class SonosTwistedUpdate(DescribedEntity, UpdateEntity):
    """The firmware of a room's speaker, and of all that is bonded to it.

    Only the few speakers that report the topology tell of an update by themselves. When one does,
    all are asked what they have found: none is told to install what another one has found.
    """

    entity_description: UpdateDescription
    _attr_supported_features = UpdateEntityFeature.INSTALL | UpdateEntityFeature.PROGRESS

    def __init__(
        self, coordinator: HouseholdCoordinator, speaker: Speaker, description: UpdateDescription
    ) -> None:
        """Show a speaker's firmware."""
        super().__init__(coordinator, speaker, description)
        self._is_installing = False
        self._is_removed = False

    @property
    @override
    def available(self) -> bool:
        return self._is_upgrading or super().available

    @property
    @override
    def in_progress(self) -> bool:
        return self._is_installing or self._is_upgrading

    @property
    def _is_upgrading(self) -> bool:
        """Whether the speaker is away because of an update, whoever has begun it."""
        return any(
            device.uid == self.speaker.uid and device.reason.strip().lower() == "upgrade"
            for device in self.coordinator.household.topology.vanished
        )

    @override
    def refresh(self) -> None:
        offer = _offer(self.speaker)
        installed = self.speaker.software_version
        self._attr_installed_version = installed or None
        self._attr_latest_version = offer.version if offer else installed or None

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        household_id = self.coordinator.household.household_id
        self.async_on_remove(
            self.coordinator.async_subscribe(
                household_id, frozenset({Aspect.UPDATE}), self._look_for_offers
            )
        )
        self._look_for_offers()

    @override
    async def async_will_remove_from_hass(self) -> None:
        await super().async_will_remove_from_hass()
        self._is_removed = True
        self.coordinator.async_tell({})  # lets what waits for the update look

    @callback
    def _look_for_offers(self) -> None:
        """Ask the speaker what it has found, because it or another one has something to tell."""
        if any(_offer(room) for room in self.coordinator.household.rooms):
            self.coordinator.entry.async_create_background_task(
                self.hass,
                self.coordinator.readings.async_again(self.speaker, _READING),
                f"{self.speaker.name} {_READING}",
            )

    @override
    async def async_install(self, version: str | None, backup: bool, **_kwargs: Any) -> None:
        before = self.speaker.software_version
        self._is_installing = True
        self.async_write_ha_state()
        try:
            await self._async_begin()
            await self.coordinator.async_until(
                lambda: self._is_removed or self.speaker.software_version != before,
                INSTALLING_SECONDS,
            )
        finally:
            self._is_installing = False
        if self.speaker.software_version == before and not self._is_removed:
            raise failed("firmware_not_installed", room=self.speaker.name)

    async def _async_begin(self) -> None:
        """Let the speaker begin, and then what is bonded to it: a room has one firmware."""
        commands, household = self.coordinator.commands, self.coordinator.household
        answer = await commands.in_room(self.speaker, firmware.read_offer)
        self.coordinator.async_report(household.apply_answer(self.speaker.uid, _READING, answer))
        offer = _offer(self.speaker)
        if offer is None:
            raise failed("no_firmware", room=self.speaker.name)
        await commands.in_room(self.speaker, firmware.install, offer.url)
        for part in household.parts:
            if part.bonded_to == self.speaker.uid:
                await self._async_begin_part(part)

    async def _async_begin_part(self, part: Speaker) -> None:
        commands, household = self.coordinator.commands, self.coordinator.household
        try:
            answer = await commands.attempt(part, firmware.read_offer)
            household.apply_answer(part.uid, _READING, answer)
            if (offer := _offer(part)) is not None:
                await commands.attempt(part, firmware.install, offer.url)
        except EngineError as error:
            _LOGGER.warning("A part of %s does not update its firmware: %s", part.name, error)
