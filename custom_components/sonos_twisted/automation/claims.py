"""What may be the case in a room: the table that conditions of both forms are made of.

``condition.py`` makes conditions of it that have targets, ``device_condition.py`` those of devices.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from homeassistant.components.media_player import (
    ATTR_GROUP_MEMBERS,
    ATTR_INPUT_SOURCE,
    ATTR_MEDIA_VOLUME_LEVEL,
    DOMAIN as MEDIA_PLAYER_DOMAIN,
    MediaPlayerState,
)
from homeassistant.const import PERCENTAGE, UnitOfTime
from homeassistant.core import State
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import (
    EntitySelector,
    NumberSelector,
    NumberSelectorMode,
    Selector,
    SelectSelector,
    TextSelector,
    TimeSelector,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..engine import Served
from ..model import Source, Speaker
from ..playing.attributes import ATTR_ANNOUNCEMENT, ATTR_AUDIO_SOURCE

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

type Options = Mapping[str, Any]

CONF_AFTER: Final = "after"
CONF_ALARM_ID: Final = "alarm_id"
CONF_BEFORE: Final = "before"
CONF_FAVORITE: Final = "favorite"
CONF_ROOMS: Final = "rooms"
CONF_SOURCE: Final = "source"
CONF_VOLUME: Final = "volume"
CONF_WITHIN: Final = "within"

#: What is said of where the sound comes from, in the words of the attribute ``audio_source``.
SOURCES: Final = [each.value for each in Source if each not in {Source.NONE, Source.MEMBER}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something that may be the case in a room. Exactly one of the two functions is given.

    Attributes:
        name: The name of the condition, without the domain.
        fields: What can be chosen.
        seen: Whether the state of the room's media player says so. What is seen in a state can be
            looked up in the past, so that a condition can ask for how long it has been the case.
        known: Whether what is known of the room says so.
        by_the_clock: The fields that make it depend on what time it is.
        of_unreachable: Whether it is to be asked of rooms that cannot be reached, too; of those
            nothing else is known.

    """

    name: str
    fields: Mapping[vol.Marker, Selector[Any]] = field(default_factory=dict)
    seen: Callable[[State, Options], bool] | None = None
    known: Callable[[HouseholdCoordinator, Speaker, Options], bool] | None = None
    by_the_clock: frozenset[str] = frozenset()
    of_unreachable: bool = False

    @property
    def checks(self) -> dict[vol.Marker, Any]:
        """The fields as they are checked: a single value need not be written as a list."""
        return {
            name: vol.All(cv.ensure_list, check) if check.config.get("multiple") else check
            for name, check in self.fields.items()
        }


_MINUTES = NumberSelector(
    {
        "min": 1,
        "max": 1440,
        "mode": NumberSelectorMode.BOX,
        "unit_of_measurement": UnitOfTime.MINUTES,
    }
)


def _members(state: State) -> list[str]:
    return list(state.attributes.get(ATTR_GROUP_MEMBERS) or ())


def _is_grouped(state: State, options: Options) -> bool:
    others = set(_members(state)) - {state.entity_id}
    return bool(others) and set(options.get(CONF_ROOMS, ())) - {state.entity_id} <= others


def _is_coordinator(state: State, _options: Options) -> bool:
    return _members(state)[:1] == [state.entity_id]


def _is_playing_source(state: State, options: Options) -> bool:
    source = state.attributes.get(ATTR_AUDIO_SOURCE)
    return state.state == MediaPlayerState.PLAYING and source in options[CONF_SOURCE]


def _is_playing_favorite(state: State, options: Options) -> bool:
    source = state.attributes.get(ATTR_INPUT_SOURCE)
    return state.state == MediaPlayerState.PLAYING and source == options[CONF_FAVORITE]


def _is_announcing(state: State, _options: Options) -> bool:
    return state.attributes.get(ATTR_ANNOUNCEMENT) is True


def _is_louder_than(state: State, options: Options) -> bool:
    level = state.attributes.get(ATTR_MEDIA_VOLUME_LEVEL)
    if level is None or not _is_time(options.get(CONF_AFTER), options.get(CONF_BEFORE)):
        return False
    return bool(round(level * 100) > options[CONF_VOLUME])


