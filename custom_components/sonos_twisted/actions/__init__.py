"""The integration's own actions: what rooms can be told besides what every media player can.

Each module here is one subject, and has a table ``ACTIONS``; ``services.py`` registers them all.
"""

from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from homeassistant.core import (
    EntityServiceResponse,
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
)
from homeassistant.util.json import JsonValueType

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..media_player import SonosTwistedMediaPlayer

type Households = dict[HouseholdCoordinator, list[SonosTwistedMediaPlayer]]


def by_household(entities: Iterable[SonosTwistedMediaPlayer]) -> Households:
    """Sort rooms by the household that they are in."""
    households: Households = defaultdict(list)
    for entity in entities:
        households[entity.coordinator].append(entity)
    return households


def percent(level: float) -> int:
    """Turn a level of Home Assistant's into one of Sonos."""
    return round(level * 100)


type ForEachRoom = Callable[
    [SonosTwistedMediaPlayer, ServiceCall], Coroutine[Any, Any, JsonValueType]
]
type ForAllRooms = Callable[
    [list[SonosTwistedMediaPlayer], ServiceCall], Coroutine[Any, Any, EntityServiceResponse | None]
]


@dataclass(frozen=True, kw_only=True)
class RoomAction:
    """An action whose targets are rooms. Exactly one of the two functions is given.

    Attributes:
        name: The action's name, without the domain.
        fields: The keys of its data besides the target, and how they are checked.
        each: Does it for one room; called for every targeted room.
        together: Does it for all targeted rooms at once.
        response: Whether it returns data. That of ``each`` is returned by entity id.

    """

    name: str
    fields: dict[Any, Any] = field(default_factory=dict)
    each: ForEachRoom | None = None
    together: ForAllRooms | None = None
    response: SupportsResponse = SupportsResponse.NONE


type ForIntegration = Callable[[HomeAssistant, ServiceCall], Coroutine[Any, Any, ServiceResponse]]


@dataclass(frozen=True, kw_only=True)
class IntegrationAction:
    """An action without a target, for administrators.

    Attributes:
        name: The action's name, without the domain.
        fields: The keys of its data, and how they are checked.
        perform: Does it.
        response: Whether it returns data.

    """

    name: str
    fields: dict[Any, Any] = field(default_factory=dict)
    perform: ForIntegration
    response: SupportsResponse = SupportsResponse.NONE
