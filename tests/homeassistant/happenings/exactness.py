"""Random short lives of a simulated house: what is told is what has happened, no more and no less.

    python -m tests.homeassistant.happenings.exactness --runs 20000

The players of the simulator send their events without sockets and in no time. A small listener
holds the leases, and hands the news over as the engine's mailbox does: merged, when the host takes
its time. What is expected follows from what the players do, in the terms of the simulator.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock

from custom_components.sonos_twisted.engine import (
    AnyNews,
    EventNews,
    ReachabilityNews,
    TopologyNews,
)
from custom_components.sonos_twisted.happenings.detector import HappeningDetector
from custom_components.sonos_twisted.model import (
    AlarmList,
    Household,
    parse_notification,
    parse_zone_group_state,
)
from tests.simulator import gena
from tests.simulator.catalog import stations
from tests.simulator.errors import UpnpError
from tests.simulator.layout import Room
from tests.simulator.media import LINE_IN, MEMBER, NOTHING, QUEUE, TV, VIRTUAL_LINE_IN
from tests.simulator.services import EVENTS, Eventing
from tests.simulator.simulator import Simulator
from tests.simulator.transport import PLAYING, TRANSITIONING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from tests.simulator.speaker import Speaker
    from tests.simulator.transport import Transport

ROOMS = (Room("Den", "S18"), Room("Beam", "S14"), Room("Amp", "S16"), Room("Move", "S17"))
SERVICES = ("AVTransport", "DeviceProperties", "AudioIn")
TOPOLOGY = "ZoneGroupTopology"
SONGS = ("", "Nina Simone - Sinnerman", "Can - Vitamin C", "Air - La femme d'argent", "Weather")

#: What plays and has no tracks, among the tracks.
SILENCE = "no tracks"

type Token = tuple[object, ...] | str
"""A track, in the simulator's own terms."""


def token_of(transport: Transport) -> Token | None:
    """Name the track that a player is at; None if it is at none."""
    track, kind = transport.track, transport.kind
    if kind in {TV, LINE_IN}:
        return SILENCE
    if track is None or kind in {MEMBER, NOTHING}:
        return None
    if kind is QUEUE:
        return (track.uri,)
    # Of a station its song, if it knows one; only what is known now can be another one.
    return transport.uri, transport.stream_content


def sounds(transport: Transport) -> bool:
    """Tell whether a player plays; a station only once it is connected."""
    streams = transport.kind.streams and transport.kind is not VIRTUAL_LINE_IN
    return transport.state == PLAYING or (transport.state == TRANSITIONING and not streams)


def follows(before: Token | None, now: Token) -> bool:
    """Tell whether another track begins."""
    if now == SILENCE:
        return False
    if before is None or before == SILENCE or before[0] != now[0] or len(before) != len(now):
        return True
    return before != now and now[-1] != ""


@dataclass
class Told:
    """What a player has told of itself, as its listener knows it.

    Attributes:
        at: The track that it is at.
        heard: The tracks that have sounded since the host looked, in their order.
        origin: What it plays from, and where that is.
        is_member: Whether it follows another.
        is_known: Whether it has told all since it was away.
        has_told_anew: Whether it has told all since it has started the last time.

    """

    at: Token | None = None
    heard: list[Token] = field(default_factory=list)
    origin: tuple[str, str | None] = ("", None)
    sounds: bool = False
    is_member: bool = False
    is_known: bool = False
    has_told_anew: bool = True


@dataclass
class Seen:
    """What the host knew of a room when it looked; None if the room was away since."""

    track: Token | None = None
    origin: tuple[str, str | None] = ("", None)
    player: str = ""


