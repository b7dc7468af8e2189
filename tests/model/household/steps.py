"""Households of three rooms, and what becomes of them."""

from custom_components.sonos_twisted.model import Aspect, Change, Household, Topology, Variables

from ..payloads import KITCHEN, OFFICE, STUDY, grouped, topology

HOME = "Sonos_abc.def"
SUB = "RINCON_0000000000D401400"
ALONE = topology(grouped(KITCHEN), grouped(OFFICE), grouped(STUDY))
TOGETHER = topology(grouped(KITCHEN, OFFICE), grouped(STUDY))


def household(*topologies: Topology) -> Household:
    """Make a household that has seen topologies."""
    home = Household(HOME)
    for each in topologies:
        home.apply_topology(each, 0.0)
    return home


def aspects(changes: set[Change] | frozenset[Change], uid: str) -> set[Aspect]:
    """List what changed of one speaker."""
    return {change.aspect for change in changes if change.uid == uid}


def following(uid: str, **others: str) -> Variables:
    """Build an AVTransport event of a group member: it claims to play, whatever happens."""
    return {
        "transport_state": "PLAYING",
        "current_play_mode": "SHUFFLE",
        "current_track_uri": f"x-rincon:{uid}",
        "current_track_meta_data": "",
        "av_transport_uri": f"x-rincon:{uid}",
        "enqueued_transport_uri": "",
        "enqueued_transport_uri_meta_data": "",
        **others,
    }


def titles(home: Household) -> dict[str, str | None]:
    """Tell which title each room shows."""
    return {room.uid: room.media.title if room.media else None for room in home.rooms}
