"""Who answers at the hosts of a household."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import ipaddress

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import voluptuous as vol

from ..const import DOMAIN
from ..engine import EngineError, Identity, NotSonosError
from ..engine.commands.identity import identify
from ..errors import placeholders, translation_key
from ..translated import word
from .schema import hosts


@dataclass(frozen=True, slots=True)
class CheckedHosts:
    """What became of the hosts that somebody entered for a household.

    Attributes:
        hosts: The hosts, if they can be used.
        error: The translation key of what is wrong with them; empty if nothing is.
        details: What its text refers to.
        silent: Why a host does not answer, by host; it may tomorrow.

    """

    hosts: list[str]
    error: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    silent: Mapping[str, EngineError] = field(default_factory=dict)


async def async_identify(
    hass: HomeAssistant, some_hosts: Iterable[str]
) -> dict[str, Identity | EngineError]:
    """Ask at some hosts, all at once, who answers there."""
    asked = list(some_hosts)
    answers = await asyncio.gather(
        *(hass.async_add_executor_job(_identify, host) for host in asked)
    )
    return dict(zip(asked, answers, strict=True))


def _identify(host: str) -> Identity | EngineError:
    try:
        return identify(host)
    except EngineError as error:
        return error


async def async_check(hass: HomeAssistant, entry: ConfigEntry, entered: object) -> CheckedHosts:
    """Check the hosts that somebody entered for the household of an entry.

    A host at which nobody answers is none that is wrong: its speaker may be off.
    """
    try:
        checked = hosts(entered)
    except vol.Invalid:
        return CheckedHosts([], host_error(entered))
    answers = await async_identify(hass, checked)
    for host, answer in answers.items():
        if isinstance(answer, NotSonosError):
            return CheckedHosts([], translation_key(answer), placeholders(answer))
        if isinstance(answer, Identity) and answer.household_id != entry.unique_id:
            details = {"host": host, "other": _name(hass, answer)}
            return CheckedHosts([], "wrong_household", details)
    silent = {host: answer for host, answer in answers.items() if isinstance(answer, EngineError)}
    return CheckedHosts(checked, silent=silent)


def _name(hass: HomeAssistant, identity: Identity) -> str:
    """Name a household as people know it: by its entry, or by one of its rooms."""
    entry = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, identity.household_id)
    return entry.title if entry else identity.description.room_name


def told_of_silent(checked: CheckedHosts) -> dict[str, str]:
    """Return what is told of hosts at which nobody answers."""
    reasons = (
        word(f"config.error.{translation_key(error)}").format(**placeholders(error))
        for error in checked.silent.values()
    )
    return {"reasons": "\n".join(f"- {reason}" for reason in reasons)}


def host_error(entered: object) -> str:
    """Return the translation key of what is wrong with what is not a host, or not only hosts."""
    items = entered if isinstance(entered, list) else [entered]
    if not any(str(item).strip() for item in items):
        return "no_host"
    return "ipv6_only_address" if any(map(_is_ipv6, items)) else "invalid_host"


def _is_ipv6(value: object) -> bool:
    try:
        ipaddress.IPv6Address(str(value).strip().strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True
