"""Speakers that announce themselves to a Home Assistant, in a network of their own.

Run in a network namespace of its own, as root there; see ``test_network.py``. The speakers are
in another one, at the other end of a cable. Home Assistant listens to the network as it does where
users run it, with its own components for SSDP and mDNS.
"""

import asyncio
from collections.abc import Callable, Iterator
import contextlib
import logging
from pathlib import Path
import subprocess
import sys
from typing import Any, override
from unittest.mock import AsyncMock, patch

from homeassistant import bootstrap
from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.runner import RuntimeConfig

from custom_components.sonos_twisted.const import DOMAIN
from tests.simulator.process import SimulatorProcess

PATIENCE = 30.0

_FINDING = f"custom_components.{DOMAIN}.discovery.finding"
_ROOT = Path(__file__).parents[3]
_HOME = "10.77.0.1"
_SPEAKERS = "10.77.0.2"
_S1 = "10.77.1"
_S2 = "10.77.2"
_ADDRESSES = 32

_YAML = "network:\nssdp:\nzeroconf:\n"


def _run(*words: str) -> None:
    subprocess.run(words, check=True)


@contextlib.contextmanager
def speakers_network() -> Iterator[list[str]]:
    """Lay a cable to a network for the speakers, and give the command that runs others there."""
    _run("ip", "link", "set", "lo", "up")
    with subprocess.Popen(
        ["unshare", "--net", "sh", "-c", "echo; exec cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout
        holder.stdout.readline()
        within = ["nsenter", "--target", str(holder.pid), "--net"]
        _run("ip", "link", "add", "home", "type", "veth", "peer", "sonos", "netns", str(holder.pid))
        _run("ip", "address", "add", f"{_HOME}/16", "dev", "home")
        _run("ip", "link", "set", "home", "up")
        _run("ip", "route", "add", "default", "via", _SPEAKERS)
        numbers = range(1, _ADDRESSES)
        addresses = [_SPEAKERS, *(f"{net}.{number}" for net in (_S1, _S2) for number in numbers)]
        commands = [f"ip address add {address}/16 dev sonos" for address in addresses]
        there = ["ip link set lo up", *commands, "ip link set sonos up"]
        _run(*within, "sh", "-ec", "\n".join([*there, f"ip route add default via {_HOME}"]))
        try:
            yield within
        finally:
            holder.communicate()


class _Complaints(logging.Handler):
    """Keeps what the integration logs as a warning or worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


class Home:
    """What a user does and sees in Home Assistant."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Look at each offer that is made from now on."""
        self.hass = hass
        self.offered: list[str] = []
        hass.config_entries.flow.async_subscribe_flow(
            lambda change, flow_id: self.offered.append(flow_id) if change == "added" else None
        )

    def offers(self) -> list[Any]:
        """Return what was found and waits for an answer."""
        return list(self.hass.config_entries.flow.async_progress_by_handler(DOMAIN))

    def entry_of(self, house: SimulatorProcess) -> ConfigEntry:
        """Return the entry of a household."""
        entries = self.hass.config_entries.async_entries(DOMAIN)
        return next(entry for entry in entries if entry.unique_id == house.facts["household"])

    def states(self) -> dict[str, str]:
        """Return the states of all rooms."""
        return {state.name: state.state for state in self.hass.states.async_all("media_player")}

    def volume(self, room: str) -> float | None:
        """Return how loud a room is shown to be."""
        states = self.hass.states.async_all("media_player")
        state = next(state for state in states if state.name == room)
        return state.attributes.get("volume_level")

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait until something is true."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not condition():
            late = asyncio.get_running_loop().time() > deadline
            assert not late, (what, self.states(), self.offers())
            await asyncio.sleep(0.05)

    async def all_idle(self, rooms: int, what: str) -> None:
        """Wait until so many rooms are there and well."""
        await self.until(
            lambda: len(self.states()) == rooms and set(self.states().values()) == {"idle"}, what
        )

    async def hears(self, house: SimulatorProcess, room: str, volume: int) -> None:
        """Turn the volume of a room, and wait until it is shown."""
        await asyncio.to_thread(house.remote.set_volume, room, volume)
        await self.until(lambda: self.volume(room) == volume / 100, f"{room} at {volume}")


async def _power_cut(house: SimulatorProcess) -> None:
    """Let all speakers start anew, at addresses that they have never had before."""
    remote = house.remote
    for act in (lambda: remote.unplug("*", None), lambda: remote.change_address("*")):
        await asyncio.to_thread(act)


async def households_are_offered(home: Home, s2: SimulatorProcess, s1: SimulatorProcess) -> None:
    """There is one offer for each household, which names its rooms, however many speakers."""
    await home.until(lambda: len(home.offers()) == 2, "two offers")
    offers = {offer["context"]["unique_id"]: offer for offer in home.offers()}
    titles = {id_: offer["context"]["title_placeholders"] for id_, offer in offers.items()}
    assert titles == {
        s2.facts["household"]: {"system": "Sonos S2", "rooms": "Bathroom, Bedroom, Kitchen +3"},
        s1.facts["household"]: {"system": "Sonos S1", "rooms": "Attic, Den, Garage"},
    }
    for offer in offers.values():
        result = await home.hass.config_entries.flow.async_configure(offer["flow_id"], {})
        assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await home.all_idle(9, "nine rooms")
    home.offered.clear()


async def speakers_are_followed(home: Home, s2: SimulatorProcess, s1: SimulatorProcess) -> None:
    """Who leaves, comes back, starts anew or moves is followed, by what is announced alone."""
    await asyncio.to_thread(s2.remote.unplug, "Patio", "sleeping")
    await home.until(lambda: home.states()["Patio"] == "unavailable", "Patio sleeps")
    await asyncio.to_thread(s2.remote.plug_in, "Patio")
    await home.all_idle(9, "Patio is back")
    await asyncio.to_thread(s2.remote.reboot, "Kitchen")
    await home.hears(s2, "Kitchen", 44)
    for house, room in ((s2, "Office"), (s1, "Den")):
        await _power_cut(house)
        await asyncio.to_thread(house.remote.plug_in, "*")
        await home.hears(house, room, 45)
        await home.all_idle(9, "all after a power cut")


async def an_entry_that_waits_is_helped(home: Home, house: SimulatorProcess) -> None:
    """A household that could not be set up is, as soon as a speaker says where it is now."""
    entry = home.entry_of(house)
    await _power_cut(house)
    await home.hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await asyncio.to_thread(house.remote.plug_in, "*")
    await home.until(lambda: entry.state is ConfigEntryState.LOADED, "set up after all")
    await home.all_idle(9, "nine rooms again")


async def ignored_stays_ignored(home: Home, house: SimulatorProcess) -> None:
    """A household that was removed is offered again, and when it is ignored, no more."""
    await home.hass.config_entries.async_remove(home.entry_of(house).entry_id)
    await home.until(home.offers, "offered again")
    (offer,) = home.offers()
    await home.hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_IGNORE},
        data={"unique_id": offer["context"]["unique_id"], "title": "Not these"},
    )
    await home.until(lambda: not home.offers(), "ignored")
    home.offered.clear()
    boots = house.remote.reboot
    await asyncio.to_thread(boots, "*", 0.1)
    await asyncio.sleep(3)  # what must not come cannot be waited for
    assert home.entry_of(house).source == SOURCE_IGNORE


