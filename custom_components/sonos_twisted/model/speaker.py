"""A player of the household and all that is known of it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .numbers import signed_number
from .transport import UNKNOWN_TRANSPORT, Transport

if TYPE_CHECKING:
    import datetime as dt

    from .description import DeviceDescription
    from .health import SpeakerHealth
    from .media import Media, PlaybackState, PlayMode
    from .notification import Variables
    from .position import PlaybackPosition
    from .topology import ZoneMember

_FLAGS = {"1": True, "0": False, "On": True, "Off": False}


@dataclass(slots=True, eq=False)
class Speaker:
    """A player, hidden or not. Written by its `Household` alone, read by everyone on its thread.

    What a group shares (`playback`, `media`, `position`, ...) is what the *coordinator* plays; a
    member's own transport variables mean nothing. Volume and sound are the player's own.
    """

    uid: str
    name: str = ""
    """The room's name."""
    host: str = ""
    port: int = 1400
    member: ZoneMember | None = None
    """The last that the topology said about it."""
    present: bool = False
    """Whether it is in the topology now."""
    boot_seq: int | None = None
    """The highest that was seen."""
    started_at: dt.datetime | None = None
    """When it started the last time, if that was seen."""
    description: DeviceDescription | None = None
    available: bool = True
    unavailable_reason: str = ""
    last_event_at: float | None = None
    """When the last event came, in the time that was passed with it."""
    variables: dict[str, Variables] = field(default_factory=dict)
    """All that was evented or answered, by service and variable name: the newest value of each."""
    told: set[str] = field(default_factory=set)
    """The services of which it has told all, and the readings that were asked of it."""
    answered: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    """Which variables, by service and name, the readings have brought."""
    health: SpeakerHealth | None = None
    """How well its events arrive, as far as somebody has looked."""
    volume: int | None = None
    """0 to 100."""
    muted: bool | None = None
    tv_format: str | None = None
    """The audio format that its television sends, if it was read (see `Household.tv_format`)."""
    own: Transport = UNKNOWN_TRANSPORT
    """What its own transport events said. Shown for its group while it is coordinator."""
    follows: str | None = None
    """The player that its own transport says it follows; None if it plays for itself."""
    shown: Transport = UNKNOWN_TRANSPORT
    """What its group plays."""

    @property
    def visible(self) -> bool:
        """Whether a user sees it as a room of the household."""
        return self.present and self.member is not None and self.member.visible

    @property
    def is_there(self) -> bool:
        """Whether it is a room that can be reached."""
        return self.visible and self.available

    @property
    def bonded_to(self) -> str | None:
        """The uid of the room's visible unit, for a hidden part of a room, else None."""
        return self.member.bonded_to if self.present and self.member is not None else None

    @property
    def software_version(self) -> str:
        """The build of its firmware, "" if that is not known."""
        return self.member.software_version if self.member is not None else ""

    def attribute(self, name: str) -> str | None:
        """Give an attribute of it in the topology, by its own name, None if there is none."""
        return self.member.attributes.get(name) if self.member is not None else None

    @property
    def playback(self) -> PlaybackState | None:
        """What its group does with the media."""
        return self.shown.playback

    @property
    def media(self) -> Media | None:
        """What its group plays."""
        return self.shown.media

    @property
    def position(self) -> PlaybackPosition | None:
        """Where in the track its group is."""
        return self.shown.position

    @property
    def play_mode(self) -> PlayMode | None:
        """Shuffle and repeat of its group."""
        return self.shown.play_mode

    @property
    def crossfade(self) -> bool | None:
        """Whether its group fades from track to track."""
        return self.shown.crossfade

    @property
    def actions(self) -> frozenset[str]:
        """What its group can do now: "Play", "Pause", "Seek", "Next", ..."""
        return self.shown.actions

    @property
    def group_volume(self) -> int | None:
        """The volume of its group, 0 to 100."""
        return self.shown.group_volume

    @property
    def group_muted(self) -> bool | None:
        """Whether its whole group is muted."""
        return self.shown.group_muted

    @property
    def reading_due(self) -> float | None:
        """The time from which on its position should be read (GetPositionInfo), or None.

        Only ever given for coordinators. Pass the answer to `Household.apply_position`.
        """
        if self.shown is not self.own:
            return None
        return self.own.tracker.reading_due

    @property
    def next_reading_at(self) -> float | None:
        """The same, or else the time at which its track should have ended and no event came."""
        if self.reading_due is not None or self.shown is not self.own:
            return self.reading_due
        return self.own.tracker.overdue_at

    @property
    def is_fixed(self) -> bool:
        """Whether its volume is fixed, because an amplifier has a knob of its own."""
        return self.variable("RenderingControl", "output_fixed") == "1"

    def variable(self, service: str, name: str, channel: str | None = None) -> str | None:
        """Give the newest value of a variable, None if there is none.

        Args:
            service: The UPnP name, such as "RenderingControl".
            name: The variable, such as "bass".
            channel: "Master", "LF" or "RF", for a variable that comes per channel.
        """
        value = self.variables.get(service, {}).get(name)
        if isinstance(value, dict):
            return value.get(channel or "Master")
        return value if channel is None else None

    def number(self, service: str, name: str, channel: str | None = None) -> int | None:
        """Give the whole number that a variable is, None if it is none."""
        return signed_number(self.variable(service, name, channel) or "")

    def flag(self, service: str, name: str, channel: str | None = None) -> bool | None:
        """Tell whether a variable is on, None if that is not known."""
        return _FLAGS.get(self.variable(service, name, channel) or "")

    def has(self, service: str, name: str, told: str | None = None) -> bool | None:
        """Tell whether the player has a variable; None as long as it has not said.

        Args:
            service: The UPnP name.
            name: The variable.
            told: Whose absence from `told` leaves it open; the service if None.
        """
        if name in self.variables.get(service, {}):
            return True
        return False if (told or service) in self.told else None
