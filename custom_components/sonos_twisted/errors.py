"""The engine's errors in the words and types that Home Assistant shows."""

from collections.abc import Iterable, Mapping

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.translation import async_get_exception_message

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
from .translated import english_words, words

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


def placeholders(error: Exception) -> dict[str, str]:
    """Return what the descriptions of all errors may refer to; see :func:`command_failed`."""
    return {
        "error": str(error),
        "host": str(getattr(error, "host", "")),
        "callback": str(getattr(error, "callback", "")),
        "action": str(getattr(error, "action", "")),
        "code": str(getattr(error, "code", "")),
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
    told = {"room": room, **placeholders(error)}
    if not isinstance(error, UpnpError):
        return failed(f"command_{translation_key(error)}", **told)
    reason = f"common.reason_{declined.reason(error)}"
    key = f"could_not_{declined.task(error, media)}"
    return failed_with_words(key, {"reason": [reason]}, **told, media=media)


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


def failed_with_words(
    key: str, words_of: Mapping[str, Iterable[str]], **placeholders: str
) -> HomeAssistantError:
    """Do the same as :func:`failed` when the description is completed by other translated words.

    Home Assistant shows the description in the user's language; the words are in the server's. As
    text, for logs and traces, such an error is in English, as all are.

    Args:
        key: The key of its description in ``translations``.
        words_of: What the description refers to, as paths of words in ``translations``.
        **placeholders: What it refers to besides.

    """
    in_english = {name: english_words(paths) for name, paths in words_of.items()}
    translated = {name: words(paths) for name, paths in words_of.items()}
    return HomeAssistantError(
        async_get_exception_message(DOMAIN, key, placeholders | in_english),
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders | translated,
    )