async def ignored_can_be_chosen(home: Home, house: SimulatorProcess) -> None:
    """Who adds the integration is offered what is there: as it was heard, and as it answers."""
    flow, household = home.hass.config_entries.flow, house.facts["household"]
    form: Any = None
    for quiet in (False, True):
        nobody = AsyncMock(return_value=[])
        heard = (patch(f"{_FINDING}._async_heard_by_{way}", nobody) for way in ("ssdp", "mdns"))
        with contextlib.ExitStack() as stack:
            for each in heard if quiet else ():
                stack.enter_context(each)
            form = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
        assert form["step_id"] == "user", form
        (selector,) = form["data_schema"].schema.values()
        offered = {option["value"]: option["label"] for option in selector.config["options"]}
        assert offered == {household: "Sonos S1: Attic, Den, Garage", "host": "host"}
        if not quiet:
            flow.async_abort(form["flow_id"])
    result = await flow.async_configure(form["flow_id"], {"household": household})
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await home.all_idle(9, "nine rooms, chosen by hand")


async def main(folder: Path, s2: SimulatorProcess, s1: SimulatorProcess) -> None:
    """Run Home Assistant, and see what it makes of the speakers."""
    (folder / "configuration.yaml").write_text(_YAML)
    (folder / "custom_components").symlink_to(_ROOT / "custom_components")
    # What users see it by isn't needed, and would have to be compiled in part.
    bootstrap.DEFAULT_INTEGRATIONS.clear()
    bootstrap.CRITICAL_INTEGRATIONS.clear()
    hass = await bootstrap.async_setup_hass(RuntimeConfig(config_dir=str(folder), skip_pip=True))
    assert hass is not None
    assert {"ssdp", "zeroconf"} <= hass.config.components, hass.config.components
    complaints = _Complaints()
    for name in (f"custom_components.{DOMAIN}", "soco", "homeassistant.config_entries"):
        logging.getLogger(name).addHandler(complaints)
    home = Home(hass)
    await hass.async_start()
    try:
        await households_are_offered(home, s2, s1)
        await speakers_are_followed(home, s2, s1)
        assert home.offered == []
        assert complaints.heard == []
        await an_entry_that_waits_is_helped(home, s1)
        assert home.offered == []
        await ignored_stays_ignored(home, s1)
        assert home.offered == []
        await ignored_can_be_chosen(home, s1)
    finally:
        await hass.async_stop(force=True)
        # Home Assistant watches over this thread for good, and lets it not wait for a process.
        for house in (s2, s1):
            await asyncio.to_thread(house.stop)


if __name__ == "__main__":
    with (
        speakers_network() as there,
        SimulatorProcess(
            base=f"{_S2}.1", announce=True, control_host=_SPEAKERS, within=there
        ) as new,
        SimulatorProcess(
            base=f"{_S1}.1",
            generation="S1",
            household="Sonos_Neighbours",
            announce=True,
            control_host=_SPEAKERS,
            within=there,
        ) as old,
    ):
        asyncio.run(main(Path(sys.argv[1]), new, old))
