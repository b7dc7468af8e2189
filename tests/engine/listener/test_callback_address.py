"""The address at which a speaker is told to deliver its events."""

import pytest
import pytest_socket

from custom_components.sonos_twisted.engine import ListenSettings, PlayerUnreachableError
from custom_components.sonos_twisted.engine.listener import local_address_towards

from ..conftest import NETWORK
from ..fakes import FakeReactor, a_listener


@pytest.mark.parametrize(
    ("listen", "url"),
    [
        (ListenSettings("192.0.2.1"), "http://192.0.2.1:1400/token"),
        (
            ListenSettings("192.0.2.1", advertise_address="198.51.100.7"),
            "http://198.51.100.7:1400/token",
        ),
        (ListenSettings("192.0.2.1", advertise_port=31400), "http://192.0.2.1:31400/token"),
        (
            ListenSettings("0.0.0.0", 5000, "198.51.100.7", 31400),
            "http://198.51.100.7:31400/token",
        ),
    ],
)
def test_what_speakers_are_told(listen: ListenSettings, url: str) -> None:
    listener = a_listener(FakeReactor(), listen)
    assert listener.callback_url("192.0.2.11", "token") == url.replace(":1400", f":{listen.port}")
    listener.start()
    assert listener.callback_url("192.0.2.11", "token") == url


@pytest.mark.parametrize("host", [f"{NETWORK}.1", "127.9.9.9"], ids=["ours", "another"])
def test_the_address_that_this_machine_uses_towards_a_speaker(loopback: None, host: str) -> None:
    """It is looked up for each speaker: a machine in several networks has several."""
    listener = a_listener(FakeReactor(), ListenSettings())
    listener.start()
    address = local_address_towards(host)
    assert address.startswith("127.")
    assert listener.callback_url(host) == f"http://{address}:1400/"


def test_a_speaker_that_there_is_no_way_to(loopback: None) -> None:
    """The operating system refuses to send to this address."""
    pytest_socket.socket_allow_hosts(["255.255.255.255"])
    with pytest.raises(PlayerUnreachableError, match="no route"):
        local_address_towards("255.255.255.255")
