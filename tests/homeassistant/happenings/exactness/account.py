"""What the players of a house have told their listener, in the simulator's terms."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.simulator.media import MEMBER

from .terms import SILENCE, Token, origin_of, sounds, token_of

if TYPE_CHECKING:
    from custom_components.sonos_twisted.model import Topology, Variables
    from tests.simulator.household import Household
    from tests.simulator.speaker import Speaker

type Group = tuple[str, frozenset[str]]
"""The player that coordinates, and all members."""


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
class Account:
    """What has been told of all players.

    Attributes:
        told: What each has told of what it plays.
        groups: The group of each, as the topology was told last.
        boots: How often each had started when the topology was told last.
        rebooted: Who has started anew since the host looked.
        plugged: Whether something was plugged in, each time that it was told since the host looked.
        charges: The levels of a battery that were told since the host looked.

    """

    told: dict[str, Told] = field(default_factory=lambda: defaultdict(Told))
    groups: dict[str, Group] = field(default_factory=dict)
    boots: dict[str, int] = field(default_factory=dict)
    rebooted: Counter[str] = field(default_factory=Counter)
    plugged: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    charges: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def take_down_topology(self, house: Household, topology: Topology) -> list[str]:
        """Keep who is with whom, and return who has started anew since the topology before."""
        self.groups = {}
        for group in house.groups:
            uids = frozenset(member.uid for member in group.members)
            self.groups |= dict.fromkeys(uids, (group.coordinator.uid, uids))
        anew = []
        for speaker in house.rooms():
            before = self.boots.get(speaker.uid)
            if speaker.uid in topology.members and before != speaker.boot_seq:
                self.boots[speaker.uid] = speaker.boot_seq
                if before is not None:
                    self.rebooted[speaker.uid] += 1
                    self.told[speaker.uid].has_told_anew = False
                    anew.append(speaker.uid)
        return anew

    def take_down(self, speaker: Speaker, service: str, variables: Variables) -> None:
        """Keep what is expected to be known after an event."""
        uid = speaker.uid
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
        told.origin = origin_of(speaker)
        if told.at == SILENCE or (told.sounds and told.at is not None):
            told.heard.append(told.at)

    def begin_anew(self) -> None:
        """Forget what was of interest until the host looked."""
        for told in self.told.values():
            told.heard.clear()
        self.plugged.clear()
        self.charges.clear()
