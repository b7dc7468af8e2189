"""What the host has to tell follows from what the players have told; it tells that and no more."""

from collections import Counter
from dataclasses import dataclass

from .account import Account, Group
from .host import Host
from .terms import SILENCE, Token, follows

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


@dataclass
class Seen:
    """What the host knew of a room when it looked; None if the room was away since."""

    track: Token | None = None
    origin: tuple[str, str | None] = ("", None)
    player: str = ""


class Comparison:
    """Compares what a host tells with what has happened, each time that it has taken its mail.

    Attributes:
        happened: What has happened and was told, and how often.

    """

    def __init__(self, account: Account, host: Host) -> None:
        """Begin with a host that has not looked yet."""
        self.happened: Counter[str] = Counter()
        self._account = account
        self._host = host
        self._seen: dict[str, Seen | None] = {}
        self._untold: Counter[str] = Counter()
        self._groups_seen: dict[str, Group] | None = None
        self._plugs_seen: dict[str, bool] = {}
        self._charges_seen: dict[str, int] = {}

    def check(self) -> None:
        """Compare what the host has told since the last time with what has happened."""
        tracks: Counter[str] = Counter()
        others: Counter[tuple[str, str]] = Counter()
        self._expect_groups(others)
        self._expect_absences(others)
        for uid, (player, _) in self._account.groups.items():
            if self._host.reachable.get(uid, True):
                self._expect_playing(uid, player, tracks, others)
                self._expect_plugs(uid, others)
        self._account.begin_anew()
        assert tracks == self._host.bus.tracks, (tracks, self._host.bus.tracks)
        told_others = Counter(
            {key: count for key, count in self._host.bus.others.items() if key[0] in _CHECKED}
        )
        assert others == told_others, (others, told_others)
        for (kind, _), count in others.items():
            self.happened[kind] += count
        self.happened["track_changed"] += tracks.total()

    def _expect_absences(self, others: Counter[tuple[str, str]]) -> None:
        away = {uid for uid, is_there in self._host.reachable.items() if not is_there}
        away |= self._account.told.keys() - self._account.groups.keys()
        back = self._account.rebooted.keys() & self._account.groups.keys()
        for uid in back:
            others["speaker_rebooted", uid] += 1
            del self._account.rebooted[uid]
        away |= back
        for uid in away:
            player, members = self._account.groups.get(uid, (uid, frozenset({uid})))
            for member in members if player == uid else {uid}:
                self._seen[member] = None
            told = self._account.told[uid]
            # What it has told before it started anew counts no more.
            is_there = uid in back and self._host.reachable.get(uid, True)
            told.is_known = told.is_known and is_there and told.has_told_anew
            self._plugs_seen.pop(uid, None)
            self._charges_seen.pop(uid, None)

    def _expect_groups(self, others: Counter[tuple[str, str]]) -> None:
        before, self._groups_seen = self._groups_seen, self._account.groups
        if before is None:
            return
        for uid in before.keys() & self._account.groups.keys():
            (led_before, with_before), (led_now, with_now) = before[uid], self._account.groups[uid]
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
        parts = {
            self._account.groups[member][1]
            for member in with_before
            if member in self._account.groups
        }
        most = max(len(part & with_before) for part in parts)
        largest = [part for part in parts if len(part & with_before) == most]
        if len(largest) == 1:
            return uid in largest[0]
        firsts = [part for part in largest if led_before in part]
        return uid in firsts[0] if firsts else True

    def _expect_playing(
        self, uid: str, player: str, tracks: Counter[str], others: Counter[tuple[str, str]]
    ) -> None:
        told, seen = self._account.told[player], self._seen.get(uid)
        if told.is_member or not told.is_known or not self._host.reachable.get(player, True):
            return
        if seen is None:
            self._seen[uid] = Seen(told.at, told.origin, player)
            self._untold.pop(uid, None)
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
            self._untold[uid] += begins
            if token == SILENCE or begins or token[-1] != "":
                seen.track = token
        is_told = told.at != SILENCE and (told.sounds or (heard and heard[-1] != SILENCE))
        if is_told and self._untold[uid]:
            tracks[uid] += self._untold.pop(uid)

    def _expect_plugs(self, uid: str, others: Counter[tuple[str, str]]) -> None:
        if plugs := self._account.plugged[uid]:
            before, now = self._plugs_seen.get(uid), plugs[-1]
            if before is not None and before != now:
                others["line_in_connected" if now else "line_in_disconnected", uid] += 1
            self._plugs_seen[uid] = now
        if charges := self._account.charges[uid]:
            charge, left = self._charges_seen.get(uid), charges[-1]
            if charge is not None and left < charge:
                others["battery_low", uid] += 1
            self._charges_seen[uid] = left
