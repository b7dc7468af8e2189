"""What happens to groups: told by comparing two topologies, and nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..model import Topology


@dataclass(frozen=True, slots=True)
class Group:
    """The rooms that play together.

    Attributes:
        coordinator: Who plays for them.
        members: All of them, the coordinator first.

    """

    coordinator: str
    members: tuple[str, ...]

    @property
    def has_company(self) -> bool:
        """Whether there are several rooms."""
        return len(self.members) > 1


@dataclass(frozen=True, slots=True)
class GroupHappening:
    """Something that happened to the group of a room."""

    kind: str
    uid: str
    before: Group
    after: Group


def groups_of(topology: Topology, before: Mapping[str, Group]) -> dict[str, Group]:
    """Return the groups by the uids of their rooms.

    A group whose coordinator is not among its members is about to become another one: its rooms
    are taken to be in the groups in which they were before.
    """
    groups: dict[str, Group] = {}
    for group in topology.groups:
        uids = [member.uid for member in topology.visible_members(group)]
        if group.has_coordinator:
            groups |= dict.fromkeys(uids, Group(group.coordinator, tuple(uids)))
        else:
            groups |= {uid: before[uid] for uid in uids if uid in before}
    return groups


def group_happenings(
    before: Mapping[str, Group], after: Mapping[str, Group]
) -> Iterator[GroupHappening]:
    """Give what has happened to rooms that were there before and are there now."""
    for uid in sorted(before.keys() & after.keys()):
        old, new = before[uid], after[uid]
        if old == new:
            continue
        if _has_joined(uid, before, new):
            yield GroupHappening("joined_group", uid, old, new)
        if _has_left(uid, old, after):
            yield GroupHappening("left_group", uid, old, new)
        if set(old.members) != set(new.members):
            yield GroupHappening("group_changed", uid, old, new)
        if _leads(uid, new) and not _leads(uid, old):
            yield GroupHappening("became_coordinator", uid, old, new)


def _leads(uid: str, group: Group) -> bool:
    return group.has_company and group.coordinator == uid


def _has_joined(uid: str, before: Mapping[str, Group], new: Group) -> bool:
    """Tell whether a room plays with those who were not with it before, and are led by another.

    Whoever was with the new coordinator before has only stayed.
    """
    host = before.get(new.coordinator)
    if new.coordinator == uid:
        return False
    return host is None or uid not in host.members


def _has_left(uid: str, old: Group, after: Mapping[str, Group]) -> bool:
    """Tell whether a room is no longer with what remains of its group.

    What remains is the largest part; of equal ones, that of the coordinator.
    """
    if not old.has_company:
        return False

    def rank(part: Group) -> tuple[int, bool]:
        remain = set(part.members) & set(old.members)
        return len(remain), old.coordinator in remain

    parts = {after[member] for member in old.members if member in after}
    return rank(after[uid]) < max(map(rank, parts))
