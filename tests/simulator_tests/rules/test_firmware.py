"""An update is offered, begun, and takes the player away until it is installed."""

# mypy: disallow-untyped-calls=False
from xml.etree import ElementTree as ET

from twisted.internet.task import Clock

from tests.simulator.errors import Code
from tests.simulator.household import Household
from tests.simulator.pages import page
from tests.simulator.speaker import Speaker

from .steps import People, act, evented, members, refused


def update_item(speaker: Speaker) -> ET.Element:
    return ET.fromstring(evented(speaker, "ZoneGroupTopology")["AvailableSoftwareUpdate"])


def test_an_update_takes_a_player_away_and_back(
    clock: Clock, people: People, household: Household, kitchen: Speaker
) -> None:
    boot_seq = kitchen.boot_seq
    assert update_item(kitchen).get("Version") == kitchen.software
    begin = {"Flags": "0", "ExtraOptions": ""}
    with refused(Code.INVALID_ARGS):
        act(
            kitchen,
            "BeginSoftwareUpdate",
            UpdateURL=str(update_item(kitchen).get("UpdateURL")),
            **begin,
        )
    people.offer_update("Kitchen", "96.1-80000")
    checked = act(kitchen, "CheckForUpdate", UpdateType="Software", CachedOnly="1", Version="")
    item = ET.fromstring(checked["UpdateItem"])
    assert item.get("Version") == update_item(kitchen).get("Version") == "96.1-80000"
    url = str(item.get("UpdateURL"))
    people.plan_update(5, 3, error=501)
    with refused(Code.ACTION_FAILED):
        act(kitchen, "BeginSoftwareUpdate", UpdateURL=url, **begin)
    people.plan_update(5, 3)
    act(kitchen, "BeginSoftwareUpdate", UpdateURL=url, **begin)
    with refused(Code.ACTION_FAILED):
        act(kitchen, "BeginSoftwareUpdate", UpdateURL=url, **begin)
    clock.advance(4.9)
    assert kitchen.online
    clock.advance(0.2)
    device = ET.fromstring(household.zone_group_state).find("VanishedDevices/Device")
    assert device is not None
    assert (device.get("UUID"), device.get("Reason")) == (kitchen.uid, "upgrade")
    clock.advance(3)
    member = members(household)[kitchen.uid]
    assert member.get("SoftwareVersion") == "96.1-80000"
    assert member.get("BootSeq") == str(boot_seq + 1)
    found = page(kitchen, "/xml/device_description.xml", "")
    assert found is not None
    assert b"<softwareVersion>96.1-80000<" in found[1]
    assert update_item(kitchen).get("Version") == "96.1-80000"