class Bus:
    """Takes what is told."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.tracks: Counter[str] = Counter()
        self.others: Counter[tuple[str, str]] = Counter()
        self.kinds: Counter[str] = Counter()
        self.skipped = 0

    def __call__(self, _coordinator: object, kind: str, uid: str, data: dict[str, Any]) -> None:
        """Count what is told of a room."""
        self.kinds[kind] += 1
        if kind == "track_changed":
            self.tracks[uid] += 1 + data["skipped"]
            self.skipped += data["skipped"]
        else:
            self.others[kind, uid] += 1


class Run:
    """One life of a house."""

    def __init__(self, seed: int) -> None:
        """Build the house and begin to listen."""
        self.dice = Random(seed)  # noqa: S311
        self.clock = Clock()
        self.house = Simulator(
            cast("Any", self.clock),
            ROOMS,
            websocket_port=0,
            settings=gena.EventSettings(moderation=0.0),
        )
        self.bus = Bus()
        self.happened: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.household = Household("house")
        self.doubts: list[list[Any]] = []
        self.detector = HappeningDetector(self._coordinator())
        self.slots: dict[Hashable, AnyNews] = {}
        self.leases: dict[str, list[Any]] = {}
        self.sids: dict[tuple[str, str], str] = {}
        self.dropping: Counter[tuple[str, str]] = Counter()
        self.told: dict[str, Told] = defaultdict(Told)
        self.seen: dict[str, Seen | None] = {}
        self.untold: Counter[str] = Counter()
        self.groups: dict[str, tuple[str, frozenset[str]]] = {}
        self.groups_seen: dict[str, tuple[str, frozenset[str]]] | None = None
        self.rebooted: Counter[str] = Counter()
        self.reachable: dict[str, bool] = {}
        self.boots: dict[str, int] = {}
        self.plugged: dict[str, list[bool]] = defaultdict(list)
        self.plugs_seen: dict[str, bool] = {}
        self.charges: dict[str, list[int]] = defaultdict(list)
        self.charges_seen: dict[str, int] = {}

    def _coordinator(self) -> Any:
        return SimpleNamespace(
            household=self.household,
            entity_ids={},
            hass=SimpleNamespace(
                data={},
                states=SimpleNamespace(get=lambda _: None),
                loop=SimpleNamespace(call_later=self._call_later),
            ),
            announcements=SimpleNamespace(is_announcing=lambda _: False),
            alarms=SimpleNamespace(known=AlarmList()),
            ringing=SimpleNamespace(async_subscribe=lambda _: lambda: None),
            sources=SimpleNamespace(
                current=lambda _: None,
                on=lambda _: SimpleNamespace(playing=lambda _: None),
            ),
            volume_limits=SimpleNamespace(of=lambda _: None),
        )

    def _call_later(self, _seconds: float, then: Callable[..., None], *args: object) -> Any:
        """Call a function when the host has taken its news: topologies are not late here."""
        self.doubts.append(call := [then, args])
        return SimpleNamespace(cancel=lambda: self.doubts.remove(call))

    # The listener

    def notify(
        self, _reactor: object, _url: str, headers: dict[str, str], body: bytes, *_: Any
    ) -> Deferred[str]:
        """Take an event, or lose it."""
        sid, number = headers["SID"], int(headers["SEQ"])
        lease = self.leases.get(sid)
        if lease is None:
            return succeed("412")
        uid, service, last = lease
        if self.dropping[uid, service] and number:
            self.dropping[uid, service] -= 1
            self.faults["lost"] += 1
            return succeed("200")
        if number <= last:
            return succeed("200")
        lease[2] = number
        self.hear(uid, service, body, is_initial=number == 0)
        if number > last + 1:
            self.faults["gap"] += 1
            self.clock.callLater(0, self.subscribe, uid, service)
        return succeed("200")

    def hear(self, uid: str, service: str, body: bytes, *, is_initial: bool = False) -> None:
        """Pass an event on to the host."""
        variables = parse_notification(body)
        now = self.clock.seconds()
        text = variables.pop("zone_group_state", None)
        if isinstance(text, str):
            self._hear_topology(text, now)
        if service != TOPOLOGY and variables:
            self._take_down(uid, service, variables)
            if is_initial and service == "AVTransport":
                self.told[uid].has_told_anew = True
            boot_seq = self.boots.get(uid)
            self.post(
                EventNews(uid, service, variables, now, is_initial=is_initial, boot_seq=boot_seq)
            )

    def _hear_topology(self, text: str, now: float) -> None:
        topology = parse_zone_group_state(text)
        self.post(TopologyNews(topology, now))
        groups: dict[str, tuple[str, frozenset[str]]] = {}
        for group in self.house.household.groups:
            uids = frozenset(member.uid for member in group.members)
            groups |= dict.fromkeys(uids, (group.coordinator.uid, uids))
        self.groups = groups
        for speaker in self.house.household.rooms():
            before = self.boots.get(speaker.uid)
            if speaker.uid in topology.members and before != speaker.boot_seq:
                self.boots[speaker.uid] = speaker.boot_seq
                if before is not None:
                    self.rebooted[speaker.uid] += 1
                    self.told[speaker.uid].has_told_anew = False
                    self.clock.callLater(0, self.subscribe_all, speaker.uid)

    def _take_down(self, uid: str, service: str, variables: dict[str, Any]) -> None:
        """Keep what is expected to be known after an event."""
        speaker = self.house.household.speaker(uid)
        if service == "AudioIn" and "line_in_connected" in variables:
            self.plugged[uid].append(speaker.line_in.connected if speaker.line_in else False)
        if service == "DeviceProperties" and speaker.battery and "more_info" in variables:
            self.charges[uid].append(speaker.battery.level)
        if service != "AVTransport" or "transport_state" not in variables:
            return
        told, transport = self.told[uid], speaker.transport
        told.is_known = True
        told.is_member = transport.kind is MEMBER
        told.at = token_of(transport)
        told.sounds = sounds(transport)
        told.origin = _origin(speaker)
        if told.at == SILENCE or (told.sounds and told.at is not None):
            told.heard.append(told.at)

    def subscribe(self, uid: str, service: str) -> None:
        """Hold a lease in place of the one before."""
        player = self.house.players[uid]
        if not player.speaker.online or service not in player.server.services:
            return
        before = self.sids.pop((uid, service), None)
        if before is not None:
            self.leases.pop(before, None)
            player.publisher.unsubscribe(before, service)
        subscription = player.publisher.subscribe(service, ["http://host/"], 86400)
        self.sids[uid, service] = subscription.sid
        self.leases[subscription.sid] = [uid, service, -1]
        player.publisher.start(subscription)

    def subscribe_all(self, uid: str) -> None:
        """Listen to all that matters of a player."""
        for service in (*SERVICES, TOPOLOGY):
            self.subscribe(uid, service)

    def post(self, news: AnyNews) -> None:
        """Put news into the mailbox."""
        waiting: Any = self.slots.get(news.about)
        if waiting is not None and isinstance(news, EventNews):
            self.faults["merged"] += 1
        self.slots[news.about] = news if waiting is None else waiting.merged_with(news)

    # The host

    def deliver(self) -> None:
        """Let the host take what is in the mailbox, and compare what it tells."""
        slots, self.slots = self.slots, {}
        changes: dict[str, set[Any]] = defaultdict(set)
        for news in slots.values():
            for change in self._apply(news):
                changes[change.uid].add(change.aspect)
        self.bus.tracks.clear()
        self.bus.others.clear()
        self.detector.note(slots.values(), changes)
        while self.doubts:
            then, args = self.doubts.pop(0)
            then(*args)
        self._check()

    def _apply(self, news: AnyNews) -> Any:
        household = self.household
        if isinstance(news, EventNews):
            return household.apply_event(
                news.uid, news.service, news.variables, news.received_at, is_initial=news.is_initial
            )
        if isinstance(news, TopologyNews):
            change = household.apply_topology(news.topology, news.received_at)
            self.detector.note_reboot(change.rebooted)
            return change.changes
        assert isinstance(news, ReachabilityNews)
        self.reachable[news.uid] = news.reachable
        return household.set_available(news.uid, news.reachable, news.reason)

    # What is expected

    def _check(self) -> None:
        tracks: Counter[str] = Counter()
        others: Counter[tuple[str, str]] = Counter()
        self._expect_groups(others)
        self._expect_absences(others)
        for uid, (player, _) in self.groups.items():
            if self.reachable.get(uid, True):
                self._expect_playing(uid, player, tracks, others)
                self._expect_plugs(uid, others)
        for told in self.told.values():
            told.heard.clear()
        self.plugged.clear()
        self.charges.clear()
        assert tracks == self.bus.tracks, (tracks, self.bus.tracks)
        told_others = Counter(
            {key: count for key, count in self.bus.others.items() if key[0] in _CHECKED}
        )
        assert others == told_others, (others, told_others)
        for (kind, _), count in others.items():
            self.happened[kind] += count
        self.happened["track_changed"] += tracks.total()

    def _expect_absences(self, others: Counter[tuple[str, str]]) -> None:
        away = {uid for uid, is_there in self.reachable.items() if not is_there}
        away |= self.told.keys() - self.groups.keys()
        back = self.rebooted.keys() & self.groups.keys()
        for uid in back:
            others["speaker_rebooted", uid] += 1
            del self.rebooted[uid]
        away |= back
        for uid in away:
            player, members = self.groups.get(uid, (uid, frozenset({uid})))
            for member in members if player == uid else {uid}:
                self.seen[member] = None
            told = self.told[uid]
            # What it has told before it started anew counts no more.
            is_there = uid in back and self.reachable.get(uid, True)
            told.is_known = told.is_known and is_there and told.has_told_anew
            self.plugs_seen.pop(uid, None)
            self.charges_seen.pop(uid, None)

    def _expect_groups(self, others: Counter[tuple[str, str]]) -> None:
        before, self.groups_seen = self.groups_seen, self.groups
        if before is None:
            return
        for uid in before.keys() & self.groups.keys():
            (led_before, with_before), (led_now, with_now) = before[uid], self.groups[uid]
            if with_before != with_now:
                others["group_changed", uid] += 1
            led = led_before == uid and len(with_before) > 1
            leads = led_now == uid and len(with_now) > 1
            if leads and not led:
                others["became_coordinator", uid] += 1
            if led_now != uid and uid not in before.get(led_now, ("", frozenset()))[1]:
                others["joined_group", uid] += 1
            if len(with_before) > 1 and not self._stayed(uid, led_before, with_before):
                others["left_group", uid] += 1

    def _stayed(self, uid: str, led_before: str, with_before: frozenset[str]) -> bool:
        """Tell whether a room is in the largest part of what its group was, or its first room's."""
        parts = {self.groups[member][1] for member in with_before if member in self.groups}
        most = max(len(part & with_before) for part in parts)
        largest = [part for part in parts if len(part & with_before) == most]
        if len(largest) == 1:
            return uid in largest[0]
        firsts = [part for part in largest if led_before in part]
        return uid in firsts[0] if firsts else True

    def _expect_playing(
        self, uid: str, player: str, tracks: Counter[str], others: Counter[tuple[str, str]]
    ) -> None:
        told, seen = self.told[player], self.seen.get(uid)
        if told.is_member or not told.is_known or not self.reachable.get(player, True):
            return
        if seen is None:
            self.seen[uid] = Seen(told.at, told.origin, player)
            self.untold.pop(uid, None)
            return
        if seen.origin != told.origin:
            others["source_changed", uid] += 1
            seen.origin = told.origin
        heard = told.heard
        if player != seen.player:
            heard = [told.at] if told.at is not None and (told.sounds or told.at == SILENCE) else []
        elif told.sounds and told.at is not None:
            heard = [*heard, told.at]  # it may have left and come back meanwhile
        seen.player = player
        for token in heard:
            begins = follows(seen.track, token)
            self.untold[uid] += begins
            if token == SILENCE or begins or token[-1] != "":
                seen.track = token
        is_told = told.at != SILENCE and (told.sounds or (heard and heard[-1] != SILENCE))
        if is_told and self.untold[uid]:
            tracks[uid] += self.untold.pop(uid)

    def _expect_plugs(self, uid: str, others: Counter[tuple[str, str]]) -> None:
        if plugs := self.plugged[uid]:
            before, now = self.plugs_seen.get(uid), plugs[-1]
            if before is not None and before != now:
                others["line_in_connected" if now else "line_in_disconnected", uid] += 1
            self.plugs_seen[uid] = now
        if charges := self.charges[uid]:
            charge, left = self.charges_seen.get(uid), charges[-1]
            if charge is not None and left < charge:
                others["battery_low", uid] += 1
            self.charges_seen[uid] = left

    # Life

    def live(self, steps: int) -> None:
        """Let people and faults come, and the host look now and then."""
        with _in_no_time(self):
            for speaker in self.house.household.rooms():
                self.subscribe_all(speaker.uid)
            self.settle()
            self.look()
            for _ in range(steps):
                self.step()
                self.settle()
                if self.dice.random() < 0.6:
                    self.look()
            self.look()

    def look(self) -> None:
        """Let the host take its mail."""
        self.deliver()

    def settle(self) -> None:
        """Let everything be sent that is to be sent now."""
        for _ in range(4):
            self.clock.advance(0)

    def pass_time(self, seconds: float) -> None:
        """Let time pass, from one moment at which something happens to the next."""
        end = self.clock.seconds() + seconds
        while True:
            coming = [call.getTime() for call in self.clock.getDelayedCalls()]
            if not coming or min(coming) > end:
                break
            self.clock.advance(max(0.0, min(coming) - self.clock.seconds()))
            self.settle()
        self.clock.advance(end - self.clock.seconds())

    def step(self) -> None:
        """Let one thing happen."""
        rooms = [speaker for speaker in self.house.household.rooms() if speaker.online]
        act = self.dice.choices(list(_ACTS), weights=list(_ACTS.values()))[0]
        try:
            act(self, self.dice.choice(rooms))
        except UpnpError, KeyError:
            self.faults["refused"] += 1


