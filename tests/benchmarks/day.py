"""An hour in a house of six rooms: what people do there, by the minute.

Most of it is done by hand, in Sonos' app and at the speakers; some of it through Home Assistant. It
is the same for core's `sonos` and for ours.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.simulator.control import Remote

from .scenario import BATHROOM, KITCHEN, LIVING_ROOM, OFFICE

BEDROOM = "Bedroom"

#: The number of the simulated house's first alarm.
_ALARM = 14


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Something that is done in the hour.

    Attributes:
        minute: When.
        hand: What somebody does in the house.
        action: An action of Home Assistant.
        rooms: The action's targets.
        data: The action's data. Rooms of ``group_members`` become entity ids.

    """

    minute: float
    hand: Callable[[Remote], object] | None = None
    action: str = ""
    rooms: tuple[str, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)


def _by_hand(minute: float, hand: Callable[..., object], *args: object) -> Moment:
    return Moment(minute=minute, hand=lambda house: hand(house, *args))


def _slider(minute: float, room: str, *volumes: int) -> list[Moment]:
    """Move a slider: many volumes, one tenth of a minute after the other."""
    return [
        _by_hand(minute + number / 10, Remote.set_volume, room, volume)
        for number, volume in enumerate(volumes)
    ]


def _songs(room: str, *minutes: float) -> list[Moment]:
    """Let a song end by itself."""
    return [_by_hand(minute, Remote.finish_track, room) for minute in minutes]


def _on_air(room: str, *minutes: float) -> list[Moment]:
    """Let the station say what it plays."""
    return [
        _by_hand(minute, Remote.set_stream_content, room, f"Orchestra {number} - Movement {number}")
        for number, minute in enumerate(minutes)
    ]


HOUR: tuple[Moment, ...] = tuple(
    sorted(
        [
            # Waking up.
            _by_hand(0, Remote.ring_alarm, _ALARM),
            _by_hand(2, Remote.stop_playing, BEDROOM),
            # Breakfast with the radio.
            _by_hand(3, Remote.play_radio, KITCHEN, "BBC Radio 3"),
            *_on_air(KITCHEN, 4, 7, 10, 13, 16),
            *_slider(5, KITCHEN, 31, 33, 34, 36, 37),
            Moment(
                minute=8,
                action="media_player.volume_set",
                rooms=(KITCHEN,),
                data={"volume_level": 0.25},
            ),
            # Music in the bathroom, too.
            Moment(
                minute=9,
                action="media_player.join",
                rooms=(KITCHEN,),
                data={"group_members": [BATHROOM]},
            ),
            *_slider(10.5, BATHROOM, 20, 22, 24),
            _by_hand(12, Remote.set_group_volume, KITCHEN, 28),
            _by_hand(15, Remote.set_mute, BATHROOM, True),
            _by_hand(15.5, Remote.set_mute, BATHROOM, False),
            Moment(minute=18, action="media_player.unjoin", rooms=(BATHROOM,)),
            _by_hand(18.5, Remote.stop_playing, KITCHEN),
            # Work, with a queue.
            _by_hand(20, Remote.play_tracks, OFFICE, 7),
            *_songs(OFFICE, 24, 28, 36),
            _by_hand(25, Remote.set_play_mode, OFFICE, "SHUFFLE"),
            Moment(minute=30, action="media_player.media_pause", rooms=(OFFICE,)),
            Moment(minute=32, action="media_player.media_play", rooms=(OFFICE,)),
            _by_hand(33, Remote.next, OFFICE),
            _by_hand(34, Remote.seek, OFFICE, 60),
            _by_hand(35, Remote.set_tone, OFFICE, "bass", 3),
            _by_hand(38, Remote.pause, OFFICE),
            # Somebody streams to the patio with an app.
            _by_hand(39, Remote.cast, "Patio", "spotify"),
            *_slider(43, "Patio", 36, 38, 40),
            _by_hand(47, Remote.stop_playing, "Patio"),
            # A film.
            _by_hand(40, Remote.play_tv, LIVING_ROOM),
            *_slider(41, LIVING_ROOM, 26, 28, 30, 31, 32, 30),
            _by_hand(42, Remote.set_eq, LIVING_ROOM, "NightMode", 1),
            *_slider(50, LIVING_ROOM, 28, 26, 24),
            _by_hand(52, Remote.stop_playing, LIVING_ROOM),
            # The whole house together, and good night.
            _by_hand(53, Remote.play_tracks, LIVING_ROOM, 5),
            Moment(
                minute=54,
                action="media_player.join",
                rooms=(LIVING_ROOM,),
                data={"group_members": [KITCHEN, BEDROOM]},
            ),
            *_songs(LIVING_ROOM, 56, 57),
            _by_hand(57.5, Remote.set_sleep_timer, LIVING_ROOM, 1800),
            Moment(minute=58, action="media_player.unjoin", rooms=(LIVING_ROOM,)),
            _by_hand(59, Remote.pause, KITCHEN),
        ],
        key=lambda moment: moment.minute,
    )
)
