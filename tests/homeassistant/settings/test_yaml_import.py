"""The YAML configuration: what is allowed, what is said of the rest, and how it becomes entries."""

from collections.abc import Iterator
import logging
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock, patch
from urllib.parse import urlsplit

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.engine import ConnectionSettings, ListenSettings
from custom_components.sonos_twisted.engine.commands.identity import identify
from custom_components.sonos_twisted.settings.options_flow import SECTIONS
from custom_components.sonos_twisted.settings.schema import (
    CONFIG_SCHEMA,
    HOUSEHOLD_SCHEMA,
    OPTIONS,
    connection_settings,
    contradictions,
)
from custom_components.sonos_twisted.settings.yaml_import import RETRY_SECONDS
from tests.homeassistant.conftest import NOBODY, OURS, all_known, complaints, until

if TYPE_CHECKING:
    from tests.simulator.process import SimulatorProcess

SPEAKER = "192.168.1.20"


# What is allowed


@pytest.mark.parametrize(
    ("key", "typed", "understood"),
    [
        ("hosts", [SPEAKER], [SPEAKER]),
        ("hosts", SPEAKER, [SPEAKER]),
        ("hosts", "192.168.1.20, 192.168.1.21", [SPEAKER, "192.168.1.21"]),
        ("hosts", [SPEAKER, " sonos-kitchen.lan "], [SPEAKER, "sonos-kitchen.lan"]),
        ("hosts", [SPEAKER, "192.168.1.21", SPEAKER], [SPEAKER, "192.168.1.21"]),
        ("hosts", "kitchen,kitchen", ["kitchen"]),
        ("hosts", ["Sonos_Kitchen.fritz.box."], ["Sonos_Kitchen.fritz.box."]),
        ("hosts", ["k" * 63], ["k" * 63]),
        ("listen_address", "0.0.0.0", "0.0.0.0"),
        ("listen_address", " 192.168.1.5 ", "192.168.1.5"),
        ("listen_port", 1400, 1400),
        ("listen_port", 1, 1),
        ("listen_port", 65535, 65535),
        ("listen_port", "1500", 1500),
        ("listen_port", 1500.0, 1500),
        ("advertise_address", "10.0.0.1", "10.0.0.1"),
        ("advertise_port", " 32400 ", 32400),
        ("request_timeout", 1, 1.0),
        ("request_timeout", 60, 60.0),
        ("request_timeout", 9.5, 9.5),
        ("request_timeout", "2.5", 2.5),
        ("commands", "threads", "threads"),
        ("announce_volume", 0, 0),
        ("announce_volume", "35", 35),
        ("poll_fallback", False, False),
        ("volume_limits", {}, {}),
        ("volume_limits", {" Living Room ": 40, 5: "60"}, {"Living Room": 40, "5": 60}),
        ("volume_limits", [{"room": "Kitchen", "limit": 40.0}], {"Kitchen": 40}),
    ],
)
def test_valid(key: str, typed: object, understood: object) -> None:
    """Each key takes what a person may well write."""
    config = {"hosts": SPEAKER, key: typed}
    assert CONFIG_SCHEMA({DOMAIN: config})[DOMAIN][key] == understood


def test_a_list_has_settings_for_each_household() -> None:
    """Each as if it were alone; no host can be in two of them."""
    first, second = {"hosts": SPEAKER, "listen_port": 1500}, {"hosts": "sonos-den.lan"}
    checked = [{"hosts": [SPEAKER], "listen_port": 1500}, {"hosts": ["sonos-den.lan"]}]
    assert CONFIG_SCHEMA({DOMAIN: [first, second]})[DOMAIN] == checked
    for wrong, path, words in (
        ([first, {"hosts": ["sonos-den.lan", SPEAKER]}], [1, "hosts"], f"{SPEAKER} is named by"),
        ([first, {**second, "listen_port": 0}], [1, "listen_port"], "expected a whole number"),
        ([first, {}], [1, "hosts"], "required key not provided"),
        ([SPEAKER], [0], "expected a mapping"),
        ([], [], "expected a mapping"),
    ):
        with pytest.raises(vol.MultipleInvalid) as caught:
            CONFIG_SCHEMA({DOMAIN: wrong})
        (error,) = caught.value.errors
        assert error.path == [DOMAIN, *path]
        assert error.error_message.startswith(words)


