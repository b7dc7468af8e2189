"""Issues that a user can mend: each appears, is mended in its flow or elsewhere, and disappears."""

from collections.abc import Iterator, Mapping
import contextlib
import datetime as dt
from http import HTTPStatus
import os
import socket
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.config_entries import SOURCE_IMPORT, ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.issues.showing import KINDS, UNREACHABLE_SECONDS, issue_id
from custom_components.sonos_twisted.repairs import _async_likely_cause
from custom_components.sonos_twisted.settings.yaml_import import async_save
from tests.homeassistant.conftest import NOBODY, OURS, PORT, all_known, until

if TYPE_CHECKING:
    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

    from tests.simulator.process import SimulatorProcess

TEST_EVENTS = "button.sonos_test_events"

#: The first of two ports that nothing else on this machine uses.
FREE = 19000 + os.getpid() % 1000 * 2

#: A port at which nobody listens.
DEAF = {"advertise_address": "127.0.0.1", "advertise_port": 9}


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """Give up early where nothing arrives, try again soon, and look for two ports only."""
    with (
        patch(f"{OURS}.engine.lease.INITIAL_EVENT_SECONDS", 0.5),
        patch(f"{OURS}.engine.self_test.FIRST_EVENT_SECONDS", 1.0),
        patch(f"{OURS}.engine.polling.COORDINATOR_SECONDS", 0.5),
        patch(f"{OURS}.engine.session.WATCH_SECONDS", 0.3),
        patch(f"{OURS}.engine.listener.PORT_RANGE", 2),
    ):
        yield


@pytest.fixture
async def repairs(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Repairs:
    """Give what the frontend does in the list of repairs."""
    assert await async_setup_component(hass, REPAIRS, {})
    # No view can be added once there is a client.
    assert await async_setup_component(hass, "media_player", {})
    return Repairs(await hass_client())


class Repairs:
    """Mends issues as the frontend does."""

    def __init__(self, client: Any) -> None:
        """Use an HTTP client."""
        self._client = client

    async def begin(self, entry: MockConfigEntry, key: str) -> dict[str, Any]:
        """Open an issue."""
        data = {"handler": DOMAIN, "issue_id": issue_id(entry, key)}
        return await self._post("/api/repairs/issues/fix", data)

    async def submit(self, step: Mapping[str, Any], **data: object) -> dict[str, Any]:
        """Press the button of a step."""
        return await self._post(f"/api/repairs/issues/fix/{step['flow_id']}", data)

    async def _post(self, url: str, data: Mapping[str, object]) -> dict[str, Any]:
        answer = await self._client.post(url, json=data)
        assert answer.status == HTTPStatus.OK, await answer.text()
        result: dict[str, Any] = await answer.json()
        return result


def add(
    hass: HomeAssistant,
    house: SimulatorProcess,
    *rooms_or_hosts: str,
    source: str = "user",
    **options: object,
) -> MockConfigEntry:
    """Add the entry of a house that is entered through these rooms or addresses."""
    household_id = house.facts["household"]
    hosts = [house.addresses.get(item, item) for item in rooms_or_hosts]
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Sonos",
        unique_id=household_id,
        data={"household_id": household_id, "hosts": hosts},
        options={"listen_port": PORT, **options},
        source=source,
    )
    entry.add_to_hass(hass)
    return entry


async def set_up(
    hass: HomeAssistant, house: SimulatorProcess, *rooms_or_hosts: str, **options: Any
) -> MockConfigEntry:
    """Set a house up, whether that succeeds or not."""
    entry = add(hass, house, *rooms_or_hosts, **options)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


def shown(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> dict[str, str] | None:
    """Return what the text of an issue refers to; None if it is not shown."""
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id(entry, key))
    if issue is None or not issue.active:
        return None
    assert (issue.severity, issue.is_fixable) == (KINDS[key].severity, KINDS[key].is_fixable)
    assert issue.learn_more_url is not None
    return issue.translation_placeholders


def all_shown(hass: HomeAssistant) -> set[str]:
    """Return the keys of all issues of ours."""
    issues = ir.async_get(hass).issues.values()
    return {str(it.translation_key) for it in issues if it.domain == DOMAIN and it.active}


