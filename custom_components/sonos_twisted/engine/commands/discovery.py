"""What stands behind the announcement of a speaker that nobody knows yet."""

from dataclasses import dataclass
from typing import Literal

from ...model import MalformedTopology, parse_zone_group_state
from ..errors import EngineError
from .identity import identify
from .state import read


@dataclass(frozen=True, slots=True)
class DiscoveredHousehold:
    """A household, as one of its speakers describes it.

    Attributes:
        asked: The address of the speaker that was asked.
        household_id: Its id, for example ``Sonos_abc...``.
        generation: Whether the Sonos S1 or S2 app belongs to it; None if it does not say.
        room: The room of the speaker that was asked.
        rooms: The names of all its rooms, in alphabetical order.
        hosts: Addresses of the speakers of these rooms.

    """

    asked: str
    household_id: str
    generation: Literal[1, 2] | None
    room: str
    rooms: tuple[str, ...]
    hosts: tuple[str, ...]


def look_around(address: str) -> DiscoveredHousehold:
    """Find out which household a speaker belongs to: one GET, two actions.

    A household that is too large for an answer, or in the middle of a change, may not list its
    rooms; the one room that is known stands for them then.

    Args:
        address: The speaker's IPv4 address.

    Raises:
        NotSonosError: When something else than a Sonos speaker answers.
        PlayerError: As :func:`.identity.identify`.

    """
    identity = identify(address)
    description = identity.description
    rooms: dict[str, str] = {}
    try:
        state = read(identity.address, ["topology"])["ZoneGroupTopology"]
        topology = parse_zone_group_state(str(state["zone_group_state"]))
    except EngineError, MalformedTopology, KeyError:
        pass
    else:
        visible = (topology.members[uid] for uid in topology.visible)
        rooms = {member.host: member.name for member in visible if member.host and member.name}
    return DiscoveredHousehold(
        asked=address,
        household_id=identity.household_id,
        generation=description.generation,
        room=description.room_name,
        rooms=tuple(sorted(set(rooms.values()), key=str.casefold)) or (description.room_name,),
        hosts=tuple(rooms),
    )
