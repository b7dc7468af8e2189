"""Media of a Plex server, as what a speaker's queue takes.

soco's plugin knows how Plex's Sonos service names them. It wants a ``soco.SoCo`` object to send
that, and reads the number of the service into a store that the whole process shares. Here it is
told the number, and what it would send is taken down.
"""

from typing import Any, override

from soco.exceptions import SoCoException
from soco.plugins.plex import PlexPlugin

from ..model import Resource, service_type
from .errors import EngineError

#: What Plex is called in the list of music services.
SERVICE_NAME = "Plex"


class _Notebook:
    """In the place of a speaker: takes down what would be added to its queue."""

    def __init__(self) -> None:
        self.resources: list[Resource] = []
        self.avTransport = self  # the name is soco's

    def AddURIToQueue(self, arguments: list[tuple[str, Any]]) -> dict[str, str]:  # noqa: N802, soco's
        sent = dict(arguments)
        self.resources.append((sent["EnqueuedURI"], sent["EnqueuedURIMetaData"]))
        return {"FirstTrackNumberEnqueued": "1"}


class _Plugin(PlexPlugin):
    def __init__(self, notebook: _Notebook, service_id: int) -> None:
        super().__init__(notebook)
        self._service_id = service_id

    @property
    @override
    def service_info(self) -> dict[str, str]:
        kind = service_type(self._service_id)
        return {"ServiceID": str(self._service_id), "ServiceType": str(kind)}


def plex_resources(media: Any, service_id: int) -> tuple[Resource, ...]:
    """Tell what to add to a queue for media of a Plex server.

    Asks the Plex server, so it belongs into a worker thread.

    Args:
        media: An object of plexapi (track, album, artist, playlist), or a list of them.
        service_id: The number of the household's music service "Plex".

    Raises:
        EngineError: When it is not music.

    """
    notebook = _Notebook()
    plugin = _Plugin(notebook, service_id)
    for item in media if isinstance(media, list) else [media]:
        try:
            plugin.add_to_queue(item)
        except (SoCoException, KeyError) as error:
            raise EngineError(f"Plex has no music there: {error}") from error
    return tuple(notebook.resources)
