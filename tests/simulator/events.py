"""Event bodies as players write them."""

from typing import TYPE_CHECKING

from .text import escape

if TYPE_CHECKING:
    from .services.kinds import Variables
    from .table import Service

_RINCON = "urn:schemas-rinconnetworks-com:metadata-1-0/"
_INSTANCE = {"Queue": "QueueID"}


def _inner(key: str | tuple[str, str], value: str) -> str:
    if isinstance(key, tuple):
        return f'<{key[0]} channel="{key[1]}" val="{escape(value)}"/>'
    return f'<{key} val="{escape(value)}"/>'


def last_change(service: Service, variables: Variables) -> str:
    """Return the document that a LastChange variable carries."""
    instance = _INSTANCE.get(service.name, "InstanceID")
    inner = "".join(_inner(key, value) for key, value in variables.items())
    rincon = f' xmlns:r="{_RINCON}"' if "<r:" in inner else ""
    return (
        f'<Event xmlns="{service.last_change_namespace}"{rincon}>'
        f'<{instance} val="0">{inner}</{instance}></Event>'
    )


def property_set(service: Service, variables: Variables) -> bytes:
    """Return the body of a NOTIFY."""
    if service.last_change_namespace:
        variables = {"LastChange": last_change(service, variables)}
    properties = "".join(
        f"<e:property><{name}>{escape(value)}</{name}></e:property>"
        for name, value in variables.items()
    )
    return (
        f'<e:propertyset xmlns:e="urn:schemas-upnp-org:event-1-0">{properties}</e:propertyset>'
    ).encode()
