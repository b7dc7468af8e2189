"""Errors: they can be shown to people, and sent to another process."""

import pickle

import pytest
from soco.exceptions import SoCoException

from custom_components.sonos_twisted.engine import (
    ClipUnplayableError,
    ControlApiError,
    EngineError,
    EventsNotArrivingError,
    HttpStatusError,
    Ipv6OnlyError,
    ListenError,
    NotSonosError,
    PlayerError,
    PlayerUnreachableError,
    ReactorUnavailableError,
    SubscriptionLostError,
    UnknownNameError,
    UpnpDisabledError,
    UpnpError,
    WrongHouseholdError,
)

SENTENCES = {
    EngineError("The engine is off"): "The engine is off",
    ReactorUnavailableError("The reactor was stopped"): "The reactor was stopped",
    ListenError("0.0.0.0", 1400, 1499, "Address already in use"): (
        "Cannot listen for events on 0.0.0.0: none of the ports 1400 to 1499 is free"
        " (Address already in use)"
    ),
    PlayerError("192.0.2.11", "is on fire"): "192.0.2.11 is on fire",
    PlayerUnreachableError("192.0.2.11", "does not answer"): "192.0.2.11 does not answer",
    UnknownNameError("kitchen.lan"): (
        "kitchen.lan cannot be found: there is no such name in the network"
    ),
    Ipv6OnlyError("kitchen.lan"): (
        "kitchen.lan has no IPv4 address, and speakers are spoken to by IPv4 only"
    ),
    UpnpDisabledError("192.0.2.11"): (
        "192.0.2.11 refuses control: UPnP is switched off in the Sonos app"
    ),
    NotSonosError("192.0.2.11"): "192.0.2.11 answers, but is not a Sonos speaker",
    UpnpError("192.0.2.11", "Play", 701): "192.0.2.11 declined Play with UPnP error 701",
    HttpStatusError("192.0.2.11", "SUBSCRIBE", 503): (
        "192.0.2.11 answered SUBSCRIBE with HTTP status 503"
    ),
    SubscriptionLostError("192.0.2.11"): "192.0.2.11 no longer knows the subscription",
    EventsNotArrivingError("192.0.2.11", "http://192.0.2.1:1400/"): (
        "192.0.2.11 accepted the subscription, but its events do not reach http://192.0.2.1:1400/"
    ),
    ControlApiError("192.0.2.11", "loadAudioClip", "ERROR_UNSUPPORTED_COMMAND"): (
        "192.0.2.11 declined loadAudioClip with ERROR_UNSUPPORTED_COMMAND"
    ),
    ClipUnplayableError("192.0.2.11"): "192.0.2.11 could not play the audio clip",
    WrongHouseholdError("192.0.2.11", "Sonos_x"): "192.0.2.11 belongs to another Sonos household",
}

every_error = pytest.mark.parametrize(
    "error", SENTENCES, ids=[type(error).__name__ for error in SENTENCES]
)


@every_error
def test_reads_as_a_sentence(error: EngineError) -> None:
    """What a person is shown names the speaker and the reason."""
    assert str(error) == SENTENCES[error]


@every_error
def test_survives_pickling(error: EngineError) -> None:
    """A worker process raises the same error as a thread."""
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301, it was made here
    assert type(copy) is type(error)
    assert copy.args == error.args
    assert vars(copy) == vars(error)
    assert str(copy) == str(error)


@every_error
def test_is_a_soco_exception(error: EngineError) -> None:
    """Whoever catches soco's exceptions catches ours."""
    assert isinstance(error, SoCoException)


def test_every_error_has_an_example() -> None:
    """This module knows all errors that there are."""
    known, found = [EngineError], set()
    while known:
        error = known.pop()
        found.add(error)
        known += error.__subclasses__()
    ours = {error for error in found if error.__module__.startswith("custom_components.")}
    assert ours == {type(error) for error in SENTENCES}
