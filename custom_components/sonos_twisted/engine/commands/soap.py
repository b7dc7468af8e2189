"""The one place where a SOAP request is sent and its errors become ours."""

from http import HTTPStatus
from typing import NoReturn
from xml.etree.ElementTree import ParseError

from lxml.etree import LxmlError
from soco.exceptions import SoCoUPnPException, UnknownSoCoException

from ..errors import HttpStatusError, NotSonosError, UpnpDisabledError, UpnpError
from ..http_request import Answer, request
from ..player import Player, service_of

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
    host, device = player.ip_address, service_of(player, service)
    headers, body = device.build_command(action, list(arguments.items()))
    answer = request(player, "POST", device.control_url, body.encode(), headers)
    if answer.status == HTTPStatus.METHOD_NOT_ALLOWED:
        raise UpnpError(host, action, INVALID_ACTION, service)
    if answer.status not in {HTTPStatus.OK, HTTPStatus.INTERNAL_SERVER_ERROR}:
        _raise_for(host, action, answer)
    try:
        if answer.status == HTTPStatus.OK:
            return dict(device.unwrap_arguments(answer.text))
        device.handle_upnp_error(answer.text)
    except SoCoUPnPException as error:
        raise UpnpError(host, action, int(error.error_code), service) from error
    except _NOT_SOAP as error:
        raise NotSonosError(host) from error
    raise NotSonosError(host)


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
    answer = request(player, "GET", path, None, {})
    if answer.status != HTTPStatus.OK:
        _raise_for(player.ip_address, f"GET {path}", answer)
    return answer.body


def _raise_for(host: str, what: str, answer: Answer) -> NoReturn:
    if answer.status == HTTPStatus.FORBIDDEN:
        raise UpnpDisabledError(host)
    if answer.status < HTTPStatus.BAD_REQUEST:
        # Neither a success nor an error, a redirect say: speakers never answer that.
        raise NotSonosError(host)
    raise HttpStatusError(host, what, answer.status)
