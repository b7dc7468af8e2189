"""A speaker's address, and soco's services on it."""

import pytest
from soco.services import AVTransport, Service

from custom_components.sonos_twisted.engine import PlayerUnreachableError
from custom_components.sonos_twisted.engine.player import HTControl, Player, service_of
from custom_components.sonos_twisted.engine.reporters import HOUSEHOLD_SERVICES
from custom_components.sonos_twisted.engine.speaker_link import SPEAKER_SERVICES


@pytest.mark.parametrize(
    ("address", "player"),
    [
        ("192.0.2.11", Player("192.0.2.11", 1400)),
        ("192.0.2.11:1400", Player("192.0.2.11", 1400)),
        ("192.0.2.11:3400", Player("192.0.2.11", 3400)),
        ("kitchen.local", Player("kitchen.local")),
    ],
)
def test_at_an_address(address: str, player: Player) -> None:
    assert Player.at(address) == player
    assert Player.at(player.address) == player


@pytest.mark.parametrize("address", ["", ":1400", "192.0.2.11:port", "192.0.2.11:-1", "fe80::1"])
def test_what_is_no_address(address: str) -> None:
    """People write it into the configuration."""
    with pytest.raises(PlayerUnreachableError, match="is not the address of a speaker"):
        Player.at(address)


def test_urls_name_the_port() -> None:
    assert Player("192.0.2.11", 3400).base_url == "http://192.0.2.11:3400"


@pytest.mark.parametrize("name", [*HOUSEHOLD_SERVICES, *SPEAKER_SERVICES])
def test_every_service_that_is_listened_to(name: str) -> None:
    """Each has addresses at the speaker's port, whatever soco thinks the port is."""
    service = service_of(Player("192.0.2.11", 3400), name)
    assert isinstance(service, Service)
    assert service.base_url == "http://192.0.2.11:3400"
    assert service.event_subscription_url.endswith(f"/{name}/Event")


def test_services_are_socos() -> None:
    assert type(service_of(Player("192.0.2.11"), "AVTransport")) is AVTransport


def test_home_theatre_control_is_ours() -> None:
    service = service_of(Player("192.0.2.11"), "HTControl")
    assert isinstance(service, HTControl)
    assert service.service_type == "HTControl"
    assert service.control_url == "/HTControl/Control"


def test_a_service_that_does_not_exist() -> None:
    with pytest.raises(AttributeError, match="NoSuchService"):
        service_of(Player("192.0.2.11"), "NoSuchService")
