"""Who wants the same port shares a listener, and the last one closes it."""

import pytest

from custom_components.sonos_twisted.engine import ListenSettings
from custom_components.sonos_twisted.engine.listener import Listeners

from ..fakes import OUR_ADDRESS, FakeReactor


def test_users_with_the_same_settings_share_a_listener() -> None:
    reactor = FakeReactor()
    listeners = Listeners(reactor)
    first = listeners.acquire(ListenSettings(OUR_ADDRESS))
    assert listeners.acquire(ListenSettings(OUR_ADDRESS)) is first
    other = listeners.acquire(ListenSettings(OUR_ADDRESS, 5000))
    assert reactor.ports == [1400, 5000]
    assert other is not first


def test_the_last_user_closes_the_port() -> None:
    listeners = Listeners(FakeReactor())
    listener = listeners.acquire(ListenSettings(OUR_ADDRESS))
    listeners.acquire(ListenSettings(OUR_ADDRESS))
    listeners.release(listener)
    assert listener.is_running
    listeners.release(listener)
    assert not listener.is_running
    assert listeners.acquire(ListenSettings(OUR_ADDRESS)) is not listener


def test_a_listener_without_a_port_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    """The household can be used without events; the port is tried on."""
    reactor = FakeReactor(range(65536))
    listeners = Listeners(reactor)
    listener = listeners.acquire(ListenSettings(OUR_ADDRESS))
    assert not listener.is_running
    assert "none of the ports 1400 to 1499 is free" in caplog.text
    listener.reopen_if_lost()
    assert not listener.is_running
    reactor.taken = ()
    listener.reopen_if_lost()
    assert listener.is_running
    assert listeners.acquire(ListenSettings(OUR_ADDRESS)) is listener
