"""What is plugged into a single speaker: its AudioIn service."""

from . import soap

_SERVICE = "AudioIn"


def set_level(address: str, level: int) -> None:
    """Set how loud the source at the line-in is taken to be, on both channels."""
    soap.call(
        address,
        _SERVICE,
        "SetLineInLevel",
        DesiredLeftLineInLevel=level,
        DesiredRightLineInLevel=level,
    )


def set_name(address: str, name: str, icon: str) -> None:
    """Say what is at the line-in; an icon belongs to it."""
    soap.call(address, _SERVICE, "SetAudioInputAttributes", DesiredName=name, DesiredIcon=icon)
