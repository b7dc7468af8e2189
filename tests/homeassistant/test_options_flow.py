"""Changing the settings of a household in the user interface."""

from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.helpers.translation import async_get_translations
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted.const import DOMAIN
from tests.homeassistant.actions import in_house
from tests.homeassistant.conftest import NOBODY, PORT, make_entry, until
from tests.homeassistant.test_config_flow import OTHER_DEVICE, device

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry, ConfigFlowResult

    from tests.simulator.process import SimulatorProcess

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


async def set_up(hass: HomeAssistant, house: SimulatorProcess, room: str, **options: Any) -> Any:
    """Set a household up."""
    entry = await make_entry(hass, house.addresses[room], **options)
    assert await hass.config_entries.async_setup(entry.entry_id)
    return entry


@pytest.fixture
def asleep(hass: HomeAssistant) -> MockConfigEntry:
    """Give the entry of a household that is not set up."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Sonos (Attic)",
        unique_id="Sonos_attic",
        data={"household_id": "Sonos_attic", "hosts": [NOBODY]},
        options={"listen_port": 1500},
    )
    entry.add_to_hass(hass)
    return entry


# The form


async def test_beginner_sees_two_fields(hass: HomeAssistant, asleep: MockConfigEntry) -> None:
    """All else is in sections, which are closed."""
    form = await begin(hass, asleep)
    assert form["data_schema"] is not None
    schema = form["data_schema"].schema
    at_once = [str(key) for key, kind in schema.items() if not isinstance(kind, section)]
    assert at_once == ["hosts", "announce_volume"]
    sections = {str(key): kind for key, kind in schema.items() if isinstance(kind, section)}
    assert list(sections) == ["volumes", "events", "requests"]
    assert all(each.options == {"collapsed": True} for each in sections.values())
    assert _suggested(schema) == {
        "hosts": [NOBODY],
        "volumes": {},
        "events": {"listen_port": 1500, "poll_fallback": True},
        "requests": {"request_timeout": 9.5, "commands": "threads"},
    }
    assert read_only(form) == set()
    assert form["description_placeholders"] == {
        "household": "Sonos (Attic)",
        "host": "",
        "set_in_yaml": "-",
    }


async def test_nothing_is_changed(hass: HomeAssistant, asleep: MockConfigEntry) -> None:
    """What is sent as it was is kept as it was, and is no reason to set anything up anew."""
    form = await begin(hass, asleep)
    with patch.object(hass.config_entries, "async_schedule_reload") as reload:
        result = await submit(hass, form, entered(form))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert asleep.options == {"listen_port": 1500}
    assert not reload.called


WRONG = [
    ("announce_volume", 50.5, None, "invalid_volume"),
    ("volume_limits", [{"room": "Attic", "limit": 20.5}], "volumes", "invalid_limits"),
    ("volume_limits", [{"room": " ", "limit": 20}], "volumes", "invalid_limits"),
    ("listen_address", "localhost", "events", "invalid_address"),
    ("listen_address", "fe80::1", "events", "invalid_address"),
    ("listen_port", 0, "events", "invalid_port"),
    ("listen_port", 65536, "events", "invalid_port"),
    ("listen_port", 1400.5, "events", "invalid_port"),
    ("advertise_address", "sonos.example.com", "events", "invalid_address"),
    ("advertise_address", "0.0.0.0", "events", "advertise_nowhere"),
    ("advertise_address", "224.0.0.1", "events", "advertise_nowhere"),
    ("advertise_address", "255.255.255.255", "events", "advertise_nowhere"),
    ("advertise_port", 70000, "events", "invalid_port"),
    ("request_timeout", 0.5, "requests", "invalid_timeout"),
    ("request_timeout", 61, "requests", "invalid_timeout"),
    ("hosts", ["my kitchen"], None, "invalid_host"),
    ("hosts", [NOBODY, "fe80::1"], None, "ipv6_only_address"),
    ("hosts", None, None, "no_host"),
    ("hosts", [], None, "no_host"),
    ("hosts", [" "], None, "no_host"),
]


@pytest.mark.parametrize(("field", "value", "place", "error"), WRONG)
async def test_what_is_wrong_is_refused_at_its_field(
    hass: HomeAssistant,
    asleep: MockConfigEntry,
    field: str,
    value: object,
    place: str | None,
    error: str,
) -> None:
    """Also at its section, which may be closed; what was entered stays, and can be mended."""
    form = await begin(hass, asleep)
    form = await submit(hass, form, entered(form, **{field: value}))
    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == {field: error} | ({place: error} if place else {})
    assert all((await texts(hass, form)).values())
    shown = entered(form)
    assert (shown[place] if place else shown).get(field, []) == ([] if value is None else value)
    before = {"hosts": [NOBODY], "listen_port": 1500}.get(field)
    result = await submit(hass, form, entered(form, **{field: before}))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert asleep.options == {"listen_port": 1500}


async def test_port_that_is_told_needs_one_that_is_listened_on(
    hass: HomeAssistant, asleep: MockConfigEntry
) -> None:
    """Whatever forwards the one to the other must know both."""
    form = await begin(hass, asleep)
    form = await submit(hass, form, entered(form, listen_port=None, advertise_port=1500))
    error = "advertise_without_listen"
    assert form["errors"] == {"advertise_port": error, "events": error}
    result = await submit(hass, form, entered(form, listen_port=1400))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert asleep.options == {"listen_port": 1400, "advertise_port": 1500}


# The hosts


async def test_hosts_of_others_are_refused_by_name(
    hass: HomeAssistant,
    asleep: MockConfigEntry,
    standing_house: SimulatorProcess,
    neighbours: SimulatorProcess,
) -> None:
    """By the title of their entry if they have one, or else by a room."""
    await make_entry(hass, standing_house.addresses["Kitchen"])
    kitchen, den = standing_house.addresses["Kitchen"], neighbours.addresses["Den"]
    form = await begin(hass, asleep)
    for host, name in ((kitchen, "Sonos"), (den, "Den")):
        form = await submit(hass, form, entered(form, hosts=[host]))
        assert form["errors"] == {"hosts": "wrong_household"}
        shown = await texts(hass, form)
        assert shown["hosts"].startswith(f"{host} leads to another household: {name}.")
    async with device((404, "")):
        form = await submit(hass, form, entered(form, hosts=[OTHER_DEVICE]))
    assert form["errors"] == {"hosts": "not_sonos"}
    assert OTHER_DEVICE in (await texts(hass, form))["hosts"]
    assert asleep.data["hosts"] == [NOBODY]


async def test_host_that_does_not_answer_may_be_used(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """It may be off today: the user is told, and decides."""
    entry = await make_entry(hass, kitchen := standing_house.addresses["Kitchen"])
    bathroom = standing_house.addresses["Bathroom"]
    await in_house(hass, standing_house.remote.forbid, "Bathroom")
    form = await begin(hass, entry)
    step = await submit(hass, form, entered(form, hosts=[kitchen, bathroom], listen_port=PORT + 5))
    assert (step["type"], step["step_id"]) == (FlowResultType.FORM, "silent_hosts")
    assert step["description_placeholders"] == {
        "reasons": f"- {bathroom} refuses control: UPnP is switched off in the Sonos app"
    }
    assert entry.data["hosts"] == [kitchen]
    result = await submit(hass, step)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.data["hosts"] == [kitchen, bathroom]
    assert entry.options == {"listen_port": PORT + 5}
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED)
    await hass.config_entries.async_unload(entry.entry_id)
