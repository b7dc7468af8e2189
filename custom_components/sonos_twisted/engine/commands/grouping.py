"""Which speakers play together, and what a group has in common besides its music."""

from . import soap, transport

_TRANSPORT = "AVTransport"
_RENDERING = "GroupRenderingControl"


def join(address: str, coordinator_uid: str) -> None:
    """Make a speaker play along with a group.

    Args:
        address: The speaker's address. If it coordinates others, one of them inherits the queue.
        coordinator_uid: The uid of the group's coordinator.

    """
    transport.set_uri(address, f"x-rincon:{coordinator_uid}")


def unjoin(address: str) -> None:
    """Take a speaker out of its group."""
    soap.call(address, _TRANSPORT, "BecomeCoordinatorOfStandaloneGroup", InstanceID=0)


def delegate(address: str, new_coordinator_uid: str, rejoin: bool) -> None:
    """Let another member play for the group; it gets the queue, and the music goes on.

    Args:
        address: The coordinator's address. With any other this does nothing.
        new_coordinator_uid: The uid of the member.
        rejoin: Whether the speaker stays in the group, as a member.

    """
    soap.call(
        address,
        _TRANSPORT,
        "DelegateGroupCoordinationTo",
        InstanceID=0,
        NewCoordinator=new_coordinator_uid,
        RejoinGroup=int(rejoin),
    )


def set_volume(address: str, volume: int) -> None:
    """Set a group's volume, 0 to 100; its members keep the spread that they have now."""
    soap.call(address, _RENDERING, "SnapshotGroupVolume", InstanceID=0)
    soap.call(address, _RENDERING, "SetGroupVolume", InstanceID=0, DesiredVolume=volume)


def change_volume(address: str, adjustment: int) -> None:
    """Raise or lower a group's volume by this much, in one step at its coordinator."""
    soap.call(address, _RENDERING, "SnapshotGroupVolume", InstanceID=0)
    soap.call(address, _RENDERING, "SetRelativeGroupVolume", InstanceID=0, Adjustment=adjustment)


def set_mute(address: str, muted: bool) -> None:
    """Silence a whole group or let it sound again."""
    soap.call(address, _RENDERING, "SetGroupMute", InstanceID=0, DesiredMute=int(muted))
