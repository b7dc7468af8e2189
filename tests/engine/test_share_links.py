"""Links that music services let people share, in soco's forms and in some of ours."""

import pytest

from custom_components.sonos_twisted.engine import share_link_resources
from custom_components.sonos_twisted.model import parse_didl


@pytest.mark.parametrize(
    ("link", "uris", "accounts"),
    [
        (
            "https://open.spotify.com/album/6wiUBliPe76YAVpNEdidpY?si=x",
            ["x-rincon-cpcontainer:1004206cspotify%3aalbum%3a6wiUBliPe76YAVpNEdidpY"] * 2,
            [2311, 3079],
        ),
        ("spotify:track:1", ["spotify%3atrack%3a1"] * 2, [2311, 3079]),
        ("spotify://01ENTRY/spotify:track:1", ["spotify%3atrack%3a1"] * 2, [2311, 3079]),
        ("https://listen.tidal.com/album/7", ["x-rincon-cpcontainer:1004206calbum%2f7"], [44551]),
        ("https://deezer.com/track/7", ["track-7"], [519]),
        ("https://music.apple.com/us/song/x/7", ["song%3a7"], [52231]),
        ("https://music.apple.com/us/album/x/7?i=8", ["song%3a8"], [52231]),
        ("http://nas/spotify/album/bell.mp3", [], []),
        ("http://[open.spotify.com/album/6wiUBliPe76YAVpNEdidpY", [], []),
        ("x-sonos-spotify:spotify%3atrack%3a1?sid=9", [], []),
        ("", [], []),
    ],
)
def test_what_a_link_stands_for(link: str, uris: list[str], accounts: list[int]) -> None:
    found = share_link_resources(link, "A <title>")
    assert [uri for uri, _ in found] == uris
    metadata = [parse_didl(text) for _, text in found]
    assert [item and item.title for item in metadata] == ["A <title>"] * len(uris)
    named = [f"SA_RINCON{number}_X_#Svc{number}-0-Token" for number in accounts]
    assert [item and item.account for item in metadata] == named
