"""What people in the house do: at the players and in the app."""

from dataclasses import replace
from typing import TYPE_CHECKING

from . import didl
from .catalog import Favorite, library, service_tracks, station_metadata, stations
from .device_hands import DeviceHands
from .services.rendering import set_group_mute, set_group_volume

if TYPE_CHECKING:
    from .transport import Transport


class Hands(DeviceHands):
    """People. ``speaker`` is a uid, an address or the name of a room."""

    def _transport(self, speaker: str) -> Transport:
        """Return the transport that the buttons of a player work on: its coordinator's."""
        return self.household.group_of(self._speaker(speaker)).coordinator.transport

    # -- buttons

    def play(self, speaker: str) -> None:
        """Press play."""
        self._transport(speaker).play()

    def pause(self, speaker: str) -> None:
        """Press pause; a source that can't pause stops."""
        transport = self._transport(speaker)
        if transport.kind.allows("Pause"):
            transport.pause()
        else:
            transport.stop()

    def stop_playing(self, speaker: str) -> None:
        """Press stop."""
        self._transport(speaker).stop()

    def next(self, speaker: str) -> None:
        """Press next."""
        self._transport(speaker).next()

    def previous(self, speaker: str) -> None:
        """Press previous."""
        self._transport(speaker).previous()

    def seek(self, speaker: str, seconds: float) -> None:
        """Move the slider to a position in the track."""
        self._transport(speaker).seek_time(seconds)

    def finish_track(self, speaker: str, remaining: float = 0.2) -> None:
        """Move to just before the end of the track, so that the next one follows by itself."""
        transport = self._transport(speaker)
        if transport.track is not None:
            transport.seek_time(max(0.0, transport.track.duration - remaining))

    def set_volume(self, speaker: str, volume: int) -> None:
        """Turn the volume of one player to 0..100."""
        self._speaker(speaker).rendering.set_volume(volume)

    def set_group_volume(self, speaker: str, volume: int) -> None:
        """Move the slider of the whole group."""
        set_group_volume(self.household.group_of(self._speaker(speaker)).coordinator, volume)

    def set_group_mute(self, speaker: str, mute: bool = True) -> None:
        """Mute the whole group or end that."""
        set_group_mute(self._speaker(speaker), on=mute)

    def fix_output(self, speaker: str, on: bool = True) -> None:
        """Fix the line-out of a player at full volume, in the app, or end that.

        Raises:
            UpnpError: The model has none.
        """
        self._speaker(speaker).rendering.set_fixed(on=on)

    def set_mute(self, speaker: str, mute: bool = True) -> None:
        """Mute a player or end that."""
        self._speaker(speaker).rendering.set_mute(on=mute)

    def set_balance(self, speaker: str, left: int, right: int) -> None:
        """Set the volumes (0..100) of the left and right channel."""
        rendering = self._speaker(speaker).rendering
        rendering.set_volume(left, "LF")
        rendering.set_volume(right, "RF")

    # -- the app

    def set_play_mode(self, speaker: str, mode: str) -> None:
        """Choose one of the six play modes."""
        self._transport(speaker).set_play_mode(mode)

    def set_crossfade(self, speaker: str, on: bool) -> None:
        """Switch crossfade."""
        self._transport(speaker).set_crossfade(on=on)

    def set_tone(self, speaker: str, name: str, value: int) -> None:
        """Set ``bass`` or ``treble`` to -10..10."""
        self._speaker(speaker).rendering.set_tone(name, value)

    def set_loudness(self, speaker: str, on: bool) -> None:
        """Switch loudness."""
        self._speaker(speaker).rendering.set_loudness(on=on)

    def set_eq(self, speaker: str, eq_type: str, value: int) -> None:
        """Set a value of the equaliser, ``NightMode`` for instance."""
        self._speaker(speaker).rendering.set_eq(eq_type, value)

    def set_sleep_timer(self, speaker: str, seconds: float | None) -> None:
        """Start the sleep timer, or end it with None."""
        self._transport(speaker).set_sleep_timer(seconds)

    def group(self, speaker: str, coordinator: str) -> None:
        """Add a room to the group that ``coordinator`` is in."""
        leader = self.household.group_of(self._speaker(coordinator)).coordinator
        self.household.join(self._speaker(speaker), leader.uid)

    def ungroup(self, speaker: str) -> None:
        """Take a room out of its group."""
        self.household.leave(self._speaker(speaker))

    def rename(self, speaker: str, name: str) -> None:
        """Give a room another name."""
        for unit in self._speaker(speaker).units:
            unit.room = name
            unit.changed("DeviceProperties")
        self.household.topology_changed()

    # -- music

    def play_tracks(self, speaker: str, count: int = 5, source: str = "library") -> None:
        """Replace the queue by tracks of the ``library`` or a ``service`` and play it."""
        tracks = list(library() if source == "library" else service_tracks())
        transport = self._transport(speaker)
        if transport.queue.tracks:
            transport.clear_queue()
        transport.enqueue((tracks * (count // len(tracks) + 1))[:count])
        self._play_queue(speaker)

    def fill_queue(self, speaker: str, count: int) -> None:
        """Replace the queue by ``count`` tracks, each with a title of its own; it does not play."""
        transport = self._transport(speaker)
        if transport.queue.tracks:
            transport.clear_queue()
        tracks = library()
        transport.enqueue(
            [
                replace(tracks[place % len(tracks)], title=f"Track {place + 1}")
                for place in range(count)
            ]
        )

    def _play_queue(self, speaker: str) -> None:
        coordinator = self.household.group_of(self._speaker(speaker)).coordinator
        coordinator.transport.set_uri(f"x-rincon-queue:{coordinator.uid}#0")
        coordinator.transport.play()

    def play_uri(self, speaker: str, uri: str, metadata: str = "") -> None:
        """Play a URI."""
        transport = self._transport(speaker)
        transport.set_uri(uri, metadata)
        if transport.kind.allows("Play"):
            transport.play()

    def play_favorite(self, speaker: str, title: str) -> None:
        """Play a Sonos favourite by its title.

        Raises:
            KeyError: There is none with a resource.
        """
        for favorite in self.household.catalog.favorites:
            if favorite.title == title and favorite.uri:
                self._play_resource(speaker, favorite.uri, favorite.metadata)
                return
        raise KeyError(title)

    def _play_resource(self, speaker: str, uri: str, metadata: str) -> None:
        transport = self._transport(speaker)
        if uri in {station.uri for station, _ in stations()}:
            self.play_uri(speaker, uri, metadata)
            return
        if transport.queue.tracks:
            transport.clear_queue()
        tracks = self.household.catalog.expand(uri, metadata)
        transport.enqueue(tracks, container=(uri, metadata))
        self._play_queue(speaker)

    def play_radio(self, speaker: str, title: str = "BBC Radio 3") -> None:
        """Play a radio station by its title.

        Raises:
            KeyError: There is none.
        """
        for station, _ in stations():
            if station.title == title:
                self.play_uri(speaker, station.uri, station_metadata(title))
                return
        raise KeyError(title)

    def set_stream_content(self, speaker: str, text: str) -> None:
        """Let the station say that something else is on."""
        self._transport(speaker).set_stream_content(text)

    def set_radio_show(self, speaker: str, title: str) -> None:
        """Let the station say that another programme is on."""
        self._transport(speaker).set_radio_show(title)

    def play_tv(self, speaker: str) -> None:
        """Switch the television on."""
        unit = self._speaker(speaker)
        self._transport(speaker).set_uri(f"x-sonos-htastream:{unit.uid}:spdif")

    def play_line_in(self, speaker: str, source: str | None = None) -> None:
        """Play a line-in, the player's own or that of ``source``."""
        owner = self._speaker(source or speaker)
        self.play_uri(speaker, f"x-rincon-stream:{owner.uid}")

    def cast(self, speaker: str, app: str = "spotify") -> None:
        """Let an app on another device play through a room: Spotify Connect, AirPlay, or a service.

        Args:
            speaker: The room.
            app: ``spotify``, ``airplay`` or ``cloud_queue``.
        """
        coordinator = self.household.group_of(self._speaker(speaker)).coordinator
        uris = {
            "spotify": f"x-sonos-vli:{coordinator.uid}:2,spotify:8c1f",
            "airplay": f"x-sonos-vli:{coordinator.uid}:1,airplay:5d3a",
            "cloud_queue": f"x-rincon-queue:{coordinator.uid}#6",
        }
        self.play_uri(speaker, uris[app])
        if app == "cloud_queue":
            coordinator.transport.direct_control = "app"
            coordinator.changed("AVTransport")

    def link_service(self, number: int, linked: bool = True) -> None:
        """Link a music service with the household, by the number in its accounts; or unlink it."""
        services = self.household.linked_services
        services.add(number) if linked else services.discard(number)

    def add_favorite(self, title: str, uri: str, metadata: str = "") -> str:
        """Add a favourite and return its object id."""
        favorites = self.household.catalog.favorites
        number = max((favorite.number for favorite in favorites), default=-1) + 1
        track = didl.Track(uri=uri, title=title)
        metadata = metadata or didl.enqueued_metadata(
            title, track.item_class, "RINCON_AssociatedZPUDN"
        )
        favorites.append(Favorite(number, title, uri, track.protocol, metadata))
        self.household.container_changed("FV:2")
        return f"FV:2/{number}"

    def remove_favorite(self, title: str) -> None:
        """Remove the favourites with a title."""
        favorites = self.household.catalog.favorites
        favorites[:] = [favorite for favorite in favorites if favorite.title != title]
        self.household.container_changed("FV:2")

    def fill_favorites(self, count: int) -> None:
        """Have this many favourites, in place of those that are there."""
        metadata = station_metadata("Station")
        self.household.catalog.favorites[:] = [
            Favorite(
                number,
                f"Favorite {number}",
                f"x-rincon-mp3radio://radio.example/{number}.mp3",
                "x-rincon-mp3radio:*:*:*",
                metadata,
            )
            for number in range(count)
        ]
        self.household.container_changed("FV:2")

    def fill_library(self, albums: int) -> None:
        """Copy as many albums to the share besides the usual ones; 0 takes them away."""
        self.household.catalog.fill_library(albums)
        self.household.container_changed("S:")

    def remove_shares(self) -> None:
        """Take the music library away; ``fill_library`` brings it back."""
        self.household.catalog.remove_shares()
        self.household.container_changed("S:")

    def plan_index(self, duration: float, error: str = "") -> None:
        """Let the next updates of the music library take so long, and end with an error."""
        self.household.plan_index(duration, error)

    def set_alarm_delay(self, seconds: float) -> None:
        """Let a change of the alarms reach the other players only after so long."""
        self.household.alarms.delay = seconds

    # -- the device

    def set_battery(
        self,
        speaker: str,
        level: int | None = None,
        power_source: str | None = None,
        health: str | None = None,
        temperature: str | None = None,
        degrees: int | None = None,
    ) -> None:
        """Change the charge, or put a portable player on its base or take it away.

        Args:
            speaker: A portable player.
            level: Percent.
            power_source: BATTERY, SONOS_CHARGING_RING or USB_POWER.
            health: GREEN, YELLOW or RED.
            temperature: NORMAL or another word.
            degrees: The temperature in Celsius.

        Raises:
            KeyError: The player has no battery.
        """
        unit = self._speaker(speaker)
        if unit.battery is None:
            raise KeyError(speaker)
        changes = {
            "level": level,
            "power_source": power_source,
            "health": health,
            "temperature": temperature,
            "degrees": degrees,
        }
        for name, value in changes.items():
            if value is not None:
                setattr(unit.battery, name, value)
        unit.changed("DeviceProperties")
        # MoreInfo is in the topology as well.
        self.household.topology_changed()

    def publish(self, uri: str, seconds: float | None) -> None:
        """Put a sound file on a web server; None as its length: it cannot be read there."""
        self.household.catalog.publish(uri, seconds)

    def support_clips(self, speaker: str, supported: bool) -> None:
        """Make a player one that can play audio clips, or one that cannot."""
        unit = self._speaker(speaker)
        unit.clips.supported = supported
        unit.changed("DeviceProperties")

    def set_microphone(self, speaker: str, on: bool) -> None:
        """Press the button of the microphone."""
        unit = self._speaker(speaker)
        unit.settings.mic_enabled = on
        unit.changed("DeviceProperties")
        self.household.topology_changed()

    def set_line_in(self, speaker: str, connected: bool) -> None:
        """Plug a cable into the line-in, or pull it.

        Raises:
            KeyError: The player has no line-in.
        """
        unit = self._speaker(speaker)
        if unit.line_in is None:
            raise KeyError(speaker)
        unit.line_in.connected = connected
        unit.changed("AudioIn")

    def set_tv_format(self, speaker: str, code: int) -> None:
        """Let the television send another audio format, a number of HTAudioIn."""
        self._speaker(speaker).settings.tv_format = code

    def connect_headphones(self, speaker: str, connected: bool) -> None:
        """Connect headphones or take them away."""
        self._speaker(speaker).rendering.set_headphones(connected=connected)
