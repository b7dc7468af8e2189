"""What of Home Assistant's log is taken for a complaint."""

from pathlib import Path

import pytest

from . import log

_TIME = "2026-11-24 15:51:56.859"
_LEFT = """ERROR (MainThread) [homeassistant] Error doing job: %s
Traceback (most recent call last):
  File "%s", line 158, in _write_websocket_frame
    raise ClientConnectionResetError("Cannot write to closing transport")
aiohttp.client_exceptions.ClientConnectionResetError: Cannot write to closing transport"""
_AIOHTTP = "site-packages/aiohttp/_websocket/writer.py"


@pytest.mark.parametrize(
    ("entry", "is_complaint"),
    [
        ("INFO (MainThread) [custom_components.sonos_twisted] Kitchen is back", False),
        ("WARNING (MainThread) [custom_components.sonos_twisted] Kitchen is too loud", True),
        (_LEFT % ("ClientConnectionResetError exception in shielded future", _AIOHTTP), False),
        (_LEFT % ("Task exception was never retrieved", _AIOHTTP), False),
        (_LEFT % ("Task exception was never retrieved", "custom_components/x.py"), True),
        ("ERROR (MainThread) [homeassistant] Error doing job: Task exception", True),
    ],
)
def test_complaints(tmp_path: Path, entry: str, is_complaint: bool) -> None:
    """A page that is left is no complaint, and whatever this integration says is one."""
    (tmp_path / "home-assistant.log").write_text(f"{_TIME} {entry}\n")
    assert log.complaints(tmp_path) == ([f"{_TIME} {entry}"] if is_complaint else [])