def test_limit_of_a_room_that_is_wrong() -> None:
    """The error names the room."""
    for room, limit in (("Kitchen", 101), ("Kitchen", None), (" ", 20)):
        with pytest.raises(vol.MultipleInvalid) as caught:
            CONFIG_SCHEMA({DOMAIN: {"hosts": SPEAKER, "volume_limits": {room: limit}}})
        (error,) = caught.value.errors
        assert error.path == [DOMAIN, "volume_limits", room]
        assert error.error_message.startswith("expected")


def test_everything_can_be_said_in_both_ways() -> None:
    """One table checks what is typed in YAML and in the user interface."""
    in_yaml = {str(key) for key in HOUSEHOLD_SCHEMA.schema}
    assert in_yaml == {"hosts", *OPTIONS}
    in_form = {key for keys in SECTIONS.values() for key in keys}
    assert in_form | {"announce_volume"} == OPTIONS.keys()


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"advertise_port": 1500}, {"advertise_port": "advertise_without_listen"}),
        ({"advertise_port": 1500, "listen_port": 1400}, {}),
        ({"advertise_address": "10.0.0.1"}, {}),
        ({"advertise_address": "0.0.0.0"}, {"advertise_address": "advertise_nowhere"}),
    ],
)
async def test_what_does_not_go_together_is_told(
    hass: HomeAssistant,
    caplog: pytest.LogCaptureFixture,
    options: dict[str, Any],
    found: dict[str, str],
) -> None:
    """In YAML it is a warning: it may work, and has worked before."""
    assert contradictions(options) == found
    assert await async_setup_component(hass, DOMAIN, {DOMAIN: {"hosts": NOBODY, **options}})
    told = [words for words in complaints(caplog) if "in YAML" in words]
    assert len(told) == len(found)
    assert all(key in words for key, words in zip(found, told, strict=True))


def test_only_hosts_are_required() -> None:
    """Nothing is filled in: what isn't typed isn't stored."""
    assert CONFIG_SCHEMA({DOMAIN: {"hosts": SPEAKER}}) == {DOMAIN: {"hosts": [SPEAKER]}}


def test_configuration_of_others_is_none_of_our_business() -> None:
    """The whole file is handed to each integration."""
    config = {"default_config": None, DOMAIN: {"hosts": [SPEAKER]}, "sonos": {"hosts": 3}}
    assert CONFIG_SCHEMA(config) == config


def test_settings_of_the_connection() -> None:
    """Each option reaches the engine; what is missing is the engine's own default."""
    assert connection_settings({}) == ConnectionSettings()
    options = {
        "listen_address": "192.168.1.5",
        "listen_port": 1500,
        "advertise_address": "10.0.0.1",
        "advertise_port": 32400,
        "request_timeout": 5.0,
        "commands": "process",
        "poll_fallback": False,
    }
    listen = ListenSettings("192.168.1.5", 1500, "10.0.0.1", 32400)
    assert connection_settings(options) == ConnectionSettings(
        listen, request_seconds=5.0, commands="process", poll_fallback=False
    )


# What is not

ADDRESS = "expected an IPv4 address such as 192.168.1.20"
HOST = "expected the host name or IPv4 address of a Sonos speaker"
HOSTS = "expected the hosts of one or more Sonos speakers, as a list"
PORT = "expected a whole number from 1 to 65535"
TIMEOUT = "expected a number of seconds from 1 to 60"
COMMANDS = "expected threads or process"
VOLUME = "expected a whole number from 0 to 100"
LIMITS = "expected the names of rooms, each with its limit in percent"

