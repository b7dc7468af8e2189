"""The engine's errors in Home Assistant's words."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest

from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.engine import (
    EngineError,
    EventsNotArrivingError,
    HttpStatusError,
    ListenError,
    NotSonosError,
    PlayerUnreachableError,
    ReactorUnavailableError,
    SubscriptionLostError,
    UpnpDisabledError,
    UpnpError,
    WrongHouseholdError,
)
from custom_components.sonos_twisted.errors import command_failed, placeholders, translation_key

HOST = "192.0.2.20"


@pytest.mark.parametrize(
    ("error", "key", "telling"),
    [
        (PlayerUnreachableError(HOST, "does not answer"), "cannot_connect", {"host": HOST}),
        (UpnpDisabledError(HOST), "upnp_disabled", {"host": HOST}),
        (NotSonosError(HOST), "not_sonos", {"host": HOST}),
        (UpnpError(HOST, "Play", 701), "declined", {"action": "Play", "code": "701"}),
        (WrongHouseholdError(HOST, "Sonos_x"), "wrong_household", {"host": HOST}),
        (
            EventsNotArrivingError(HOST, "http://192.0.2.5:1400/"),
            "events_not_arriving",
            {"host": HOST, "callback": "http://192.0.2.5:1400/"},
        ),
        (
            ListenError("0.0.0.0", 1400, 1499, "in use"),
            "no_free_port",
            {"first_port": "1400", "last_port": "1499"},
        ),
        (HttpStatusError(HOST, "Play", 503), "unknown", {"host": HOST}),
        (SubscriptionLostError(HOST), "unknown", {"host": HOST}),
        (ReactorUnavailableError("it was stopped"), "unknown", {"error": "it was stopped"}),
        (EngineError("never heard of"), "unknown", {"error": "never heard of"}),
    ],
)
def test_each_error_has_words(error: EngineError, key: str, telling: dict[str, str]) -> None:
    """What is particular to an error can be put into its description, and so can the error."""
    assert translation_key(error) == key
    assert placeholders(error).items() >= {"error": str(error), **telling}.items()


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            PlayerUnreachableError(HOST, "does not answer"),
            f"Kitchen did not get the command: it cannot be reached at {HOST}",
        ),
        (
            UpnpError(HOST, "Play", 701, "AVTransport"),
            "Kitchen could not play: nothing is there to play, or it does not allow it (error 701)",
        ),
        (
            UpnpError(HOST, "Browse", 701, "ContentDirectory"),
            (
                "Kitchen could not look this up: there is no such thing in its lists or in the"
                " music library (error 701)"
            ),
        ),
        (
            UpnpError(HOST, "Play", 501, "AVTransport"),
            (
                "Kitchen could not play: something went wrong inside the speaker; try again in a"
                " moment (error 501)"
            ),
        ),
        (
            UpnpError(HOST, "Dance", 999, "AVTransport"),
            "Kitchen could not perform Dance: it gave no reason that is known (error 999)",
        ),
        (NotSonosError(HOST), "Kitchen gave an answer that cannot be understood"),
        (
            UpnpDisabledError(HOST),
            (
                "Kitchen refuses control. Switch UPnP on in the Sonos app under Account, Privacy"
                " and Security, UPnP"
            ),
        ),
        (
            HttpStatusError(HOST, "Play", 503),
            f"Kitchen did not do it: {HOST} answered Play with HTTP status 503",
        ),
    ],
)
async def test_what_a_user_reads_when_a_command_failed(
    hass: HomeAssistant, error: EngineError, text: str
) -> None:
    """The room comes first: it is what the user knows."""
    assert await async_setup_component(hass, DOMAIN, {})
    failure = command_failed("Kitchen", error)
    assert isinstance(failure, HomeAssistantError)
    assert str(failure) == text
