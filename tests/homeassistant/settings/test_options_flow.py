"""Changing the settings of a household in the user interface."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.engine import ListenSettings, Served
from tests.homeassistant.actions import BATHROOM, OFFICE, act, in_house, shows
from tests.homeassistant.announcing.steps import DING, announce, clips, say
from tests.homeassistant.conftest import (
    NOBODY,
    OURS,
    PORT,
    all_known,
    make_entry,
    until,
)
from tests.homeassistant.flow_steps import OTHER_DEVICE, device

from .steps import _suggested, begin, entered, read_only, submit, texts

if TYPE_CHECKING:
    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

    from tests.simulator.process import SimulatorProcess


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
        "set_in_yaml": "",
    }


async def test_frontend_gets_the_form(
    hass: HomeAssistant, asleep: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    """All of it, in the words of the frontend, also what is read-only."""
    assert await async_setup_component(hass, "config", {})
    client = await hass_client()
    with patch(
        f"{OURS}.settings.options_flow.async_set_in_yaml", return_value=frozenset({"hosts"})
    ):
        answer = await client.post(
            "/api/config/config_entries/options/flow", json={"handler": asleep.entry_id}
        )
    assert answer.status == HTTPStatus.OK
    fields = {field["name"]: field for field in (await answer.json())["data_schema"]}
    assert fields["hosts"]["selector"]["text"]["read_only"] is True
    assert fields["volumes"]["type"] == "expandable"
    assert fields["volumes"]["expanded"] is False
    (limits,) = fields["volumes"]["schema"]
    assert limits["selector"]["object"]["fields"].keys() == {"room", "limit"}


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
    assert step["description_placeholders"] is not None
    reasons = step["description_placeholders"]["reasons"]
    assert reasons.startswith(f"- The speaker at {bathroom} refuses control. Switch UPnP on")
    assert entry.data["hosts"] == [kitchen]
    result = await submit(hass, step)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.data["hosts"] == [kitchen, bathroom]
    assert entry.options == {"listen_port": PORT + 5}
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED)
    await hass.config_entries.async_unload(entry.entry_id)


# What is changed is in force


@pytest.fixture
def watched(hass: HomeAssistant) -> Iterator[list[str]]:
    """Give the ids of all entities that write a state, again and again."""
    written: list[str] = []

    @callback
    def note(event: Event[Any]) -> None:
        written.append(event.data["entity_id"])

    @callback
    def every(_data: object) -> bool:
        return True

    kinds: list[Any] = [EVENT_STATE_CHANGED, EVENT_STATE_REPORTED]
    endings = [hass.bus.async_listen(kind, note, event_filter=every) for kind in kinds]
    yield written
    for end in endings:
        end()


def subscribed(house: SimulatorProcess) -> int:
    """Return how many requests for a subscription a house has had since it was told to count."""
    requests = house.remote.requests().values()
    return sum(count for kinds in requests for kind, count in kinds.items() if "SUBSCRIBE" in kind)


def callbacks(house: SimulatorProcess) -> dict[str, str]:
    """Return where a house sends its events to, by the lease."""
    leases = house.remote.leases().values()
    return {lease["sid"]: lease["callback"] for held in leases for lease in held}


@pytest.mark.parity("beyond: settings in the user interface")
async def test_a_change_is_in_force_at_once_and_disturbs_nobody_else(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    neighbours: SimulatorProcess,
    watched: list[str],
) -> None:
    """The other household writes no state, and none of its leases is touched."""
    other = await set_up(hass, neighbours, "Den")
    entry = await set_up(hass, standing_house, "Kitchen")
    await until(hass, lambda: len(hass.states.async_all("media_player")) == 9)
    await hass.async_block_till_done(wait_background_tasks=True)
    theirs = {
        each.entity_id
        for each in er.async_entries_for_config_entry(er.async_get(hass), other.entry_id)
    }
    held = await in_house(hass, callbacks, neighbours)
    ours = await in_house(hass, callbacks, standing_house)
    coordinator = other.runtime_data
    await in_house(hass, neighbours.remote.reset_requests)
    watched.clear()
    form = await begin(hass, entry)
    result = await submit(hass, form, entered(form, listen_port=PORT + 50, request_timeout=5))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED)
    await until(hass, lambda: "media_player.kitchen" in watched)
    now = await in_house(hass, callbacks, standing_house)
    assert now.keys().isdisjoint(ours)
    assert all(f":{PORT + 50}/" in url for url in now.values())
    # Whatever the other household could notice, it has by the time that it notices this.
    assert theirs.isdisjoint(watched)
    await in_house(hass, neighbours.remote.set_volume, "Den", 33)
    await shows(hass, "media_player.den", volume_level=0.33)
    assert theirs.intersection(watched) == {
        "media_player.den",
        "number.den_group_volume",
    }
    assert await in_house(hass, subscribed, neighbours) == 0
    assert await in_house(hass, callbacks, neighbours) == held
    assert other.runtime_data is coordinator
    for each in (entry, other):
        await hass.config_entries.async_unload(each.entry_id)


async def test_each_setting_is_in_force(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """All at once; each is shown the next time, and goes when it is emptied."""
    entry = await set_up(hass, standing_house, "Kitchen")
    await until(hass, lambda: all_known(hass))
    await in_house(hass, standing_house.remote.set_volume, "Office", 70)
    form = await begin(hass, entry)
    changed = {
        "announce_volume": 35,
        "volume_limits": [{"room": "office", "limit": 30}, {"room": "Attic", "limit": 0}],
        "listen_address": "127.0.0.1",
        "listen_port": PORT + 60,
        "advertise_address": "127.0.0.1",
        "advertise_port": PORT + 60,
        "poll_fallback": False,
        "request_timeout": 3.5,
        "commands": "process",
    }
    await submit(hass, form, entered(form, **changed))
    assert entry.options == changed | {"volume_limits": {"office": 30, "Attic": 0}}
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED and all_known(hass))
    connection = entry.runtime_data.connection
    listen = ListenSettings("127.0.0.1", PORT + 60, "127.0.0.1", PORT + 60)
    settings = connection._settings
    assert settings.listen == listen
    assert (settings.request_seconds, settings.commands, settings.poll_fallback) == (
        3.5,
        "process",
        False,
    )
    await shows(hass, OFFICE, volume_level=0.3, volume_limit=0.3)
    form = await begin(hass, entry)
    values = entered(form)
    for part in ("volumes", "events", "requests"):
        values |= values.pop(part)
    assert values == {"hosts": entry.data["hosts"], **changed}
    emptied = dict.fromkeys(changed) | {
        "poll_fallback": True,
        "commands": "threads",
        "listen_port": PORT,
    }
    await submit(hass, form, entered(form, **emptied))
    assert entry.options == {"listen_port": PORT}
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED and all_known(hass))
    await in_house(hass, standing_house.remote.set_volume, "Office", 50)
    await shows(hass, OFFICE, volume_level=0.5, volume_limit=None)
    await in_house(hass, standing_house.remote.set_volume, "Office", 20)
    await hass.config_entries.async_unload(entry.entry_id)


async def test_the_lower_of_two_limits_counts(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """An action can lower what is set in the settings, and take that back, but not raise it."""
    entry = await set_up(hass, standing_house, "Kitchen", volume_limits={"Office": 40})
    await until(hass, lambda: all_known(hass))
    await shows(hass, OFFICE, volume_limit=0.4)
    for limit, counts in ((0.25, 0.25), (0.9, 0.4), (None, 0.4)):
        await act(
            hass,
            "ours.set_volume_limit",
            OFFICE,
            **({} if limit is None else {"volume_level": limit}),
        )
        await shows(hass, OFFICE, volume_limit=counts)
    await act(hass, "volume_set", OFFICE, volume_level=0.8)
    await shows(hass, OFFICE, volume_level=0.4)
    await act(hass, "volume_set", OFFICE, volume_level=0.2)
    await shows(hass, OFFICE, volume_level=0.2)
    await hass.config_entries.async_unload(entry.entry_id)


async def test_announcements_have_a_volume_of_their_own(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """It counts where none is said with the announcement."""
    entry = await set_up(hass, standing_house, "Kitchen", announce_volume=33)
    await until(hass, lambda: all_known(hass))
    remote = standing_house.remote
    await in_house(hass, remote.publish, DING, 0.2)
    await announce(hass, BATHROOM, DING)
    await say(hass, BATHROOM, DING, volume=12)
    await say(hass, BATHROOM, DING)
    assert [clip["volume"] for clip in await clips(hass, remote, "Bathroom")] == [33, 12, 33]
    await hass.config_entries.async_unload(entry.entry_id)


async def test_rooms_without_events_are_unavailable_if_nobody_is_to_be_asked(
    hass: HomeAssistant, standing_house: SimulatorProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """They say why, the repair is offered, and with events they are back; or by asking."""
    caplog.set_level("INFO", OURS)
    with patch(f"{OURS}.engine.lease.INITIAL_EVENT_SECONDS", 0.5):
        deaf = {"advertise_address": "127.0.0.1", "advertise_port": 9}
        entry = await set_up(hass, standing_house, "Kitchen", poll_fallback=False, **deaf)
        office = next(it for it in entry.runtime_data.household.rooms if it.name == "Office")
        await until(hass, lambda: len(hass.states.async_all("media_player")) == 6)
        await until(hass, lambda: not office.available)
        await shows(hass, OFFICE, state="unavailable")
        reason = "its events do not arrive, and asking for its state instead is switched off"
        assert office.unavailable_reason == reason
        assert entry.runtime_data.can_be_reached(office)
        key = f"events_not_arriving_{entry.entry_id}"
        await until(hass, lambda: ir.async_get(hass).async_get_issue(DOMAIN, key))
        await in_house(hass, standing_house.remote.reset_requests)
        form = await begin(hass, entry)
        await submit(hass, form, entered(form, poll_fallback=True))
        await until(hass, lambda: entry.state is ConfigEntryState.LOADED and all_known(hass))
        assert Served.BY_POLLING in entry.runtime_data.served.values()
        form = await begin(hass, entry)
        await submit(hass, form, entered(form, advertise_address=None, advertise_port=None))
        await until(hass, lambda: entry.state is ConfigEntryState.LOADED and all_known(hass))
        assert Served.BY_POLLING not in entry.runtime_data.served.values()
    await hass.config_entries.async_unload(entry.entry_id)
