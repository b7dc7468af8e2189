"""The control interface and the process of the simulated household."""

import json
import subprocess
import sys

import pytest

from tests.simulator.control import Remote, RemoteError
from tests.simulator.device_hands import DeviceHands
from tests.simulator.hands import Hands
from tests.simulator.network import Network
from tests.simulator.process import SimulatorError, SimulatorProcess

from .helpers import Listener, base, request, soap, wait_until

pytestmark = pytest.mark.usefixtures("loopback")

AVT = "/MediaRenderer/AVTransport/Event"
TOPOLOGY = "/ZoneGroupTopology/Event"
VOLUME = "<InstanceID>0</InstanceID><Channel>Master</Channel>"


def test_requests_are_counted_by_kind(house: SimulatorProcess, listener: Listener) -> None:
    host = house.addresses["Patio"]
    house.remote.reset_requests()
    soap(host, "RenderingControl", "GetVolume", VOLUME)
    sid = str(listener.subscribe(host, AVT).getheader("sid"))
    request("SUBSCRIBE", host, AVT, {"SID": sid})
    request("UNSUBSCRIBE", host, AVT, {"SID": sid})
    request("GET", host, "/getaa?u=1")
    uid = next(s["uid"] for s in house.facts["speakers"] if s["name"] == "Patio")
    assert house.remote.requests()[uid] == {
        "SOAP RenderingControl.GetVolume": 1,
        "SUBSCRIBE AVTransport": 1,
        "RENEW AVTransport": 1,
        "UNSUBSCRIBE AVTransport": 1,
        "GET /getaa": 1,
    }


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("play", {"speaker": "Cellar"}),
        ("play", {"room": "Kitchen"}),
        ("explode", {}),
        ("stall", {"speaker": "Kitchen", "what": "nothing"}),
        ("set_play_mode", {"speaker": "Kitchen", "mode": "BACKWARDS"}),
    ],
)
def test_the_control_port_says_what_is_wrong(
    house: SimulatorProcess, name: str, arguments: dict[str, str]
) -> None:
    with pytest.raises(RemoteError):
        house.remote.call(name, **arguments)


def test_remote_mirrors_the_simulator() -> None:
    for owner in (DeviceHands, Hands, Network):
        for name, method in vars(owner).items():
            if not name.startswith("_") and callable(method):
                code = method.__code__
                names = code.co_varnames[: code.co_argcount]
                mirror = getattr(Remote, name).__code__
                assert mirror.co_varnames[: mirror.co_argcount] == names, name


def test_a_second_household_needs_addresses_of_its_own(house: SimulatorProcess) -> None:
    with pytest.raises(SimulatorError, match="taken"):
        SimulatorProcess(base=house.base).start()
    with SimulatorProcess(
        base=base("second"), generation="S1", household="Sonos_Other", speakers=2
    ) as other:
        assert len(other.hosts) == 2
        truth = other.remote.truth()
        assert truth["household"] == "Sonos_Other"
        assert not truth["speakers"].keys() & house.remote.truth()["speakers"].keys()


def test_a_large_house_tells_its_topology_only_in_events(listener: Listener) -> None:
    with SimulatorProcess(base=base("large"), speakers=40) as large:
        status, body = soap(large.hosts[0], "ZoneGroupTopology", "GetZoneGroupState")
        assert (status, "<errorCode>501</errorCode>" in body) == (500, True)
        sids = [listener.subscribe(host, TOPOLOGY).getheader("sid") for host in large.hosts]
        for sid in sids:
            listener.wait_for(sid, 1)
        large.remote.group("Room 2", "Room 1")
        for sid in sids:
            events = listener.wait_for(sid, 2)
            assert events[1].variables["ZoneGroupState"].count("<ZoneGroup ") == 39
        large.remote.quit()


def test_the_process_ends_with_its_standard_input() -> None:
    command = [sys.executable, "-m", "tests.simulator", "--ready-json", "--until-stdin-closes"]
    command += ["--control-port", "0", "--base", base("orphan"), "--speakers", "1"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert json.loads(process.stdout.readline())["hosts"]
        process.stdin.close()
        assert process.wait(5) == 0


def test_the_process_ends_with_a_signal() -> None:
    command = [sys.executable, "-m", "tests.simulator", "--control-port", "0"]
    command += ["--base", base("signal")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "Living Room: Sonos Arc" in process.stdout.readline()
        process.terminate()
        assert process.wait(5) == 0


def test_a_firmware_update_over_the_network(listener: Listener) -> None:
    rooms = {"Den": "S45", "Sub": "Sub"}
    with SimulatorProcess(base=base("update"), rooms=rooms) as house:
        remote, host = house.remote, house.addresses["Den"]
        (den, sub) = (speaker["uid"] for speaker in house.facts["speakers"])
        sid = listener.subscribe(house.addresses["Sub"], TOPOLOGY).getheader("sid")
        remote.plan_update(0.1, 0.3)
        remote.offer_update("Den", "96.1-80000")
        kind = "<UpdateType>Software</UpdateType><CachedOnly>1</CachedOnly><Version></Version>"
        _, checked = soap(host, "ZoneGroupTopology", "CheckForUpdate", kind)
        url = checked.split("UpdateURL=&quot;")[1].split("&quot;")[0]
        begin = f"<UpdateURL>{url}</UpdateURL><Flags>0</Flags><ExtraOptions></ExtraOptions>"
        assert soap(host, "ZoneGroupTopology", "BeginSoftwareUpdate", begin)[0] == 200
        assert remote.truth()["speakers"][den]["installing"] is True

        def told(text: str) -> bool:
            return any(text in event.body.decode() for event in listener.of(sid))

        wait_until(lambda: told("Reason=&quot;upgrade&quot;"))
        wait_until(lambda: told("SoftwareVersion=&quot;96.1-80000&quot;"))
        assert request("GET", host, "/xml/device_description.xml").text.count("96.1-80000") == 1
        remote.bond_sub("Den", sub)
        wait_until(lambda: told(f"HTSatChanMapSet=&quot;{den}:LF,RF;{sub}:SW&quot;"))
        assert remote.create_alarm("Den", "08:00:00") in remote.truth()["alarms"]
