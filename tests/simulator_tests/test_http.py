"""HTTP, SOAP and eventing over real sockets, request by request."""

from http.client import HTTPConnection, HTTPException
import time
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.simulator.process import SimulatorProcess

from .helpers import Listener, request, soap, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("loopback")

AVT = "/MediaRenderer/AVTransport/Event"
RENDERING = "/MediaRenderer/RenderingControl/Event"
TOPOLOGY = "/ZoneGroupTopology/Event"
CONTENT = "/MediaServer/ContentDirectory/Event"


@pytest.fixture(autouse=True)
def tidy(house: SimulatorProcess, loopback: None) -> Iterator[None]:
    yield
    house.remote.heal()
    house.remote.set_initial("after")
    house.remote.forget_leases("*")
    for room in house.addresses:
        house.remote.ungroup(room)


@pytest.fixture
def kitchen(house: SimulatorProcess) -> str:
    return house.addresses["Kitchen"]


VOLUME = "<InstanceID>0</InstanceID><Channel>Master</Channel>"


# -- pages


def test_the_description_names_every_service_with_a_readable_scpd(kitchen: str) -> None:
    text = request("GET", kitchen, "/xml/device_description.xml").text
    namespace = "{urn:schemas-upnp-org:device-1-0}"
    root = ET.fromstring(text)
    assert root.findtext(f"{namespace}device/{namespace}roomName") == "Kitchen"
    urls = {element.text for element in root.iter(f"{namespace}SCPDURL")}
    assert len(urls) == 14
    for url in urls:
        response = request("GET", kitchen, str(url))
        assert response.status == 200
        ET.fromstring(response.text)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/status/zp", 200),
        ("/status/info", 200),
        ("/support/review", 200),
        ("/img/icon-S18.png", 200),
        ("/xml/HTControl1.xml", 404),
        ("/nothing", 404),
    ],
)
def test_pages(kitchen: str, path: str, status: int) -> None:
    response = _head(kitchen, path)
    assert response == status


def _head(host: str, path: str) -> int:
    return request("HEAD", host, path).status


def test_a_mains_player_has_an_empty_battery_page(kitchen: str) -> None:
    text = request("GET", kitchen, "/status/batterystatus").text
    assert text.endswith("<ZPSupportInfo/>")


# -- SOAP


@pytest.mark.parametrize("quoted", [False, True])
def test_an_action_is_answered(kitchen: str, quoted: bool) -> None:
    status, body = soap(kitchen, "RenderingControl", "GetVolume", VOLUME, quoted=quoted)
    assert status == 200
    assert "<u:GetVolumeResponse" in body


@pytest.mark.parametrize(
    ("action", "arguments", "status", "code"),
    [
        ("GetVolume", "<InstanceID>0</InstanceID>", 500, "402"),
        ("GetVolume", VOLUME.replace("Master", "Left"), 500, "402"),
        ("GetVolume", VOLUME.replace("0", "zero"), 500, "402"),
        ("SetVolume", f"{VOLUME}<DesiredVolume>101</DesiredVolume>", 500, "402"),
        ("GetVolume", f"{VOLUME}<Extra>1</Extra>", 200, None),
        ("GetVolumes", VOLUME, 405, None),
    ],
)
def test_arguments_are_checked(
    kitchen: str, action: str, arguments: str, status: int, code: str | None
) -> None:
    answer, body = soap(kitchen, "RenderingControl", action, arguments)
    assert answer == status
    if code:
        assert f"<errorCode>{code}</errorCode>" in body
        assert "errorDescription" not in body


def test_a_body_that_is_no_soap_is_refused(kitchen: str) -> None:
    headers = {"SOAPACTION": "urn:schemas-upnp-org:service:AVTransport:1#Play"}
    path = "/MediaRenderer/AVTransport/Control"
    assert request("POST", kitchen, path, headers, "<broken").status == 400
    assert request("POST", kitchen, path, {}, "").status == 400


def test_a_hidden_unit_whose_main_unit_is_gone_answers_1024(house: SimulatorProcess) -> None:
    facts = house.facts["speakers"]
    right = next(s for s in facts if s["name"] == "Bedroom" and s["invisible"])
    house.remote.disconnect("Bedroom")
    status, body = soap(right["address"], "RenderingControl", "GetVolume", VOLUME)
    house.remote.reconnect(house.addresses["Bedroom"])
    assert (status, "<errorCode>1024</errorCode>" in body) == (500, True)


