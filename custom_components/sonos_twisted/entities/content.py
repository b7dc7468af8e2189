"""What a household has to choose from, and its music library."""

from typing import TYPE_CHECKING

from homeassistant.const import EntityCategory

from ..engine.commands import library
from ..model import Aspect
from ..playing.sources import Shelf
from ..playing.start import async_play_from_shelf
from . import (
    HouseholdBinarySensorDescription,
    HouseholdButtonDescription,
    HouseholdSensorDescription,
    InHousehold,
    SelectDescription,
)

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

#: As long as there are favourites; too much for the recorder.
ATTR_ITEMS = "items"


def _favorites(coordinator: HouseholdCoordinator) -> dict[str, object]:
    return {ATTR_ITEMS: {item.item_id: item.title for item in coordinator.content.favorites}}


def _select(key: str, shelf: Shelf) -> SelectDescription:
    """Describe the choice of something that is on one of the household's shelves."""
    return SelectDescription(
        key=key,
        aspects=frozenset({Aspect.MEDIA}),
        listen=lambda coordinator, changed: coordinator.sources.async_subscribe(changed),
        choices=InHousehold(lambda coordinator, _speaker: coordinator.sources.on(shelf).options),
        value=InHousehold(
            lambda coordinator, speaker: coordinator.sources.on(shelf).playing(speaker)
        ),
        write=lambda coordinator, speaker, name: async_play_from_shelf(
            coordinator, speaker, shelf, name
        ),
    )


SELECTS = (_select("favorite", Shelf.FAVORITES), _select("playlist", Shelf.PLAYLISTS))

HOUSEHOLD_SENSORS = (
    HouseholdSensorDescription(
        key="favorites",
        entity_registry_enabled_default=False,
        listen=lambda coordinator, changed: coordinator.content.async_subscribe(changed),
        value=lambda coordinator: len(coordinator.content.favorites),
        attributes=_favorites,
    ),
)

HOUSEHOLD_BINARY_SENSORS = (
    HouseholdBinarySensorDescription(
        key="library_updating",
        entity_category=EntityCategory.DIAGNOSTIC,
        aspects=frozenset({Aspect.LIBRARY}),
        value=lambda coordinator: coordinator.content.told("share_index_in_progress") == "1",
        attributes=lambda coordinator: {
            "last_error": coordinator.content.told("share_index_last_error")
        },
    ),
)

HOUSEHOLD_BUTTONS = (
    HouseholdButtonDescription(
        key="update_library",
        entity_category=EntityCategory.CONFIG,
        press=lambda coordinator: coordinator.commands.in_household(library.update),
    ),
)