WRONG = [
    ("hosts", None, HOSTS),
    ("hosts", [], HOSTS),
    ("hosts", "", HOST),
    ("hosts", 5, HOSTS),
    ("hosts", {"kitchen": SPEAKER}, HOSTS),
    ("hosts", [None], HOST),
    ("hosts", [[SPEAKER]], HOST),
    ("hosts", [1400], HOST),
    ("hosts", [SPEAKER, ""], HOST),
    ("hosts", "192.168.1.20,", HOST),
    ("hosts", ["192.168.1.20:1400"], HOST),
    ("hosts", ["http://192.168.1.20"], HOST),
    ("hosts", ["192.168.1"], HOST),
    ("hosts", ["192.168.1.256"], HOST),
    ("hosts", ["fe80::1"], HOST),
    ("hosts", ["my kitchen"], HOST),
    ("hosts", ["-kitchen"], HOST),
    ("hosts", ["kitchen-"], HOST),
    ("hosts", ["kitchen..lan"], HOST),
    ("hosts", ["k" * 64], HOST),
    ("hosts", ["küche"], HOST),
    ("hosts", [f"{SPEAKER}\n{SPEAKER}"], HOST),
    ("listen_address", None, ADDRESS),
    ("listen_address", "localhost", ADDRESS),
    ("listen_address", "::", ADDRESS),
    ("listen_address", "192.168.1.5/24", ADDRESS),
    ("listen_address", 3232235777, ADDRESS),
    ("listen_port", None, PORT),
    ("listen_port", 0, PORT),
    ("listen_port", -1, PORT),
    ("listen_port", 65536, PORT),
    ("listen_port", 1400.5, PORT),
    ("listen_port", "http", PORT),
    ("listen_port", "1400-1500", PORT),
    ("listen_port", "", PORT),
    ("listen_port", True, PORT),
    ("listen_port", [1400], PORT),
    ("listen_port", float("inf"), PORT),
    ("advertise_address", "sonos.example.com", ADDRESS),
    ("advertise_address", ["10.0.0.1"], ADDRESS),
    ("advertise_port", 100_000, PORT),
    ("advertise_port", {}, PORT),
    ("request_timeout", None, TIMEOUT),
    ("request_timeout", 0, TIMEOUT),
    ("request_timeout", 0.5, TIMEOUT),
    ("request_timeout", 61, TIMEOUT),
    ("request_timeout", "long", TIMEOUT),
    ("request_timeout", "00:00:10", TIMEOUT),
    ("request_timeout", True, TIMEOUT),
    ("request_timeout", [5], TIMEOUT),
    ("request_timeout", float("nan"), TIMEOUT),
    ("announce_volume", -1, VOLUME),
    ("announce_volume", 0.5, VOLUME),
    ("announce_volume", None, VOLUME),
    ("poll_fallback", "yes", "expected true or false"),
    ("poll_fallback", 1, "expected true or false"),
    ("volume_limits", 40, LIMITS),
    ("volume_limits", None, LIMITS),
    ("volume_limits", ["Kitchen"], LIMITS),
    ("volume_limits", [{"room": "Kitchen", "limit": 40}, {"room": "Office"}], LIMITS),
    ("commands", None, COMMANDS),
    ("commands", "processes", COMMANDS),
    ("commands", ["threads"], COMMANDS),
    ("commands", True, COMMANDS),
]


