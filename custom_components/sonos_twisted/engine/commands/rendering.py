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


def ramp_to_volume(address: str, volume: int, ramp_type: str) -> int:
    """Let a speaker's volume glide to another one, 0 to 100.

    Args:
        address: The speaker's address.
        volume: Where it ends.
        ramp_type: ``SLEEP_TIMER_RAMP_TYPE`` glides slowly from where it is, ``ALARM_RAMP_TYPE``
            begins at silence after half a minute, ``AUTOPLAY_RAMP_TYPE`` quickly and at once.

    Returns:
        The seconds that the speaker says it takes.

    """
    answer = soap.call(
        address,
        _SERVICE,
        "RampToVolume",
        InstanceID=0,
        Channel=_MASTER,
        RampType=ramp_type,
        DesiredVolume=volume,
        ResetVolumeAfter=0,
        ProgramURI="",
    )
    return int(answer["RampTime"])


def set_mute(address: str, muted: bool) -> None:
    """Silence a speaker or let it sound again."""
    soap.call(address, _SERVICE, "SetMute", InstanceID=0, Channel=_MASTER, DesiredMute=int(muted))