# -- leases


def test_a_subscription_gets_the_whole_state_first(kitchen: str, listener: Listener) -> None:
    response = listener.subscribe(kitchen, RENDERING)
    sid = response.getheader("sid")
    assert response.getheader("timeout") == "Second-300"
    assert str(sid).startswith("uuid:RINCON_")
    (event,) = wait_until(lambda: listener.of(sid))
    assert event.seq == 0
    assert event.headers["nt"] == "upnp:event"
    assert event.headers["nts"] == "upnp:propchange"
    assert {"Volume.Master", "Mute.Master", "Bass", "Loudness.Master"} <= set(event.variables)


def test_events_are_numbered_and_only_say_what_changed(
    house: SimulatorProcess, kitchen: str, listener: Listener
) -> None:
    sid = listener.subscribe(kitchen, RENDERING).getheader("sid")
    wait_until(lambda: listener.of(sid))
    house.remote.set_volume("Kitchen", 44)
    wait_until(lambda: len(listener.of(sid)) == 2)
    house.remote.set_tone("Kitchen", "bass", 3)
    house.remote.set_tone("Kitchen", "bass", 0)
    house.remote.set_tone("Kitchen", "bass", 5)
    events = listener.wait_for(sid, 3)
    assert [event.seq for event in events] == list(range(len(events)))
    assert events[1].variables.keys() - {"LastChange"} == {
        "Volume.Master",
        "Volume.LF",
        "Volume.RF",
    }
    wait_until(lambda: listener.of(sid)[-1].variables["Bass"] == "5")


@pytest.mark.parametrize("when", ["before", "after", 0.3])
def test_the_first_event_can_come_at_any_time(
    house: SimulatorProcess, kitchen: str, listener: Listener, when: str | float
) -> None:
    house.remote.set_initial(when)
    response = listener.subscribe(kitchen, AVT)
    answered = time.monotonic()
    (event,) = wait_until(lambda: listener.of(response.getheader("sid")))
    if when == "before":
        assert event.time < answered
    else:
        assert event.time > answered + (0.2 if when == 0.3 else -0.1)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"NT": "upnp:event"}, 412),
        ({"CALLBACK": "<http://127.0.0.1:9/>"}, 412),
        ({"CALLBACK": "nonsense", "NT": "upnp:event"}, 412),
        ({"CALLBACK": "<http://127.0.0.1:9/>", "NT": "upnp:event", "SID": "uuid:x"}, 400),
        ({"SID": "uuid:unknown"}, 412),
    ],
)
def test_wrong_subscriptions_are_refused(
    kitchen: str, headers: dict[str, str], status: int
) -> None:
    assert request("SUBSCRIBE", kitchen, AVT, headers).status == status


def test_renewing_and_unsubscribing(kitchen: str, listener: Listener) -> None:
    sid = str(listener.subscribe(kitchen, AVT).getheader("sid"))
    renewed = request("SUBSCRIBE", kitchen, AVT, {"SID": sid, "TIMEOUT": "Second-50"})
    assert renewed.status == 200
    assert renewed.getheader("sid") == sid
    assert renewed.getheader("timeout") == "Second-50"
    # The lease belongs to the service it was granted for.
    assert request("SUBSCRIBE", kitchen, RENDERING, {"SID": sid}).status == 412
    assert request("UNSUBSCRIBE", kitchen, AVT, {"SID": sid}).status == 200
    assert request("UNSUBSCRIBE", kitchen, AVT, {"SID": sid}).status == 412


def test_a_lease_expires(house: SimulatorProcess, kitchen: str, listener: Listener) -> None:
    sid = str(listener.subscribe(kitchen, AVT, "Second-1").getheader("sid"))
    uid = house.remote.truth()["groups"][2]["coordinator"]
    assert len(house.remote.leases()[uid]) == 1
    wait_until(lambda: not house.remote.leases()[uid])
    assert request("SUBSCRIBE", kitchen, AVT, {"SID": sid}).status == 412


