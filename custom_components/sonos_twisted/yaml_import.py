"""Brings the YAML configuration into config entries, one for each household it leads to."""

import asyncio
import logging
from typing import Any

from homeassistant.config_entries import SOURCE_IMPORT, ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.typing import ConfigType
from homeassistant.util.hass_dict import HassKey

from .const import CONF_HOSTS, CONF_HOUSEHOLD_ID, DOMAIN
from .engine import EngineError, Identity
from .engine.commands.identity import identify

_LOGGER = logging.getLogger(__name__)

#: Seconds between attempts to reach a configured speaker that does not answer.
RETRY_SECONDS = 60

#: The households that YAML has led to, as long as there is any in YAML.
_IN_YAML: HassKey[set[str]] = HassKey(f"{DOMAIN}_in_yaml")


@callback
def async_is_in_yaml(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Tell whether YAML says how to listen to the household of an entry, so that nobody else can.

    A household that came from there counts from the beginning: its speakers may not answer yet.
    """
    households = hass.data.get(_IN_YAML)
    return households is not None and (
        entry.unique_id in households or entry.source == SOURCE_IMPORT
    )


@callback
def async_import_yaml(hass: HomeAssistant, config: ConfigType) -> None:
    """Import the configuration in the background; speakers that are off now are tried again."""
    hass.data[_IN_YAML] = set()
    hass.async_create_background_task(_async_import(hass, config), f"{DOMAIN} YAML import")


async def _async_import(hass: HomeAssistant, config: ConfigType) -> None:
    missing: list[str] = list(config[CONF_HOSTS])
    found: dict[str, list[str]] = {}
    complained: set[str] = set()
    while missing:
        answers = await asyncio.gather(
            *(hass.async_add_executor_job(_identify, host) for host in missing)
        )
        changed = set()
        for host, answer in zip(missing, answers, strict=True):
            if isinstance(answer, Identity):
                found.setdefault(answer.household_id, []).append(host)
                changed.add(answer.household_id)
                if host in complained:
                    _LOGGER.info("The configured host %s is available now", host)
            elif host not in complained:
                complained.add(host)
                _LOGGER.warning("The configured host %s is not available yet: %s", host, answer)
        missing = [
            host
            for host, answer in zip(missing, answers, strict=True)
            if not isinstance(answer, Identity)
        ]
        for household_id in changed:
            await _async_import_household(hass, config, household_id, found[household_id])
        if missing:
            await asyncio.sleep(RETRY_SECONDS)


def _identify(host: str) -> Identity | EngineError:
    try:
        return identify(host)
    except EngineError as error:
        return error


async def _async_import_household(
    hass: HomeAssistant, config: ConfigType, household_id: str, hosts: list[str]
) -> None:
    hass.data[_IN_YAML].add(household_id)
    # A speaker that is off today, but led to this household before, still belongs to it.
    entry = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, household_id)
    before = entry.data[CONF_HOSTS] if entry else ()
    data: dict[str, Any] = {
        **config,
        CONF_HOSTS: [host for host in config[CONF_HOSTS] if host in hosts or host in before],
        CONF_HOUSEHOLD_ID: household_id,
    }
    await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_IMPORT}, data=data)
