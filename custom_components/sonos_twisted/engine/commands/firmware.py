"""Firmware updates of a single speaker: its ZoneGroupTopology service.

No public source tells that anybody has tried to install one with these actions.
"""

from . import soap
from .state import State

_SERVICE = "ZoneGroupTopology"


def read_offer(address: str) -> State:
    """Read which firmware a speaker has found already, as its events would say it."""
    answer = soap.call(
        address, _SERVICE, "CheckForUpdate", UpdateType="Software", CachedOnly=1, Version=""
    )
    return {_SERVICE: {"available_software_update": answer.get("UpdateItem", "")}}


def install(address: str, url: str) -> None:
    """Let a speaker install the firmware that it has found; it answers before it begins.

    Args:
        address: The speaker's address.
        url: What its offer says.

    """
    soap.call(address, _SERVICE, "BeginSoftwareUpdate", UpdateURL=url, Flags=0, ExtraOptions="")
