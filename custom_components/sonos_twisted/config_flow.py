"""Setting up a household that was found or typed, importing one from YAML, and finding it anew."""

from collections.abc import Mapping, Sequence
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
import voluptuous as vol

from .const import (
    CONF_HOSTS,
    CONF_HOUSEHOLD_ID,
    CONF_KNOWN_HOSTS,
    CONF_SET_IN_YAML,
    DOMAIN,
)
from .discovery.announced import Announcement, read_mdns, read_ssdp
from .discovery.finding import async_find_households, async_note_found
from .engine import EngineError
from .engine.commands.discovery import DiscoveredHousehold, look_around
from .engine.commands.identity import identify
from .errors import placeholders, translation_key
from .settings.host_check import CheckedHosts, async_check, host_error, told_of_silent
from .settings.options_flow import SonosTwistedOptionsFlow
from .settings.schema import host
from .settings.yaml_import import async_options, async_save, async_set_in_yaml

# Home Assistant makes voluptuous an alias of its successor, which type checkers cannot know.
_HOST_SCHEMA: Any = vol.Schema({vol.Required(CONF_HOST): TextSelector()})
_HOSTS_SCHEMA: Any = vol.Schema(
    {vol.Optional(CONF_HOSTS): TextSelector(TextSelectorConfig(multiple=True))}
)

CONF_HOUSEHOLD = "household"

#: What is chosen instead of a household that was found.
_TYPE_A_HOST = "host"

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
    _offers: Mapping[str, DiscoveredHousehold]
    _checked: CheckedHosts

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> SonosTwistedOptionsFlow:
        """Return the flow that changes the settings of an entry."""
        return SonosTwistedOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer the households that are there and not set up yet, or ask for a speaker."""
        if user_input is None:
            self._offers = await async_find_households(self.hass)
            if not self._offers:
                return await self.async_step_host()
            return self.async_show_form(step_id="user", data_schema=_choice(self._offers))
        found = self._offers.get(user_input[CONF_HOUSEHOLD])
        if found is None:
            return await self.async_step_host()
        await self._async_end_if_configured(found.household_id)
        return self._create(found, found.asked)

    async def async_step_host(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for one speaker of the household, and talk to it."""
        errors: dict[str, str] = {}
        details: dict[str, str] = {}
        if user_input is not None:
            entered = user_input[CONF_HOST]
            try:
                address = host(entered)
                identity = await self.hass.async_add_executor_job(identify, address)
            except vol.Invalid:
                errors[CONF_HOST] = host_error(entered)
            except EngineError as error:
                errors[CONF_HOST] = translation_key(error)
                details = placeholders(error)
            else:
                await self._async_end_if_configured(identity.household_id)
                return self.async_create_entry(
                    title=_title(identity.description.room_name),
                    data={CONF_HOUSEHOLD_ID: identity.household_id, CONF_HOSTS: [address]},
                )
        return self.async_show_form(
            step_id="host",
            data_schema=self.add_suggested_values_to_schema(_HOST_SCHEMA, user_input or {}),
            errors=errors,
            description_placeholders=details,
        )

    async def _async_end_if_configured(self, household_id: str) -> None:
        """End the flow if the household has an entry, and name that."""
        # What was found by itself and waits for an answer ends with the entry.
        entry = await self.async_set_unique_id(household_id, raise_on_progress=False)
        title = entry.title if entry else ""
        self._abort_if_unique_id_configured(description_placeholders={"title": title})

    def _create(self, found: DiscoveredHousehold, host: str) -> ConfigFlowResult:
        """Create the entry of a household that was found at a host."""
        return self.async_create_entry(
            title=_title(found.room),
            data={
                CONF_HOUSEHOLD_ID: found.household_id,
                CONF_HOSTS: [host],
                CONF_KNOWN_HOSTS: sorted(found.hosts),
            },
        )

    # Finding a household anew

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask where the household's speakers are, and look whether it is that household."""
        entry = self._get_reconfigure_entry()
        if CONF_HOSTS in async_set_in_yaml(self.hass, entry):
            hosts = "\n".join(f"- {host}" for host in entry.data[CONF_HOSTS])
            return self.async_abort(
                reason="hosts_in_yaml", description_placeholders={"hosts": hosts}
            )
        values = {CONF_HOSTS: entry.data[CONF_HOSTS]} if user_input is None else user_input
        errors: dict[str, str] = {}
        details: dict[str, str] = {"household": entry.title, "host": ""}
        if user_input is not None:
            self._checked = await async_check(self.hass, entry, user_input.get(CONF_HOSTS, []))
            if not self._checked.error:
                return await self.async_step_silent_hosts(None if self._checked.silent else {})
            errors[CONF_HOSTS] = self._checked.error
            details |= self._checked.details
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(_HOSTS_SCHEMA, values),
            errors=errors,
            description_placeholders=details,
        )

    async def async_step_silent_hosts(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether to use hosts at which nobody answers, if there are any, and keep them."""
        if user_input is None:
            return self.async_show_form(
                step_id="silent_hosts", description_placeholders=told_of_silent(self._checked)
            )
        async_save(self.hass, self._get_reconfigure_entry(), hosts=self._checked.hosts)
        return self.async_abort(reason="reconfigure_successful")

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
        async_note_found(self.hass, found)
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
        self._abort_if_unique_id_configured(
            updates=self._updates(entry), description_placeholders={"title": entry.title}
        )

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
            return self._create(found, self._host)
        system = _system(found)
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
        entry = await self.async_set_unique_id(household_id, raise_on_progress=False)
        options = async_options(self.hass, entry, import_data)
        if entry is None:
            data[CONF_SET_IN_YAML] = list(options)
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


def _system(found: DiscoveredHousehold) -> str:
    return f"Sonos S{found.generation}" if found.generation else "Sonos"


def _choice(offers: Mapping[str, DiscoveredHousehold]) -> Any:
    """Return the form that lets a household be chosen, by its rooms."""
    households = [
        SelectOptionDict(value=household_id, label=f"{_system(found)}: {', '.join(found.rooms)}")
        for household_id, found in offers.items()
    ]
    selector = SelectSelector(
        SelectSelectorConfig(
            options=[*households, SelectOptionDict(value=_TYPE_A_HOST, label=_TYPE_A_HOST)],
            mode=SelectSelectorMode.LIST,
            translation_key=CONF_HOUSEHOLD,
        )
    )
    first = next(iter(offers))
    return vol.Schema({vol.Required(CONF_HOUSEHOLD, default=first): selector})


def _summary(rooms: Sequence[str]) -> str:
    """Name some rooms, and say how many there are besides."""
    more = len(rooms) - _ROOMS_IN_TITLE
    named = ", ".join(rooms[:_ROOMS_IN_TITLE])
    return f"{named} +{more}" if more > 0 else named
