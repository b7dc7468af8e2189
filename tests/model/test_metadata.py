"""Writing metadata: what is written is read again as it was."""

from dataclasses import replace

from hypothesis import given, strategies as st

from custom_components.sonos_twisted.model import (
    Didl,
    escape_markup,
    parse_didl,
    write_didl,
    write_favorite,
)

TRACK = Didl(
    item_id="S://nas/A & B/1.flac",
    parent_id="A:ALBUM/A%20%26%20B",
    title="Ex's & \"Oh's\" <Live>",
    creator="Ida",
    album="A & B",
    item_class="object.item.audioItem.musicTrack",
    res_uri="x-file-cifs://nas/A%20&%20B/1.flac",
    protocol_info="x-file-cifs:*:audio/flac:*",
    account="RINCON_AssociatedZPUDN",
)


def test_track_is_read_as_it_was_written() -> None:
    """With all that a player wants to know of it."""
    assert parse_didl(write_didl(TRACK)) == TRACK


def test_container_with_an_account() -> None:
    container = Didl(
        item_id="1006206cspotify",
        parent_id="-1",
        title="Peaceful Piano",
        item_class="object.container.playlistContainer",
        account="SA_RINCON2311_X_#Svc2311-0-Token",
        container=True,
    )
    assert parse_didl(write_didl(container)) == container


def test_what_is_not_known_is_left_to_the_player() -> None:
    assert parse_didl(write_didl(Didl(res_uri="http://nas/1"))) == Didl(
        item_id="-1",
        parent_id="-1",
        item_class="object.item",
        res_uri="http://nas/1",
        account="RINCON_AssociatedZPUDN",
    )


def test_a_track_of_a_music_service_keeps_its_account() -> None:
    """A playing or queued track is told without it, but not played without it."""
    uri = "x-sonos-spotify:spotify%3atrack%3a4uLU?sid=9&flags=8224&sn=9"
    written = parse_didl(write_didl(Didl(title="Paperweight", res_uri=uri)))
    assert written is not None
    assert written.account == "SA_RINCON2311_X_#Svc2311-0-Token"


def test_favorite_holds_what_it_stands_for() -> None:
    """It holds the metadata of what it stands for, without the pictures."""
    metadata = write_didl(TRACK)
    picture = "<upnp:albumArtURI>/getaa?s=1</upnp:albumArtURI>"
    with_picture = metadata.replace("<upnp:class>", f"{picture}<upnp:class>")
    didl = replace(TRACK, album_art_uri="/getaa?s=1&u=x", description="By Ida")
    written = write_favorite("Mine & his", didl, with_picture)
    favorite = parse_didl(written)
    assert favorite is not None
    assert (favorite.item_id, favorite.parent_id) == ("", "FV:2")
    assert (favorite.title, favorite.description) == ("Mine & his", "By Ida")
    assert favorite.is_kind("sonos-favorite")
    assert "<r:type>instantPlay</r:type>" in written
    assert (favorite.res_uri, favorite.protocol_info) == (TRACK.res_uri, TRACK.protocol_info)
    assert favorite.album_art_uri == "/getaa?s=1&u=x"
    assert favorite.resource_metadata == metadata


@given(st.text())
def test_any_text_makes_readable_markup(text: str) -> None:
    """Characters that no XML may hold are left out."""
    didl = parse_didl(write_didl(Didl(item_id=text, title=f"x{text}")))
    assert didl is not None
    assert escape_markup("\0<a b='c'>&\ud800") == "&lt;a b='c'&gt;&amp;"
