"""Buttons that start a Sonos favourite in a room: those that a user has asked for.

A household of 32 rooms with 100 favourites would have 3,200 of them, and every change of Home
Assistant's registry would write them all. So there is none by itself. Which ones there are is known
from the registry alone. Lives on the event loop.
"""

from collections.abc import Callable, Iterable
import re
from typing import TYPE_CHECKING, override

from homeassistant.components.button import DOMAIN as PLATFORM, ButtonEntity
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from ..entities.roster import unique_id, while_loaded
from ..entity import SpeakerEntity
from ..errors import refused
from ..model import Didl, Speaker, playable_from_favorite
from .start import async_play

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

#: Also the key of their icon.
_KEY = "play_favorite"

_UNIQUE_ID = re.compile(rf"(\w+)-{_KEY}-(.+)")

type _Place = tuple[str, str]
"""The uid of a room, and the id of a favourite."""


class FavoriteButtons:
    """The buttons of one household."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._coordinator = coordinator
        self._registry = er.async_get(coordinator.hass)
        self._there: dict[_Place, FavoriteButton] = {}
        self._early: list[FavoriteButton] = []
        self._add: Callable[[list[FavoriteButton]], None] = self._early.extend
        self._read = False

    @callback
    def start(self, add: Callable[[Iterable[FavoriteButton]], None]) -> None:
        """Bring back the buttons that there were, and let them follow the favourites.

        Args:
            add: Adds entities to the platform.

        """
        coordinator = self._coordinator
        self._add = while_loaded(coordinator.entry, add)
        self._add(self._early)
        coordinator.entry.async_on_unload(coordinator.async_add_speakers(self._appeared))
        coordinator.entry.async_on_unload(coordinator.content.async_subscribe(self._follow))
        self._follow()

    @callback
    def add(self, speaker: Speaker, favorite: Didl) -> None:
        """Give a room a button for a favourite, unless it has it.

        Raises:
            ServiceValidationError: When the favourite is one that cannot be played.

        """
        title = favorite.title or favorite.item_id or ""
        if playable_from_favorite(favorite) is None:
            raise refused("only_a_shortcut", room=speaker.name, title=title)
        self._make(speaker, favorite.item_id or "", title)

    @callback
    def remove(self, speaker: Speaker, favorite: Didl) -> None:
        """Take a room's button for a favourite away, if it has one."""
        self._remove((speaker.uid, favorite.item_id or ""))

    def _appeared(self, speakers: Iterable[Speaker]) -> None:
        rooms = {speaker.uid: speaker for speaker in speakers}
        entry_id = self._coordinator.entry.entry_id
        for entity in er.async_entries_for_config_entry(self._registry, entry_id):
            match = _UNIQUE_ID.fullmatch(entity.unique_id)
            if entity.domain == PLATFORM and match and match[1] in rooms:
                self._make(rooms[match[1]], match[2], entity.original_name or match[2])

    def _make(self, speaker: Speaker, item_id: str, title: str) -> None:
        place = (speaker.uid, item_id)
        if place not in self._there:
            button = FavoriteButton(self._coordinator, speaker, item_id, title)
            self._there[place] = button
            self._add([button])

    def _remove(self, place: _Place) -> None:
        button = self._there.pop(place, None)
        entity_id = button and self._entity_id(button)
        if entity_id:
            self._registry.async_remove(entity_id)

    def _entity_id(self, button: FavoriteButton) -> str | None:
        return self._registry.async_get_entity_id(PLATFORM, DOMAIN, button.unique_id or "")

    @callback
    def _follow(self) -> None:
        """Rename the buttons of favourites that are called otherwise, and remove those of none."""
        titles = {item.item_id: item.title for item in self._coordinator.content.favorites}
        self._read = self._read or bool(titles)
        if not self._read:
            return
        for place, button in list(self._there.items()):
            _, item_id = place
            if item_id not in titles:
                self._remove(place)
            elif (title := titles[item_id] or item_id) != button.name:
                button.rename(title)
                if entity_id := self._entity_id(button):
                    self._registry.async_update_entity(entity_id, original_name=title)


class FavoriteButton(SpeakerEntity, ButtonEntity):
    """Starts a favourite in a room."""

    aspects = frozenset()

    _attr_translation_key = _KEY

    def __init__(
        self, coordinator: HouseholdCoordinator, speaker: Speaker, item_id: str, title: str
    ) -> None:
        """Start a favourite in a room; its title may be one that it had some time ago."""
        super().__init__(coordinator, speaker)
        self._item_id = item_id
        self._attr_name = title
        self._attr_unique_id = unique_id(speaker, f"{_KEY}-{item_id}")

    @callback
    def rename(self, title: str) -> None:
        """Bear another title from now on."""
        self._attr_name = title

    @override
    async def async_press(self) -> None:
        favorites = self.coordinator.content.favorites
        favorite = next((item for item in favorites if item.item_id == self._item_id), None)
        playable = None if favorite is None else playable_from_favorite(favorite)
        if playable is None:
            raise refused("unknown_source", source=str(self.name), room=self.speaker.name)
        await async_play(self.coordinator, self.speaker, playable)