def test_a_join_tells_the_member_first_and_then_everybody(
    house: SimulatorProcess, listener: Listener
) -> None:
    sids = {}
    for room in ("Kitchen", "Office", "Patio"):
        host = house.addresses[room]
        sids[room, "topology"] = listener.subscribe(host, TOPOLOGY).getheader("sid")
        sids[room, "avt"] = listener.subscribe(host, AVT).getheader("sid")
    wait_until(lambda: all(listener.of(sid) for sid in sids.values()))
    listener.events.clear()
    house.remote.group("Kitchen", "Office")
    rooms = ("Kitchen", "Office", "Patio")
    wait_until(lambda: all(listener.of(sids[room, "topology"]) for room in rooms))
    first = listener.events[0]
    assert first.sid == sids["Kitchen", "avt"]
    assert first.variables["AVTransportURI"].startswith("x-rincon:RINCON_")
    office = listener.of(sids["Office", "topology"])[0].variables
    kitchen = listener.of(sids["Kitchen", "topology"])[0].variables
    patio = listener.of(sids["Patio", "topology"])[0].variables
    assert office["ZonePlayerUUIDsInGroup"].count("RINCON_") == 2
    assert kitchen["ZonePlayerUUIDsInGroup"] == office["ZonePlayerUUIDsInGroup"]
    assert "ZonePlayerUUIDsInGroup" not in patio
    assert patio["ZoneGroupState"] != office["ZoneGroupState"]
    assert sorted(patio["ZoneGroupState"]) == sorted(office["ZoneGroupState"]), "but for the order"


def test_transport_events_carry_what_belongs_together(
    house: SimulatorProcess, kitchen: str, listener: Listener
) -> None:
    sid = listener.subscribe(kitchen, AVT).getheader("sid")
    house.remote.play_tracks("Kitchen", 3)
    listener.wait_for(sid, 1)
    wait_until(lambda: listener.of(sid)[-1].variables.get("TransportState") == "PLAYING")
    house.remote.next("Kitchen")
    wait_until(lambda: listener.of(sid)[-1].variables.get("CurrentTrack") == "2")
    for event in listener.of(sid):
        if "TransportState" in event.variables:
            assert {
                "CurrentPlayMode",
                "EnqueuedTransportURI",
                "CurrentTrackURI",
                "CurrentTrackMetaData",
                "EnqueuedTransportURIMetaData",
            } <= set(event.variables)


def test_a_favourite_event_carries_both_ids(
    house: SimulatorProcess, kitchen: str, listener: Listener
) -> None:
    sid = listener.subscribe(kitchen, CONTENT).getheader("sid")
    wait_until(lambda: listener.of(sid))
    house.remote.add_favorite("New one", "http://music.example/new.mp3")
    events = listener.wait_for(sid, 2)
    variables = events[1].variables
    assert set(variables) == {"SystemUpdateID", "ContainerUpdateIDs", "FavoritesUpdateID"}
    assert variables["ContainerUpdateIDs"].startswith("FV:2,")
    house.remote.remove_favorite("New one")


# -- faults of events


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("drop", [0, 2]),
        ("duplicate", [0, 1, 1, 2]),
        ("reorder", [0, 2, 1]),
        ("delay", [0, 1, 2]),
    ],
)
def test_events_can_suffer(
    house: SimulatorProcess, kitchen: str, listener: Listener, kind: str, expected: list[int]
) -> None:
    sid = listener.subscribe(kitchen, RENDERING).getheader("sid")
    wait_until(lambda: listener.of(sid))
    house.remote.fault_notify("Kitchen", kind, "RenderingControl", seconds=0.4)
    for bass in (1, 2):
        house.remote.set_tone("Kitchen", "bass", bass)
        number = house.remote.notifications()[-1]["number"]
        assert number
        _wait_for_moderation(house, sid, bass)
    wait_until(lambda: len(listener.of(sid)) >= len(expected))
    assert [event.seq for event in listener.of(sid)] == expected


def _wait_for_moderation(house: SimulatorProcess, sid: str | None, count: int) -> None:
    """Wait until the change went into an event of its own."""

    def numbered() -> bool:
        leases = [lease for of in house.remote.leases().values() for lease in of]
        return any(lease["sid"] == sid and lease["next_seq"] > count for lease in leases)

    wait_until(numbered)


def test_own_events_can_be_sent(house: SimulatorProcess, kitchen: str, listener: Listener) -> None:
    sid = listener.subscribe(kitchen, TOPOLOGY).getheader("sid")
    wait_until(lambda: listener.of(sid))
    house.remote.emit("Kitchen", "ZoneGroupTopology", {"ZoneGroupName": "<Odd> & 'quoted'"})
    house.remote.emit_raw("Kitchen", "ZoneGroupTopology", "<broken")
    events = listener.wait_for(sid, 3)
    assert events[1].variables == {"ZoneGroupName": "<Odd> & 'quoted'"}
    assert events[2].body == b"<broken"


