"""Actions for the alarms of a household."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
import datetime as dt
from typing import TYPE_CHECKING, Any

from homeassistant.core import EntityServiceResponse, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..alarms.household import CHIME_PROGRAM
from ..alarms.programs import async_find_program
from ..alarms.ringing import SNOOZE_SECONDS
from ..errors import refused
from ..media_player import SonosTwistedMediaPlayer
from ..model import DAYS, PLAY_MODES, Alarm, days_of, recurrence_of
from . import RoomAction, by_household, percent
from .sharing import once_per_group, once_per_household

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

ATTR_ALARM_ID = "alarm_id"
ATTR_DAYS = "days"
ATTR_DURATION = "duration"
ATTR_ENABLED = "enabled"
ATTR_INCLUDE_LINKED_ZONES = "include_linked_zones"
ATTR_PLAY_MODE = "play_mode"
ATTR_PROGRAM = "program"
ATTR_PROGRAM_TYPE = "program_type"
ATTR_RECURRENCE = "recurrence"
ATTR_ROOM = "room"
ATTR_TIME = "time"
ATTR_VOLUME = "volume"

_DAY = dt.timedelta(days=1)


def _recurrence(text: str) -> str:
    if not days_of(text):
        raise vol.Invalid("it is none of once, daily, weekdays, weekends, or on_ and day numbers")
    return text


#: No time at all: until somebody ends it.
_DURATION = vol.All(
    cv.time_period, vol.Range(min=dt.timedelta(), max=_DAY - dt.timedelta(seconds=1))
)
_IDS = vol.All(cv.ensure_list, [cv.positive_int], vol.Length(min=1))
_WHEN = "days and recurrence"

#: What can be said of an alarm besides its time.
_DETAILS: dict[Any, Any] = {
    vol.Exclusive(ATTR_DAYS, _WHEN): vol.All(cv.ensure_list, [vol.In(DAYS)], vol.Length(min=1)),
    vol.Exclusive(ATTR_RECURRENCE, _WHEN): vol.All(cv.string, vol.Upper, _recurrence),
    vol.Optional(ATTR_VOLUME): cv.small_float,
    vol.Optional(ATTR_DURATION): _DURATION,
    vol.Optional(ATTR_PROGRAM): vol.All(cv.string, str.strip, vol.Length(min=1)),
    vol.Optional(ATTR_PROGRAM_TYPE): cv.string,
    vol.Optional(ATTR_PLAY_MODE): vol.All(cv.string, vol.Upper, vol.In(PLAY_MODES)),
    vol.Optional(ATTR_INCLUDE_LINKED_ZONES): cv.boolean,
    vol.Optional(ATTR_ENABLED): cv.boolean,
}

#: The attribute of an alarm that a field sets, and how; the programme and the room are looked up.
_ATTRIBUTES: dict[str, tuple[str, Callable[[Any], object]]] = {
    ATTR_DAYS: ("recurrence", lambda days: recurrence_of(DAYS.index(day) for day in days)),
    ATTR_DURATION: ("duration", lambda duration: int(duration.total_seconds())),
    ATTR_ENABLED: ("enabled", bool),
    ATTR_INCLUDE_LINKED_ZONES: ("include_linked_zones", bool),
    ATTR_PLAY_MODE: ("play_mode", str),
    ATTR_RECURRENCE: ("recurrence", str),
    ATTR_TIME: ("start", lambda time: time),
    ATTR_VOLUME: ("volume", percent),
}

#: What a new alarm is like, where nothing is said.
_DEFAULTS: dict[str, Any] = {
    ATTR_DURATION: dt.timedelta(hours=2),
    ATTR_ENABLED: True,
    ATTR_INCLUDE_LINKED_ZONES: False,
    ATTR_PLAY_MODE: "SHUFFLE_NOREPEAT",
    ATTR_PROGRAM: CHIME_PROGRAM,
    ATTR_VOLUME: 0.25,
}


async def _values(room: SonosTwistedMediaPlayer, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of an alarm that were said."""
    values = {
        attribute: read(said[field])
        for field, (attribute, read) in _ATTRIBUTES.items()
        if field in said
    }
    if ATTR_ROOM in said:
        values["room"] = _room(room, said[ATTR_ROOM])
    if ATTR_PROGRAM in said:
        program = await async_find_program(
            room.coordinator, room.speaker, said[ATTR_PROGRAM], said.get(ATTR_PROGRAM_TYPE)
        )
        values["program_uri"], values["program_metadata"] = program
    elif ATTR_PROGRAM_TYPE in said:
        raise refused("no_program", field=ATTR_PROGRAM_TYPE, missing=ATTR_PROGRAM)
    return values


def _room(room: SonosTwistedMediaPlayer, entity_id: str) -> str:
    """Return the uid of the speaker of another room."""
    known = {entity: uid for uid, entity in room.coordinator.entity_ids.items()}
    if entity_id not in known:
        rooms = ", ".join(sorted(known))
        raise refused("no_room_of_household", field=ATTR_ROOM, value=entity_id, known=rooms)
    return known[entity_id]


