"""What players say of their batteries."""

import pytest

from custom_components.sonos_twisted.model import Variables, parse_battery_status
from custom_components.sonos_twisted.model.battery import battery_of_more_info

PAGE = b"""<?xml version="1.0" ?><ZPSupportInfo><LocalBatteryStatus>
<Data name="Health">GREEN</Data><Data name="Level">82</Data><Data name="Other">x</Data>
<Data name="PowerSource">USB_POWER</Data><Data name="Temperature"/>
</LocalBatteryStatus></ZPSupportInfo>"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "BattChg:CHARGING,RawBattPct:95,BattPct:100,BattTmp:30",
            {"battery_charging": "1", "battery_level": "100", "battery_degrees": "30"},
        ),
        (
            "BattChg:NOT_CHARGING, BattPct:4",
            {"battery_charging": "0", "battery_level": "4"},
        ),
        ("BattChg:MAYBE,BattPct:,BattTmp", {}),
        ("TargetRoomName:Kitchen", {}),
        ("", {}),
    ],
)
def test_what_events_tell_of_a_battery(text: str, expected: Variables) -> None:
    """Other things are told in the same place."""
    assert battery_of_more_info(text) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            PAGE,
            {
                "battery_health": "GREEN",
                "battery_level": "82",
                "battery_power_source": "USB_POWER",
                "battery_temperature": "",
            },
        ),
        (b'<?xml version="1.0" ?><ZPSupportInfo/>', {}),
        (b"", {}),
        (b"<html", {}),
    ],
)
def test_what_the_page_of_a_battery_tells(body: bytes, expected: Variables) -> None:
    """A player without a battery has the page, too; old firmware shows nothing there."""
    assert parse_battery_status(body) == expected
