"""Device description and service descriptions (SCPD) of a player."""

from functools import cache
from typing import TYPE_CHECKING

from .table import Service, services_of
from .text import escape

if TYPE_CHECKING:
    from .speaker import Speaker

_HEAD = '<?xml version="1.0" encoding="utf-8" ?>\n'


def _tags(pairs: dict[str, str]) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>\n" for name, value in pairs.items())


def _icon_list(model: str) -> str:
    fields = {
        "id": "0",
        "mimetype": "image/png",
        "width": "48",
        "height": "48",
        "depth": "24",
        "url": f"/img/icon-{model}.png",
    }
    return f"<iconList>\n<icon>\n{_tags(fields)}</icon>\n</iconList>\n"


def _service_list(model: str, device: str) -> str:
    entries = [
        _tags(
            {
                "serviceType": service.service_type,
                "serviceId": service.service_id,
                "controlURL": control,
                "eventSubURL": event,
                "SCPDURL": service.scpd_url,
            }
        )
        for service in services_of(model).values()
        for at_device, control, event in service.endpoints
        if at_device == device
    ]
    body = "".join(f"<service>\n{entry}</service>\n" for entry in entries)
    return f"<serviceList>\n{body}</serviceList>\n"


def _identity(speaker: Speaker, device: str, friendly: str, suffix: str) -> str:
    model = speaker.model
    title = f"{model.name}{f' {friendly}' if friendly else ''}"
    owner = speaker.room if device == "MediaRenderer" else speaker.address
    return _tags(
        {
            "deviceType": f"urn:schemas-upnp-org:device:{device}:1",
            "friendlyName": f"{owner} - {title}",
            "manufacturer": "Sonos, Inc.",
            "manufacturerURL": "http://www.sonos.com",
            "modelNumber": model.number,
            "modelDescription": title,
            "modelName": model.name,
            "modelURL": f"http://www.sonos.com/products/zoneplayers/{model.number}",
            "UDN": f"uuid:{speaker.uid}{suffix}",
        }
    )


def _embedded(speaker: Speaker, device: str, friendly: str, suffix: str) -> str:
    return (
        f"<device>\n{_identity(speaker, device, friendly, suffix)}"
        f"{_service_list(speaker.model.number, device)}</device>\n"
    )


def device_description(speaker: Speaker) -> str:
    """Return /xml/device_description.xml, template residue of real players included."""
    model = speaker.model
    details = {
        "softwareVersion": speaker.software,
        "swGen": speaker.sw_gen,
        "hardwareVersion": model.hardware,
        "serialNum": f"{speaker.mac.replace(':', '-')}:D",
        "MACAddress": speaker.mac,
        "minCompatibleVersion": model.min_compatible,
        "legacyCompatibleVersion": "58.0-00000",
        "apiVersion": model.api_version,
        "minApiVersion": "1.1.0",
        "displayVersion": speaker.display_version,
        "extraVersion": "OTP: ",
        "roomName": speaker.room,
        "displayName": model.short_name,
        "zoneType": model.zone_type,
        "feature1": "0x02000002",
        "feature2": "0x00003002",
        "feature3": "0x0001580e",
        "seriesid": "A201",
        "variant": "0",
        "internalSpeakerSize": "5",
        "memory": "512",
        "flash": "512",
    }
    return (
        f'{_HEAD}<root xmlns="urn:schemas-upnp-org:device-1-0">\n'
        "<specVersion>\n<major>1</major>\n<minor>0</minor>\n</specVersion>\n<device>\n"
        f"{_identity(speaker, 'ZonePlayer', '', '')}{_icon_list(model.number)}{_tags(details)}"
        "#DEACTIVATION_STATE_TAG_AND_VALUE#\n#DEACTIVATION_TTL_TAG_AND_VALUE#\n"
        "#DEACTIVATION_DATE_TIME_TAG_AND_VALUE#\n"
        f"<ampOnTime>10</ampOnTime>\n<retailMode>0</retailMode>\n"
        f"{_service_list(model.number, 'ZonePlayer')}<deviceList>\n"
        f"{_embedded(speaker, 'MediaServer', 'Media Server', '_MS')}"
        f"{_embedded(speaker, 'MediaRenderer', 'Media Renderer', '_MR')}"
        "</deviceList>\n</device>\n</root>\n"
    )


def _argument(name: str, direction: str, variable: str) -> str:
    return (
        f"<argument><name>{name}</name><direction>{direction}</direction>"
        f"<relatedStateVariable>{variable}</relatedStateVariable></argument>\n"
    )


def _scpd_body(service: Service) -> str:
    variables = []
    for var in service.variables.values():
        allowed = "".join(f"<allowedValue>{escape(value)}</allowedValue>" for value in var.values)
        allowed = f"<allowedValueList>{allowed}</allowedValueList>" if allowed else ""
        variables.append(
            f'<stateVariable sendEvents="{"yes" if var.evented else "no"}"><name>{var.name}</name>'
            f"<dataType>{var.data_type}</dataType>{allowed}</stateVariable>\n"
        )
    actions = []
    for action in service.actions.values():
        arguments = "".join(
            [_argument(arg, "in", var) for arg, var in action.inputs]
            + [_argument(arg, "out", var) for arg, var in action.outputs]
        )
        listed = f"<argumentList>\n{arguments}</argumentList>\n" if arguments else ""
        actions.append(f"<action><name>{action.name}</name>\n{listed}</action>\n")
    return (
        f"<serviceStateTable>\n{''.join(variables)}</serviceStateTable>\n"
        f"<actionList>\n{''.join(actions)}</actionList>\n"
    )


@cache
def service_description(model: str, name: str) -> str:
    """Return the SCPD of a service as the model publishes it."""
    return (
        f'{_HEAD}<scpd xmlns="urn:schemas-upnp-org:service-1-0">\n'
        "<specVersion>\n<major>1</major>\n<minor>0</minor>\n</specVersion>\n"
        f"{_scpd_body(services_of(model)[name])}</scpd>\n"
    )
