"""Random short lives of a simulated house: what is told is what has happened, no more and no less.

    python -m tests.homeassistant.happenings.exactness --runs 20000

The players of the simulator send their events without sockets and in no time. A small listener
holds the leases, and hands the news over as the engine's mailbox does: merged, when the host takes
its time (`world.py`). The host takes its mail and tells what has happened (`host.py`), while people
and faults come (`acts.py`, `life.py`). What is expected follows from what the players do, in the
terms of the simulator (`terms.py`, `account.py`), and is compared with what was told
(`comparison.py`).
"""

from .life import run_many

__all__ = ["run_many"]
