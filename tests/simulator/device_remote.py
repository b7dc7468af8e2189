"""The half of :class:`~tests.simulator.control.Remote` that is about devices themselves."""

from typing import Any, cast


class DeviceRemote:
    """What :class:`~tests.simulator.device_hands.DeviceHands` does, from another process."""

    def call(self, method: str, /, **arguments: object) -> Any:
        """Call a method of the simulator by its name."""
        raise NotImplementedError

    def bond_sub(self, speaker: str, sub: str) -> None:
        """Bond a Sub to a room: to a soundbar, a plain player, or a pair."""
        self.call("bond_sub", speaker=speaker, sub=sub)

    def bond_surrounds(self, speaker: str, left: str, right: str) -> None:
        """Let two players be the surrounds of a soundbar."""
        self.call("bond_surrounds", speaker=speaker, left=left, right=right)

    def bond_pair(self, speaker: str, right: str) -> None:
        """Make two players a stereo pair that is called like the left one."""
        self.call("bond_pair", speaker=speaker, right=right)

    def separate(self, speaker: str, unit: str | None = None) -> None:
        """Let go what is bonded to a room: one unit by its uid or address, or everything."""
        self.call("separate", speaker=speaker, unit=unit)

    def set_trueplay(self, speaker: str, on: bool, available: bool = True) -> None:
        """Tune the room with the app and switch that on or off; or forget the tuning."""
        self.call("set_trueplay", speaker=speaker, on=on, available=available)

    def reset_tone(self, speaker: str) -> None:
        """Put bass, treble, loudness and balance back."""
        self.call("reset_tone", speaker=speaker)

    def set_led(self, speaker: str, on: bool) -> None:
        """Switch the status light; players send no event of that."""
        self.call("set_led", speaker=speaker, on=on)

    def set_button_lock(self, speaker: str, on: bool) -> None:
        """Lock the touch controls; players send no event of that."""
        self.call("set_button_lock", speaker=speaker, on=on)

    def set_autoplay(
        self,
        speaker: str,
        room: str | None = None,
        linked_zones: bool | None = None,
        volume: int | None = None,
        use_volume: bool | None = None,
        source: str = "TV",
    ) -> None:
        """Say in the app what an input does when it comes alive; players send no event of that."""
        self.call(
            "set_autoplay",
            speaker=speaker,
            room=room,
            linked_zones=linked_zones,
            volume=volume,
            use_volume=use_volume,
            source=source,
        )

    def switch_on_tv(self, speaker: str) -> None:
        """Let the television make a sound: the soundbar does what autoplay says."""
        self.call("switch_on_tv", speaker=speaker)

    def set_line_in_level(self, speaker: str, left: int, right: int) -> None:
        """Choose the level of what is at the line-in, 1 to 10."""
        self.call("set_line_in_level", speaker=speaker, left=left, right=right)

    def name_line_in(self, speaker: str, name: str) -> None:
        """Say what is at the line-in."""
        self.call("name_line_in", speaker=speaker, name=name)

    def connect_toslink(self, speaker: str, connected: bool) -> None:
        """Plug in the optical cable of the television, or pull it."""
        self.call("connect_toslink", speaker=speaker, connected=connected)

    def set_ir_repeater(self, speaker: str, state: str) -> None:
        """Let a soundbar repeat the remote control: ``On``, ``Off`` or ``Disabled``."""
        self.call("set_ir_repeater", speaker=speaker, state=state)

    def set_led_feedback(self, speaker: str, on: bool) -> None:
        """Let a soundbar blink at the remote control; players send no event of that."""
        self.call("set_led_feedback", speaker=speaker, on=on)

    def set_tv_connection(
        self, speaker: str, error: bool | None = None, hdmi_cec: bool | None = None
    ) -> None:
        """Let the television be connected wrongly, or without CEC."""
        self.call("set_tv_connection", speaker=speaker, error=error, hdmi_cec=hdmi_cec)

    def swap_headphones(self, speaker: str, headphone: str) -> None:
        """Let Sonos headphones take over the sound of the TV; an empty id gives it back."""
        self.call("swap_headphones", speaker=speaker, headphone=headphone)

    def set_airplay(self, speaker: str, on: bool) -> None:
        """Let a player be one for AirPlay, or not."""
        self.call("set_airplay", speaker=speaker, on=on)

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
        """Connect a player in another way."""
        self.call(
            "set_network",
            speaker=speaker,
            ethernet=ethernet,
            wifi_enabled=wifi_enabled,
            channel=channel,
            behind_extender=behind_extender,
            wireless_mode=wireless_mode,
            connection_type=connection_type,
        )

    def offer_update(self, speaker: str, version: str) -> None:
        """Let a firmware update be available; an empty version takes it back."""
        self.call("offer_update", speaker=speaker, version=version)

    def plan_update(self, seconds: float, away: float, error: int = 0) -> None:
        """Say how long players install an update, how long they are away then, or that it fails."""
        self.call("plan_update", seconds=seconds, away=away, error=error)

    def ring_alarm(self, number: int) -> None:
        """Let the time of an alarm come."""
        self.call("ring_alarm", number=number)

    def create_alarm(self, speaker: str, start: str, fields: dict[str, str] | None = None) -> int:
        """Add an alarm in the app and return its number."""
        return cast("int", self.call("create_alarm", speaker=speaker, start=start, fields=fields))

    def edit_alarm(self, number: int, fields: dict[str, str]) -> None:
        """Change an alarm in the app."""
        self.call("edit_alarm", number=number, fields=fields)

    def delete_alarm(self, number: int) -> None:
        """Remove an alarm in the app."""
        self.call("delete_alarm", number=number)

    def set_time_zone(self, minutes: int, index: int = 8) -> None:
        """Move the house to another time zone, so many minutes ahead of UTC."""
        self.call("set_time_zone", minutes=minutes, index=index)
