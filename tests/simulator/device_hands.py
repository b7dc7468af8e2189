"""What people do to a device itself: bonds, inputs, lights, network, firmware, alarms."""

from typing import TYPE_CHECKING

from . import bonding
from .alarms import ARGUMENTS
from .speaker import Autoplay
from .text import parse_clock_time

if TYPE_CHECKING:
    from .household import Household
    from .speaker import LineIn, Speaker


class DeviceHands:
    """People at the devices. ``speaker`` is a uid, an address or the name of a room."""

    household: Household

    def _speaker(self, speaker: str) -> Speaker:
        return self.household.speaker(speaker)

    def _line_in(self, speaker: str) -> LineIn:
        line_in = self._speaker(speaker).line_in
        if line_in is None:
            raise KeyError(speaker)
        return line_in

    # -- bonds

    def bond_sub(self, speaker: str, sub: str) -> None:
        """Bond a Sub to a room: to a soundbar, a plain player, or a pair.

        Raises:
            UpnpError: One of them can't.
        """
        main, unit = self._speaker(speaker), self._speaker(sub)
        if main.model.theatre:
            bonding.add_satellites(self.household, main, f"{main.uid}:LF,RF;{unit.uid}:SW")
            return
        channels = main.channel_map or f"{main.uid}:LF,RF"
        bonding.bond(self.household, main, f"{channels};{unit.uid}:SW,SW")

    def bond_surrounds(self, speaker: str, left: str, right: str) -> None:
        """Let two players be the surrounds of a soundbar.

        Raises:
            UpnpError: One of them can't.
        """
        main = self._speaker(speaker)
        rear = f"{self._speaker(left).uid}:LR;{self._speaker(right).uid}:RR"
        bonding.add_satellites(self.household, main, f"{main.uid}:LF,RF;{rear}")

    def bond_pair(self, speaker: str, right: str) -> None:
        """Make two players a stereo pair that is called like the left one.

        Raises:
            UpnpError: One of them can't.
        """
        left, other = self._speaker(speaker), self._speaker(right)
        channels = f"{left.uid}:LF,LF;{other.uid}:RF,RF"
        bonding.bond(self.household, left, channels)

    def separate(self, speaker: str, unit: str | None = None) -> None:
        """Let go what is bonded to a room: one unit by its uid or address, or everything.

        Raises:
            UpnpError: Nothing is.
        """
        main = self._speaker(speaker)
        units = list(main.units) if unit is None else [self._speaker(unit)]
        for satellite in [bonded for bonded in units if bonded in main.satellites]:
            bonding.remove_satellite(self.household, main, satellite.uid)
        if hidden := [bonded.uid for bonded in units if bonded in main.hidden]:
            bonding.separate(self.household, main, ";".join(f"{uid}:" for uid in hidden))

    # -- sound

    def set_trueplay(self, speaker: str, on: bool, available: bool = True) -> None:
        """Tune the room with the app and switch that on or off; or forget the tuning."""
        self._speaker(speaker).rendering.set_trueplay(on=on, available=available)

    def reset_tone(self, speaker: str) -> None:
        """Put bass, treble, loudness and balance back."""
        self._speaker(speaker).rendering.reset_tone()

    # -- lights and buttons

    def set_led(self, speaker: str, on: bool) -> None:
        """Switch the status light; players send no event of that."""
        self._speaker(speaker).settings.led = "On" if on else "Off"

    def set_button_lock(self, speaker: str, on: bool) -> None:
        """Lock the touch controls; players send no event of that."""
        self._speaker(speaker).settings.button_lock = "On" if on else "Off"

    # -- inputs

    def set_autoplay(
        self,
        speaker: str,
        room: str | None = None,
        linked_zones: bool | None = None,
        volume: int | None = None,
        use_volume: bool | None = None,
        source: str = "TV",
    ) -> None:
        """Say in the app what an input does when it comes alive; players send no event of that.

        Args:
            speaker: The player with the input.
            room: The player that plays it; empty: none.
            linked_zones: Whether the group plays along.
            volume: Percent.
            use_volume: Whether that volume is set.
            source: ``TV`` or ``LineIn``.
        """
        autoplay = self._speaker(speaker).settings.autoplay.setdefault(source, Autoplay())
        if room is not None:
            autoplay.room_uuid = self._speaker(room).uid if room else ""
        if linked_zones is not None:
            autoplay.linked_zones = linked_zones
        if volume is not None:
            autoplay.volume = volume
        if use_volume is not None:
            autoplay.use_volume = use_volume

    def switch_on_tv(self, speaker: str) -> None:
        """Let the television make a sound: the soundbar does what autoplay says."""
        unit = self._speaker(speaker)
        autoplay = unit.settings.autoplay["TV"]
        if not autoplay.room_uuid:
            return
        if not autoplay.linked_zones or not unit.is_coordinator:
            self.household.leave(unit)
        if autoplay.use_volume:
            unit.rendering.set_volume(autoplay.volume)
        unit.transport.set_uri(f"x-sonos-htastream:{unit.uid}:spdif")

    def set_line_in_level(self, speaker: str, left: int, right: int) -> None:
        """Choose the level of what is at the line-in, 1 to 10.

        Raises:
            KeyError: The player has no line-in.
        """
        line_in = self._line_in(speaker)
        line_in.left, line_in.right = left, right
        self._speaker(speaker).changed("AudioIn")

    def name_line_in(self, speaker: str, name: str) -> None:
        """Say what is at the line-in.

        Raises:
            KeyError: The player has no line-in.
        """
        self._line_in(speaker).name = name
        self._speaker(speaker).changed("AudioIn")

    def connect_toslink(self, speaker: str, connected: bool) -> None:
        """Plug in the optical cable of the television, or pull it."""
        self._speaker(speaker).settings.toslink = connected
        self._speaker(speaker).changed("HTControl")

    def set_ir_repeater(self, speaker: str, state: str) -> None:
        """Let a soundbar repeat the remote control: ``On``, ``Off`` or ``Disabled``."""
        self._speaker(speaker).settings.ir_repeater = state
        self._speaker(speaker).changed("HTControl")

    def set_led_feedback(self, speaker: str, on: bool) -> None:
        """Let a soundbar blink at the remote control; players send no event of that."""
        self._speaker(speaker).settings.led_feedback = "On" if on else "Off"

    def set_tv_connection(
        self, speaker: str, error: bool | None = None, hdmi_cec: bool | None = None
    ) -> None:
        """Let the television be connected wrongly, or without CEC."""
        settings = self._speaker(speaker).settings
        if error is not None:
            settings.tv_error = error
        if hdmi_cec is not None:
            settings.hdmi_cec = hdmi_cec
        self._device_changed(speaker)

    def swap_headphones(self, speaker: str, headphone: str) -> None:
        """Let Sonos headphones take over the sound of the TV; an empty id gives it back."""
        self._speaker(speaker).settings.headphone_id = headphone
        self._device_changed(speaker)

    # -- the network

    def set_airplay(self, speaker: str, on: bool) -> None:
        """Let a player be one for AirPlay, or not."""
        self._speaker(speaker).settings.airplay = on
        self._device_changed(speaker)

    def set_network(
        self,
        speaker: str,
        ethernet: bool | None = None,
        wifi_enabled: bool | None = None,
        channel: int | None = None,
        behind_extender: bool | None = None,
        wireless_mode: int | None = None,
        connection_type: int | None = None,
    ) -> None:
        """Connect a player in another way.

        Args:
            speaker: The player.
            ethernet: Whether a cable is in it.
            wifi_enabled: Whether its radio is on.
            channel: Frequency in MHz.
            behind_extender: Whether it is connected through a repeater.
            wireless_mode: WirelessMode.
            connection_type: ConnectionType, of new firmware.
        """
        connection = self._speaker(speaker).settings.connection
        changes = {
            "ethernet": ethernet,
            "wifi_enabled": wifi_enabled,
            "channel": channel,
            "behind_extender": behind_extender,
            "wireless_mode": wireless_mode,
            "connection_type": connection_type,
        }
        for name, value in changes.items():
            if value is not None:
                setattr(connection, name, value)
        self._device_changed(speaker)

    def _device_changed(self, speaker: str) -> None:
        self._speaker(speaker).changed("DeviceProperties")
        self.household.topology_changed()

    # -- firmware

    def offer_update(self, speaker: str, version: str) -> None:
        """Let a firmware update be available; an empty version takes it back."""
        unit = self._speaker(speaker)
        unit.available_update = version
        unit.changed("ZoneGroupTopology")

    def plan_update(self, seconds: float, away: float, error: int = 0) -> None:
        """Say how long players install an update, how long they are away then, or that it fails."""
        self.household.update_plan = (seconds, away, error)

    # -- alarms

    def ring_alarm(self, number: int) -> None:
        """Let the time of an alarm come.

        Raises:
            KeyError: There is no such alarm.
        """
        alarm = self.household.alarms.find(number)
        speaker = self._speaker(alarm.room_uuid)
        if alarm.linked_zones == "0":
            self.household.leave(speaker)
        leader = self.household.group_of(speaker).coordinator
        speaker.rendering.set_volume(int(alarm.volume))
        transport = leader.transport
        transport.set_uri(alarm.program_uri, alarm.program_metadata)
        transport.play()
        transport.ringing.start(number, parse_clock_time(alarm.duration or "0:00:00"))
        speaker.alarm_runs += 1
        speaker.changed("ZoneGroupTopology")
        if alarm.recurrence == "ONCE":
            self.household.alarms.edit(number, enabled="0")

    def create_alarm(self, speaker: str, start: str, fields: dict[str, str] | None = None) -> int:
        """Add an alarm in the app and return its number.

        Args:
            speaker: The room.
            start: HH:MM:SS.
            fields: What differs from a chime every day; names as in ``edit_alarm``.

        Raises:
            UpnpError: The room has one at that time, or a value is nonsense.
        """
        alarm = {
            "start": start,
            "duration": "02:00:00",
            "recurrence": "DAILY",
            "enabled": "1",
            "room_uuid": self._speaker(speaker).uid,
            "program_uri": "x-rincon-buzzer:0",
            "program_metadata": "",
            "play_mode": "SHUFFLE_NOREPEAT",
            "volume": "20",
            "linked_zones": "0",
        }
        changes = fields or {}
        if unknown := changes.keys() - set(ARGUMENTS.values()):
            raise KeyError(min(unknown))
        return self.household.alarms.add(**(alarm | changes))

    def edit_alarm(self, number: int, fields: dict[str, str]) -> None:
        """Change an alarm in the app.

        Args:
            number: Of the alarm.
            fields: start, duration, recurrence, enabled, room_uuid, program_uri,
                program_metadata, play_mode, volume, linked_zones; texts as players write them.

        Raises:
            KeyError: There is no such alarm, or no such field.
            UpnpError: As for ``create_alarm``.
        """
        self.household.alarms.edit(number, **fields)

    def delete_alarm(self, number: int) -> None:
        """Remove an alarm in the app.

        Raises:
            UpnpError: There is none.
        """
        self.household.alarms.remove(number)

    def set_time_zone(self, minutes: int, index: int = 8) -> None:
        """Move the house to another time zone, so many minutes ahead of UTC."""
        time = self.household.time
        time.set_zone(index, minutes, adjust=time.adjust)
        self.household.alarm_clocks_changed()
