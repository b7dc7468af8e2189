"""The audio format that a television sends to a player, which GetZoneInfo tells as HTAudioIn.

It is a number. Old firmware counts formats; newer firmware says the channels in the upper half and
the coding in the lower one. No event carries it.
"""

_WHOLE = {
    0: "No input connected",
    2: "Stereo",
    7: "Dolby 2.0",
    18: "Dolby 5.1",
    21: "No input",
    22: "No audio",
    59: "Dolby Atmos (DD+)",
    61: "Dolby Atmos (TrueHD)",
    63: "Dolby Atmos (MAT 2.0)",
}
"""The numbers that stand for a format as a whole."""

_STEREO = "2.0"
_CHANNELS = {0x0200: _STEREO, 0x0510: "5.1", 0x0710: "7.1"}

_PCM = 2
_CODINGS = {
    _PCM: "PCM {}",
    22: "PCM {} no audio",
    56: "Dolby {}",
    57: "Dolby {}",
    58: "Dolby Digital Plus {}",
    60: "Dolby TrueHD {}",
    62: "Dolby Multichannel PCM {}",
    65: "DTS {}",
}


def tv_format_name(code: int) -> str | None:
    """Name the format that a number stands for, None if it is unknown."""
    channels, coding = _CHANNELS.get(code >> 16), code & 0xFFFF
    if channels is None or coding not in _CODINGS:
        return _WHOLE.get(code)
    name = _CODINGS[coding].format(channels)
    return f"Multichannel {name}" if coding == _PCM and channels != _STEREO else name
