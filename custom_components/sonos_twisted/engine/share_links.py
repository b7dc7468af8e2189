"""Links that music services let people share, as what a speaker's queue takes.

soco knows the services and the forms of their links. Its plugin wants a ``soco.SoCo`` object to
send what it has found out; only what it finds out is used here, which takes no speaker.
"""

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from soco.plugins.sharelink import ShareClass, ShareLinkPlugin

from ..model import Resource, item_metadata, service_account

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Forms of links that soco 0.31 does not know, and the same in a form that it knows.
_OTHER_FORMS = (
    (re.compile(r"^https://listen\.tidal\."), "https://tidal."),
    (re.compile(r"^https://deezer\."), "https://www.deezer."),
    (re.compile(r"^(https://music\.apple\.com/\w+)/song/([^/]+)/(\d+)"), r"\1/album/\2/0?i=\3"),
)


def share_link_resources(link: str, title: str = "") -> tuple[Resource, ...]:
    """Tell what a link of a music service stands for.

    Args:
        link: For example ``https://open.spotify.com/album/...`` or ``spotify:album:...``.
        title: What to call it until the speaker knows better.

    Returns:
        What to add to a queue: more than one when only the speaker knows which of the services
        with the same links the household has. None, if this is no such link.

    """
    for form, known_form in _OTHER_FORMS:
        link = form.sub(known_form, link)
    return tuple(_resources(link, title))


def _resources(link: str, title: str) -> Iterator[Resource]:
    for service in ShareLinkPlugin(None).services:
        if service.canonical_uri(link) is None or _is_only_a_path(service, link):
            continue
        kind, encoded = service.extract(link)
        magic = service.magic()[kind]
        account = service_account(service.service_number())
        item_id = f"{magic['key']}{encoded}"
        metadata = item_metadata(title, magic["class"], item_id=item_id, account=account)
        yield f"{magic['prefix']}{encoded}", metadata


def _is_only_a_path(service: ShareClass, link: str) -> bool:
    """Tell whether it is some address whose path looks like a link: ``http://nas/spotify/...``."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return True
    return parts.scheme in {"http", "https"} and service.canonical_uri(parts.path) is not None
