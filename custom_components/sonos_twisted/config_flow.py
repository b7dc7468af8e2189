"""Setting up a household that was found or typed, and importing one from YAML."""

from collections.abc import Sequence
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.selector import TextSelector
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
import voluptuous as vol

from .const import CONF_HOSTS, CONF_HOUSEHOLD_ID, CONF_KNOWN_HOSTS, DOMAIN
from .discovery import Announcement, read_mdns, read_ssdp
from .engine import EngineError
from .engine.commands.discovery import DiscoveredHousehold, look_around
from .engine.commands.identity import identify
from .errors import placeholders, translation_key
from .schema import OPTIONS, host

# Home Assistant makes voluptuous an alias of its successor, which type checkers cannot know.
_USER_SCHEMA: Any = vol.Schema({vol.Required(CONF_HOST): TextSelector()})

#: A household holds so many speakers at most.
_MOST_HOSTS = 32

#: How many rooms a title names.
_ROOMS_IN_TITLE = 3

#: An entry in one of these states does not hear its speakers itself.
_WAITING = {ConfigEntryState.SETUP_IN_PROGRESS, ConfigEntryState.SETUP_RETRY}


class SonosTwistedConfigFlow(ConfigFlow, domain=DOMAIN):
    """Finds the household that a speaker belongs to, and creates an entry for it."""

    VERSION = 1

    _host: str
    _found: DiscoveredHousehold

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for one speaker of the household, and talk to it."""
        errors: dict[str, str] = {}
        details: dict[str, str] = {}
        if user_input is not None:
            try:
                address = host(user_input[CONF_HOST])
                identity = await self.hass.async_add_executor_job(identify, address)
            except vol.Invalid:
                errors[CONF_HOST] = "invalid_host"
            except EngineError as error:
                errors[CONF_HOST] = translation_key(error)
                details = placeholders(error)
            else:
                # What was found by itself and waits for an answer ends with the entry.
                await self.async_set_unique_id(identity.household_id, raise_on_progress=False)
                self._abort_if_unique_id_configured()
                return self.async_create_entry(
                    title=_title(identity.description.room_name),
                    data={CONF_HOUSEHOLD_ID: identity.household_id, CONF_HOSTS: [address]},
                )
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(_USER_SCHEMA, user_input or {}),
            errors=errors,
            description_placeholders=details,
        )

    # Discovery: a flow begins with each announcement of each speaker, so most of them have to end
    # at once, without a word to the speaker.

    @override
    async def async_step_ssdp(self, discovery_info: SsdpServiceInfo) -> ConfigFlowResult:
        """Take up what a speaker announced by SSDP."""
        return await self._async_announced(read_ssdp(discovery_info))

    @override
    async def async_step_zeroconf(self, discovery_info: ZeroconfServiceInfo) -> ConfigFlowResult:
        """Take up what a speaker announced by mDNS."""
        return await self._async_announced(read_mdns(discovery_info))

    async def _async_announced(self, announcement: Announcement | None) -> ConfigFlowResult:
        if announcement is None:
            return self.async_abort(reason="not_sonos_device")
        if announcement.host is None:
            return self.async_abort(reason="not_ipv4_address")
        self._host = announcement.host
        household_id = announcement.household_id or self._household_at(self._host)
        if household_id is not None:
            await self._async_end_if_known(household_id)
        # Speakers of one household are asked at once when they announce themselves at once: the
        # first good answer counts, whichever of them cannot answer now.
        try:
            found = await self.hass.async_add_executor_job(look_around, self._host)
        except EngineError as error:
            return self.async_abort(
                reason=translation_key(error), description_placeholders=placeholders(error)
            )
        self._found = found
        await self._async_end_if_known(found.household_id)
        await self.async_set_unique_id(found.household_id)
        return await self.async_step_discovery_confirm()

    def _household_at(self, address: str) -> str | None:
        """Return the household that was last seen at an address."""
        for entry in self._async_current_entries():
            if address in _known_hosts(entry):
                return entry.unique_id
        return None

    async def _async_end_if_known(self, household_id: str) -> None:
        """End the flow if the household has an entry, is ignored, or is offered already."""
        entry = self.hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, household_id)
        if entry is None:
            if self._async_in_progress(match_context={"unique_id": household_id}):
                raise AbortFlow("already_in_progress")
            return
        await self.async_set_unique_id(household_id, raise_on_progress=False)
        self._abort_if_unique_id_configured(updates=self._updates(entry))

    def _updates(self, entry: ConfigEntry) -> dict[str, Any] | None:
        """Return what an entry learns that still looks for its speakers: a new way in."""
        known = _known_hosts(entry)
        if entry.source == SOURCE_IGNORE or entry.state not in _WAITING or self._host in known:
            return None
        ways = [self._host, *entry.data.get(CONF_KNOWN_HOSTS, ())]
        return {CONF_KNOWN_HOSTS: ways[:_MOST_HOSTS]}

    async def async_step_discovery_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether a household that was found is to be set up."""
        found = self._found
        if user_input is not None:
            return self.async_create_entry(
                title=_title(found.room),
                data={
                    CONF_HOUSEHOLD_ID: found.household_id,
                    CONF_HOSTS: [self._host],
                    CONF_KNOWN_HOSTS: sorted(found.hosts),
                },
            )
        system = f"Sonos S{found.generation}" if found.generation else "Sonos"
        self.context["title_placeholders"] = {"system": system, "rooms": _summary(found.rooms)}
        self._set_confirm_only()
        return self.async_show_form(
            step_id="discovery_confirm",
            description_placeholders={
                "system": system,
                "rooms": ", ".join(found.rooms),
                "host": self._host,
            },
        )

    async def async_step_import(self, import_data: dict[str, Any]) -> ConfigFlowResult:
        """Create the entry of a household from YAML, or bring it into step with YAML."""
        household_id = import_data[CONF_HOUSEHOLD_ID]
        data = {CONF_HOUSEHOLD_ID: household_id, CONF_HOSTS: import_data[CONF_HOSTS]}
        options = {key: import_data[key] for key in OPTIONS if key in import_data}
        entry = await self.async_set_unique_id(household_id, raise_on_progress=False)
        if entry is None:
            return self.async_create_entry(title=_title(None), data=data, options=options)
        return self.async_update_reload_and_abort(
            entry,
            data_updates=data,
            options=options,
            reason="already_configured",
            reload_even_if_entry_is_unchanged=False,
        )


def _known_hosts(entry: ConfigEntry) -> set[str]:
    """Return all addresses that an entry knows its speakers by."""
    return {*entry.data.get(CONF_HOSTS, ()), *entry.data.get(CONF_KNOWN_HOSTS, ())}


def _title(room: str | None) -> str:
    """Name an entry; a household has no name of its own that a person would know."""
    return f"Sonos ({room})" if room else "Sonos"


def _summary(rooms: Sequence[str]) -> str:
    """Name some rooms, and say how many there are besides."""
    more = len(rooms) - _ROOMS_IN_TITLE
    named = ", ".join(rooms[:_ROOMS_IN_TITLE])
    return f"{named} +{more}" if more > 0 else named