@pytest.mark.parametrize(("key", "typed", "allowed"), WRONG)
def test_wrong_value(key: str, typed: object, allowed: str) -> None:
    """The error says where, and what would be right instead."""
    config = {DOMAIN: {"hosts": SPEAKER, key: typed}}
    with pytest.raises(vol.MultipleInvalid) as caught:
        CONFIG_SCHEMA(config)
    (error,) = caught.value.errors
    assert error.path == [DOMAIN, key]
    assert error.error_message.startswith(allowed)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        pytest.param({}, ["required key 'hosts' not provided"], id="nothing in it"),
        pytest.param([SPEAKER], ["expected a mapping", f"'{DOMAIN}'"], id="list"),
        pytest.param(SPEAKER, ["expected a mapping", f"'{DOMAIN}'"], id="text"),
        pytest.param(
            {"hosts": SPEAKER, "listen_prt": 1400},
            ["'listen_prt' is an invalid option", "did you mean 'listen_port'"],
            id="misspelt key",
        ),
        *(
            pytest.param(
                {"hosts": SPEAKER, key: typed}, [f"'{DOMAIN}->{key}'", allowed], id=f"wrong {key}"
            )
            for key, typed, allowed in {wrong[0]: wrong for wrong in WRONG}.values()
        ),
        pytest.param(
            {"hosts": "my kitchen", "listen_port": 0, "commands": "magic"},
            [f"{DOMAIN}->hosts", HOST, f"{DOMAIN}->listen_port", PORT, COMMANDS],
            id="several",
        ),
    ],
)
async def test_what_a_user_reads_in_the_log(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture, config: Any, words: list[str]
) -> None:
    """Home Assistant's log names the key and what is allowed; everything else goes on."""
    assert not await async_setup_component(hass, DOMAIN, {DOMAIN: config})
    lines = [record for record in caplog.records if record.levelno > logging.WARNING]
    explained = " ".join(
        record.getMessage() for record in lines if record.name == "homeassistant.config"
    )
    assert all(word in explained for word in words), explained
    assert not [record for record in lines if record.exc_info]
    assert {record.name for record in lines} == {"homeassistant.config", "homeassistant.setup"}
    assert not complaints(caplog)
    assert await async_setup_component(hass, "counter", {"counter": {"events": {}}})


# How it becomes entries


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """Let what is tried again after a minute be tried again at once."""
    with patch(f"{OURS}.settings.yaml_import.RETRY_SECONDS", 0.02):
        yield


def test_a_speaker_that_is_off_is_not_pestered() -> None:
    """Its return may be noticed a minute later."""
    assert RETRY_SECONDS == 60


async def configure(hass: HomeAssistant, hosts: object, **options: object) -> None:
    """Start the integration with a YAML configuration."""
    config = {DOMAIN: {"hosts": hosts, "listen_port": 14000, **options}}
    assert await async_setup_component(hass, DOMAIN, config)


def entries(hass: HomeAssistant) -> list[Any]:
    """Return the households that are set up."""
    return [
        entry
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.state is ConfigEntryState.LOADED
    ]


def stored(hass: HomeAssistant, house: SimulatorProcess, hosts: list[str]) -> MockConfigEntry:
    """Add the entry that an earlier start has made of YAML."""
    household_id = house.facts["household"]
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Sonos",
        unique_id=household_id,
        data={"household_id": household_id, "hosts": hosts},
        options={"listen_port": 14000},
    )
    entry.add_to_hass(hass)
    return entry


def fresh_subscriptions(house: SimulatorProcess) -> int:
    """Return how many subscriptions were asked for in a house since it was last told to count."""
    return sum(
        count
        for requests in house.remote.requests().values()
        for request, count in requests.items()
        if request.startswith("SUBSCRIBE")
    )


def leases(house: SimulatorProcess) -> list[dict[str, Any]]:
    """Return all leases that are held in a house."""
    return [lease for held in house.remote.leases().values() for lease in held]


async def test_yaml_creates_an_entry(hass: HomeAssistant, standing_house: SimulatorProcess) -> None:
    """Two hosts of one household are one entry, with all that was typed."""
    hosts = [standing_house.addresses["Kitchen"], standing_house.addresses["Office"]]
    await configure(hass, hosts, request_timeout=8)
    await until(hass, lambda: len(entries(hass)) == 1)
    (entry,) = entries(hass)
    assert entry.unique_id == standing_house.facts["household"]
    assert entry.data["hosts"] == hosts
    assert entry.options == {"listen_port": 14000, "request_timeout": 8.0}
    assert len(hass.states.async_entity_ids("media_player")) == 6


