"""The engine's errors in the words and types that Home Assistant shows."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from . import declined
from .const import DOMAIN
from .engine import (
    EngineError,
    EventsNotArrivingError,
    Ipv6OnlyError,
    ListenError,
    NotSonosError,
    PlayerUnreachableError,
    UnknownNameError,
    UpnpDisabledError,
    UpnpError,
    WrongHouseholdError,
)

#: Translation keys by error, the most particular first. The same keys name the errors of the
#: config flow.
_KEYS: tuple[tuple[type[Exception], str], ...] = (
    (ListenError, "no_free_port"),
    (EventsNotArrivingError, "events_not_arriving"),
    (UpnpDisabledError, "upnp_disabled"),
    (WrongHouseholdError, "wrong_household"),
    (NotSonosError, "not_sonos"),
    (UpnpError, "declined"),
    (Ipv6OnlyError, "ipv6_only"),
    (UnknownNameError, "unknown_host"),
    (PlayerUnreachableError, "cannot_connect"),
)


def translation_key(error: Exception) -> str:
    """Return the key under which an error is described in ``translations``."""
    return next((key for kind, key in _KEYS if isinstance(error, kind)), "unknown")


def placeholders(error: Exception, media: str = "") -> dict[str, str]:
    """Return what the descriptions of all errors may refer to; see :func:`command_failed`."""
    return {
        "error": str(error),
        "host": str(getattr(error, "host", "")),
        "callback": str(getattr(error, "callback", "")),
        "action": str(getattr(error, "action", "")),
        "code": str(getattr(error, "code", "")),
        "task": declined.task(error, media) if isinstance(error, UpnpError) else "",
        "address": str(getattr(error, "address", "")),
        "first_port": str(getattr(error, "first_port", "")),
        "last_port": str(getattr(error, "last_port", "")),
    }


def command_failed(room: str, error: EngineError, media: str = "") -> HomeAssistantError:
    """Return the error to raise when a speaker did not do what it was asked to do.

    Args:
        room: The name of the room, which means more to a person than an address.
        error: What went wrong.
        media: What it was about, by the name that the user knows.

    """
    key = f"command_{translation_key(error)}"
    if isinstance(error, UpnpError):
        key = f"declined_{declined.reason(error)}"
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"room": room, **placeholders(error, media)},
    )


def refused(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the error to raise for what a user got wrong.

    Args:
        key: The key of its description in ``translations``.
        **placeholders: What the description refers to.

    """
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders
    )


def failed(key: str, **placeholders: str) -> HomeAssistantError:
    """Return the error to raise when something could not be done that a user may ask for.

    Args:
        key: The key of its description in ``translations``.
        **placeholders: What the description refers to.

    """
    return HomeAssistantError(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders
    )
