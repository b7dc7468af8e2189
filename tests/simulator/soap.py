"""SOAP requests and answers of a player."""

from dataclasses import dataclass
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from .errors import Code, UpnpError
from .text import escape

if TYPE_CHECKING:
    from .table import Action, Service

_ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
    's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>{}</s:Body></s:Envelope>'
)
_BODY = "{http://schemas.xmlsoap.org/soap/envelope/}Body"
_INTEGERS = {"ui1", "ui2", "ui4", "i1", "i2", "i4", "int"}
# Their allowed values are not all that players accept; the actions check them.
_OPEN_LISTS = frozenset({"A_ARG_TYPE_Recurrence", "A_ARG_TYPE_SeekMode", "CurrentPlayMode"})
_BOOLEANS = {"0", "1", "true", "false", "yes", "no"}


@dataclass(frozen=True, slots=True)
class Call:
    """An action that a client asks for."""

    service_type: str
    action: str
    arguments: dict[str, str]


class MalformedRequestError(ValueError):
    """The request is no SOAP call."""


def parse_call(soap_action: str, body: bytes) -> Call:
    """Read a request; the SOAPACTION header may be quoted or not.

    Raises:
        MalformedRequestError: Header or body can't be understood.
    """
    match = re.fullmatch(r'\s*"?([^"#]+)#(\w+)"?\s*', soap_action)
    if match is None:
        raise MalformedRequestError(soap_action)
    try:
        root = ET.fromstring(body)
    except ET.ParseError as error:
        raise MalformedRequestError(str(error)) from error
    element = next(iter(root.find(_BODY) or ()), None)
    if element is None:
        message = "no call in the body"
        raise MalformedRequestError(message)
    arguments = {child.tag.rpartition("}")[2]: child.text or "" for child in element}
    return Call(match[1], match[2], arguments)


def check_arguments(service: Service, action: Action, given: dict[str, str]) -> None:
    """Check what the SCPD demands; arguments that it doesn't know are tolerated.

    Raises:
        UpnpError: An argument is missing or has a wrong value.
    """
    for name, variable_name in action.inputs:
        value = given.get(name)
        if value is None:
            raise UpnpError(Code.INVALID_ARGS)
        variable = service.variables.get(variable_name)
        if variable is None:
            continue
        # Clients leave update ids and instances empty; players read that as 0.
        if variable.data_type in _INTEGERS and not re.fullmatch(r"\s*[+-]?\d*\s*", value):
            raise UpnpError(Code.INVALID_ARGS)
        if variable.data_type == "boolean" and value.strip().lower() not in _BOOLEANS:
            raise UpnpError(Code.INVALID_ARGS)
        if variable_name in _OPEN_LISTS:
            continue
        if variable.values and value not in variable.values:
            raise UpnpError(Code.INVALID_ARGS)


def response(service: Service, action: Action, values: dict[str, str]) -> bytes:
    """Return the answer of an action, its arguments in the order of the SCPD."""
    inner = "".join(
        f"<{name}>{escape(values.get(name, ''))}</{name}>" for name, _ in action.outputs
    )
    name = f"{action.name}Response"
    call = f'<u:{name} xmlns:u="{service.service_type}">{inner}</u:{name}>'
    return _ENVELOPE.format(call).encode()


def fault(code: int) -> bytes:
    """Return the answer of an action that failed; there is never a description."""
    return _ENVELOPE.format(
        "<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>"
        '<UPnPError xmlns="urn:schemas-upnp-org:control-1-0">'
        f"<errorCode>{code}</errorCode></UPnPError></detail></s:Fault>"
    ).encode()
