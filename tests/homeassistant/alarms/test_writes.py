"""What is done to alarms again when the speaker that was told is lost before it has answered."""

from dataclasses import replace
import datetime as dt
from typing import TYPE_CHECKING, Any

from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.sonos_twisted.alarms.writes import Change, Creation, Deletion
from custom_components.sonos_twisted.engine import PlayerUnreachableError
from custom_components.sonos_twisted.model import CHIME, Alarm, AlarmList, Speaker

if TYPE_CHECKING:
    from collections.abc import Callable

ALARM = Alarm(0, dt.time(7), 7200, "DAILY", True, "RINCON_1", CHIME, "", "NORMAL", 20, False)
OTHER = replace(ALARM, alarm_id=3, start=dt.time(8))
KNOWN = AlarmList((OTHER,), 41)
SPEAKER = Speaker("RINCON_1")


class Commands:
    """Executes commands at a speaker that may be lost."""

    def __init__(self, *, lost: bool = False) -> None:
        """Begin with one."""
        self.lost = lost
        self.told: list[str] = []

    async def attempt(self, _speaker: Speaker, command: Callable[..., Any], *_: Any) -> int:
        """Note what was told."""
        self.told.append(command.__name__)
        if self.lost:
            raise PlayerUnreachableError("192.0.2.20", "does not answer")
        return 7


async def test_alarm_is_created_once() -> None:
    """Though the answer of the first attempt is lost."""
    commands: Any = Commands(lost=True)
    creation = Creation(ALARM)
    with pytest.raises(PlayerUnreachableError):
        await creation.async_write(commands, SPEAKER, KNOWN)
    made = KNOWN.holding(replace(ALARM, alarm_id=9))
    assert await creation.async_write(commands, SPEAKER, made) is made
    assert (creation.alarm_id, commands.told) == (9, ["create"])
    assert creation.is_in(made)
    assert not creation.is_in(KNOWN)


async def test_alarm_is_created_again_if_it_is_not_there() -> None:
    """Whatever else has been created meanwhile."""
    commands: Any = Commands(lost=True)
    creation = Creation(ALARM)
    with pytest.raises(PlayerUnreachableError):
        await creation.async_write(commands, SPEAKER, KNOWN)
    commands.lost = False
    theirs = KNOWN.holding(replace(ALARM, alarm_id=9, room="RINCON_2"))
    known = await creation.async_write(commands, SPEAKER, theirs)
    assert known.get(7) == replace(ALARM, alarm_id=7)
    assert commands.told == ["create", "create"]


async def test_alarm_is_deleted_once() -> None:
    """One that is gone then was deleted; one that was not there before is a mistake."""
    commands: Any = Commands(lost=True)
    deletion = Deletion(3)
    with pytest.raises(PlayerUnreachableError):
        await deletion.async_write(commands, SPEAKER, KNOWN)
    gone = KNOWN.without(3)
    assert await deletion.async_write(commands, SPEAKER, gone) is gone
    assert deletion.is_in(gone)
    assert not deletion.is_in(KNOWN)
    with pytest.raises(ServiceValidationError):
        await Deletion(3).async_write(commands, SPEAKER, gone)


async def test_change_that_is_there_is_not_made_again() -> None:
    """And what speakers may write otherwise is not looked at."""
    commands: Any = Commands()
    change = Change(3, {"volume": 30, "program_metadata": "<DIDL-Lite/>"})
    known = await change.async_write(commands, SPEAKER, KNOWN)
    assert known.alarms == (replace(OTHER, volume=30, program_metadata="<DIDL-Lite/>"),)
    assert await change.async_write(commands, SPEAKER, known) is known
    assert commands.told == ["update"]
    assert change.is_in(KNOWN.holding(replace(OTHER, volume=30)))
    assert not change.is_in(KNOWN)
    assert not change.is_in(KNOWN.without(3))
    with pytest.raises(ServiceValidationError):
        await change.async_write(commands, SPEAKER, KNOWN.without(3))
