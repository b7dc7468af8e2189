"""Which favourite or playlist is meant: people name it by its title, or by its id."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import refused

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..model import Didl

FAVORITES = "FV:2"
PLAYLISTS = "SQ:"


async def async_choose(
    coordinator: HouseholdCoordinator, container: str, field: str, value: str
) -> Didl:
    """Return the favourite or playlist that is meant; a title may be in small or capital letters.

    Args:
        coordinator: The household's.
        container: ``FAVORITES`` or ``PLAYLISTS``.
        field: The field of the action, for errors.
        value: A title or an id.

    Raises:
        ServiceValidationError: When there is none, or several have this title.

    """
    items = await coordinator.content.async_browse_all(container)
    for same in (
        [item for item in items if item.item_id == value],
        [item for item in items if item.title == value],
        [item for item in items if (item.title or "").casefold() == value.casefold()],
    ):
        if len(same) > 1:
            raise refused("ambiguous", field=field, value=value, ids=_listed(_ids(same)))
        if same:
            return same[0]
    known = _listed(item.title or "" for item in items)
    raise refused("not_among", field=field, value=value, known=known)


async def async_titled(coordinator: HouseholdCoordinator, title: str) -> str:
    """Return the id of the playlist with a title, or "" if there is none.

    Raises:
        ServiceValidationError: When several have it.

    """
    items = await coordinator.content.async_browse_all(PLAYLISTS)
    ids = list(_ids(item for item in items if item.title == title))
    if len(ids) > 1:
        raise refused("ambiguous", field="name", value=title, ids=_listed(ids))
    return ids[0] if ids else ""


async def async_refuse_title(
    coordinator: HouseholdCoordinator, field: str, title: str, container: str = PLAYLISTS
) -> None:
    """Refuse a title that a playlist or favourite has already: they could not be told apart.

    Raises:
        ServiceValidationError: When one has it.

    """
    items = await coordinator.content.async_browse_all(container)
    ids = list(_ids(item for item in items if item.title == title))
    if ids:
        raise refused("title_taken", field=field, value=title, ids=_listed(ids))


def _ids(items: Iterable[Didl]) -> Iterable[str]:
    return (item.item_id or "" for item in items)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words) or "-"
