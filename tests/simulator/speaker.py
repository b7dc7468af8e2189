"""One player: identity, settings, and what is bonded to it."""

from dataclasses import dataclass, field
import math
from typing import TYPE_CHECKING, override

from .audio_clips import AudioClips
from .models import display_version
from .rendering import Rendering
from .transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from .audio_clips import Clip
    from .household import Household
    from .models import Model


# Services with variables that follow from another one: IsIdle, and Playing of the line-in.
_DEPENDENT = {"AVTransport": ("DeviceProperties", "AudioIn")}


@dataclass(slots=True)
class Battery:
    """The battery of a portable player."""

    level: int = 82
    power_source: str = "BATTERY"
    health: str = "GREEN"
    temperature: str = "NORMAL"
    degrees: int = 27

    @property
    def charging(self) -> bool:
        """Whether it stands on its base or hangs on a cable."""
        return self.power_source != "BATTERY"

    @property
    def more_info(self) -> str:
        """The variable MoreInfo."""
        state = "CHARGING" if self.charging else "NOT_CHARGING"
        return (
            f"BattChg:{state},RawBattPct:{self.level},BattPct:{self.level},BattTmp:{self.degrees}"
        )


@dataclass(slots=True)
class LineIn:
    """The analogue input of a player."""

    name: str = "Audio Component"
    icon: str = "AudioComponent"
    connected: bool = True
    left: int = 1
    right: int = 1


@dataclass(slots=True)
class Autoplay:
    """What a player does when one of its inputs comes alive."""

    room_uuid: str = ""
    linked_zones: bool = False
    volume: int = 25
    use_volume: bool = False


@dataclass(slots=True)
class Connection:
    """How a player is connected, in the numbers of its variables.

    Recorded of firmware 94: a room on the Wi-Fi has mode 1 and type 5, a satellite of a home
    theatre mode 2 and type 6, on a channel of its own.
    """

    wireless_mode: int = 1
    connection_type: int = 5
    channel: int = 2437
    wifi_enabled: bool = True
    ethernet: bool = False
    behind_extender: bool = False


@dataclass(slots=True)
class Settings:
    """Settings that a player keeps for itself."""

    led: str = "On"
    button_lock: str = "Off"
    icon: str = ""
    configuration: str = "1"
    target_room: str = ""
    mic_enabled: bool = True
    voice_configured: bool = False
    airplay: bool = True
    ir_repeater: str = "Off"
    led_feedback: str = "On"
    tv_format: int = 0
    tv_error: bool = False
    hdmi_cec: bool = False
    headphone_id: str = ""
    toslink: bool = False
    more_info: str = ""
    autoplay: dict[str, Autoplay] = field(default_factory=dict)
    connection: Connection = field(default_factory=Connection)


class Speaker:
    """A player of the household; bonded units are players of their own."""

    def __init__(
        self,
        household: Household,
        *,
        model: Model,
        room: str,
        mac: str,
        address: str,
    ) -> None:
        """Build the player; it is on but in no group yet."""
        self.household = household
        self.model = model
        self.room = room
        self.mac = mac
        self.uid = f"RINCON_{mac.replace(':', '')}01400"
        self.address = address
        self.boot_seq = 12
        self.online = True
        self.primary: Speaker | None = None
        self.satellites: list[Speaker] = []
        self.hidden: list[Speaker] = []
        self.channel_map = ""
        self.satellite_map = ""
        self.settings = Settings(voice_configured=model.voice, mic_enabled=model.voice)
        self.settings.hdmi_cec = model.soundbar
        self.settings.autoplay["TV"] = Autoplay()
        if model.soundbar:
            self.settings.autoplay["TV"].room_uuid = self.uid
        self.line_in = LineIn() if model.line_in else None
        self.battery = Battery() if model.battery else None
        self.rendering = Rendering(household.clock, model, self.changed)
        self.transport = Transport(household.clock, self.uid, household.catalog, self.changed)
        self.clips = AudioClips(household.clock, household.catalog, self._clip_changed, self.uid)
        self.clips.supported = self.sw_gen == "2"
        self.clip_observers: list[Callable[[Clip], None]] = []
        self.group_snapshot: dict[str, int] = {}
        self.room_before = ""
        self.regrouped_at = -math.inf
        self.software = model.software
        self.available_update = ""
        self.installing = False
        self.alarm_runs = 0

    @override
    def __repr__(self) -> str:
        """Name the player in a test's output."""
        return f"<Speaker {self.room} {self.model.short_name} {self.address}>"

    @property
    def sw_gen(self) -> str:
        """Generation of the software, 1 or 2."""
        return self.household.generation[1:]

    @property
    def port(self) -> int:
        """The port of the HTTP server."""
        return self.household.port

    @property
    def location(self) -> str:
        """Where the device description is."""
        return f"http://{self.address}:{self.port}/xml/device_description.xml"

    @property
    def invisible(self) -> bool:
        """Whether the player is bonded to another one."""
        return self.primary is not None

    @property
    def is_satellite(self) -> bool:
        """Whether the player belongs to a home theatre."""
        return self.primary is not None and self in self.primary.satellites

    @property
    def units(self) -> list[Speaker]:
        """The players that make up the room, in the order that players list them."""
        return [*self.hidden, self, *self.satellites]

    @property
    def has_sub(self) -> bool:
        """Whether a Sub is bonded to the player."""
        return any(unit.model.number == "Sub" for unit in (*self.hidden, *self.satellites))

    @property
    def is_coordinator(self) -> bool:
        """Whether the player leads its group."""
        return self.household.group_of(self).coordinator is self

    @property
    def connection(self) -> Connection:
        """How the player is connected now; satellites are, with their soundbar."""
        if self.is_satellite and not self.settings.connection.ethernet:
            return Connection(wireless_mode=2, connection_type=6, channel=5660)
        return self.settings.connection

    @property
    def display_version(self) -> str:
        """The version that the app shows."""
        return display_version(self.software)

    @property
    def more_info(self) -> str:
        """The variable MoreInfo."""
        return self.battery.more_info if self.battery else self.settings.more_info

    def power_off(self) -> None:
        """Lose what a player loses with its power: it plays no more."""
        self.transport.power_off()
        self.clips.power_off()

    def _clip_changed(self, clip: Clip) -> None:
        for observer in self.clip_observers:
            observer(clip)

    def changed(self, service: str) -> None:
        """Tell the household that variables of a service changed."""
        self.household.changed(self, service)
        for other in _DEPENDENT.get(service, ()):
            self.household.changed(self, other)