async def _create(room: SonosTwistedMediaPlayer, call: ServiceCall) -> JsonObjectType:
    said = _DEFAULTS | call.data
    if not said.keys() & {ATTR_DAYS, ATTR_RECURRENCE}:
        said[ATTR_RECURRENCE] = "DAILY"
    alarm = Alarm(alarm_id=0, room=room.speaker.uid, **await _values(room, said))
    return {ATTR_ALARM_ID: await room.coordinator.alarms.async_create(alarm)}


async def _update(room: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    changes = await _values(room, call.data)
    if not changes:
        fields = sorted({str(field) for field in _UPDATE} - {ATTR_ALARM_ID, ATTR_PROGRAM_TYPE})
        raise refused("nothing_to_change", fields=", ".join(fields))
    await room.coordinator.alarms.async_change(call.data[ATTR_ALARM_ID], **changes)


async def _delete(room: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    alarms = room.coordinator.alarms
    await _all(
        alarms.async_delete(alarm_id) for alarm_id in dict.fromkeys(call.data[ATTR_ALARM_ID])
    )


def _switch(*, on: bool) -> Any:
    async def together(
        rooms: list[SonosTwistedMediaPlayer], call: ServiceCall
    ) -> EntityServiceResponse | None:
        work = []
        for coordinator, some in by_household(rooms).items():
            ids = call.data.get(ATTR_ALARM_ID)
            if ids is None:
                uids = {room.speaker.uid for room in some}
                known = (await coordinator.alarms.async_read()).alarms
                ids = [alarm.alarm_id for alarm in known if alarm.room in uids]
            work += [coordinator.alarms.async_change(number, enabled=on) for number in set(ids)]
        await _all(work)
        return None

    return together


async def _all(work: Iterable[Any]) -> None:
    """Do everything at once, whatever becomes of each, and raise the first error then."""
    for outcome in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


async def _list(room: SonosTwistedMediaPlayer, _call: ServiceCall) -> ServiceResponse:
    alarms = (await room.coordinator.alarms.async_read()).alarms
    return {"alarms": [_described(room.coordinator, alarm) for alarm in alarms]}


def _described(coordinator: HouseholdCoordinator, alarm: Alarm) -> JsonObjectType:
    speaker = coordinator.household.speakers.get(alarm.room)
    coming = coordinator.alarms.next_local(alarm)
    return {
        ATTR_ALARM_ID: alarm.alarm_id,
        ATTR_ROOM: coordinator.entity_ids.get(alarm.room),
        "room_name": speaker.name if speaker is not None else None,
        ATTR_ENABLED: alarm.enabled,
        ATTR_TIME: str(alarm.start),
        ATTR_RECURRENCE: alarm.recurrence,
        ATTR_DAYS: list(alarm.days),
        "next_time": coming.isoformat() if coming is not None else None,
        ATTR_VOLUME: alarm.volume / 100,
        ATTR_DURATION: alarm.duration_text,
        ATTR_PROGRAM: coordinator.alarms.program_of(alarm),
        "program_uri": alarm.program_uri,
        ATTR_PLAY_MODE: alarm.play_mode,
        ATTR_INCLUDE_LINKED_ZONES: alarm.include_linked_zones,
    }


async def _snooze(room: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    seconds = int(call.data[ATTR_DURATION].total_seconds())
    await room.coordinator.ringing.async_snooze(room.speaker, seconds)


async def _stop(room: SonosTwistedMediaPlayer, _call: ServiceCall) -> None:
    await room.coordinator.ringing.async_stop_alarm(room.speaker)


_UPDATE: dict[Any, Any] = {
    vol.Required(ATTR_ALARM_ID): cv.positive_int,
    vol.Optional(ATTR_TIME): cv.time,
    **_DETAILS,
    vol.Optional(ATTR_ROOM): cv.entity_id,
}

ACTIONS = (
    RoomAction(
        name="create_alarm",
        fields={vol.Required(ATTR_TIME): cv.time, **_DETAILS},
        each=_create,
        response=SupportsResponse.OPTIONAL,
    ),
    RoomAction(
        name="delete_alarm",
        fields={vol.Required(ATTR_ALARM_ID): _IDS},
        together=once_per_household(_delete),
    ),
    RoomAction(
        name="disable_alarms",
        fields={vol.Optional(ATTR_ALARM_ID): _IDS},
        together=_switch(on=False),
    ),
    RoomAction(
        name="enable_alarms",
        fields={vol.Optional(ATTR_ALARM_ID): _IDS},
        together=_switch(on=True),
    ),
    RoomAction(
        name="get_alarms", together=once_per_household(_list), response=SupportsResponse.ONLY
    ),
    RoomAction(
        name="snooze_alarm",
        fields={
            vol.Optional(ATTR_DURATION, default={"seconds": SNOOZE_SECONDS}): vol.All(
                _DURATION, vol.Range(min=dt.timedelta(seconds=1))
            )
        },
        together=once_per_group(_snooze),
    ),
    RoomAction(name="stop_alarm", together=once_per_group(_stop)),
    RoomAction(name="update_alarm", fields=_UPDATE, together=once_per_household(_update)),
)
