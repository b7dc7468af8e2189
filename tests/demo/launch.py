"""Starts Home Assistant without the few default integrations that need native libraries.

Home Assistant always loads the camera and the voice platforms. They need libturbojpeg, ffmpeg and a
compiler, which have nothing to do with speakers; without them they would fill the log and
the user interface with complaints about this machine.
"""

import sys

from homeassistant import bootstrap
from homeassistant.__main__ import main

_LEFT_OUT = {"assist_satellite", "camera", "image_processing", "tts"}

if __name__ == "__main__":
    bootstrap.DEFAULT_INTEGRATIONS -= _LEFT_OUT
    sys.exit(main())
