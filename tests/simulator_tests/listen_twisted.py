"""Subscribes with soco.events_twisted and prints events as lines of JSON; run by a test.

# mypy: disallow-untyped-calls=False
A process of its own, as the reactor can neither be stopped and run again nor share a test's
thread.
"""

import json
import sys
from typing import Any

from soco import SoCo, config, events_twisted
from twisted.internet import reactor

_REACTOR: Any = reactor


def main(host: str) -> None:
    """Print the events of a player until standard input closes."""
    settings: Any = config
    settings.EVENTS_MODULE = events_twisted
    settings.EVENT_ADVERTISE_IP = "127.0.0.1"
    player: Any = SoCo(host)  # type: ignore[no-untyped-call]
    # soco asks for these on the reactor's thread otherwise.
    _ = (player.household_id, player.uid)

    def show(event: Any) -> None:
        names = {str(name): str(value) for name, value in event.variables.items()}
        line = json.dumps([event.service.service_type, int(event.seq), names])
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    for service in (player.avTransport, player.renderingControl, player.zoneGroupTopology):
        subscription = service.subscribe(auto_renew=True, requested_timeout=60).subscription
        subscription.callback = show


if __name__ == "__main__":
    _REACTOR.callWhenRunning(main, sys.argv[1])
    _REACTOR.callInThread(lambda: (sys.stdin.read(), _REACTOR.callFromThread(_REACTOR.stop)))
    _REACTOR.run()
