"""What a user may configure: one schema for the YAML file and for the options of an entry."""

from collections.abc import Callable, Mapping
import ipaddress
import re
from typing import Any

import voluptuous as vol

from .const import (
    COMMANDS_PROCESS,
    COMMANDS_THREADS,
    CONF_ADVERTISE_ADDRESS,
    CONF_ADVERTISE_PORT,
    CONF_COMMANDS,
    CONF_HOSTS,
    CONF_LISTEN_ADDRESS,
    CONF_LISTEN_PORT,
    CONF_REQUEST_TIMEOUT,
    DOMAIN,
)
from .engine import DEFAULT_LISTEN_PORT, ConnectionSettings, ListenSettings

_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?")
_DOTTED_NUMBERS = re.compile(r"[0-9.]+")

_MIN_TIMEOUT = 1.0
_MAX_TIMEOUT = 60.0


def host(value: object) -> str:
    """Accept an IPv4 address or a host name, without port, path or scheme."""
    text = value.strip() if isinstance(value, str) else ""
    if _HOST_NAME.fullmatch(text) and not (_DOTTED_NUMBERS.fullmatch(text) and not _is_ipv4(text)):
        return text
    msg = f"expected the host name or IPv4 address of a Sonos speaker, not {value!r}"
    raise vol.Invalid(msg)


def hosts(value: object) -> list[str]:
    """Accept one or more hosts: a list, or a text with commas; each is kept once."""
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list) or not items:
        msg = "expected the hosts of one or more Sonos speakers, as a list"
        raise vol.Invalid(msg)
    return list(dict.fromkeys(host(item) for item in items))


def ipv4_address(value: object) -> str:
    """Accept an IPv4 address."""
    if isinstance(value, str) and _is_ipv4(value.strip()):
        return value.strip()
    msg = f"expected an IPv4 address such as 192.168.1.20, not {value!r}"
    raise vol.Invalid(msg)


def port(value: object) -> int:
    """Accept a port number."""
    return _whole_number(value, 1, 65535)


def _whole_number(value: object, lowest: int, highest: int) -> int:
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        msg = f"expected a whole number from {lowest} to {highest}, not {value!r}"
        raise vol.Invalid(msg)
    return value


def seconds(value: object) -> float:
    """Accept a number of seconds within which a speaker should have answered."""
    try:
        number = float(value) if isinstance(value, (int, float, str)) else None
    except ValueError:
        number = None
    if isinstance(value, bool) or number is None or not _MIN_TIMEOUT <= number <= _MAX_TIMEOUT:
        msg = (
            f"expected a number of seconds from {_MIN_TIMEOUT:g} to {_MAX_TIMEOUT:g}, not {value!r}"
        )
        raise vol.Invalid(msg)
    return number


def _one_of(*allowed: str) -> Callable[[object], str]:
    def validate(value: object) -> str:
        if isinstance(value, str) and value in allowed:
            return value
        msg = f"expected {' or '.join(allowed)}, not {value!r}"
        raise vol.Invalid(msg)

    return validate


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


#: What may be set besides the hosts, and how it is checked.
OPTIONS: Mapping[str, Callable[[object], Any]] = {
    CONF_LISTEN_ADDRESS: ipv4_address,
    CONF_LISTEN_PORT: port,
    CONF_ADVERTISE_ADDRESS: ipv4_address,
    CONF_ADVERTISE_PORT: port,
    CONF_REQUEST_TIMEOUT: seconds,
    CONF_COMMANDS: _one_of(COMMANDS_THREADS, COMMANDS_PROCESS),
}

_YAML_KEYS: dict[vol.Marker, Callable[[object], Any]] = {
    vol.Required(CONF_HOSTS): hosts,
    **{vol.Optional(key): check for key, check in OPTIONS.items()},
}
YAML_SCHEMA = vol.Schema(_YAML_KEYS)

CONFIG_SCHEMA = vol.Schema({DOMAIN: YAML_SCHEMA}, extra=vol.ALLOW_EXTRA)


def connection_settings(options: Mapping[str, Any]) -> ConnectionSettings:
    """Translate an entry's options to what the engine takes."""
    listen = ListenSettings()
    return ConnectionSettings(
        listen=ListenSettings(
            address=options.get(CONF_LISTEN_ADDRESS, listen.address),
            port=options.get(CONF_LISTEN_PORT, DEFAULT_LISTEN_PORT),
            advertise_address=options.get(CONF_ADVERTISE_ADDRESS),
            advertise_port=options.get(CONF_ADVERTISE_PORT),
        ),
        request_seconds=options.get(CONF_REQUEST_TIMEOUT, ConnectionSettings().request_seconds),
        commands=options.get(CONF_COMMANDS, COMMANDS_THREADS),
    )
