"""What a user may configure: one schema for the YAML file and for the options of an entry."""

from collections.abc import Callable, Mapping
import ipaddress
import re
from typing import Any

import voluptuous as vol

from ..const import (
    COMMANDS_PROCESS,
    COMMANDS_THREADS,
    CONF_ADVERTISE_ADDRESS,
    CONF_ADVERTISE_PORT,
    CONF_ANNOUNCE_VOLUME,
    CONF_COMMANDS,
    CONF_HOSTS,
    CONF_LIMIT,
    CONF_LISTEN_ADDRESS,
    CONF_LISTEN_PORT,
    CONF_POLL_FALLBACK,
    CONF_REQUEST_TIMEOUT,
    CONF_ROOM,
    CONF_VOLUME_LIMITS,
    DOMAIN,
)
from ..engine import DEFAULT_LISTEN_PORT, ConnectionSettings, ListenSettings

_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?")
_DOTTED_NUMBERS = re.compile(r"[0-9.]+")

_BROADCAST = ipaddress.IPv4Address("255.255.255.255")

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


def volume(value: object) -> int:
    """Accept a volume in percent."""
    return _whole_number(value, 0, 100)


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


def on_or_off(value: object) -> bool:
    """Accept yes or no."""
    if isinstance(value, bool):
        return value
    msg = f"expected true or false, not {value!r}"
    raise vol.Invalid(msg)


def volume_limits(value: object) -> dict[str, int]:
    """Accept how loud rooms may become: by their names, or as a list of rooms and limits."""
    if isinstance(value, list) and all(map(_is_limit, value)):
        value = {item[CONF_ROOM]: item[CONF_LIMIT] for item in value}
    if not isinstance(value, Mapping):
        msg = f"expected the names of rooms, each with its limit in percent, not {value!r}"
        raise vol.Invalid(msg)
    limits: dict[str, int] = {}
    for room, limit in value.items():
        name = str(room).strip()
        if not name:
            msg = "expected the name of a room"
            raise vol.Invalid(msg, path=[room])
        try:
            limits[name] = volume(limit)
        except vol.Invalid as error:
            raise vol.Invalid(error.msg, path=[room]) from error
    return limits


def _is_limit(item: object) -> bool:
    return isinstance(item, Mapping) and item.keys() == {CONF_ROOM, CONF_LIMIT}


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
    CONF_ANNOUNCE_VOLUME: volume,
    CONF_VOLUME_LIMITS: volume_limits,
    CONF_LISTEN_ADDRESS: ipv4_address,
    CONF_LISTEN_PORT: port,
    CONF_ADVERTISE_ADDRESS: ipv4_address,
    CONF_ADVERTISE_PORT: port,
    CONF_POLL_FALLBACK: on_or_off,
    CONF_REQUEST_TIMEOUT: seconds,
    CONF_COMMANDS: _one_of(COMMANDS_THREADS, COMMANDS_PROCESS),
}

_HOUSEHOLD_KEYS: dict[vol.Marker, Callable[[object], Any]] = {
    vol.Required(CONF_HOSTS): hosts,
    **{vol.Optional(key): check for key, check in OPTIONS.items()},
}
HOUSEHOLD_SCHEMA = vol.Schema(_HOUSEHOLD_KEYS)

_HOUSEHOLDS_SCHEMA = vol.Schema([HOUSEHOLD_SCHEMA])


def households(value: object) -> Any:
    """Accept the settings of one household, or a list of them; no host may be named twice."""
    if not isinstance(value, list) or not value:
        return HOUSEHOLD_SCHEMA(value)
    checked = _HOUSEHOLDS_SCHEMA(value)
    named: set[str] = set()
    for number, household in enumerate(checked):
        again = named.intersection(household[CONF_HOSTS])
        if again:
            msg = f"{min(again)} is named by another household of the list already"
            raise vol.MultipleInvalid([vol.Invalid(msg, path=[number, CONF_HOSTS])])
        named.update(household[CONF_HOSTS])
    return checked


CONFIG_SCHEMA = vol.Schema({DOMAIN: households}, extra=vol.ALLOW_EXTRA)


def contradictions(options: Mapping[str, Any]) -> dict[str, str]:
    """Return what does not go together in options, each of which is right by itself.

    Returns:
        The key of the error by the key of the option.

    """
    found: dict[str, str] = {}
    if CONF_ADVERTISE_PORT in options and CONF_LISTEN_PORT not in options:
        # What forwards the one port to the other has to know both.
        found[CONF_ADVERTISE_PORT] = "advertise_without_listen"
    told = options.get(CONF_ADVERTISE_ADDRESS)
    if told is not None:
        address = ipaddress.IPv4Address(told)
        if address.is_unspecified or address.is_multicast or address == _BROADCAST:
            found[CONF_ADVERTISE_ADDRESS] = "advertise_nowhere"
    return found


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
        poll_fallback=options.get(CONF_POLL_FALLBACK, True),
    )
