"""Which entities there are: those for which the speakers have what they show.

Lives on the event loop.
"""

from collections.abc import Callable, Iterable, Sequence
import functools
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..const import DOMAIN
from ..model import Aspect, Speaker

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator, SonosTwistedConfigEntry
    from . import SpeakerDescription


def unique_id(speaker: Speaker, key: str) -> str:
    """Return what an entity of a speaker is known by for ever."""
    return f"{speaker.uid}-{key}"


def while_loaded[E: Entity](
    entry: SonosTwistedConfigEntry, add: Callable[[Iterable[E]], None]
) -> Callable[[Iterable[E]], None]:
    """Return what adds entities to a platform of an entry, unless that is being unloaded.

    Speakers go on telling what is new until the last platform is unloaded. An entity that came
    after its own would be removed by nobody.
    """

    @callback
    def add_now(entities: Iterable[E]) -> None:
        if entry.state in {ConfigEntryState.SETUP_IN_PROGRESS, ConfigEntryState.LOADED}:
            add(entities)

    return add_now


class Roster[D: SpeakerDescription]:
    """Adds the entities of one platform when speakers have what they show, and removes them."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SonosTwistedConfigEntry,
        platform: str,
        descriptions: Sequence[D],
        make: Callable[[HouseholdCoordinator, Speaker, D], Entity],
        add: AddConfigEntryEntitiesCallback,
    ) -> None:
        """Add entities now and as rooms appear or change, until the entry is unloaded.

        Args:
            hass: Home Assistant.
            entry: The household's.
            platform: The name of the platform, such as ``switch``.
            descriptions: Its entities.
            make: Makes an entity of a description.
            add: Adds entities to the platform.

        """
        self._registry = er.async_get(hass)
        self._coordinator = entry.runtime_data
        self._platform = platform
        self._descriptions = descriptions
        self._make = make
        self._add = while_loaded(entry, add)
        self._known: set[str] = set()
        self._there: set[tuple[str, str]] = set()
        self._endings: list[CALLBACK_TYPE] = []
        entry.async_on_unload(self._coordinator.async_add_speakers(self._appeared, parts=True))
        entry.async_on_unload(self._coordinator.devices.async_on_removed(self._forget))
        entry.async_on_unload(self._end)

    @callback
    def _forget(self, uid: str) -> None:
        """Take note that the entities of a speaker went with its device."""
        self._there -= {(uid, each.key) for each in self._descriptions}

    @callback
    def _end(self) -> None:
        for end in self._endings:
            end()

    @callback
    def _appeared(self, speakers: Iterable[Speaker]) -> None:
        # What is bonded or let go is told as a change of the device.
        decisive = frozenset({Aspect.DEVICE, Aspect.AVAILABILITY}).union(
            *(each.existence for each in self._descriptions)
        )
        for speaker in speakers:
            if speaker.uid not in self._known:
                self._known.add(speaker.uid)
                look = functools.partial(self._look, speaker)
                self._endings.append(self._coordinator.async_subscribe(speaker.uid, decisive, look))
            self._look(speaker)

    @callback
    def _look(self, speaker: Speaker) -> None:
        """Add what a speaker has now, and remove what it has no more."""
        is_part = speaker.bonded_to is not None
        new: list[Entity] = []
        for description in self._descriptions:
            if not (speaker.visible or (is_part and description.of_parts)):
                continue  # it has nothing to show now, and is not to lose it
            exists = description.exists(speaker)
            key = (speaker.uid, description.key)
            if exists and key not in self._there:
                self._there.add(key)
                new.append(self._make(self._coordinator, speaker, description))
            elif exists is False:
                self._there.discard(key)
                self._remove(unique_id(speaker, description.key))
        if new:
            self._add(new)

    def _remove(self, unique: str) -> None:
        """Remove an entity, also one of an earlier run. Its settings return if it does."""
        entity_id = self._registry.async_get_entity_id(self._platform, DOMAIN, unique)
        if entity_id is not None:
            self._registry.async_remove(entity_id)
