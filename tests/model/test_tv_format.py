"""The audio formats of a television."""

import pytest
from soco.core import AUDIO_INPUT_FORMATS

from custom_components.sonos_twisted.model.tv_format import tv_format_name


@pytest.mark.parametrize(("code", "name"), AUDIO_INPUT_FORMATS.items())
def test_every_format_that_is_known(code: int, name: str) -> None:
    """They are called as core's sensor calls them."""
    assert tv_format_name(code) == name


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (0x0710_0041, "DTS 7.1"),  # never seen, and yet plain
        (0x0200_0001, None),
        (0x0300_0002, None),
        (1, None),
        (-1, None),
    ],
)
def test_formats_that_nobody_has_seen(code: int, name: str | None) -> None:
    """Nothing is said of a coding or of channels that are unknown."""
    assert tv_format_name(code) == name
