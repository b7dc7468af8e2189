"""Kinds of content, long lists, and how well a title fits."""

import pytest

from custom_components.sonos_twisted.model import (
    ContentKind,
    Didl,
    Match,
    divide,
    fits,
    is_container,
    kind_of,
    match,
)


@pytest.mark.parametrize(
    ("item_class", "kind"),
    [
        ("object.container.album.musicAlbum", ContentKind.ALBUM),
        ("object.container.person.musicArtist", ContentKind.ARTIST),
        ("object.container.person.composer", ContentKind.COMPOSER),
        ("object.container.genre.musicGenre", ContentKind.GENRE),
        ("object.container.playlistContainer", ContentKind.PLAYLIST),
        ("object.container.playlistContainer.#playlist", ContentKind.PLAYLIST),
        ("object.container.playlistContainer.sameArtist", ContentKind.ARTIST),
        ("object.container.podcast.#PodcastView", ContentKind.PODCAST),
        ("object.container.albumlist", ContentKind.FOLDER),
        ("object.item.audioItem.musicTrack", ContentKind.TRACK),
        ("object.item.audioItem.audioBroadcast.#station", ContentKind.STATION),
        ("object.item.audioItem.audioBook", ContentKind.AUDIOBOOK),
        ("object.item.audioItem.linein", ContentKind.OTHER),
        ("object.itemobject.item.sonos-favorite", ContentKind.OTHER),
        ("", ContentKind.OTHER),
        (None, ContentKind.OTHER),
    ],
)
def test_kind_of_an_entry(item_class: str | None, kind: ContentKind) -> None:
    """A class that is not known counts as the one that it refines."""
    assert kind_of(Didl(item_class=item_class)) is kind


def test_kind_of_contributing_artist() -> None:
    """Only the id tells whose albums they are, and who merely plays on them."""
    artist = "object.container.person.musicArtist"
    assert kind_of(Didl(item_id="A:ALBUMARTIST/x", item_class=artist)) is ContentKind.ARTIST
    assert kind_of(Didl(item_id="A:ARTIST/x", item_class=artist)) is ContentKind.CONTRIBUTING_ARTIST
    album = Didl(item_id="A:ARTIST/x/y", item_class="object.container.album.musicAlbum")
    assert kind_of(album) is ContentKind.ALBUM


def test_kind_of_favorite() -> None:
    """It is that of what the favourite points to, as far as that can be read."""
    target = (
        '<DIDL-Lite xmlns:upnp="urn:schemas-upnp-org:metadata-1-0/upnp/"'
        ' xmlns="urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/"><item>'
        "<upnp:class>object.item.audioItem.audioBroadcast</upnp:class></item></DIDL-Lite>"
    )
    favorite = "object.itemobject.item.sonos-favorite"
    assert kind_of(Didl(item_class=favorite, resource_metadata=target)) is ContentKind.STATION
    assert kind_of(Didl(item_class=favorite, resource_metadata="<cut")) is ContentKind.OTHER


def test_what_is_a_container() -> None:
    """Players send some containers as items."""
    assert is_container(Didl(container=True))
    assert is_container(Didl(item_class="object.container.playlistContainer"))
    assert not is_container(Didl(item_class="object.item.audioItem.musicTrack"))


@pytest.mark.parametrize(
    ("start", "end", "parts"),
    [
        (0, 0, []),
        (0, 3, [(0, 3)]),
        (0, 10, [(0, 10)]),
        (0, 11, [(0, 10), (10, 11)]),
        (20, 41, [(20, 30), (30, 40), (40, 41)]),
        (0, 31, [(0, 30), (30, 31)]),
        (0, 100, [(0, 90), (90, 100)]),
    ],
)
def test_long_lists_are_divided(start: int, end: int, parts: list[tuple[int, int]]) -> None:
    """At most three parts of ten each, or of thirty, or of ninety."""
    assert divide(start, end, 10, 3) == parts


@pytest.mark.parametrize(("total", "count"), [(501, 2), (25_000, 50), (25_001, 2), (65_000, 3)])
def test_parts_of_large_lists_are_divided_again(total: int, count: int) -> None:
    """Every item is in one part, and every part is divided again until it is small."""
    parts = divide(0, total, 500, 50)
    assert len(parts) == count
    assert [first for first, _ in parts[1:]] == [last for _, last in parts[:-1]]
    assert (parts[0][0], parts[-1][1]) == (0, total)
    assert all(len(divide(first, last, 500, 50)) <= 50 for first, last in parts)


@pytest.mark.parametrize(
    ("title", "wanted", "how_well"),
    [
        ("Café", "cafe", Match.EXACT),
        ("CAFE", " café ", Match.EXACT),
        ("Straße", "STRASSE", Match.EXACT),
        ("Häuser & Höfe", "hauser", Match.BEGINNING),
        ("Häuser & Höfe", "höfe", Match.WORD),
        ("Häuser & Höfe", "user", Match.INSIDE),
        ("Häuser & Höfe", "berge", Match.NONE),
        ("", "berge", Match.NONE),
    ],
)
def test_how_well_a_title_fits(title: str, wanted: str, how_well: Match) -> None:
    """Capitals and accents make no difference."""
    assert match(title, wanted) is how_well


@pytest.mark.parametrize(
    ("text", "pattern", "whether"),
    [
        ("Jazz FM", "jazz fm", True),
        ("Jazz FM", "jazz", False),
        ("Jazz FM", "jazz*", True),
        ("Jazz FM", "*fm", True),
        ("Señorita (Live)", "senorita (*)", True),
        ("What?", "what?", True),
        ("Whats", "what?", False),
        ("two\nlines", "two*lines", True),
        ("", "*", True),
        ("", "", True),
    ],
)
def test_patterns_with_asterisks(text: str, pattern: str, whether: bool) -> None:
    """An asterisk stands for anything, and nothing else for more than itself."""
    assert fits(text, pattern) is whether
