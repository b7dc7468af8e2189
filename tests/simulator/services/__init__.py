"""The actions and evented variables of each UPnP service."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import (
    alarmclock,
    avtransport,
    directory,
    groups,
    inputs,
    properties,
    queues,
    rendering,
    system,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.speaker import Speaker

    from .kinds import Handler, Key, Variables

HANDLERS: dict[str, dict[str, Handler]] = {
    "AVTransport": avtransport.ACTIONS | queues.ACTIONS,
    "Queue": queues.QUEUE_ACTIONS,
    "RenderingControl": rendering.ACTIONS,
    "GroupRenderingControl": rendering.GROUP_ACTIONS,
    "ContentDirectory": directory.ACTIONS,
    "AlarmClock": alarmclock.ACTIONS,
    "DeviceProperties": properties.ACTIONS,
    "ZoneGroupTopology": groups.TOPOLOGY_ACTIONS,
    "GroupManagement": groups.ACTIONS,
    "AudioIn": inputs.AUDIO_IN_ACTIONS,
    "HTControl": inputs.HT_ACTIONS,
    "VirtualLineIn": inputs.VIRTUAL_ACTIONS,
    "SystemProperties": system.SYSTEM_ACTIONS,
    "MusicServices": system.MUSIC_ACTIONS,
    "ConnectionManager": system.CONNECTION_ACTIONS,
    "QPlay": system.QPLAY_ACTIONS,
}


def _changed_only(changed: set[Key], variables: Variables) -> Variables:
    return {key: value for key, value in variables.items() if key in changed}


@dataclass(frozen=True, slots=True)
class Eventing:
    """How a service sends events.

    ``variables`` gives the whole state; ``delta`` says what of it is sent when some changed;
    ``delay`` and ``interval`` are seconds until a change is sent, and between two events.
    """

    variables: Callable[[Speaker], Variables]
    delta: Callable[[set[Key], Variables], Variables] = _changed_only
    delay: float = 0.02
    interval: float = 0.2


# A joining player's AVTransport event comes first, the topology follows from every player.
EVENTS: dict[str, Eventing] = {
    "AVTransport": Eventing(avtransport.variables, avtransport.delta),
    "Queue": Eventing(queues.variables, delay=0.03),
    "RenderingControl": Eventing(rendering.variables, rendering.delta),
    "GroupRenderingControl": Eventing(rendering.group_variables, delay=0.04),
    "ContentDirectory": Eventing(directory.variables, directory.delta, delay=0.03),
    "AlarmClock": Eventing(alarmclock.variables, delay=0.05),
    "DeviceProperties": Eventing(properties.variables, delay=0.04),
    "ZoneGroupTopology": Eventing(groups.topology_variables, delay=0.1, interval=0.3),
    "GroupManagement": Eventing(groups.variables, delay=0.08),
    "AudioIn": Eventing(inputs.audio_in_variables),
    "HTControl": Eventing(inputs.ht_variables),
    "VirtualLineIn": Eventing(inputs.virtual_variables),
    "SystemProperties": Eventing(system.system_variables),
    "MusicServices": Eventing(system.music_variables),
    "ConnectionManager": Eventing(system.connection_variables),
    "QPlay": Eventing(system.nothing_evented),
}
