"""SystemProperties, MusicServices, ConnectionManager and QPlay."""

from typing import TYPE_CHECKING

from tests.simulator.catalog import SERVICES, service_type
from tests.simulator.errors import Code, UpnpError
from tests.simulator.text import escape

from .kinds import fixed, nothing

if TYPE_CHECKING:
    from tests.simulator.speaker import Speaker

    from .kinds import Answer, Arguments, Handler, Variables


def _string(speaker: Speaker, args: Arguments) -> Answer:
    value = speaker.household.strings.get(args["VariableName"])
    if value is None:
        raise UpnpError(Code.NOT_SUPPORTED_HERE)
    return {"StringValue": value}


def _set_string(speaker: Speaker, args: Arguments) -> Answer:
    speaker.household.strings[args["VariableName"]] = args["StringValue"]
    return None


def _remove(speaker: Speaker, args: Arguments) -> Answer:
    speaker.household.strings.pop(args["VariableName"], None)
    return None


SYSTEM_ACTIONS: dict[str, Handler] = {
    "GetString": _string,
    "SetString": _set_string,
    "Remove": _remove,
    "GetRDM": fixed(RDMValue="0"),
    "EnableRDM": nothing,
    "DoPostUpdateTasks": nothing,
    "ResetThirdPartyCredentials": nothing,
}


def system_variables(speaker: Speaker) -> Variables:
    """Return the evented variables of SystemProperties."""
    return {
        "CustomerID": "100000001",
        "UpdateID": "5",
        "UpdateIDX": f"{speaker.uid},5",
        "VoiceUpdateID": "1",
        "ThirdPartyHash": "2:simulated",
    }


def _list_services(_speaker: Speaker, _args: Arguments) -> Answer:
    services = "".join(
        f'<Service Id="{number}" Name="{escape(name)}" Version="1.1" '
        f'Uri="http://127.0.0.1:9/{number}" SecureUri="https://127.0.0.1:9/{number}" '
        'ContainerType="MService" Capabilities="513"><Policy Auth="Anonymous" '
        'PollInterval="0"/></Service>'
        for number, name in SERVICES.items()
    )
    return {
        "AvailableServiceDescriptorList": (f'<Services SchemaVersion="1">{services}</Services>'),
        "AvailableServiceTypeList": ",".join(str(service_type(number)) for number in SERVICES),
        "AvailableServiceListVersion": _LIST_VERSION,
    }


_LIST_VERSION = "RINCON_000000000000001400:1"

MUSIC_ACTIONS: dict[str, Handler] = {
    "ListAvailableServices": _list_services,
    "UpdateAvailableServices": nothing,
    "GetSessionId": fixed(SessionId="simulated"),
}


def music_variables(_speaker: Speaker) -> Variables:
    """Return the evented variables of MusicServices."""
    return {"ServiceListVersion": _LIST_VERSION}


_SINKS = "http-get:*:audio/mpeg:*,http-get:*:audio/flac:*,x-file-cifs:*:audio/flac:*"

CONNECTION_ACTIONS: dict[str, Handler] = {
    "GetProtocolInfo": fixed(Source="", Sink=_SINKS),
    "GetCurrentConnectionIDs": fixed(ConnectionIDs="0"),
    "GetCurrentConnectionInfo": fixed(
        RcsID="0",
        AVTransportID="0",
        ProtocolInfo="",
        PeerConnectionManager="",
        PeerConnectionID="-1",
        Direction="Input",
        Status="OK",
    ),
}


def connection_variables(_speaker: Speaker) -> Variables:
    """Return the evented variables of ConnectionManager."""
    return {"SourceProtocolInfo": "", "SinkProtocolInfo": _SINKS, "CurrentConnectionIDs": ""}


def _auth(_speaker: Speaker, _args: Arguments) -> Answer:
    raise UpnpError(Code.ACTION_FAILED)


QPLAY_ACTIONS: dict[str, Handler] = {"QPlayAuth": _auth}


def nothing_evented(_speaker: Speaker) -> Variables:
    """Return no variables: the service sends no events."""
    return {}
