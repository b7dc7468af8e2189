"""What players refuse to play or to queue, before they have tried."""

import re
from typing import TYPE_CHECKING

from tests.simulator import didl
from tests.simulator.catalog import is_endless
from tests.simulator.errors import Code, UpnpError
from tests.simulator.media import FILE, LINE_IN, QUEUE, TV, kind_of

if TYPE_CHECKING:
    from tests.simulator.speaker import Speaker

_SCHEMES = frozenset(
    {
        "aac",
        "file",
        "hls-radio",
        "http",
        "https",
        "x-file-cifs",
        "x-rincon",
        "x-rincon-cpcontainer",
        "x-rincon-mp3radio",
        "x-rincon-playlist",
        "x-rincon-queue",
        "x-rincon-stream",
        "x-sonos-http",
        "x-sonos-htastream",
        "x-sonos-spotify",
        "x-sonos-vli",
        "x-sonosapi-hls",
        "x-sonosapi-hls-static",
        "x-sonosapi-radio",
        "x-sonosapi-stream",
    }
)
# What only makes sense in a queue.
_LISTS = frozenset({"file", "x-rincon-playlist", ""})
# Whose account is to play it is in the metadata alone.
_NEEDS_ACCOUNT = frozenset({"x-rincon-cpcontainer", ""})


def check_transport_uri(speaker: Speaker, uri: str, metadata: str) -> None:
    """Refuse what cannot be the transport URI of a player.

    Raises:
        UpnpError: It is refused.
    """
    if not uri:
        return
    scheme = _known_scheme(uri)
    kind = kind_of(uri)
    if scheme in _LISTS:
        raise UpnpError(Code.ILLEGAL_MIME_TYPE)
    if kind is LINE_IN and not any(
        unit.uid == uri.partition(":")[2] and unit.line_in for unit in speaker.household.speakers
    ):
        raise UpnpError(Code.ILLEGAL_MIME_TYPE)
    if kind is TV and not (speaker.model.soundbar and speaker.uid in uri):
        raise UpnpError(Code.ILLEGAL_MIME_TYPE)
    _check_account(speaker, scheme, metadata)


def check_queued_uri(speaker: Speaker, uri: str, metadata: str) -> None:
    """Refuse what cannot be in a queue: stations, inputs, what has no account.

    Raises:
        UpnpError: It is refused.
    """
    scheme = _known_scheme(uri)
    if scheme not in {"file", *_NEEDS_ACCOUNT} and kind_of(uri) is not FILE:
        raise UpnpError(Code.ILLEGAL_MIME_TYPE)
    _check_account(speaker, scheme, metadata)


def check_playable(speaker: Speaker) -> None:
    """Refuse to begin with a file that turns out to be a station's stream.

    Raises:
        UpnpError: It is refused.
    """
    if speaker.transport.kind is not QUEUE and is_endless(speaker.transport.uri):
        raise UpnpError(Code.ILLEGAL_MIME_TYPE)


def _known_scheme(uri: str) -> str:
    scheme, colon, _ = uri.partition(":")
    if not colon and re.fullmatch(r"[\w.%-]+", uri):
        # Items of services come as their bare id; the metadata say which service.
        return ""
    if scheme.lower() not in _SCHEMES:
        raise UpnpError(Code.ILLEGAL_MIME_TYPE)
    return scheme.lower()


def _check_account(speaker: Speaker, scheme: str, metadata: str) -> None:
    account = didl.account_of(metadata)
    match = re.match(r"SA_RINCON(\d+)_", account)
    if match is None:
        if scheme in _NEEDS_ACCOUNT:
            raise UpnpError(Code.INVALID_ARGS)
    elif int(match[1]) not in speaker.household.linked_services:
        raise UpnpError(Code.NOT_SUPPORTED_HERE)