def test_a_listener_that_answers_412_loses_its_lease(
    house: SimulatorProcess, kitchen: str, listener: Listener
) -> None:
    listener.status = 412
    sid = str(listener.subscribe(kitchen, AVT).getheader("sid"))
    wait_until(lambda: listener.of(sid))
    wait_until(lambda: request("SUBSCRIBE", kitchen, AVT, {"SID": sid}).status == 412)


def test_a_dead_listener_shows_in_the_log(house: SimulatorProcess, kitchen: str) -> None:
    before = max((n["number"] for n in house.remote.notifications()), default=0)
    headers = {"CALLBACK": "<http://127.0.0.1:9/>", "NT": "upnp:event", "TIMEOUT": "Second-60"}
    sid = request("SUBSCRIBE", kitchen, AVT, headers).getheader("sid")
    wait_until(
        lambda: any(
            (n["sid"], n["status"]) == (sid, "refused") for n in house.remote.notifications(before)
        )
    )


# -- faults of requests


def test_stalled_players_accept_and_never_answer(house: SimulatorProcess, kitchen: str) -> None:
    house.remote.stall("Kitchen", "gena")
    assert soap(kitchen, "RenderingControl", "GetVolume", VOLUME)[0] == 200
    house.remote.stall("Kitchen", "soap")
    with pytest.raises(TimeoutError):
        _impatient(kitchen)
    house.remote.heal("Kitchen")
    assert soap(kitchen, "RenderingControl", "GetVolume", VOLUME)[0] == 200


def _impatient(host: str) -> None:
    connection = HTTPConnection(host, 1400, timeout=0.3)
    try:
        connection.request("POST", "/MediaRenderer/RenderingControl/Control", "x")
        connection.getresponse()
    finally:
        connection.close()


def test_refusing_forbidding_and_failing(house: SimulatorProcess, kitchen: str) -> None:
    remote = house.remote
    remote.refuse("Kitchen")
    with pytest.raises(ConnectionRefusedError):
        request("GET", kitchen, "/status/zp")
    remote.heal("Kitchen")
    remote.forbid("Kitchen")
    assert request("GET", kitchen, "/xml/device_description.xml").status == 403
    assert soap(kitchen, "RenderingControl", "GetVolume", VOLUME)[0] == 403
    assert request("SUBSCRIBE", kitchen, AVT, {"SID": "uuid:x"}).status == 403
    remote.heal("Kitchen")
    remote.fail_action("Kitchen", "GetVolume", 501)
    remote.fail_action("Kitchen", "SetVolume", 0)
    assert "<errorCode>501<" in soap(kitchen, "RenderingControl", "GetVolume", VOLUME)[1]
    assert soap(kitchen, "RenderingControl", "GetVolume", VOLUME)[0] == 200
    before = soap(kitchen, "RenderingControl", "GetVolume", VOLUME)[1]
    loud = f"{VOLUME}<DesiredVolume>99</DesiredVolume>"
    assert soap(kitchen, "RenderingControl", "SetVolume", loud)[0] == 200
    assert soap(kitchen, "RenderingControl", "GetVolume", VOLUME)[1] == before


def test_latency(house: SimulatorProcess, kitchen: str) -> None:
    house.remote.set_latency("Kitchen", 0.3)
    start = time.monotonic()
    assert request("GET", kitchen, "/status/zp").status == 200
    assert time.monotonic() - start >= 0.3


def test_faults_of_leases(house: SimulatorProcess, kitchen: str, listener: Listener) -> None:
    remote = house.remote
    sid = str(listener.subscribe(kitchen, AVT).getheader("sid"))
    assert remote.forget_leases("Kitchen") == 1
    assert request("SUBSCRIBE", kitchen, AVT, {"SID": sid}).status == 412
    for status in (412, 503):
        remote.set_subscribe_status("Kitchen", status)
        assert listener.subscribe(kitchen, AVT).status == status
    remote.set_subscribe_status("Kitchen", None)
    for granted in ("Second-10", "Second-infinite", "nonsense"):
        remote.set_granted("Kitchen", granted)
        assert listener.subscribe(kitchen, AVT).getheader("timeout") == granted
    remote.set_granted("Kitchen", "")
    assert listener.subscribe(kitchen, AVT).getheader("timeout") is None


