"""A household works although events do not arrive, and a user reads why they do not."""

from collections.abc import Iterator
import contextlib
import os
import socket
from typing import TYPE_CHECKING
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.sonos_twisted.const import DOMAIN
from tests.homeassistant.conftest import OURS, PORT, all_known, complaints, eventually, until

from .steps import add, fails, leases, ports, recovers, set_up, turn_the_knob

if TYPE_CHECKING:
    from tests.simulator.process import SimulatorProcess


#: The first of two ports that nothing else on this machine uses.
FREE = 21000 + os.getpid() % 1000 * 2


@pytest.fixture
def impatient() -> Iterator[None]:
    """Ask at once for what no event tells, and every moment."""
    with (
        patch(f"{OURS}.engine.lease.INITIAL_EVENT_SECONDS", 0.3),
        patch(f"{OURS}.engine.polling.COORDINATOR_SECONDS", 0.3),
        patch(f"{OURS}.engine.session.WATCH_SECONDS", 0.3),
    ):
        yield


@contextlib.contextmanager
def ports_taken() -> Iterator[None]:
    """Occupy both of the ports."""
    with socket.create_server(("0.0.0.0", FREE)), socket.create_server(("0.0.0.0", FREE + 1)):
        yield


@pytest.fixture
def two_ports() -> Iterator[None]:
    """Let two ports be all that are tried."""
    with patch(f"{OURS}.engine.listener.PORT_RANGE", 2):
        yield


@pytest.mark.usefixtures("impatient", "two_ports")
async def test_household_works_without_a_port_until_there_is_one(
    hass: HomeAssistant, standing_house: SimulatorProcess, issue_registry: ir.IssueRegistry
) -> None:
    """Speakers are asked for their state meanwhile, and the user is told; nothing is reloaded."""

    def issue() -> ir.IssueEntry | None:
        return issue_registry.async_get_issue(DOMAIN, f"no_free_port_{entry.entry_id}")

    entry = add(hass, standing_house, "Kitchen", listen_port=FREE)
    with ports_taken():
        await set_up(hass, entry)
        assert entry.state is ConfigEntryState.LOADED
        await until(hass, lambda: all_known(hass))
        await turn_the_knob(hass, standing_house, "Kitchen")
        assert await leases(hass, standing_house) == []
        told = issue()
        assert told is not None
        assert told.translation_placeholders is not None
        assert told.translation_placeholders["address"] == "0.0.0.0"
        assert told.translation_placeholders["last_port"] == str(FREE + 1)
    await eventually(lambda: ports(hass, standing_house), lambda seen: seen & {FREE, FREE + 1})
    await until(hass, lambda: issue() is None)
    await turn_the_knob(hass, standing_house, "Kitchen")


@pytest.mark.usefixtures("impatient")
async def test_household_works_without_events(
    hass: HomeAssistant, standing_house: SimulatorProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody has told speakers a port at which nobody listens: the log says so, once."""
    kitchen = standing_house.addresses["Kitchen"]
    entry = add(hass, standing_house, "Kitchen", advertise_port=9, advertise_address="127.0.0.1")
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    await until(hass, lambda: all_known(hass))
    await turn_the_knob(hass, standing_house, "Kitchen")
    (complaint,) = complaints(caplog)
    assert f"{kitchen} accepted the subscription, but its events do not reach" in complaint


@pytest.mark.usefixtures("impatient")
async def test_household_works_when_a_speaker_grants_no_subscription(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """It is asked for its state; the others send theirs."""
    remote = standing_house.remote
    await hass.async_add_executor_job(remote.set_subscribe_status, "Kitchen", 503)
    entry = add(hass, standing_house, "Kitchen")
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    await turn_the_knob(hass, standing_house, "Kitchen")
    await turn_the_knob(hass, standing_house, "Bathroom")


@pytest.fixture
async def talkative_only(hass: HomeAssistant, house: SimulatorProcess) -> None:
    """Let nobody be asked who is in the house, as in large households."""
    await hass.async_add_executor_job(house.remote.set_topology_limit, 1)


@pytest.mark.usefixtures("impatient", "two_ports", "talkative_only")
async def test_no_port_is_free(hass: HomeAssistant, house: SimulatorProcess) -> None:
    """The user reads which ports were tried, and what to do."""
    entry = add(hass, house, "Kitchen", listen_port=FREE)
    with ports_taken():
        await fails(
            hass,
            entry,
            "no_free_port",
            f"No port from {FREE} to {FREE + 1} is free to receive events on."
            " Set another listen port",
        )
    assert await leases(hass, house) == []
    await recovers(hass, entry, house)


@pytest.mark.usefixtures("impatient", "talkative_only")
async def test_events_do_not_arrive(hass: HomeAssistant, house: SimulatorProcess) -> None:
    """The user reads where speakers were told to send them."""
    host = house.addresses["Kitchen"]
    entry = add(hass, house, "Kitchen", advertise_port=9, advertise_address="127.0.0.1")
    await fails(
        hass,
        entry,
        "events_not_arriving",
        f"The speaker at {host} was asked to send its events to http://127.0.0.1:9/, but they"
        " do not arrive there. Check the firewall, or set the advertised address and port",
    )
    assert await leases(hass, house) == []
    hass.config_entries.async_update_entry(entry, options={"listen_port": PORT})
    await recovers(hass, entry, house)


@pytest.mark.usefixtures("talkative_only")
async def test_no_subscription_is_granted(hass: HomeAssistant, house: SimulatorProcess) -> None:
    """What has no words of its own is told in the engine's."""
    host = house.addresses["Kitchen"]
    await hass.async_add_executor_job(house.remote.set_subscribe_status, "*", 503)
    entry = add(hass, house, "Kitchen")
    await fails(
        hass,
        entry,
        "unknown",
        f"The household cannot be opened: {host} answered SUBSCRIBE with HTTP status 503",
    )
    await hass.async_add_executor_job(house.remote.heal)
    await recovers(hass, entry, house)
