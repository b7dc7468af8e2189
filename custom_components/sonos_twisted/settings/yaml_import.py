"""Brings the YAML configuration into config entries, one for each household it leads to.

YAML has the last word on what it sets; all else can be set in the user interface. Which settings
of an entry come from YAML is kept in its data.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import logging
from typing import Any

from homeassistant.config_entries import SOURCE_IMPORT, ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.typing import ConfigType
from homeassistant.util.hass_dict import HassKey

from ..const import CONF_HOSTS, CONF_HOUSEHOLD_ID, CONF_SET_IN_YAML, DOMAIN
from ..engine import Identity
from .host_check import async_identify
from .schema import OPTIONS, contradictions

_LOGGER = logging.getLogger(__name__)

#: Seconds between attempts to reach a configured speaker that does not answer.
RETRY_SECONDS = 60


@dataclass(slots=True)
class _Import:
    """What has become of YAML so far.

    Attributes:
        missing: The settings that each host comes with, of hosts that have not answered yet.
        households: The settings of each household, and which of their hosts have led to it.

    """

    missing: dict[str, ConfigType]
    households: dict[str, tuple[ConfigType, list[str]]] = field(default_factory=dict)


_IMPORT: HassKey[_Import] = HassKey(f"{DOMAIN}_yaml_import")


@callback
def async_is_in_yaml(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Tell whether the household of an entry is configured in YAML.

    One that was before counts as long as a host has not answered yet, which may lead to it.
    """
    yaml = hass.data.get(_IMPORT)
    if yaml is None:
        return False
    was_before = entry.source == SOURCE_IMPORT or CONF_SET_IN_YAML in entry.data
    return entry.unique_id in yaml.households or (was_before and bool(yaml.missing))


@callback
def async_set_in_yaml(hass: HomeAssistant, entry: ConfigEntry) -> frozenset[str]:
    """Return which settings of an entry are set in YAML, so that nobody else can."""
    if not async_is_in_yaml(hass, entry):
        return frozenset()
    return frozenset({CONF_HOSTS, *entry.data.get(CONF_SET_IN_YAML, ())})


@callback
def async_save(
    hass: HomeAssistant,
    entry: ConfigEntry,
    *,
    hosts: Iterable[str] | None = None,
    options: Mapping[str, Any] | None = None,
) -> bool:
    """Keep what was set in the user interface, and set the household up anew if that is news.

    Args:
        hass: Home Assistant.
        entry: The household's entry.
        hosts: Its hosts; None leaves them as they are.
        options: All of its options; None leaves them as they are.

    Returns:
        Whether it is news.

    """
    before = entry.data[CONF_HOSTS], dict(entry.options)
    data = {**entry.data, CONF_HOSTS: before[0] if hosts is None else list(hosts)}
    if not async_is_in_yaml(hass, entry):
        # What YAML has left behind belongs to the user now.
        data.pop(CONF_SET_IN_YAML, None)
    options = before[1] if options is None else dict(options)
    hass.config_entries.async_update_entry(entry, data=data, options=options)
    is_news = before != (data[CONF_HOSTS], options)
    if is_news:
        hass.config_entries.async_schedule_reload(entry.entry_id)
    return is_news


@callback
def async_import_yaml(hass: HomeAssistant, config: ConfigType | list[ConfigType]) -> None:
    """Import the configuration in the background; speakers that are off now are tried again."""
    several = config if isinstance(config, list) else [config]
    for settings in several:
        for key, problem in contradictions(settings).items():
            words = problem.replace("_", " ")
            _LOGGER.warning("%s in YAML may not do what is meant: %s", key, words)
    hass.data[_IMPORT] = yaml = _Import({host: it for it in several for host in it[CONF_HOSTS]})
    hass.async_create_background_task(_async_import(hass, yaml), f"{DOMAIN} YAML import")


async def _async_import(hass: HomeAssistant, yaml: _Import) -> None:
    complained: set[str] = set()
    while yaml.missing:
        answers = await async_identify(hass, yaml.missing)
        changed: dict[str, None] = {}
        for host, answer in answers.items():
            if isinstance(answer, Identity):
                if _note(yaml, host, answer.household_id):
                    changed[answer.household_id] = None
                if host in complained:
                    _LOGGER.info("The configured host %s is available now", host)
            elif host not in complained:
                complained.add(host)
                _LOGGER.warning("The configured host %s is not available yet: %s", host, answer)
        for household_id in changed:
            await _async_import_household(hass, household_id, *yaml.households[household_id])
        if yaml.missing:
            await asyncio.sleep(RETRY_SECONDS)


def _note(yaml: _Import, host: str, household_id: str) -> bool:
    """Take note of which household a host leads to; tell whether that counts."""
    settings = yaml.missing.pop(host)
    first, hosts = yaml.households.setdefault(household_id, (settings, []))
    if first is not settings:
        _LOGGER.warning(
            "The configured host %s is left out: it leads to the same household as %s, which has"
            " settings of its own",
            host,
            hosts[0],
        )
        return False
    hosts.append(host)
    return True


async def _async_import_household(
    hass: HomeAssistant, household_id: str, settings: ConfigType, hosts: list[str]
) -> None:
    # A speaker that is off today, but led to this household before, still belongs to it.
    entry = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, household_id)
    before = entry.data[CONF_HOSTS] if entry else ()
    data: dict[str, Any] = {
        **settings,
        CONF_HOSTS: [host for host in settings[CONF_HOSTS] if host in hosts or host in before],
        CONF_HOUSEHOLD_ID: household_id,
    }
    await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_IMPORT}, data=data)


@callback
def async_options(
    hass: HomeAssistant, entry: ConfigEntry | None, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the options of an entry with what YAML sets.

    What was set in the user interface stays, unless YAML sets it, too; and what YAML has set
    before and does not any more is gone. Takes note of what YAML sets now.
    """
    options = {key: settings[key] for key in OPTIONS if key in settings}
    if entry is None:
        return options
    before = entry.data.get(CONF_SET_IN_YAML, ())
    data = {**entry.data, CONF_SET_IN_YAML: list(options)}
    # Whoever set it, it is in force: that is no reason to set the household up anew.
    hass.config_entries.async_update_entry(entry, data=data)
    return {key: it for key, it in entry.options.items() if key not in before} | options