def _is_time(after: str | None, before: str | None) -> bool:
    """Tell whether it is between two times of the day, also if midnight is between them."""
    now = dt_util.now().time()
    begun = after is None or now >= dt.time.fromisoformat(after)
    not_over = before is None or now < dt.time.fromisoformat(before)
    if after is None or before is None or after <= before:
        return begun and not_over
    return begun or not_over


def _alarm_is_enabled(
    coordinator: HouseholdCoordinator, speaker: Speaker, options: Options
) -> bool:
    wanted = options.get(CONF_ALARM_ID)
    return any(
        alarm.enabled and wanted in {None, alarm.alarm_id}
        for alarm in coordinator.alarms.known.alarms
        if alarm.room == speaker.uid
    )


def _alarm_is_due(coordinator: HouseholdCoordinator, speaker: Speaker, options: Options) -> bool:
    coming = coordinator.alarms.next_in(speaker.uid)
    return coming is not None and coming[0] <= _in_minutes(options[CONF_WITHIN])


def _alarm_is_ringing(
    _coordinator: HouseholdCoordinator, speaker: Speaker, _options: Options
) -> bool:
    return bool(speaker.shown.alarm_running)


def _sleep_timer_is_running(
    coordinator: HouseholdCoordinator, speaker: Speaker, options: Options
) -> bool:
    end = coordinator.sleep_timers.end(speaker)
    if end is None:
        return False
    return CONF_WITHIN not in options or end <= _in_minutes(options[CONF_WITHIN])


def _events_are_healthy(
    coordinator: HouseholdCoordinator, speaker: Speaker, _options: Options
) -> bool:
    return speaker.is_there and coordinator.served.get(speaker.uid) is Served.BY_EVENTS


def _in_minutes(minutes: float) -> dt.datetime:
    return dt_util.utcnow() + dt.timedelta(minutes=minutes)


CLAIMS: Final[Mapping[str, Claim]] = {
    claim.name: claim
    for claim in (
        Claim(
            name="alarm_is_due",
            fields={vol.Required(CONF_WITHIN, default=60): _MINUTES},
            known=_alarm_is_due,
        ),
        Claim(
            name="alarm_is_enabled",
            fields={
                vol.Optional(CONF_ALARM_ID): NumberSelector(
                    {"min": 0, "mode": NumberSelectorMode.BOX}
                )
            },
            known=_alarm_is_enabled,
        ),
        Claim(name="alarm_is_ringing", known=_alarm_is_ringing),
        Claim(name="events_are_healthy", known=_events_are_healthy, of_unreachable=True),
        Claim(name="is_announcing", seen=_is_announcing),
        Claim(name="is_coordinator", seen=_is_coordinator),
        Claim(
            name="is_grouped",
            fields={
                vol.Optional(CONF_ROOMS): EntitySelector(
                    {
                        "filter": {"integration": DOMAIN, "domain": MEDIA_PLAYER_DOMAIN},
                        "multiple": True,
                    }
                )
            },
            seen=_is_grouped,
        ),
        Claim(
            name="is_louder_than",
            fields={
                vol.Required(CONF_VOLUME): NumberSelector(
                    {"min": 0, "max": 100, "unit_of_measurement": PERCENTAGE}
                ),
                vol.Optional(CONF_AFTER): TimeSelector(),
                vol.Optional(CONF_BEFORE): TimeSelector(),
            },
            seen=_is_louder_than,
            by_the_clock=frozenset({CONF_AFTER, CONF_BEFORE}),
        ),
        Claim(
            name="is_playing_favorite",
            fields={vol.Required(CONF_FAVORITE): TextSelector()},
            seen=_is_playing_favorite,
        ),
        Claim(
            name="is_playing_source",
            fields={
                vol.Required(CONF_SOURCE): SelectSelector(
                    {"options": SOURCES, "multiple": True, "translation_key": "audio_source"}
                )
            },
            seen=_is_playing_source,
        ),
        Claim(
            name="sleep_timer_is_running",
            fields={vol.Optional(CONF_WITHIN): _MINUTES},
            known=_sleep_timer_is_running,
        ),
    )
}
