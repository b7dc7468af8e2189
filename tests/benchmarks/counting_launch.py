"""Starts Home Assistant as the demo does, and counts the states that are written.

At SIGUSR1 it writes them to the file that STATE_WRITES names: of each entity, how often its state
was written and another one than before (``state_changed``), and how often the same one
(``state_reported``).
"""

import json
import os
from pathlib import Path
import signal
import sys
from types import FrameType
from typing import Any

from homeassistant.core import StateMachine

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.demo.launch import launch

_COUNTS: dict[str, list[int]] = {}
_set = StateMachine.async_set_internal


def _counted(states: StateMachine, entity_id: str, *args: Any, **kwargs: Any) -> None:
    before = states.get(entity_id)
    _set(states, entity_id, *args, **kwargs)
    _COUNTS.setdefault(entity_id, [0, 0])[states.get(entity_id) is before] += 1


def _asked(_signal: int, _frame: FrameType | None) -> None:
    path = Path(os.environ["STATE_WRITES"])
    part = path.with_suffix(".part")
    part.write_text(json.dumps(_COUNTS))
    part.replace(path)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, _asked)
    StateMachine.async_set_internal = _counted  # type: ignore[assignment,method-assign]
    sys.exit(launch())
