"""Setting up a household in the user interface, and importing one from YAML."""

from typing import Any, override

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_HOST
from homeassistant.helpers.selector import TextSelector
import voluptuous as vol

from .const import CONF_HOSTS, CONF_HOUSEHOLD_ID, DOMAIN
from .engine import EngineError
from .engine.commands.identity import identify
from .errors import placeholders, translation_key
from .schema import OPTIONS, host

# Home Assistant makes voluptuous an alias of its successor, which type checkers cannot know.
_USER_SCHEMA: Any = vol.Schema({vol.Required(CONF_HOST): TextSelector()})


class SonosTwistedConfigFlow(ConfigFlow, domain=DOMAIN):
    """Finds the household that a speaker belongs to, and creates an entry for it."""

    VERSION = 1

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
                await self.async_set_unique_id(identity.household_id)
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

    async def async_step_import(self, import_data: dict[str, Any]) -> ConfigFlowResult:
        """Create the entry of a household from YAML, or bring it into step with YAML."""
        household_id = import_data[CONF_HOUSEHOLD_ID]
        data = {CONF_HOUSEHOLD_ID: household_id, CONF_HOSTS: import_data[CONF_HOSTS]}
        options = {key: import_data[key] for key in OPTIONS if key in import_data}
        entry = await self.async_set_unique_id(household_id)
        if entry is None:
            return self.async_create_entry(title=_title(None), data=data, options=options)
        return self.async_update_reload_and_abort(
            entry,
            data_updates=data,
            options=options,
            reason="already_configured",
            reload_even_if_entry_is_unchanged=False,
        )


def _title(room: str | None) -> str:
    """Name an entry; a household has no name of its own that a person would know."""
    return f"Sonos ({room})" if room else "Sonos"
