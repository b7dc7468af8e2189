"""The flows that lead through mending an issue.

:data:`_FLOWS` has the flow of each kind of issue that ``issues/showing.py`` lets be fixed.
"""

from collections.abc import Iterable, Mapping
import ipaddress
from typing import TYPE_CHECKING, Any

from homeassistant.components.network import async_get_adapters
from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
)
import voluptuous as vol

from . import moving_over
from .const import (
    CONF_ADVERTISE_ADDRESS,
    CONF_ADVERTISE_PORT,
    CONF_HOSTS,
    CONF_KNOWN_HOSTS,
    CONF_LISTEN_ADDRESS,
    CONF_LISTEN_PORT,
    DOMAIN,
)
from .issues.event_test import async_test_rooms, failures, told
from .settings.schema import OPTIONS, connection_settings, contradictions
from .settings.yaml_import import async_save, async_set_in_yaml

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from .coordinator import SonosTwistedConfigEntry

CONF_SAVE_ANYWAY = "save_anyway"

# Home Assistant makes voluptuous an alias of its successor, which type checkers cannot know.
_NOTHING_TO_ENTER: Any = vol.Schema({})

_ADDRESS = TextSelector()
_PORT = NumberSelector(NumberSelectorConfig(min=1, max=65535, mode=NumberSelectorMode.BOX))

_LISTEN: Mapping[str, TextSelector | NumberSelector] = {
    CONF_LISTEN_ADDRESS: _ADDRESS,
    CONF_LISTEN_PORT: _PORT,
    CONF_ADVERTISE_ADDRESS: _ADDRESS,
    CONF_ADVERTISE_PORT: _PORT,
}

#: What Docker and Podman give to containers that do not use the host's network.
_OF_CONTAINERS = (ipaddress.ip_network("172.16.0.0/12"), ipaddress.ip_network("10.88.0.0/16"))


