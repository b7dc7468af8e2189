"""What happens in households: each thing once, for triggers, entities and the event bus.

What is *shown* is a matter of state; here are the moments at which it becomes another one. Who
wants to know of them subscribes. Lives on the event loop.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
import logging
from typing import TYPE_CHECKING, Any

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from .kinds import KINDS, Kind

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

_LOGGER = logging.getLogger(__name__)

__all__ = ["EVENT", "KINDS", "Happening", "Kind", "async_fire", "async_subscribe"]

#: The type of the events on the bus.
EVENT = f"{DOMAIN}_event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened in a room, once.

    Attributes:
        kind: A key of ``KINDS``.
        entry_id: The config entry of the household.
        uid: The speaker of the room that it happened in.
        data: What ``KINDS`` says that there is to know; can be written as JSON.

    """

    kind: str
    entry_id: str
    uid: str
    data: Mapping[str, Any]


type Listener = Callable[[Happening], None]


@dataclass(frozen=True, slots=True, eq=False)
class _Subscription:
    listener: Listener
    uids: frozenset[str] | None


@dataclass(slots=True)
class _Subscriptions:
    """Who wants to know of what; outlives the households that come and go."""

    by_kind: dict[str, list[_Subscription]] = field(default_factory=lambda: defaultdict(list))


_SUBSCRIPTIONS: HassKey[_Subscriptions] = HassKey(f"{DOMAIN}_happenings")


@callback
def async_subscribe(
    hass: HomeAssistant,
    listener: Listener,
    *,
    kinds: Collection[str],
    uids: Collection[str] | None = None,
) -> CALLBACK_TYPE:
    """Call a function with what happens from now on; households may be set up or not.

    Entities have written their state by then.

    Args:
        hass: Home Assistant.
        listener: What to call.
        kinds: Of which kinds.
        uids: In the rooms of which speakers; None: in all rooms of all households.

    Returns:
        A function that ends this.

    """
    by_kind = hass.data.setdefault(_SUBSCRIPTIONS, _Subscriptions()).by_kind
    subscription = _Subscription(listener, None if uids is None else frozenset(uids))
    for kind in set(kinds):
        by_kind[kind].append(subscription)

    @callback
    def end() -> None:
        for kind in set(kinds):
            if subscription in by_kind[kind]:
                by_kind[kind].remove(subscription)

    return end


@callback
def async_fire(
    coordinator: HouseholdCoordinator, kind: str, uid: str, data: Mapping[str, Any]
) -> None:
    """Tell everybody that something has happened.

    It is always on the bus, too, and thus in the database: compared with the state that is written
    at the same moment it is little, and a logbook with holes where no automation listened would be
    of no use.

    Args:
        coordinator: Of the household.
        kind: A key of ``KINDS``.
        uid: The speaker of the room.
        data: What there is to know.

    """
    hass = coordinator.hass
    happening = Happening(kind=kind, entry_id=coordinator.entry.entry_id, uid=uid, data=data)
    if (subscriptions := hass.data.get(_SUBSCRIPTIONS)) is not None:
        for subscription in list(subscriptions.by_kind.get(kind, ())):
            if subscription.uids is None or uid in subscription.uids:
                _tell(subscription, happening)
    hass.bus.async_fire(EVENT, _event_data(coordinator, happening))


def _tell(subscription: _Subscription, happening: Happening) -> None:
    try:
        subscription.listener(happening)
    except Exception:
        # What an automation does with its variables must not take the others along.
        _LOGGER.exception("Could not tell that there was %s", happening.kind)


def _event_data(coordinator: HouseholdCoordinator, happening: Happening) -> dict[str, Any]:
    uid = happening.uid
    speaker = coordinator.household.speakers.get(uid)
    devices, entry_id = dr.async_get(coordinator.hass), coordinator.entry.entry_id
    device = devices.async_get_device_by_identifier((DOMAIN, uid), entry_id)
    return {
        "type": happening.kind,
        "device_id": device.id if device else None,
        "entity_id": coordinator.entity_ids.get(uid),
        "room": speaker.name if speaker else None,
        **happening.data,
    }
