"""Drives a simulator in another process; the standard library is enough for it."""

import http.client
import json
from typing import TYPE_CHECKING, Any, cast, override

from .device_remote import DeviceRemote

if TYPE_CHECKING:
    from collections.abc import Sequence


class RemoteError(Exception):
    """The simulator could not do what it was asked to do."""


class Remote(DeviceRemote):
    """A simulated household in another process.

    The methods are those of :class:`tests.simulator.simulator.Simulator`, where they are
    documented; each blocks until it is done.
    """

    def __init__(self, host: str, port: int, timeout: float = 10.0) -> None:
        """Remember where the control port is."""
        self._address = (host, port)
        self._timeout = timeout

    def _request(self, method: str, path: str, body: bytes | None = None) -> Any:
        connection = http.client.HTTPConnection(*self._address, timeout=self._timeout)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = json.loads(response.read() or b"null")
        finally:
            connection.close()
        if response.status != http.client.OK:
            raise RemoteError(answer)
        return answer

    @override
    def call(self, method: str, /, **arguments: object) -> Any:
        """Call a method of the simulator by its name."""
        return self._request("POST", f"/call/{method}", json.dumps(arguments).encode())

    # -- what is true

    def truth(self) -> dict[str, Any]:
        """Return the state of the household."""
        return cast("dict[str, Any]", self._request("GET", "/truth"))

    def notifications(self, since: int = 0) -> list[dict[str, Any]]:
        """Return what was sent to subscribers after entry ``since``."""
        answer = self._request("GET", f"/notifications?since={since}")
        return cast("list[dict[str, Any]]", answer)

    def requests(self) -> dict[str, dict[str, int]]:
        """Return how often each kind of request was received, by uid."""
        return cast("dict[str, dict[str, int]]", self._request("GET", "/requests"))

    def arrivals(self) -> dict[str, list[tuple[float, str]]]:
        """Return when the last 1000 requests of each speaker were received, by uid."""
        return cast("dict[str, list[tuple[float, str]]]", self._request("GET", "/arrivals"))

    def reset_requests(self) -> None:
        """Count requests from zero again."""
        self.call("reset_requests")

    def leases(self) -> dict[str, list[dict[str, Any]]]:
        """Return the leases that clients hold, by uid."""
        return cast("dict[str, list[dict[str, Any]]]", self._request("GET", "/leases"))

    def quit(self) -> None:
        """End the simulator."""
        self._request("POST", "/quit")

    # -- people

    def play(self, speaker: str) -> None:
        """Press play."""
        self.call("play", speaker=speaker)

    def pause(self, speaker: str) -> None:
        """Press pause; a source that can't pause stops."""
        self.call("pause", speaker=speaker)

    def stop_playing(self, speaker: str) -> None:
        """Press stop."""
        self.call("stop_playing", speaker=speaker)

    def next(self, speaker: str) -> None:
        """Press next."""
        self.call("next", speaker=speaker)

    def previous(self, speaker: str) -> None:
        """Press previous."""
        self.call("previous", speaker=speaker)

    def seek(self, speaker: str, seconds: float) -> None:
        """Move the slider to a position in the track."""
        self.call("seek", speaker=speaker, seconds=seconds)

    def finish_track(self, speaker: str, remaining: float = 0.2) -> None:
        """Move to just before the end of the track, so that the next one follows by itself."""
        self.call("finish_track", speaker=speaker, remaining=remaining)

    def set_volume(self, speaker: str, volume: int) -> None:
        """Turn the volume of one player to 0..100."""
        self.call("set_volume", speaker=speaker, volume=volume)

    def set_group_volume(self, speaker: str, volume: int) -> None:
        """Move the slider of the whole group."""
        self.call("set_group_volume", speaker=speaker, volume=volume)

    def set_group_mute(self, speaker: str, mute: bool = True) -> None:
        """Mute the whole group or end that."""
        self.call("set_group_mute", speaker=speaker, mute=mute)

    def fix_output(self, speaker: str, on: bool = True) -> None:
        """Fix the line-out of a player at full volume, in the app, or end that."""
        self.call("fix_output", speaker=speaker, on=on)

    def set_mute(self, speaker: str, mute: bool = True) -> None:
        """Mute a player or end that."""
        self.call("set_mute", speaker=speaker, mute=mute)

    def set_balance(self, speaker: str, left: int, right: int) -> None:
        """Set the volumes (0..100) of the left and right channel."""
        self.call("set_balance", speaker=speaker, left=left, right=right)

    def set_play_mode(self, speaker: str, mode: str) -> None:
        """Choose one of the six play modes."""
        self.call("set_play_mode", speaker=speaker, mode=mode)

    def set_crossfade(self, speaker: str, on: bool) -> None:
        """Switch crossfade."""
        self.call("set_crossfade", speaker=speaker, on=on)

    def set_tone(self, speaker: str, name: str, value: int) -> None:
        """Set ``bass`` or ``treble`` to -10..10."""
        self.call("set_tone", speaker=speaker, name=name, value=value)

    def set_loudness(self, speaker: str, on: bool) -> None:
        """Switch loudness."""
        self.call("set_loudness", speaker=speaker, on=on)

    def set_eq(self, speaker: str, eq_type: str, value: int) -> None:
        """Set a value of the equaliser, ``NightMode`` for instance."""
        self.call("set_eq", speaker=speaker, eq_type=eq_type, value=value)

    def set_sleep_timer(self, speaker: str, seconds: float | None) -> None:
        """Start the sleep timer, or end it with None."""
        self.call("set_sleep_timer", speaker=speaker, seconds=seconds)

    def group(self, speaker: str, coordinator: str) -> None:
        """Add a room to the group that ``coordinator`` is in."""
        self.call("group", speaker=speaker, coordinator=coordinator)

    def ungroup(self, speaker: str) -> None:
        """Take a room out of its group."""
        self.call("ungroup", speaker=speaker)

    def rename(self, speaker: str, name: str) -> None:
        """Give a room another name."""
        self.call("rename", speaker=speaker, name=name)

    def play_tracks(self, speaker: str, count: int = 5, source: str = "library") -> None:
        """Replace the queue by tracks of the ``library`` or a ``service`` and play it."""
        self.call("play_tracks", speaker=speaker, count=count, source=source)

    def fill_queue(self, speaker: str, count: int) -> None:
        """Replace the queue by ``count`` tracks, each with a title of its own; it does not play."""
        self.call("fill_queue", speaker=speaker, count=count)

    def play_uri(self, speaker: str, uri: str, metadata: str = "") -> None:
        """Play a URI."""
        self.call("play_uri", speaker=speaker, uri=uri, metadata=metadata)

    def play_favorite(self, speaker: str, title: str) -> None:
        """Play a Sonos favourite by its title."""
        self.call("play_favorite", speaker=speaker, title=title)

    def play_radio(self, speaker: str, title: str = "BBC Radio 3") -> None:
        """Play a radio station by its title."""
        self.call("play_radio", speaker=speaker, title=title)

    def set_stream_content(self, speaker: str, text: str) -> None:
        """Let the station say that something else is on."""
        self.call("set_stream_content", speaker=speaker, text=text)

    def set_radio_show(self, speaker: str, title: str) -> None:
        """Let the station say that another programme is on."""
        self.call("set_radio_show", speaker=speaker, title=title)

    def play_tv(self, speaker: str) -> None:
        """Switch the television on."""
        self.call("play_tv", speaker=speaker)

    def play_line_in(self, speaker: str, source: str | None = None) -> None:
        """Play a line-in, the player's own or that of ``source``."""
        self.call("play_line_in", speaker=speaker, source=source)

    def cast(self, speaker: str, app: str = "spotify") -> None:
        """Let an app play through a room: ``spotify``, ``airplay`` or ``cloud_queue``."""
        self.call("cast", speaker=speaker, app=app)

    def link_service(self, number: int, linked: bool = True) -> None:
        """Link a music service with the household, by the number in its accounts; or unlink it."""
        self.call("link_service", number=number, linked=linked)

    def add_favorite(self, title: str, uri: str, metadata: str = "") -> str:
        """Add a favourite and return its object id."""
        return cast("str", self.call("add_favorite", title=title, uri=uri, metadata=metadata))

    def remove_favorite(self, title: str) -> None:
        """Remove the favourites with a title."""
        self.call("remove_favorite", title=title)

    def fill_favorites(self, count: int) -> None:
        """Have this many favourites, in place of those that are there."""
        self.call("fill_favorites", count=count)

    def fill_library(self, albums: int) -> None:
        """Copy as many albums to the share besides the usual ones; 0 takes them away."""
        self.call("fill_library", albums=albums)

    def remove_shares(self) -> None:
        """Take the music library away; ``fill_library`` brings it back."""
        self.call("remove_shares")

    def plan_index(self, duration: float, error: str = "") -> None:
        """Let the next updates of the music library take so long, and end with an error."""
        self.call("plan_index", duration=duration, error=error)

    def set_alarm_delay(self, seconds: float) -> None:
        """Let a change of the alarms reach the other players only after so long."""
        self.call("set_alarm_delay", seconds=seconds)

    def set_battery(
        self,
        speaker: str,
        level: int | None = None,
        power_source: str | None = None,
        health: str | None = None,
        temperature: str | None = None,
        degrees: int | None = None,
    ) -> None:
        """Change the charge, or put a portable player on its base or take it away."""
        self.call(
            "set_battery",
            speaker=speaker,
            level=level,
            power_source=power_source,
            health=health,
            temperature=temperature,
            degrees=degrees,
        )

    def publish(self, uri: str, seconds: float | None) -> None:
        """Put a sound file on a web server; None as its length: it cannot be read there."""
        self.call("publish", uri=uri, seconds=seconds)

    def support_clips(self, speaker: str, supported: bool) -> None:
        """Make a player one that can play audio clips, or one that cannot."""
        self.call("support_clips", speaker=speaker, supported=supported)

    def set_microphone(self, speaker: str, on: bool) -> None:
        """Press the button of the microphone."""
        self.call("set_microphone", speaker=speaker, on=on)

    def set_line_in(self, speaker: str, connected: bool) -> None:
        """Plug a cable into the line-in, or pull it."""
        self.call("set_line_in", speaker=speaker, connected=connected)

    def set_tv_format(self, speaker: str, code: int) -> None:
        """Let the television send another audio format, a number of HTAudioIn."""
        self.call("set_tv_format", speaker=speaker, code=code)

    def connect_headphones(self, speaker: str, connected: bool) -> None:
        """Connect headphones or take them away."""
        self.call("connect_headphones", speaker=speaker, connected=connected)

    # -- power and network

    def unplug(self, speaker: str, reason: str | None = "powered off") -> None:
        """Pull the plug: leases and playback are lost."""
        self.call("unplug", speaker=speaker, reason=reason)

    def forget_vanished(self, speaker: str) -> None:
        """Let the others miss a player no more that is off the network, as if it were sold."""
        self.call("forget_vanished", speaker=speaker)

    def plug_in(self, speaker: str) -> None:
        """Put the plug back: BootSeq rises, nothing of the leases is left."""
        self.call("plug_in", speaker=speaker)

    def reboot(self, speaker: str, seconds: float = 0.5) -> None:
        """Restart a player; it is back after ``seconds``, with BootSeq + 1 and no leases."""
        self.call("reboot", speaker=speaker, seconds=seconds)

    def disconnect(self, speaker: str) -> None:
        """Take a player off the network silently; it keeps its leases and plays on."""
        self.call("disconnect", speaker=speaker)

    def reconnect(self, speaker: str) -> None:
        """Bring a disconnected player back; it did not reboot."""
        self.call("reconnect", speaker=speaker)

    def change_address(self, speaker: str, address: str | None = None) -> str:
        """Give a player another address, the next free one if none is named; return it."""
        return cast("str", self.call("change_address", speaker=speaker, address=address))

    def stall(self, speaker: str, what: str = "all") -> None:
        """Accept requests and never answer: ``soap``, ``gena`` or ``all`` (events too)."""
        self.call("stall", speaker=speaker, what=what)

    def refuse(self, speaker: str) -> None:
        """Refuse connections; the player still sends events."""
        self.call("refuse", speaker=speaker)

    def forbid(self, speaker: str, on: bool = True) -> None:
        """Answer 403 to everything, as with UPnP switched off."""
        self.call("forbid", speaker=speaker, on=on)

    def set_latency(self, speaker: str, seconds: float) -> None:
        """Answer every request this much later."""
        self.call("set_latency", speaker=speaker, seconds=seconds)

    def fail_action(self, speaker: str, action: str, code: int, times: int = 1) -> None:
        """Let the next calls of an action fail with an error code, or with 0 do nothing."""
        self.call("fail_action", speaker=speaker, action=action, code=code, times=times)

    def forget_leases(self, speaker: str, service: str | None = None) -> int:
        """Lose leases, of one service or of all; renewals get 412. Return how many."""
        return cast("int", self.call("forget_leases", speaker=speaker, service=service))

    def renumber_events(self, speaker: str, service: str, seq: int) -> None:
        """Let the next event of each lease on a service have this SEQ."""
        self.call("renumber_events", speaker=speaker, service=service, seq=seq)

    def set_subscribe_status(self, speaker: str, status: int | None) -> None:
        """Answer fresh SUBSCRIBE requests with a status, 412 or 503; None ends that."""
        self.call("set_subscribe_status", speaker=speaker, status=status)

    def set_granted(self, speaker: str, timeout: str | None) -> None:
        """Answer this as TIMEOUT whatever was asked."""
        self.call("set_granted", speaker=speaker, timeout=timeout)

    def set_initial(self, when: str | float) -> None:
        """Send first events ``before`` or ``after`` the answer, or seconds after it."""
        self.call("set_initial", when=when)

    def fault_notify(
        self,
        speaker: str,
        kind: str,
        service: str | None = None,
        count: int = 1,
        seconds: float = 1.0,
    ) -> None:
        """Let something happen to the next events of a player."""
        self.call(
            "fault_notify",
            speaker=speaker,
            kind=kind,
            service=service,
            count=count,
            seconds=seconds,
        )

    def emit(self, speaker: str, service: str, variables: dict[str, str]) -> None:
        """Send an event with these variables, whatever the state of the player is."""
        self.call("emit", speaker=speaker, service=service, variables=variables)

    def emit_raw(self, speaker: str, service: str, body: str) -> None:
        """Send an event with this body, well-formed or not."""
        self.call("emit_raw", speaker=speaker, service=service, body=body)

    def heal(self, speaker: str = "*") -> None:
        """End every fault; requests that were never answered are cut."""
        self.call("heal", speaker=speaker)

    def set_topology_limit(self, players: int) -> None:
        """Let GetZoneGroupState fail in households with more players than this."""
        self.call("set_topology_limit", players=players)

    def set_regroup_time(self, seconds: float) -> None:
        """Let players whose group has changed decline for so long what depends on it."""
        self.call("set_regroup_time", seconds=seconds)

    # -- chaos

    def chaos_start(
        self,
        seed: int,
        rate: float = 1.0,
        granted: str | None = None,
        without: Sequence[str] = (),
    ) -> None:
        """Let people and faults come at random until :meth:`chaos_stop`."""
        self.call("chaos_start", seed=seed, rate=rate, granted=granted, without=list(without))

    def chaos_stop(self) -> dict[str, Any]:
        """Let nothing more happen, end the faults, and return the report."""
        return cast("dict[str, Any]", self.call("chaos_stop"))

    def chaos_report(self) -> dict[str, Any]:
        """Return what was done so far: counts by kind, current faults; empty without chaos."""
        return cast("dict[str, Any]", self.call("chaos_report"))

    def chaos_actions(self) -> list[dict[str, Any]]:
        """Return all that was done and passed over, each with its time in seconds."""
        return cast("list[dict[str, Any]]", self.call("chaos_actions"))

    def chaos_events(self) -> dict[str, int]:
        """Return how many events players have sent since the start, by what came of them."""
        return cast("dict[str, int]", self.call("chaos_events"))

    def chaos_look(self) -> dict[str, Any]:
        """Return truth, current faults, and who holds a lease on the topology, at one moment."""
        return cast("dict[str, Any]", self.call("chaos_look"))

    def chaos_roll_call(self) -> None:
        """Let every player send an event on each lease that it serves."""
        self.call("chaos_roll_call")