def _origin(speaker: Speaker) -> tuple[str, str | None]:
    kind = speaker.transport.kind
    uri = speaker.transport.uri
    return kind.name, uri if kind in {LINE_IN, TV} else None


@contextmanager
def _in_no_time(run: Run) -> Iterator[None]:
    """Let events be sent at once, and to the listener of a run."""
    at_once = {
        name: Eventing(eventing.variables, eventing.delta, 0.0, 0.0)
        for name, eventing in EVENTS.items()
    }
    package = "custom_components.sonos_twisted.happenings"
    with (
        patch.object(gena, "notify", run.notify),
        patch.object(gena, "EVENTS", at_once),
        patch(f"{package}.detector.async_fire", run.bus),
        patch(f"{package}.players.async_fire", run.bus),
        patch(f"{package}.rooms.async_fire", run.bus),
        patch(f"{package}.speakers.async_fire", run.bus),
    ):
        yield


_CHECKED = frozenset(
    {
        "battery_low",
        "became_coordinator",
        "group_changed",
        "joined_group",
        "left_group",
        "line_in_connected",
        "line_in_disconnected",
        "source_changed",
        "speaker_rebooted",
    }
)

type Act = Callable[[Run, Speaker], object]


def _hand(method: str, *arguments: Any) -> Act:
    return lambda run, speaker: getattr(run.house, method)(speaker.uid, *arguments)


