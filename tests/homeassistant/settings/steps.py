"""Opening the settings of a household, and filling in their form."""

from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.helpers.translation import async_get_translations

from custom_components.sonos_twisted.const import DOMAIN

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry, ConfigFlowResult


async def begin(hass: HomeAssistant, entry: ConfigEntry) -> ConfigFlowResult:
    """Open the settings of an entry."""
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "init")
    assert form["errors"] == {}
    return form


async def submit(
    hass: HomeAssistant, form: ConfigFlowResult, values: dict[str, Any] | None = None
) -> ConfigFlowResult:
    """Fill in a form and send it, as the frontend does: what is in closed sections, too."""
    result = await hass.config_entries.options.async_configure(form["flow_id"], values or {})
    await hass.async_block_till_done()
    return result


def entered(form: ConfigFlowResult, **changes: Any) -> dict[str, Any]:
    """Return what the frontend sends when some values of a form are changed; None empties one."""
    assert form["data_schema"] is not None
    values = _suggested(form["data_schema"].schema)
    in_section = {
        key: name
        for name, part in form["data_schema"].schema.items()
        if isinstance(part, section)
        for key in map(str, part.schema.schema)
    }
    for key, value in changes.items():
        place = values[in_section[key]] if key in in_section else values
        place.pop(key, None)
        if value is not None:
            place[key] = value
    return values


def _suggested(schema: Any) -> dict[str, Any]:
    """Return the values that a form begins with."""
    values = {}
    for key, kind in schema.items():
        if isinstance(kind, section):
            values[str(key)] = _suggested(kind.schema.schema)
        elif "suggested_value" in (key.description or {}):
            values[str(key)] = key.description["suggested_value"]
    return values


def read_only(form: ConfigFlowResult) -> set[str]:
    """Return the fields of a form that cannot be changed."""
    assert form["data_schema"] is not None
    parts = [form["data_schema"].schema]
    parts += [part.schema.schema for part in parts[0].values() if isinstance(part, section)]
    return {
        str(key)
        for part in parts
        for key, kind in part.items()
        if not isinstance(kind, section) and kind.config.get("read_only")
    }


async def texts(hass: HomeAssistant, form: ConfigFlowResult) -> dict[str, str]:
    """Return the texts of the errors that are shown, by the field."""
    known = await async_get_translations(hass, "en", "options", [DOMAIN])
    placeholders = form["description_placeholders"]
    assert form["errors"] is not None
    assert placeholders is not None
    return {
        field: known[f"component.{DOMAIN}.options.error.{key}"].format(**placeholders)
        for field, key in form["errors"].items()
    }
