"""How a single speaker sounds: its RenderingControl service."""

from . import soap

_SERVICE = "RenderingControl"
_MASTER = "Master"


def set_volume(address: str, volume: int) -> None:
    """Set a speaker's volume, 0 to 100."""
    soap.call(address, _SERVICE, "SetVolume", InstanceID=0, Channel=_MASTER, DesiredVolume=volume)


def change_volume(address: str, adjustment: int) -> None:
    """Raise or lower a speaker's volume by this much, in one step at the speaker."""
    soap.call(
        address, _SERVICE, "SetRelativeVolume", InstanceID=0, Channel=_MASTER, Adjustment=adjustment
    )


def set_mute(address: str, muted: bool) -> None:
    """Silence a speaker or let it sound again."""
    soap.call(address, _SERVICE, "SetMute", InstanceID=0, Channel=_MASTER, DesiredMute=int(muted))
