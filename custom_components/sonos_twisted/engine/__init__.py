"""The engine: how a household is heard and spoken to. It knows nothing of Home Assistant.

A host makes a :class:`HouseholdConnection` on its asyncio loop, opens it with a speaker's
address, and from then on gets :data:`AnyNews` and can run ``engine.commands``. Underneath, a
Twisted reactor in a thread of its own (:class:`ReactorThread`) hosts the listener and the leases.
"""

from .audio_clip import Clip, ClipPlayer, is_clip_format
from .commands.identity import Identity
from .connection import ConnectionSettings, HouseholdConnection, WrongHouseholdError
from .errors import (
    ClipUnplayableError,
    ControlApiError,
    EngineError,
    EventsNotArrivingError,
    HttpStatusError,
    Ipv6OnlyError,
    ListenError,
    NotSonosError,
    PlayerError,
    PlayerUnreachableError,
    ReactorUnavailableError,
    SubscriptionLostError,
    UnknownNameError,
    UpnpDisabledError,
    UpnpError,
)
from .listener import DEFAULT_LISTEN_PORT, ListenSettings
from .news import (
    AnyNews,
    DescriptionNews,
    EventNews,
    LeaseNews,
    ListenerNews,
    PositionNews,
    ReachabilityNews,
    Served,
    ServedNews,
    TopologyNews,
)
from .plex import SERVICE_NAME as PLEX_SERVICE, plex_resources
from .presence import OUT_OF_REACH
from .reactor import ReactorThread, reactor_thread
from .self_test import SelfTest
from .share_links import share_link_resources
from .speaker_link import ESSENTIAL_SERVICES
from .ssdp_search import search_speakers
from .verdict import Verdict

__all__ = [
    "DEFAULT_LISTEN_PORT",
    "ESSENTIAL_SERVICES",
    "OUT_OF_REACH",
    "PLEX_SERVICE",
    "AnyNews",
    "Clip",
    "ClipPlayer",
    "ClipUnplayableError",
    "ConnectionSettings",
    "ControlApiError",
    "DescriptionNews",
    "EngineError",
    "EventNews",
    "EventsNotArrivingError",
    "HouseholdConnection",
    "HttpStatusError",
    "Identity",
    "Ipv6OnlyError",
    "LeaseNews",
    "ListenError",
    "ListenSettings",
    "ListenerNews",
    "NotSonosError",
    "PlayerError",
    "PlayerUnreachableError",
    "PositionNews",
    "ReachabilityNews",
    "ReactorThread",
    "ReactorUnavailableError",
    "SelfTest",
    "Served",
    "ServedNews",
    "SubscriptionLostError",
    "TopologyNews",
    "UnknownNameError",
    "UpnpDisabledError",
    "UpnpError",
    "Verdict",
    "WrongHouseholdError",
    "is_clip_format",
    "plex_resources",
    "reactor_thread",
    "search_speakers",
    "share_link_resources",
]
