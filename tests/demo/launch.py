"""Starts Home Assistant on a machine that has no camera and no microphone.

Home Assistant always loads its camera and voice platforms, and they need ffmpeg, libturbojpeg and
packages that have to be compiled. Speakers need none of it. Without this, its log and its user
interface would be full of complaints about the machine.
"""

import sys
from types import ModuleType

from homeassistant import bootstrap
from homeassistant.__main__ import main

# Set up by default, and start ffmpeg.
_LEFT_OUT = {"assist_satellite", "tts"}

# What is imported, but never used as long as there is neither a camera nor a microphone.
_STAND_INS = {
    "pymicro_vad": "MicroVad",
    "pyspeex_noise": "AudioProcessor",
    "turbojpeg": "TurboJPEG",
}


def _stand_in(name: str, content: str) -> None:
    """Put an empty module in the place of one that is not installed."""
    module = ModuleType(name)
    setattr(module, content, type(content, (), {}))
    sys.modules[name] = module


def launch() -> int:
    """Start Home Assistant, and return its exit status when it has ended."""
    for name, content in _STAND_INS.items():
        _stand_in(name, content)
    bootstrap.DEFAULT_INTEGRATIONS -= _LEFT_OUT
    return main()


if __name__ == "__main__":
    sys.exit(launch())