async def async_create_fix_flow(
    hass: HomeAssistant, _issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow that mends an issue."""
    details = {key: str(value) for key, value in (data or {}).items()}
    entry = hass.config_entries.async_get_known_entry(details["entry_id"])
    return _FLOWS[details["key"]](entry, details)


class _EntryFlow(RepairsFlow):
    """Mends something of an entry."""

    def __init__(self, entry: SonosTwistedConfigEntry, details: dict[str, str]) -> None:
        """Begin with what the issue told."""
        self.entry = entry
        self.details = details

    @property
    def _placeholders(self) -> dict[str, str]:
        return {"household": self.entry.title, **self.details}


class ListenFlow(_EntryFlow):
    """Finds out where to listen and what to tell speakers, so that their events arrive."""

    _changed: Mapping[str, Any] | None = None

    async def async_step_init(self, _user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Say first what the most likely reason is that events do not arrive."""
        if not self.details.get("callback"):
            return await self.async_step_settings()
        cause = await _async_likely_cause(self.hass, self.details)
        return self.async_show_form(
            step_id=cause,
            data_schema=_NOTHING_TO_ENTER,
            description_placeholders=self._placeholders,
            last_step=False,
        )

    async def async_step_container(self, _input: dict[str, Any]) -> RepairsFlowResult:
        """Speakers were told an address inside a container."""
        return await self.async_step_settings()

    async def async_step_subnet(self, _input: dict[str, Any]) -> RepairsFlowResult:
        """Speakers are in another network than the address that they were told."""
        return await self.async_step_settings()

    async def async_step_firewall(self, _input: dict[str, Any]) -> RepairsFlowResult:
        """Nothing is known to be wrong with the address."""
        return await self.async_step_settings()

    async def async_step_settings(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for settings, try them out, and keep them if events arrive."""
        if user_input is None:
            return self._show_settings(self.entry.options, {}, {})
        save_anyway = user_input.pop(CONF_SAVE_ANYWAY, False)
        listen, errors = _checked(user_input)
        if errors:
            return self._show_settings(user_input, errors, {})
        if not save_anyway:
            errors, outcome = await self._async_try(listen)
            if errors:
                return self._show_settings(listen, errors, outcome, tried=True)
        return self._keep(listen)

    def _show_settings(
        self,
        values: Mapping[str, Any],
        errors: dict[str, str],
        outcome: dict[str, str],
        *,
        tried: bool = False,
    ) -> RepairsFlowResult:
        fields: dict[Any, Any] = {vol.Optional(key): kind for key, kind in _LISTEN.items()}
        if tried:
            fields[vol.Optional(CONF_SAVE_ANYWAY, default=False)] = BooleanSelector()
        schema: Any = vol.Schema(fields)
        return self.async_show_form(
            step_id="settings",
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors=errors,
            description_placeholders={**self._placeholders, **outcome},
        )

    async def _async_try(self, listen: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
        """Return the errors to show, and what they refer to."""
        settings = connection_settings(listen).listen
        try:
            tests = await async_test_rooms(self.hass, self.entry, settings)
        except HomeAssistantError as error:
            return {"base": error.translation_key or "unknown"}, {}
        if not (failing := failures(tests)):
            return {}, {}
        return {"base": failing[0].result.verdict.value}, told(failing)

    def _keep(self, listen: Mapping[str, Any]) -> RepairsFlowResult:
        """Set the entry up anew with other settings; the issue is over, or will come back."""
        before = self.entry.options
        fixed = async_set_in_yaml(self.hass, self.entry)
        if any(listen.get(key) != before.get(key) for key in fixed & _LISTEN.keys()):
            lines = "\n".join(f"{key}: {value}" for key, value in listen.items())
            return self.async_abort(
                reason="change_yaml", description_placeholders={"settings": lines or "-"}
            )
        others = {key: it for key, it in before.items() if key not in _LISTEN}
        if not async_save(self.hass, self.entry, options={**others, **listen}):
            # What failed before is tried again at once.
            self.hass.config_entries.async_schedule_reload(self.entry.entry_id)
        return self.async_create_entry(data={})


def _checked(user_input: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the settings that were entered, and the errors of those that are none."""
    listen: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for key in _LISTEN:
        if (value := user_input.get(key)) in {None, ""}:
            continue
        try:
            listen[key] = OPTIONS[key](value)
        except vol.Invalid:
            errors[key] = "invalid_port" if _LISTEN[key] is _PORT else "invalid_address"
    return listen, contradictions(listen) | errors


async def _async_likely_cause(hass: HomeAssistant, details: Mapping[str, str]) -> str:
    """Guess why events do not arrive; this is also the step that explains it."""
    addresses = [
        ipaddress.ip_address(part.strip().rpartition(":")[0])
        for part in details["callback"].split(",")
        if part.strip()
    ]
    speakers = [ipaddress.ip_address(part.strip()) for part in details["speakers"].split(",")]
    if any(_is_of_container(address, speakers) for address in addresses):
        return "container"
    ours = [
        ipaddress.ip_interface(f"{ip['address']}/{ip['network_prefix']}")
        for adapter in await async_get_adapters(hass)
        for ip in adapter["ipv4"]
    ]
    networks = [interface.network for interface in ours if interface.ip in addresses]
    if networks and any(not any(it in net for net in networks) for it in speakers):
        return "subnet"
    return "firewall"


type _Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _is_of_container(address: _Address, speakers: Iterable[_Address]) -> bool:
    nearby = ipaddress.ip_network(f"{address}/16", strict=False)
    return any(address in network for network in _OF_CONTAINERS) and not any(
        speaker in nearby for speaker in speakers
    )


class ForeignHostsFlow(_EntryFlow):
    """Takes hosts that lead to another household out of an entry."""

    async def async_step_init(self, _user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Do it once that is confirmed."""
        if user_input is None:
            return self.async_show_form(
                step_id="confirm",
                data_schema=_NOTHING_TO_ENTER,
                description_placeholders=self._placeholders,
            )
        if CONF_HOSTS in async_set_in_yaml(self.hass, self.entry):
            return self.async_abort(
                reason="change_yaml", description_placeholders=self._placeholders
            )
        foreign = self.details["hosts"].split(", ")
        hosts = [host for host in self.entry.data[CONF_HOSTS] if host not in foreign]
        if not hosts and not self.entry.data.get(CONF_KNOWN_HOSTS):
            return self.async_abort(
                reason="no_host_left", description_placeholders=self._placeholders
            )
        async_save(self.hass, self.entry, hosts=hosts)
        return self.async_create_entry(data={})


class CoreSonosFlow(_EntryFlow):
    """Offers what can be done while core's ``sonos`` is set up, too."""

    #: The steps that are offered.
    choices = ("take_over", "keep_both")

    async def async_step_init(self, _user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Let the user choose."""
        return self.async_show_menu(
            step_id="init",
            menu_options=list(self.choices),
            description_placeholders=self._placeholders,
        )

    async def async_step_take_over(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Tell what moving over would do, and do it once that is confirmed."""
        try:
            plan = await moving_over.async_plan(self.hass)
            if user_input is not None:
                await moving_over.async_take_over(self.hass, plan)
        except HomeAssistantError as error:
            return self.async_abort(
                reason="not_taken_over", description_placeholders={"error": str(error)}
            )
        if user_input is not None:
            return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="take_over",
            data_schema=_NOTHING_TO_ENTER,
            description_placeholders={
                "entities": str(len(plan.entities)),
                "left": ", ".join(sorted(each.entity_id for each in plan.theirs.entities)) or "-",
                "callers": ", ".join(sorted(plan.actions)) or "-",
            },
        )

    async def async_step_keep_both(
        self, _user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Say no more about it, also after a restart."""
        ir.async_ignore_issue(self.hass, DOMAIN, self.issue_id, ignore=True)
        return self.async_abort(reason="kept_both")


_FLOWS: Mapping[str, type[_EntryFlow]] = {
    "core_sonos": CoreSonosFlow,
    "events_not_arriving": ListenFlow,
    "no_free_port": ListenFlow,
    "other_household": ForeignHostsFlow,
    "s1_in_s2": ForeignHostsFlow,
}
