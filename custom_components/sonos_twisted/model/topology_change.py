"""What is new in a topology, by comparison with the one before."""

from dataclasses import dataclass

from .aspects import Aspect, Change
from .topology import Topology, VanishedDevice

_GONE = frozenset({"powered off", "sleeping", "switch to bluetooth", "upgrade"})


@dataclass(frozen=True, slots=True)
class TopologyChange:
    """What a topology brought. All uids are sorted."""

    changes: frozenset[Change] = frozenset()
    appeared: tuple[str, ...] = ()
    """Rooms that a user sees now and did not see before."""
    disappeared: tuple[str, ...] = ()
    """Rooms that left the topology or became a hidden part of another room."""
    bonded: tuple[str, ...] = ()
    """Players that are a hidden part of a room now and were none before."""
    rebooted: tuple[str, ...] = ()
    """Players, hidden or not, that have started anew: they have forgotten all leases."""
    moved: tuple[str, ...] = ()
    """Players, hidden or not, with another address than before."""
    gone: tuple[VanishedDevice, ...] = ()
    """Devices that vanished for a known reason, other than in the topology before."""


def is_really_gone(device: VanishedDevice) -> bool:
    """Tell whether a vanished device said why it left, and so can be believed to be gone.

    Households also list devices that are alive, with the reason UNKNOWN.
    """
    return device.reason.strip().lower() in _GONE


def topology_change(old: Topology, new: Topology) -> TopologyChange:
    """Compare two topologies. Who has rebooted or moved they do not tell by themselves."""
    before, after = _group_lists(old), _group_lists(new)
    availability = old.members.keys() ^ new.members.keys()
    groups = {uid for uid in before.keys() | after.keys() if before.get(uid) != after.get(uid)}
    return TopologyChange(
        changes=frozenset(
            {Change(uid, Aspect.AVAILABILITY) for uid in availability}
            | {Change(uid, Aspect.GROUP) for uid in groups}
        ),
        appeared=tuple(sorted(set(new.visible) - set(old.visible))),
        disappeared=tuple(sorted(set(old.visible) - set(new.visible))),
        bonded=tuple(uid for uid in new.parts if uid not in old.parts),
        gone=tuple(
            device
            for device in new.vanished
            if is_really_gone(device) and device not in old.vanished
        ),
    )


def _group_lists(topology: Topology) -> dict[str, tuple[str, ...]]:
    """Map each visible player to its coordinator and the visible members of its group."""
    lists: dict[str, tuple[str, ...]] = {}
    for group in topology.groups:
        uids = tuple(member.uid for member in topology.visible_members(group))
        coordinator = group.coordinator if group.has_coordinator else ""
        lists |= dict.fromkeys(uids, (coordinator, *uids))
    return lists