def _group(run: Run, speaker: Speaker) -> None:
    other = run.dice.choice(ROOMS)
    run.house.group(speaker.uid, other.name)


def _reboot(run: Run, speaker: Speaker) -> None:
    """Off and on again; sometimes the others and the host notice, sometimes not."""
    run.faults["reboot"] += 1
    household, player = run.house.household, run.house.players[speaker.uid]
    is_noticed = run.dice.random() < 0.5
    player.publisher.close()
    household.switch_off(speaker, "powered off" if is_noticed else None)
    speaker.power_off()
    if is_noticed:
        run.post(ReachabilityNews(speaker.uid, False, "is off"))
    run.settle()
    if run.dice.random() < 0.7:
        run.look()
    household.switch_on(speaker)
    run.settle()
    run.subscribe_all(speaker.uid)
    if is_noticed:
        run.post(ReachabilityNews(speaker.uid, True))


def _out_of_reach(run: Run, speaker: Speaker) -> None:
    """Without the network for a while, in which it may play something else."""
    run.faults["out of reach"] += 1
    for service in (*SERVICES, TOPOLOGY):
        run.leases.pop(run.sids.pop((speaker.uid, service), ""), None)
    run.post(ReachabilityNews(speaker.uid, False, "does not answer"))
    run.look()
    for _ in range(run.dice.randrange(3)):
        run.step()
        run.settle()
    if speaker.online:
        run.post(ReachabilityNews(speaker.uid, True))
        run.look()
        run.subscribe_all(speaker.uid)


