"""A house in which there is every kind of sound: levels of speech, height, a Sub, surrounds, ..."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant

from tests.homeassistant.actions import in_house
from tests.homeassistant.conftest import base
from tests.simulator.process import SimulatorProcess

if TYPE_CHECKING:
    from tests.simulator.control import Remote

#: Six rooms, as most tests expect, and what is bonded to the lounge.
ROOMS = {
    "Kitchen": "S18",
    "Bath": "S33",
    "Lounge": "S14",
    "Den": "S45",
    "Loft": "S19",
    "Office": "S16",
    "Sub": "Sub",
    "Left": "S38",
    "Right": "S38",
}

#: How a speaker is set that comes from the factory.
FACTORY = {
    "AudioDelay": 0,
    "AudioDelayLeftRear": 1,
    "AudioDelayRightRear": 1,
    "DialogLevel": 0,
    "HeightChannelLevel": 0,
    "MusicSurroundLevel": 0,
    "NightMode": 0,
    "SpeechEnhanceEnabled": 0,
    "SubCrossover": 80,
    "SubEnable": 1,
    "SubGain": 0,
    "SubPolarity": 0,
    "SurroundEnable": 1,
    "SurroundLevel": 0,
    "SurroundMode": 0,
}


def parlour(number: int) -> Iterator[SimulatorProcess]:
    """Run the house; the number is that of its addresses. `tidy` bonds what belongs together."""
    with SimulatorProcess(base=base(number), rooms=ROOMS) as house:
        yield house


def tidy(remote: Remote) -> None:
    """Let everything be bonded, and sound as in the beginning."""
    remote.heal()
    truth = remote.truth()["speakers"]
    if any(speaker["name"] == "Sub" for speaker in truth.values()):
        remote.bond_surrounds("Lounge", "Left", "Right")
        remote.bond_sub("Lounge", "Sub")
        truth = remote.truth()["speakers"]
    remote.fix_output("Office", False)
    for uid, speaker in truth.items():
        if speaker["invisible"]:
            continue
        remote.ungroup(uid)
        remote.reset_tone(uid)
        remote.set_crossfade(uid, False)
        for eq_type in speaker["eq"]:
            is_level = eq_type == "DialogLevel" and "SpeechEnhanceEnabled" in speaker["eq"]
            remote.set_eq(uid, eq_type, 1 if is_level else FACTORY[eq_type])


async def truth_of(hass: HomeAssistant, remote: Remote, room: str) -> dict[str, Any]:
    """Return how a room really is."""
    truth = await in_house(hass, remote.truth)
    return next(
        speaker
        for speaker in truth["speakers"].values()
        if speaker["name"] == room and not speaker["invisible"]
    )