def test_renumbered_events(house: SimulatorProcess, kitchen: str, listener: Listener) -> None:
    """After the greatest number comes 1, as 0 is the first event's alone."""
    remote = house.remote
    sid = str(listener.subscribe(kitchen, AVT).getheader("sid"))
    remote.renumber_events("Kitchen", "AVTransport", 2**32 - 1)
    remote.emit("Kitchen", "AVTransport", {"TransportState": "PLAYING"})
    leases = [lease for of_speaker in remote.leases().values() for lease in of_speaker]
    assert [lease["next_seq"] for lease in leases if lease["sid"] == sid] == [1]


# -- power and addresses


def boot_seq(house: SimulatorProcess, room: str) -> int:
    speakers = house.remote.truth()["speakers"].values()
    return int(next(s["boot_seq"] for s in speakers if s["name"] == room and not s["invisible"]))


def test_a_reboot_loses_leases_and_raises_the_boot_sequence(
    house: SimulatorProcess, kitchen: str, listener: Listener
) -> None:
    sid = str(listener.subscribe(kitchen, AVT).getheader("sid"))
    other = listener.subscribe(house.addresses["Office"], TOPOLOGY).getheader("sid")
    wait_until(lambda: listener.of(other))
    before = boot_seq(house, "Kitchen")
    house.remote.reboot("Kitchen", 0.2)
    with pytest.raises((ConnectionError, HTTPException)):
        request("GET", kitchen, "/status/zp")
    wait_until(lambda: boot_seq(house, "Kitchen") == before + 1)
    assert request("SUBSCRIBE", kitchen, AVT, {"SID": sid}).status == 412
    wait_until(lambda: f'BootSeq="{before + 1}"' in str(listener.of(other)[-1].variables))


def test_unplugging_is_noticed_by_the_others(house: SimulatorProcess, listener: Listener) -> None:
    sid = listener.subscribe(house.addresses["Office"], TOPOLOGY).getheader("sid")
    listener.wait_for(sid, 1)
    house.remote.unplug("Patio", "sleeping")
    wait_until(lambda: any('Reason="sleeping"' in str(e.variables) for e in listener.of(sid)))
    with pytest.raises(ConnectionRefusedError):
        request("GET", house.addresses["Patio"], "/status/zp")
    house.remote.plug_in("Patio")
    wait_until(lambda: "Reason" not in str(listener.of(sid)[-1].variables))
    assert request("GET", house.addresses["Patio"], "/status/zp").status == 200


def test_player_that_is_not_missed_is_in_the_topology_in_no_way(
    house: SimulatorProcess, listener: Listener
) -> None:
    uid = next(uid for uid, it in house.remote.truth()["speakers"].items() if it["name"] == "Patio")
    sid = listener.subscribe(house.addresses["Office"], TOPOLOGY).getheader("sid")
    listener.wait_for(sid, 1)
    house.remote.unplug("Patio")
    wait_until(lambda: 'Reason="powered off"' in str(listener.of(sid)[-1].variables))
    house.remote.forget_vanished("Patio")
    wait_until(lambda: uid not in str(listener.of(sid)[-1].variables))
    house.remote.plug_in("Patio")
    wait_until(lambda: uid in str(listener.of(sid)[-1].variables))


def test_a_disconnected_player_keeps_its_leases(
    house: SimulatorProcess, kitchen: str, listener: Listener
) -> None:
    sid = str(listener.subscribe(kitchen, RENDERING).getheader("sid"))
    wait_until(lambda: listener.of(sid))
    house.remote.disconnect("Kitchen")
    house.remote.set_volume("Kitchen", 3)
    _wait_for_moderation(house, sid, 1)
    house.remote.reconnect(kitchen)
    assert request("SUBSCRIBE", kitchen, RENDERING, {"SID": sid}).status == 200
    house.remote.set_volume("Kitchen", 30)
    events = listener.wait_for(sid, 2)
    # What happened while it was away is lost, and the numbers say so.
    assert [event.seq for event in events] == [0, 2]


def test_a_player_can_get_another_address(house: SimulatorProcess) -> None:
    old = house.addresses["Bathroom"]
    new = house.remote.change_address("Bathroom")
    assert new != old
    assert request("GET", new, "/status/zp").status == 200
    with pytest.raises(ConnectionRefusedError):
        request("GET", old, "/status/zp")
    _, body = soap(new, "ZoneGroupTopology", "GetZoneGroupState")
    assert f"http://{new}:1400/" in body
    assert house.remote.change_address("Bathroom", old) == old