def _lose(run: Run, speaker: Speaker) -> None:
    run.dropping[speaker.uid, "AVTransport"] += run.dice.randint(1, 3)


def _anew(run: Run, speaker: Speaker) -> None:
    run.faults["subscribed anew"] += 1
    run.subscribe_all(speaker.uid)


def _repeat(run: Run, speaker: Speaker) -> None:
    """Let the host hear everything twice that a player has told, as after asking it."""
    run.faults["repeated"] += 1
    if run.dropping[speaker.uid, "AVTransport"] or not run.told[speaker.uid].is_known:
        return
    known = run.household.speakers[speaker.uid].variables.get("AVTransport", {})
    if known and not run.slots:
        run.post(EventNews(speaker.uid, "AVTransport", dict(known), run.clock.seconds(), events=0))


def _battery(run: Run, _speaker: Speaker) -> None:
    run.house.set_battery("Move", level=run.dice.randint(1, 100))


_ACTS: dict[Act, int] = {
    lambda run, speaker: run.house.play_tracks(speaker.uid, run.dice.randint(1, 6)): 6,
    _hand("play"): 4,
    _hand("pause"): 3,
    _hand("stop_playing"): 2,
    _hand("next"): 10,
    _hand("previous"): 4,
    lambda run, speaker: run.house.seek(speaker.uid, run.dice.randint(1, 60)): 2,
    _hand("finish_track"): 3,
    lambda run, _: run.pass_time(run.dice.choice((0.05, 0.15, 1.0, 100.0))): 12,
    lambda run, speaker: run.house.set_play_mode(
        speaker.uid, run.dice.choice(("NORMAL", "SHUFFLE", "REPEAT_ONE", "REPEAT_ALL"))
    ): 2,
    lambda run, speaker: run.house.play_radio(
        speaker.uid, run.dice.choice([station.title for station, _ in stations()])
    ): 4,
    lambda run, speaker: run.house.set_stream_content(speaker.uid, run.dice.choice(SONGS)): 6,
    lambda run, _: run.house.play_tv("Beam"): 2,
    lambda run, speaker: run.house.play_line_in(speaker.uid, "Amp"): 2,
    _group: 7,
    _hand("ungroup"): 6,
    lambda run, _: run.house.set_line_in("Amp", run.dice.random() < 0.5): 2,
    _battery: 2,
    _reboot: 2,
    _out_of_reach: 2,
    _lose: 3,
    _anew: 3,
    _repeat: 3,
}
"""What happens, and how often."""


def run_many(first: int, runs: int, steps: int) -> tuple[Counter[str], Counter[str], int]:
    """Live many lives.

    Returns:
        What has happened, what went wrong, and how many tracks were merged.

    """
    happened: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    skipped = 0
    for seed in range(first, first + runs):
        run = Run(seed)
        try:
            run.live(steps)
        except AssertionError as error:
            error.add_note(f"in the life with the seed {seed}")
            raise
        happened += run.happened
        faults += run.faults
        skipped += run.bus.skipped
    return happened, faults, skipped


def main() -> None:
    """Live as many lives as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="how many lives (1000)")
    parser.add_argument("--steps", type=int, default=30, help="what happens in each (30)")
    parser.add_argument("--seed", type=int, default=0, help="of the first life (0)")
    options = parser.parse_args()
    begun = time.monotonic()
    happened, faults, skipped = run_many(options.seed, options.runs, options.steps)
    print(f"{options.runs} lives in {time.monotonic() - begun:.0f} s")  # noqa: T201
    print(f"happened and told: {dict(happened.most_common())}, {skipped} merged tracks")  # noqa: T201
    print(f"in spite of: {dict(faults.most_common())}")  # noqa: T201


if __name__ == "__main__":
    main()
