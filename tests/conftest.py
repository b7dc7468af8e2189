"""What all tests can use.

pytest-homeassistant-custom-component forbids sockets in every test that does not ask for them.
"""

import pytest
import pytest_socket


@pytest.fixture
def loopback(socket_enabled: None) -> None:
    """Allow sockets, to addresses of this machine only."""
    pytest_socket.socket_allow_hosts(["127.0.0.0/8"])