async def test_yaml_creates_an_entry_for_each_household(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    neighbours: SimulatorProcess,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Which host belongs to which household need not be known."""
    kitchen, office = (standing_house.addresses[room] for room in ("Kitchen", "Office"))
    den = neighbours.addresses["Den"]
    await configure(hass, f"{kitchen}, {den}, {office}")
    await until(hass, lambda: len(entries(hass)) == 2)
    assert {entry.unique_id: entry.data["hosts"] for entry in entries(hass)} == {
        standing_house.facts["household"]: [kitchen, office],
        neighbours.facts["household"]: [den],
    }
    assert len(hass.states.async_entity_ids("media_player")) == 9
    assert not complaints(caplog)


@pytest.fixture
def asked() -> Iterator[Mock]:
    """Watch which hosts are asked who they are."""
    with patch(f"{OURS}.settings.host_check.identify", wraps=identify) as asked:
        yield asked


async def test_host_that_is_off_is_tried_again(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    asked: Mock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is named in the log once; when it is on, its household is set up without a restart."""
    remote = standing_house.remote
    kitchen = standing_house.addresses["Kitchen"]
    await hass.async_add_executor_job(remote.disconnect, "Kitchen")
    await configure(hass, [kitchen])
    await until(hass, lambda: asked.call_count >= 3)
    assert not entries(hass)
    await hass.async_add_executor_job(remote.reconnect, "Kitchen")
    await until(hass, lambda: len(entries(hass)) == 1)
    assert complaints(caplog) == [
        f"The configured host {kitchen} is not available yet: {kitchen} cannot be reached"
    ]


async def test_host_that_is_off_for_ever_holds_up_nothing(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    asked: Mock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The others are set up at once and asked no more; Home Assistant can stop meanwhile."""
    kitchen = standing_house.addresses["Kitchen"]
    await configure(hass, [NOBODY, kitchen])
    await until(hass, lambda: len(entries(hass)) == 1 and asked.call_count >= 5)
    assert [call.args for call in asked.call_args_list].count((kitchen,)) == 1
    assert entries(hass)[0].data["hosts"] == [kitchen]
    assert len(complaints(caplog)) == 1


async def test_unchanged_yaml_changes_nothing(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """At the next start, the entry is set up once."""
    hosts = [standing_house.addresses["Kitchen"]]
    entry = stored(hass, standing_house, hosts)
    await hass.async_add_executor_job(standing_house.remote.reset_requests)
    await configure(hass, hosts)
    await hass.async_block_till_done(wait_background_tasks=True)
    await until(hass, lambda: all_known(hass))
    assert entry.data["hosts"] == hosts
    assert entry.state is ConfigEntryState.LOADED
    asked_for = await hass.async_add_executor_job(fresh_subscriptions, standing_house)
    assert asked_for == len(await hass.async_add_executor_job(leases, standing_house))


async def test_changed_yaml_is_in_force_at_the_next_start(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """What is new in YAML is new in the entry, and what is gone from YAML is gone from it."""
    entry = stored(hass, standing_house, [NOBODY, standing_house.addresses["Kitchen"]])
    hosts = [standing_house.addresses["Patio"], standing_house.addresses["Kitchen"]]
    await configure(hass, hosts, listen_port=14500, request_timeout=3)
    await hass.async_block_till_done(wait_background_tasks=True)
    await until(hass, lambda: all_known(hass))
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data["hosts"] == hosts
    assert entry.options == {"listen_port": 14500, "request_timeout": 3.0}
    held = await hass.async_add_executor_job(leases, standing_house)
    assert {urlsplit(lease["callback"]).port in range(14500, 14600) for lease in held} == {True}


async def test_speaker_that_is_off_today_keeps_its_household(
    hass: HomeAssistant, standing_house: SimulatorProcess, asked: Mock
) -> None:
    """It led to this household before, so it is not dropped because it is silent now."""
    remote = standing_house.remote
    hosts = [standing_house.addresses[room] for room in ("Bathroom", "Kitchen")]
    entry = stored(hass, standing_house, hosts)
    await hass.async_add_executor_job(remote.disconnect, "Bathroom")
    await configure(hass, hosts)
    await until(hass, lambda: asked.call_count >= 4)
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data["hosts"] == hosts
    await hass.async_add_executor_job(remote.reconnect, "Bathroom")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data["hosts"] == hosts
