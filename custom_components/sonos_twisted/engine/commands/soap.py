"""The one place where a SOAP request is sent and its errors become ours."""

from http import HTTPStatus
from typing import NoReturn
from xml.etree.ElementTree import ParseError

from lxml.etree import LxmlError
import requests
from soco.exceptions import NotSupportedException, SoCoUPnPException, UnknownSoCoException

from ..errors import (
    HttpStatusError,
    NotSonosError,
    PlayerUnreachableError,
    UpnpDisabledError,
    UpnpError,
)
from ..player import Player, service_of
from ..runner import request_seconds

#: What soco raises for answers that are no XML, or not the XML that it expects.
_NOT_SOAP = (
    UnknownSoCoException,
    ParseError,
    LxmlError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
)

#: The UPnP error of an action that the service does not have.
INVALID_ACTION = 401


def call(address: str, service: str, action: str, **arguments: str | int) -> dict[str, str]:
    """Send one action to a speaker.

    Args:
        address: The speaker's address.
        service: The UPnP service, for example ``AVTransport``.
        action: The UPnP action, for example ``Play``.
        arguments: The action's arguments, in the order of the service description.

    Returns:
        The action's output arguments.

    Raises:
        UpnpError: When the speaker declined, with its error code.
        UpnpDisabledError: When UPnP is switched off (HTTP status 403).
        HttpStatusError: On any other HTTP status.
        PlayerUnreachableError: When there was no answer within the request's time.
        NotSonosError: When the answer is not one of a UPnP device.

    """
    player = Player.at(address)
    host = player.ip_address
    try:
        result = service_of(player, service).send_command(
            action, list(arguments.items()), timeout=request_seconds.get()
        )
    except SoCoUPnPException as error:
        raise UpnpError(host, action, int(error.error_code), service) from error
    except NotSupportedException as error:
        raise UpnpError(host, action, INVALID_ACTION, service) from error
    except requests.RequestException as error:
        _raise_for(host, action, error)
    except _NOT_SOAP as error:
        raise NotSonosError(host) from error
    if result is None:
        # What soco makes of an answer that is neither a success nor an error, a redirect say.
        raise NotSonosError(host)
    return result if isinstance(result, dict) else {}


def get(address: str, path: str) -> bytes:
    """Read a page of a speaker's HTTP server.

    Args:
        address: The speaker's address.
        path: For example ``/xml/device_description.xml``.

    Raises:
        UpnpDisabledError: When UPnP is switched off (HTTP status 403).
        HttpStatusError: On any other HTTP status but 200.
        PlayerUnreachableError: When there was no answer within the request's time.

    """
    player = Player.at(address)
    try:
        # Otherwise the connection stays open for as long as somebody keeps the response.
        response = requests.get(
            f"{player.base_url}{path}",
            headers={"Connection": "close"},
            timeout=request_seconds.get(),
        )
        response.raise_for_status()
    except requests.RequestException as error:
        _raise_for(player.ip_address, f"GET {path}", error)
    return response.content


def _raise_for(host: str, request: str, error: requests.RequestException) -> NoReturn:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        status = error.response.status_code
        if status == HTTPStatus.FORBIDDEN:
            raise UpnpDisabledError(host) from error
        raise HttpStatusError(host, request, status) from error
    if isinstance(error, requests.Timeout):
        raise PlayerUnreachableError(host, "does not answer") from error
    raise PlayerUnreachableError(host, "cannot be reached") from error
