"""Sonos Twisted: a Sonos household in Home Assistant, by its events."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.typing import ConfigType

from .const import DOMAIN, PLATFORMS
from .coordinator import HouseholdCoordinator, SonosTwistedConfigEntry
from .devices.stale import forget
from .discovery.presence import async_watch
from .engine import EngineError, WrongHouseholdError, reactor_thread
from .errors import placeholders, translation_key
from .issues.event_test import forget_test
from .issues.foreign_hosts import async_check_hosts
from .issues.showing import (
    async_forget,
    async_setup_failed,
    async_setup_succeeded,
    async_watch_entries,
)
from .moving_over import async_give_back
from .services import async_register_actions
from .settings.schema import CONFIG_SCHEMA
from .settings.yaml_import import async_import_yaml
from .storage import async_remove_stores

__all__ = ["CONFIG_SCHEMA"]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up what all households share, and import the YAML configuration."""

    async def stop_reactor(_event: Event) -> None:
        await hass.async_add_executor_job(reactor_thread().stop)

    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, stop_reactor)
    async_register_actions(hass)
    async_watch_entries(hass)
    if DOMAIN in config:
        async_import_yaml(hass, config[DOMAIN])
    return True


async def async_setup_entry(hass: HomeAssistant, entry: SonosTwistedConfigEntry) -> bool:
    """Set up one household."""
    coordinator = HouseholdCoordinator(hass, entry)
    try:
        await coordinator.async_start()
    except EngineError as error:
        # Even an address that leads to another household may lead home again tomorrow, or another
        # speaker may answer by then: nothing is final.
        async_setup_failed(hass, entry, error)
        if isinstance(error, WrongHouseholdError):
            await async_check_hosts(hass, entry)
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key=translation_key(error),
            translation_placeholders=placeholders(error),
        ) from error
    entry.runtime_data = coordinator
    async_setup_succeeded(hass, entry)
    entry.async_on_unload(
        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, coordinator.async_stop)
    )
    try:
        entry.async_on_unload(await async_watch(hass, coordinator))
        await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    except BaseException:
        await coordinator.async_stop()
        raise
    coordinator.async_check_hosts_soon()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: SonosTwistedConfigEntry) -> bool:
    """End everything that was started for a household; the reactor stays for the others."""
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if unloaded:
        await entry.runtime_data.async_stop()
    return unloaded


async def async_remove_config_entry_device(
    _hass: HomeAssistant, entry: SonosTwistedConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """Let people delete the device of a speaker, if its household is known and has it no more."""
    if entry.state is not ConfigEntryState.LOADED:
        return False
    coordinator = entry.runtime_data
    uids = {name for domain, name in device.identifiers if domain == DOMAIN}
    household = coordinator.household
    if uids & {household.household_id, *household.topology.members}:
        return False
    for uid in uids:
        forget(coordinator, uid)
    return True


async def async_remove_entry(hass: HomeAssistant, entry: SonosTwistedConfigEntry) -> None:
    """Forget what was kept for a household, and give core its own back."""
    async_forget(hass, entry)
    forget_test(hass, entry)
    await async_give_back(hass, entry)
    await async_remove_stores(hass, entry.entry_id)
