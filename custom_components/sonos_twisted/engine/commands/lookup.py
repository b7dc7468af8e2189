"""Finding single things in the lists and in the music library, by id or by title."""

from collections.abc import Sequence
from urllib.parse import quote

from ...model import Didl, named
from ..errors import UpnpError
from .content import browse, look_up

#: What a speaker answers that has no object with an id.
_NO_SUCH_OBJECT = 701


def find(address: str, object_ids: Sequence[str]) -> Didl | None:
    """Return the first object of these ids that there is.

    Args:
        address: Any speaker of the household.
        object_ids: Ids such as ``FV:2/3``, ``A:ALBUM/Night%20Market``, ``S://nas/music/...``.

    """
    for object_id in object_ids:
        try:
            found = look_up(address, object_id)
        except UpnpError as error:
            if error.code != _NO_SUCH_OBJECT:
                raise
        else:
            if found is not None:
                return found
    return None


def search(address: str, container: str, title: str) -> Didl | None:
    """Return what has a title in a container of the library such as ``A:ALBUM``."""
    return find_in(address, f"{container}:{quote(title, safe='')}", title)


def find_in(address: str, container: str, name: str) -> Didl | None:
    """Return what has a title or an id in a container."""
    items: list[Didl] = []
    total = 1
    while len(items) < total:
        page = browse(address, container, len(items))
        items += page.items
        total = page.total if page.items else 0
    return named(items, name)
