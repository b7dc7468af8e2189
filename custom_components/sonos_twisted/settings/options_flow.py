"""Changing the settings of a household that is set up."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlow
from homeassistant.const import PERCENTAGE, UnitOfTime
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorMode,
    ObjectSelector,
    Selector,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
)
import voluptuous as vol

from ..const import (
    COMMANDS_PROCESS,
    COMMANDS_THREADS,
    CONF_ADVERTISE_ADDRESS,
    CONF_ADVERTISE_PORT,
    CONF_ANNOUNCE_VOLUME,
    CONF_COMMANDS,
    CONF_HOSTS,
    CONF_LIMIT,
    CONF_LISTEN_ADDRESS,
    CONF_LISTEN_PORT,
    CONF_POLL_FALLBACK,
    CONF_REQUEST_TIMEOUT,
    CONF_ROOM,
    CONF_VOLUME_LIMITS,
)
from ..engine import ConnectionSettings
from ..translated import word
from .host_check import CheckedHosts, async_check, told_of_silent
from .schema import OPTIONS, contradictions
from .yaml_import import async_save, async_set_in_yaml

#: What is shown at once, and what in which section.
_AT_ONCE = (CONF_HOSTS, CONF_ANNOUNCE_VOLUME)
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "volumes": (CONF_VOLUME_LIMITS,),
    "events": (
        CONF_LISTEN_ADDRESS,
        CONF_LISTEN_PORT,
        CONF_ADVERTISE_ADDRESS,
        CONF_ADVERTISE_PORT,
        CONF_POLL_FALLBACK,
    ),
    "requests": (CONF_REQUEST_TIMEOUT, CONF_COMMANDS),
}
_SECTION_OF = {key: name for name, keys in SECTIONS.items() for key in keys}

_PERCENT: Mapping[str, Any] = {
    "min": 0,
    "max": 100,
    "mode": NumberSelectorMode.BOX,
    "unit_of_measurement": PERCENTAGE,
}
# What is out of range is refused here, in the user's language, and not by the selector.
_PORT: Mapping[str, Any] = {"mode": NumberSelectorMode.BOX}

#: How each value is entered, and what is configured of its selector.
_SELECTORS: Mapping[str, tuple[type[Selector[Any]], Mapping[str, Any]]] = {
    CONF_HOSTS: (TextSelector, {"multiple": True}),
    CONF_ANNOUNCE_VOLUME: (NumberSelector, _PERCENT),
    CONF_LISTEN_ADDRESS: (TextSelector, {}),
    CONF_LISTEN_PORT: (NumberSelector, _PORT),
    CONF_ADVERTISE_ADDRESS: (TextSelector, {}),
    CONF_ADVERTISE_PORT: (NumberSelector, _PORT),
    CONF_POLL_FALLBACK: (BooleanSelector, {}),
    CONF_REQUEST_TIMEOUT: (
        NumberSelector,
        {
            "step": "any",
            "mode": NumberSelectorMode.BOX,
            "unit_of_measurement": UnitOfTime.SECONDS,
        },
    ),
    CONF_COMMANDS: (
        SelectSelector,
        {"options": [COMMANDS_THREADS, COMMANDS_PROCESS], "translation_key": "commands"},
    ),
}

#: What counts where nothing is said, of what the form must show a value for.
_DEFAULTS: Mapping[str, object] = {
    CONF_POLL_FALLBACK: True,
    CONF_REQUEST_TIMEOUT: ConnectionSettings().request_seconds,
    CONF_COMMANDS: COMMANDS_THREADS,
}

#: The error to show at a value that is wrong by itself.
ERRORS: Mapping[str, str] = {
    CONF_ANNOUNCE_VOLUME: "invalid_volume",
    CONF_VOLUME_LIMITS: "invalid_limits",
    CONF_LISTEN_ADDRESS: "invalid_address",
    CONF_LISTEN_PORT: "invalid_port",
    CONF_ADVERTISE_ADDRESS: "invalid_address",
    CONF_ADVERTISE_PORT: "invalid_port",
    CONF_REQUEST_TIMEOUT: "invalid_timeout",
}


class SonosTwistedOptionsFlow(OptionsFlow):
    """Changes the hosts and the options of one household, and sets it up anew with them."""

    _checked: CheckedHosts
    _options: dict[str, Any]

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for everything; a beginner sees two fields."""
        entry = self.config_entry
        if user_input is None:
            return self._show({CONF_HOSTS: entry.data[CONF_HOSTS], **entry.options}, {}, {})
        entered = _flat(user_input)
        fixed = async_set_in_yaml(self.hass, entry)
        options, errors = _checked_options(entered, entry.options, fixed)
        hosts = entered.get(CONF_HOSTS, [])
        self._checked = CheckedHosts(entry.data[CONF_HOSTS])
        if CONF_HOSTS not in fixed and hosts != self._checked.hosts:
            self._checked = await async_check(self.hass, entry, hosts)
        if self._checked.error:
            errors[CONF_HOSTS] = self._checked.error
        if errors:
            return self._show(entered, errors, self._checked.details)
        self._options = options
        return await self.async_step_silent_hosts(None if self._checked.silent else {})

    async def async_step_silent_hosts(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether to use hosts at which nobody answers, if there are any, and keep it all."""
        if user_input is None:
            return self.async_show_form(
                step_id="silent_hosts", description_placeholders=told_of_silent(self._checked)
            )
        async_save(self.hass, self.config_entry, hosts=self._checked.hosts, options=self._options)
        return self.async_create_entry(data=self._options)

    def _show(
        self, values: Mapping[str, Any], errors: dict[str, str], details: Mapping[str, str]
    ) -> ConfigFlowResult:
        fixed = async_set_in_yaml(self.hass, self.config_entry)
        # Who has nothing in YAML need not read of it.
        told = f"\n\n{word('common.set_in_yaml')} {', '.join(sorted(fixed))}" if fixed else ""
        entry = self.config_entry
        values = {**_DEFAULTS, **values}
        if fixed:
            stored = {CONF_HOSTS: entry.data[CONF_HOSTS], **entry.options}
            values |= {key: stored[key] for key in fixed if key in stored}
        if isinstance(limits := values.get(CONF_VOLUME_LIMITS), Mapping):
            values[CONF_VOLUME_LIMITS] = [
                {CONF_ROOM: room, CONF_LIMIT: limit} for room, limit in limits.items()
            ]
        values |= {
            name: {key: values[key] for key in keys if key in values}
            for name, keys in SECTIONS.items()
        }
        # A section does not show the errors of its fields while it is closed, and the frontend
        # does not show them in it either; so the section has them, too.
        errors |= {_SECTION_OF[key]: error for key, error in errors.items() if key in _SECTION_OF}
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(self._form(fixed), values),
            errors=errors,
            description_placeholders={
                "household": entry.title,
                "host": "",
                "set_in_yaml": told,
                **details,
            },
        )

    def _form(self, fixed: frozenset[str]) -> Any:
        def fields(keys: tuple[str, ...]) -> Any:
            return {vol.Optional(key): self._selector(key, key in fixed) for key in keys}

        # Home Assistant makes voluptuous an alias of its successor, which type checkers cannot
        # know.
        schemas: Mapping[str, Any] = {
            name: vol.Schema(fields(keys)) for name, keys in SECTIONS.items()
        }
        sections = {
            vol.Required(name): section(schema, {"collapsed": True})
            for name, schema in schemas.items()
        }
        return vol.Schema({**fields(_AT_ONCE), **sections})

    def _selector(self, key: str, read_only: bool) -> Selector[Any]:
        more = {"read_only": True} if read_only else {}
        if key == CONF_VOLUME_LIMITS:
            return _limits_selector(self._rooms(), more)
        kind, config = _SELECTORS[key]
        return kind({**config, **more})

    def _rooms(self) -> list[str]:
        entry = self.config_entry
        if entry.state is not ConfigEntryState.LOADED:
            return []
        return sorted(room.name for room in entry.runtime_data.household.rooms)


def _limits_selector(rooms: list[str], more: Mapping[str, Any]) -> ObjectSelector:
    """Return what asks for rooms and their limits; rooms that are not known can be typed."""
    percent: Any = _PERCENT
    config: Any = {
        "fields": {
            CONF_ROOM: {
                "required": True,
                "selector": SelectSelector(SelectSelectorConfig(options=rooms, custom_value=True)),
            },
            CONF_LIMIT: {
                "required": True,
                "selector": NumberSelector(percent),
            },
        },
        "multiple": True,
        "label_field": CONF_ROOM,
        "description_field": CONF_LIMIT,
        "translation_key": "volume_limits",
        **more,
    }
    return ObjectSelector(config)


def _flat(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was entered, whichever section it was entered in, without what is empty."""
    at_once = {key: it for key, it in user_input.items() if key not in SECTIONS}
    sections = [user_input.get(name, {}) for name in SECTIONS]
    entered = {key: it for part in (at_once, *sections) for key, it in part.items()}
    return {key: it for key, it in entered.items() if it not in (None, "", [], {})}


def _checked_options(
    entered: Mapping[str, Any], before: Mapping[str, Any], fixed: frozenset[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the options that were entered, with those of YAML, and the errors at the others."""
    options: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for key, check in OPTIONS.items():
        if key in fixed:
            options |= {key: before[key]} if key in before else {}
            continue
        if key not in entered:
            continue
        try:
            value = check(entered[key])
        except vol.Invalid:
            errors[key] = ERRORS[key]
        else:
            if value != _DEFAULTS.get(key):
                options[key] = value
    together = contradictions(options)
    return options, {key: it for key, it in together.items() if key not in fixed} | errors
