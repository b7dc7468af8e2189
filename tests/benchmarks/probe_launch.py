"""Starts Home Assistant as the demo does, with a probe inside; PROBE names its Unix socket."""

import os
from pathlib import Path
import sys
from typing import Any

from homeassistant import bootstrap
from homeassistant.core import HomeAssistant

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.probe import Probe
from tests.demo.launch import launch

_set_up = bootstrap.async_from_config_dict


async def _with_probe(config: dict[str, Any], hass: HomeAssistant) -> HomeAssistant | None:
    await Probe(hass).async_serve(Path(os.environ["PROBE"]))
    return await _set_up(config, hass)


if __name__ == "__main__":
    bootstrap.async_from_config_dict = _with_probe
    sys.exit(launch())
