"""What the simulated models are and what they can do."""

from dataclasses import dataclass
from functools import cache

from .table import model_info

_FIRST_S2 = 58


def display_version(software: str) -> str:
    """Return the version that the app shows."""
    major = int(software.partition(".")[0])
    return "11.15" if major < _FIRST_S2 else f"{(major - 50) // 2 - 5}.4"


@dataclass(frozen=True, slots=True)
class Model:
    """A player model."""

    number: str
    name: str
    software: str
    zone_type: str = "9"
    soundbar: bool = False
    battery: bool = False
    line_in: bool = False
    sub_settings: bool = False
    voice: bool = False
    fixed_output: bool = False
    headphones: bool = False
    height: bool = False
    speech_levels: bool = False

    @property
    def short_name(self) -> str:
        """The name without the maker."""
        return self.name.removeprefix("Sonos ")

    @property
    def theatre(self) -> bool:
        """Whether a Sub is a satellite of it; an Amp has a television but takes a Sub as others."""
        return self.soundbar and not self.sub_settings

    @property
    def _major(self) -> int:
        return int(self.software.partition(".")[0])

    @property
    def generation(self) -> str:
        """S1 or S2, after the firmware."""
        return "S1" if self._major < _FIRST_S2 else "S2"

    @property
    def hardware(self) -> str:
        """A hardware version."""
        return "1.26.1.6-2.1"

    @property
    def min_compatible(self) -> str:
        """The oldest firmware that can share a household with this one."""
        return f"{self._major - 1}.0-00000"

    @property
    def api_version(self) -> str:
        """The version of the control API."""
        return "1.18.9" if self.generation == "S1" else "1.40.0"


# Only what differs from a plain speaker.
_FEATURES: dict[str, dict[str, str | bool]] = {
    "S5": {"line_in": True, "zone_type": "8"},
    "S6": {"line_in": True},
    "S9": {"soundbar": True, "zone_type": "10"},
    "S13": {"voice": True},
    "S14": {"soundbar": True, "voice": True},
    "S16": {
        "soundbar": True,
        "line_in": True,
        "sub_settings": True,
        "fixed_output": True,
        "zone_type": "19",
    },
    "S17": {"battery": True, "voice": True, "zone_type": "17"},
    "S18": {"voice": True},
    "S19": {"soundbar": True, "voice": True, "height": True, "zone_type": "20"},
    "S27": {"battery": True, "voice": True},
    "S36": {"soundbar": True},
    "S39": {"line_in": True, "voice": True},
    "S45": {"soundbar": True, "voice": True, "height": True, "speech_levels": True},
    "Sub": {"zone_type": "11"},
}


@cache
def model(number: str) -> Model:
    """Return the model of a number such as ``S19``."""
    info = model_info(number)
    features: dict[str, object] = dict(_FEATURES.get(number, {}))
    return Model(info.number, info.name, info.software, **features)  # type: ignore[arg-type]