async def appears(
    hass: HomeAssistant, entry: MockConfigEntry, key: str, **expected: str
) -> dict[str, str]:
    """Wait until an issue is shown, with these details among others."""
    await until(
        hass,
        lambda: (
            (details := shown(hass, entry, key)) is not None and expected.items() <= details.items()
        ),
        lambda: shown(hass, entry, key) or all_shown(hass),
        seconds=30.0,
    )
    details = shown(hass, entry, key)
    assert details is not None
    return details


async def disappears(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> None:
    """Wait until an issue is shown no more."""
    await until(hass, lambda: shown(hass, entry, key) is None, seconds=75.0)


async def in_house(hass: HomeAssistant, function: Any, *args: object) -> Any:
    """Do something in the house, away from the event loop."""
    return await hass.async_add_executor_job(function, *args)


async def try_again(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Let the time pass after which Home Assistant tries again to set an entry up."""
    async_fire_time_changed(hass, dt_util.utcnow() + dt.timedelta(minutes=10))
    await until(hass, lambda: entry.state is not ConfigEntryState.SETUP_IN_PROGRESS)


async def press(hass: HomeAssistant) -> None:
    """Test the events."""
    await hass.services.async_call("button", "press", {"entity_id": TEST_EVENTS}, blocking=True)


ROOMS = {"Bathroom", "Bedroom", "Kitchen", "Living Room", "Office", "Patio"}


# Events do not arrive


@pytest.mark.parity("beyond: repair of events")
async def test_events_do_not_arrive_until_settings_are_mended(
    hass: HomeAssistant, standing_house: SimulatorProcess, repairs: Repairs
) -> None:
    """The flow says what speakers were told, tries what is entered, and keeps what works."""
    entry = await set_up(hass, standing_house, "Kitchen", **DEAF, request_timeout=9.0)
    told = await appears(hass, entry, "events_not_arriving", callback="127.0.0.1:9")
    await until(
        hass,
        lambda: (
            set((shown(hass, entry, "events_not_arriving") or told)["rooms"].split(", ")) == ROOMS
        ),
    )
    assert all_shown(hass) == {"events_not_arriving"}

    step = await repairs.begin(entry, "events_not_arriving")
    assert (step["type"], step["step_id"], step["errors"]) == ("form", "firewall", None)
    assert step["description_placeholders"]["callback"] == "127.0.0.1:9"
    step = await repairs.submit(step)
    suggested = {
        field["name"]: field.get("description", {}).get("suggested_value")
        for field in step["data_schema"]
    }
    assert suggested == {"listen_address": None, "listen_port": PORT, **DEAF}

    wrong = {"listen_address": "nowhere", "advertise_address": "1.2.3", "listen_port": PORT}
    step = await repairs.submit(step, **wrong)
    assert step["errors"] == {
        "listen_address": "invalid_address",
        "advertise_address": "invalid_address",
    }

    step = await repairs.submit(step, listen_port=PORT, advertise_address="192.0.2.1")
    assert step["errors"] == {"base": "not_arrived"}
    assert step["description_placeholders"]["callback"] == f"192.0.2.1:{PORT}"
    assert set(step["description_placeholders"]["rooms"].split(", ")) == ROOMS
    assert "save_anyway" in {field["name"] for field in step["data_schema"]}
    assert entry.options["advertise_port"] == 9

    step = await repairs.submit(step, listen_port=PORT, listen_address="")
    assert step["type"] == "create_entry"
    assert dict(entry.options) == {"listen_port": PORT, "request_timeout": 9.0}
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED and all_known(hass))
    await until(hass, lambda: all_shown(hass) == set())
    await press(hass)


async def test_events_that_still_do_not_arrive_are_shown_again(
    hass: HomeAssistant, standing_house: SimulatorProcess, repairs: Repairs
) -> None:
    """A user may save what does not work yet; it is looked after when it does."""
    of_container = {"advertise_address": "172.17.0.2", "advertise_port": 9}
    entry = await set_up(hass, standing_house, "Kitchen", **of_container)
    await appears(hass, entry, "events_not_arriving", callback="172.17.0.2:9")
    step = await repairs.begin(entry, "events_not_arriving")
    assert step["step_id"] == "container"
    step = await repairs.submit(step)
    settings = {"listen_port": PORT, "advertise_address": "127.0.0.1", "advertise_port": FREE}
    step = await repairs.submit(step, **settings)
    assert step["errors"] == {"base": "not_arrived"}
    step = await repairs.submit(step, **settings, save_anyway=True)
    assert step["type"] == "create_entry"
    assert dict(entry.options) == settings
    await appears(hass, entry, "events_not_arriving", callback=f"127.0.0.1:{FREE}")
    with pytest.raises(HomeAssistantError, match=f"127.0.0.1:{FREE}") as raised:
        await press(hass)
    assert raised.value.translation_key == "event_test_failed"
    assert raised.value.translation_placeholders is not None
    assert set(raised.value.translation_placeholders["rooms"].split(", ")) == ROOMS

    # Whoever ignores it is not bothered anew after each reload.
    ir.async_ignore_issue(hass, DOMAIN, issue_id(entry, "events_not_arriving"), ignore=True)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await until(hass, lambda: len(entry.runtime_data.served) == len(ROOMS))
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id(entry, "events_not_arriving"))
    assert issue is not None
    assert issue.dismissed_version is not None


async def test_events_stop_and_come_back(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """A firewall that is closed is told after a while, and one that is opened at once."""
    entry = await set_up(hass, standing_house, "Kitchen")
    await until(hass, lambda: all_known(hass))
    remote = standing_house.remote
    with patch(f"{OURS}.issues.household.SILENT_SECONDS", 1.5):
        await in_house(hass, remote.forget_leases, "Bathroom")
        await in_house(hass, remote.fault_notify, "Bathroom", "drop", None, 1000)
        # What had a lease is asked whether it has, and gives another one that is worth nothing.
        by_uid = {speaker.name: speaker.uid for speaker in entry.runtime_data.household.rooms}
        entry.runtime_data.connection.heard_of(by_uid["Bathroom"], boot_seq=1000)
        await until(hass, lambda: entry.runtime_data.served[by_uid["Bathroom"]] == "polling")
        assert all_shown(hass) == set()
        await until(hass, lambda: entry.runtime_data.issues._cancel_timer is not None, seconds=30.0)
        async_fire_time_changed(hass, dt_util.utcnow() + dt.timedelta(seconds=2))
        told = await appears(hass, entry, "events_not_arriving", rooms="Bathroom")
        assert told["speakers"] == standing_house.addresses["Bathroom"]
        with pytest.raises(HomeAssistantError) as raised:
            await press(hass)
        assert raised.value.translation_placeholders is not None
        assert raised.value.translation_placeholders["rooms"] == "Bathroom"
    await in_house(hass, remote.heal)
    await press(hass)
    await disappears(hass, entry, "events_not_arriving")


@pytest.mark.parity("beyond: test of events")
async def test_a_failed_test_is_shown_until_an_event_arrives(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """The leases are held, but the next event would not come through either."""
    entry = await set_up(hass, standing_house, "Kitchen")
    await until(hass, lambda: all_known(hass))
    remote = standing_house.remote
    await in_house(hass, remote.fault_notify, "Office", "drop", "DeviceProperties", 1)
    with pytest.raises(HomeAssistantError, match="Office"):
        await press(hass)
    await appears(hass, entry, "events_not_arriving", rooms="Office")
    await in_house(hass, remote.reboot, "Office")
    await disappears(hass, entry, "events_not_arriving")


async def test_large_household_that_cannot_be_set_up_is_mended(
    hass: HomeAssistant, standing_house: SimulatorProcess, repairs: Repairs
) -> None:
    """Nothing tells who is in it but events: the flow tests them without a household that runs."""
    await in_house(hass, standing_house.remote.set_topology_limit, 1)
    try:
        entry = await set_up(hass, standing_house, "Kitchen", NOBODY, **DEAF)
        kitchen = standing_house.addresses["Kitchen"]
        assert entry.state is ConfigEntryState.SETUP_RETRY
        told = await appears(hass, entry, "events_not_arriving", callback="127.0.0.1:9")
        assert told["rooms"] == kitchen
        step = await repairs.submit(await repairs.begin(entry, "events_not_arriving"))
        step = await repairs.submit(step, listen_port=PORT, advertise_port=9)
        assert step["errors"] == {"base": "not_arrived"}
        assert step["description_placeholders"]["rooms"] == "Kitchen"
        await in_house(hass, standing_house.remote.refuse, "Kitchen")
        step = await repairs.submit(step, listen_port=PORT)
        assert step["errors"] == {"base": "nobody_to_test"}
        await in_house(hass, standing_house.remote.heal)
        step = await repairs.submit(step, listen_port=PORT)
        assert step["type"] == "create_entry"
        await until(hass, lambda: entry.state is ConfigEntryState.LOADED)
        await until(hass, lambda: all_known(hass))
        await until(hass, lambda: all_shown(hass) == set())
    finally:
        await in_house(hass, standing_house.remote.set_topology_limit, 20)


async def test_yaml_is_to_be_changed_where_it_says_how_to_listen(
    hass: HomeAssistant, standing_house: SimulatorProcess, repairs: Repairs
) -> None:
    """What is entered is tried all the same, and told in YAML's words."""
    kitchen = standing_house.addresses["Kitchen"]
    config = {DOMAIN: {"hosts": [kitchen], "listen_port": PORT, **DEAF}}
    assert await async_setup_component(hass, DOMAIN, config)
    await until(hass, lambda: hass.config_entries.async_loaded_entries(DOMAIN), seconds=30.0)
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.source == SOURCE_IMPORT
    before = dict(entry.options)
    key = "events_not_arriving"
    await until(hass, lambda: key in all_shown(hass), seconds=30.0)
    ours: Any = entry
    adapter = {"ipv4": [{"address": "127.0.0.1", "network_prefix": 24}]}
    with patch(f"{OURS}.repairs.async_get_adapters", return_value=[adapter]):
        step = await repairs.begin(ours, key)
    assert step["step_id"] == "subnet"
    step = await repairs.submit(step)
    step = await repairs.submit(step, listen_port=FREE, advertise_address="127.0.0.1")
    assert (step["type"], step["reason"]) == ("abort", "change_yaml")
    settings = f"listen_port: {FREE}\nadvertise_address: 127.0.0.1"
    assert step["description_placeholders"]["settings"] == settings
    assert dict(entry.options) == before
    assert key in all_shown(hass)


async def test_what_yaml_does_not_set_is_mended_in_the_repair(
    hass: HomeAssistant, standing_house: SimulatorProcess, repairs: Repairs
) -> None:
    """YAML says which port, and somebody has set a wrong one to tell speakers of."""
    config = {DOMAIN: {"hosts": standing_house.addresses["Kitchen"], "listen_port": PORT}}
    assert await async_setup_component(hass, DOMAIN, config)
    await until(hass, lambda: hass.config_entries.async_loaded_entries(DOMAIN), seconds=30.0)
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert async_save(hass, entry, options={**entry.options, **DEAF})
    key = "events_not_arriving"
    await until(hass, lambda: key in all_shown(hass), seconds=30.0)
    ours: Any = entry
    step = await repairs.submit(await repairs.begin(ours, key))
    # Who keeps what it is has it tried again.
    as_it_is = {"listen_port": PORT, **DEAF}
    step = await repairs.submit(step, **as_it_is)
    assert step["errors"] == {"base": "not_arrived"}
    before = entry.runtime_data
    step = await repairs.submit(step, **as_it_is, save_anyway=True)
    assert step["type"] == "create_entry"
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED, seconds=30.0)
    assert entry.runtime_data is not before
    await until(hass, lambda: key in all_shown(hass), seconds=30.0)
    step = await repairs.submit(await repairs.begin(ours, key))
    step = await repairs.submit(step, advertise_port=PORT)
    assert step["errors"] == {"advertise_port": "advertise_without_listen"}
    step = await repairs.submit(step, listen_port=PORT)
    assert step["type"] == "create_entry"
    assert entry.options == {"listen_port": PORT}
    await until(hass, lambda: key not in all_shown(hass), seconds=30.0)


@pytest.mark.parametrize(
    ("callback", "speakers", "networks", "cause"),
    [
        ("172.17.0.2:1400", "192.168.1.20", ["172.17.0.2/16"], "container"),
        ("172.30.32.1:1400", "192.168.1.20, 172.30.1.2", ["172.30.32.1/23"], "subnet"),
        ("10.88.0.5:1400", "192.168.1.20", [], "container"),
        ("192.168.1.5:1400", "192.168.1.20, 192.168.2.7", ["192.168.1.5/24"], "subnet"),
        ("192.168.1.5:1400", "192.168.1.20, 192.168.2.7", ["192.168.1.5/22"], "firewall"),
        ("192.168.1.5:1400", "192.168.2.7", ["10.0.0.1/8"], "firewall"),
        ("192.168.1.5:1400, 10.0.0.1:1401", "10.0.0.7", ["10.0.0.1/8"], "firewall"),
    ],
)
async def test_likely_cause(
    hass: HomeAssistant, callback: str, speakers: str, networks: list[str], cause: str
) -> None:
    """It is told from the addresses alone, and what is not known is not claimed."""
    ipv4 = [
        {"address": address, "network_prefix": int(prefix)}
        for address, _, prefix in (network.partition("/") for network in networks)
    ]
    with patch(f"{OURS}.repairs.async_get_adapters", return_value=[{"ipv4": ipv4}]):
        found = await _async_likely_cause(hass, {"callback": callback, "speakers": speakers})
    assert found == cause


# No port


@contextlib.contextmanager
def ports_taken() -> Iterator[None]:
    """Occupy both of the ports."""
    with socket.create_server(("0.0.0.0", FREE)), socket.create_server(("0.0.0.0", FREE + 1)):
        yield


@pytest.mark.parity("beyond: repair of ports")
async def test_no_port_is_free(
    hass: HomeAssistant, standing_house: SimulatorProcess, repairs: Repairs
) -> None:
    """Another one is entered; one that is not free either is not kept."""
    entry = await set_up(hass, standing_house, "Kitchen", listen_port=PORT)
    await until(hass, lambda: all_known(hass))
    with ports_taken():
        hass.config_entries.async_update_entry(entry, options={"listen_port": FREE})
        assert await hass.config_entries.async_reload(entry.entry_id)
        told = await appears(hass, entry, "no_free_port", first_port=str(FREE))
        assert (told["address"], told["last_port"]) == ("0.0.0.0", str(FREE + 1))
        assert all_shown(hass) == {"no_free_port"}
        with pytest.raises(HomeAssistantError) as raised:
            await press(hass)
        assert raised.value.translation_key == "no_free_port"
        step = await repairs.begin(entry, "no_free_port")
        assert step["step_id"] == "settings"
        step = await repairs.submit(step, listen_port=FREE)
        assert step["errors"] == {"base": "no_port"}
        assert str(FREE) in step["description_placeholders"]["reason"]
        step = await repairs.submit(step, listen_port=PORT)
        assert step["type"] == "create_entry"
        await until(hass, lambda: entry.state is ConfigEntryState.LOADED and all_known(hass))
        await until(hass, lambda: all_shown(hass) == set())


# UPnP


@pytest.mark.parity("beyond: repair of UPnP")
async def test_upnp_is_switched_off_in_a_room(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """The issue names the room, and ends when it is switched on."""
    await in_house(hass, standing_house.remote.forbid, "Office")
    entry = await set_up(hass, standing_house, "Kitchen")
    await appears(hass, entry, "upnp_disabled", rooms="Office")
    await in_house(hass, standing_house.remote.forbid, "Office", False)
    await disappears(hass, entry, "upnp_disabled")
    assert all_shown(hass) == set()


async def test_upnp_is_switched_off_before_setting_up(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """It is shown at once, and not as a household that cannot be reached."""
    await in_house(hass, standing_house.remote.forbid, "*")
    entry = await set_up(hass, standing_house, "Kitchen")
    await appears(hass, entry, "upnp_disabled", rooms=standing_house.addresses["Kitchen"])
    assert all_shown(hass) == {"upnp_disabled"}
    await in_house(hass, standing_house.remote.heal)
    await try_again(hass, entry)
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED)
    await disappears(hass, entry, "upnp_disabled")


# Nobody is there


@pytest.mark.parity("beyond: repair of an unreachable household")
async def test_household_is_unreachable_for_long(
    hass: HomeAssistant, standing_house: SimulatorProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """A while is nothing to tell of; the issue waits for no attempt, and ends with a success.

    The log has one line of the return.
    """

    async def later(seconds: float) -> None:
        async_fire_time_changed(hass, dt_util.utcnow() + dt.timedelta(seconds=seconds))
        await until(hass, lambda: entry.state is ConfigEntryState.SETUP_RETRY)

    await in_house(hass, standing_house.remote.refuse, "Kitchen")
    entry = await set_up(hass, standing_house, "Kitchen")
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await later(UNREACHABLE_SECONDS - 20)
    assert all_shown(hass) == set()
    with patch.object(hass.config_entries, "async_setup", side_effect=AssertionError):
        await later(UNREACHABLE_SECONDS + 1)
        told = await appears(hass, entry, "household_unreachable", household="Sonos")
    assert standing_house.addresses["Kitchen"] in told["error"]
    await try_again(hass, entry)
    await appears(hass, entry, "household_unreachable")
    await in_house(hass, standing_house.remote.heal)
    await try_again(hass, entry)
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED)
    await until(hass, lambda: all_shown(hass) == set())
    # Home Assistant notes each attempt, in words of its own.
    ours = [
        record.message
        for record in caplog.records
        if record.name.startswith(OURS)
        and record.levelname != "DEBUG"
        and "not ready yet" not in record.message
    ]
    assert [line for line in ours if "Sonos" in line] == ["Sonos is set up at last"]


async def test_nothing_is_shown_of_an_entry_that_is_gone(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """Neither when it is disabled nor when it is removed."""
    with patch(f"{OURS}.issues.showing.UNREACHABLE_SECONDS", 0.0):
        entry = await set_up(hass, standing_house, NOBODY)
        await appears(hass, entry, "household_unreachable")
        await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
        assert all_shown(hass) == set()
        await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
        await appears(hass, entry, "household_unreachable")
        await hass.config_entries.async_remove(entry.entry_id)
        await hass.async_block_till_done()
        assert all_shown(hass) == set()


# Hosts of another household


@pytest.mark.parity("beyond: repair of hosts")
async def test_s1_speaker_among_the_hosts(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    neighbours: SimulatorProcess,
    repairs: Repairs,
) -> None:
    """It is taken out when the user says so; the household is not disturbed."""
    den = neighbours.addresses["Den"]
    entry = await set_up(hass, standing_house, "Kitchen", den)
    await appears(hass, entry, "s1_in_s2", hosts=den, rooms="Den", household="Sonos")
    assert all_shown(hass) == {"s1_in_s2"}
    step = await repairs.begin(entry, "s1_in_s2")
    assert (step["step_id"], step["description_placeholders"]["hosts"]) == ("confirm", den)
    step = await repairs.submit(step)
    assert step["type"] == "create_entry"
    assert entry.data["hosts"] == [standing_house.addresses["Kitchen"]]
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED and all_known(hass))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert all_shown(hass) == set()


async def test_hosts_are_looked_at_again_when_an_address_changes(
    hass: HomeAssistant, standing_house: SimulatorProcess, neighbours: SimulatorProcess
) -> None:
    """Whose it is now may be another question."""
    den, office = neighbours.addresses["Den"], standing_house.addresses["Office"]
    entry = await set_up(hass, standing_house, "Kitchen", den)
    await appears(hass, entry, "s1_in_s2", hosts=den)
    await in_house(hass, neighbours.remote.change_address, "Den")
    assert all_shown(hass) == {"s1_in_s2"}
    await in_house(hass, standing_house.remote.change_address, "Office")
    await disappears(hass, entry, "s1_in_s2")
    await in_house(hass, neighbours.remote.change_address, "Den", den)
    await in_house(hass, standing_house.remote.change_address, "Office", office)
    await appears(hass, entry, "s1_in_s2", hosts=den)


async def test_host_of_another_household_is_the_only_one(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    neighbours: SimulatorProcess,
    repairs: Repairs,
) -> None:
    """There must be one left; when the address leads home again, the issue ends."""
    den = neighbours.addresses["Den"]
    entry = await set_up(hass, standing_house, den)
    await appears(hass, entry, "other_household", hosts=den, rooms="Den")
    step = await repairs.submit(await repairs.begin(entry, "other_household"))
    assert (step["type"], step["reason"]) == ("abort", "no_host_left")
    assert all_shown(hass) == {"other_household"}
    hosts = [standing_house.addresses["Kitchen"], NOBODY]
    hass.config_entries.async_update_entry(entry, data={**entry.data, "hosts": hosts})
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert all_shown(hass) == set()


async def test_host_of_another_household_in_yaml(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    neighbours: SimulatorProcess,
    repairs: Repairs,
) -> None:
    """Only YAML can let go of it: its speaker has moved since it was imported."""
    den = neighbours.addresses["Den"]
    entry = add(hass, standing_house, den, source=SOURCE_IMPORT)
    config = {DOMAIN: {"hosts": [NOBODY], "listen_port": PORT}}
    assert await async_setup_component(hass, DOMAIN, config)
    await appears(hass, entry, "other_household", hosts=den)
    step = await repairs.submit(await repairs.begin(entry, "other_household"))
    assert (step["type"], step["reason"]) == ("abort", "change_yaml")
    assert entry.data["hosts"] == [den]


# Core's integration


@pytest.mark.parity("beyond: repair of core")
async def test_core_is_set_up_as_well(
    hass: HomeAssistant, standing_house: SimulatorProcess, repairs: Repairs
) -> None:
    """It is told as long as that is so, unless the user has heard enough of it."""
    entry = await set_up(hass, standing_house, "Kitchen")
    assert all_shown(hass) == set()
    core = MockConfigEntry(domain="sonos", title="Sonos")
    other = MockConfigEntry(domain="sun")
    other.add_to_hass(hass)
    hass.config_entries.async_update_entry(other, title="Sun")
    of_core = "homeassistant.components.sonos"
    with (
        patch(f"{of_core}.async_setup_entry", return_value=True),
        patch(f"{of_core}.async_unload_entry", return_value=True),
    ):
        await hass.config_entries.async_add(core)
        await appears(hass, entry, "core_sonos")
        step = await repairs.begin(entry, "core_sonos")
        assert (step["type"], step["menu_options"]) == ("menu", ["take_over", "keep_both"])
        step = await repairs.submit(step, next_step_id="take_over")
        assert (step["type"], step["reason"]) == ("abort", "not_taken_over")
        assert step["description_placeholders"]["error"]
        step = await repairs.begin(entry, "core_sonos")
        step = await repairs.submit(step, next_step_id="keep_both")
        assert (step["type"], step["reason"]) == ("abort", "kept_both")
        issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id(entry, "core_sonos"))
        assert issue is not None
        assert issue.dismissed_version is not None
        await hass.config_entries.async_reload(entry.entry_id)
        issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id(entry, "core_sonos"))
        assert issue is not None
        assert issue.dismissed_version is not None

        await hass.config_entries.async_set_disabled_by(core.entry_id, ConfigEntryDisabler.USER)
        await disappears(hass, entry, "core_sonos")
        await hass.config_entries.async_set_disabled_by(core.entry_id, None)
        await appears(hass, entry, "core_sonos")
        await hass.config_entries.async_remove(core.entry_id)
        await disappears(hass, entry, "core_sonos")
