"""Reading metadata, with all the liberties that players take."""

from hypothesis import given, strategies as st
import pytest

from custom_components.sonos_twisted.model import Didl, parse_didl, parse_didl_list
from custom_components.sonos_twisted.model.didl import parse_stream_content
from custom_components.sonos_twisted.model.markup import MAX_TAGS

from .payloads import DIDL_NAMESPACES, didl, track


def read(text: str) -> Didl:
    """Read metadata that can be read."""
    result = parse_didl(text)
    assert result is not None
    return result


def test_track_of_a_music_service() -> None:
    """A track of a music service, complete."""
    assert parse_didl(track("Sinnerman")) == Didl(
        item_id="-1",
        parent_id="-1",
        title="Sinnerman",
        creator="Nina Simone",
        album="Pastel Blues",
        album_art_uri="/getaa?s=1&u=Sinnerman",
        item_class="object.item.audioItem.musicTrack",
        res_uri="x",
        res_duration=200.0,
        protocol_info="sonos.com-http:*:audio/mpeg:*",
    )


def test_favorite_tells_how_it_is_played() -> None:
    """A favourite tells how it is played, and carries the metadata of what it points to."""
    favorite = read(
        didl(
            "<dc:title>FIP</dc:title><upnp:class>object.itemobject.item.sonos-favorite</upnp:class>"
            "<r:ordinal>1</r:ordinal><res>x-sonosapi-stream:s1</res><r:type>instantPlay</r:type>"
            "<r:description>TuneIn</r:description><r:resMD>&lt;DIDL-Lite/&gt;</r:resMD>",
            attributes='id="FV:2/1" parentID="FV:2" restricted="false"',
        )
    )
    assert favorite.item_id == "FV:2/1"
    assert favorite.description == "TuneIn"
    assert favorite.resource_metadata == "<DIDL-Lite/>"
    assert favorite.is_kind("sonos-favorite")


@pytest.mark.parametrize(
    ("content", "field", "expected"),
    [
        ("<res x-rincon-stream>u</res>", "res_uri", "u"),
        ('<res protocolInfo="p" duration="0:01:00"/>', "res_uri", None),
        ('<res protocolInfo="p" duration="0:01:00"/>', "res_duration", 60.0),
        ('<res duration="NOT_IMPLEMENTED">u</res>', "res_duration", None),
        ('<res>a</res><res duration="0:00:09">b</res>', "res_uri", "a"),
        ('<res>a</res><res duration="0:00:09">b</res>', "res_duration", 9.0),
        ("<dc:title>Simon &amp; Garfunkel</dc:title>", "title", "Simon & Garfunkel"),
        ("<dc:title>Simon &amp;amp; Garfunkel</dc:title>", "title", "Simon & Garfunkel"),
        ("<dc:title>Simon & Garfunkel</dc:title>", "title", "Simon & Garfunkel"),
        ("<dc:title>  a  </dc:title>", "title", "a"),
        ("<dc:title> </dc:title>", "title", None),
        ("<dc:title/>", "title", None),
        ("<dc:creator>NOT_IMPLEMENTED</dc:creator>", "creator", None),
        ("<upnp:class>object.container</upnp:class>", "title", None),
        (
            "<upnp:albumArtURI>/a?x=1&amp;amp;y=2</upnp:albumArtURI>",
            "album_art_uri",
            "/a?x=1&y=2",
        ),
        (
            (
                "<upnp:albumArtURI>https://a/1</upnp:albumArtURI>"
                "<upnp:albumArtURI>https://a/2</upnp:albumArtURI>"
            ),
            "album_art_uri",
            "https://a/1",
        ),
        ("<upnp:albumArtURI/><upnp:albumArtURI>b</upnp:albumArtURI>", "album_art_uri", "b"),
        ("<r:radioShowMd>Le Grand Tri,p123</r:radioShowMd>", "radio_show", "Le Grand Tri"),
        ("<r:radioShowMd>Hits, and more</r:radioShowMd>", "radio_show", "Hits, and more"),
        ("<upnp:originalTrackNumber>4</upnp:originalTrackNumber>", "track_number", 4),
        ("<upnp:originalTrackNumber>four</upnp:originalTrackNumber>", "track_number", None),
        ("<r:albumArtist>Various</r:albumArtist>", "album_artist", "Various"),
        ('<desc id="cdudn">SA_RINCON2311_</desc>', "account", "SA_RINCON2311_"),
        ("<r:resMD/>", "resource_metadata", None),
        ("<unknown>1</unknown>", "title", None),
        ("<dc:title>cut off</dc:title><dc:crea", "title", "cut off"),
    ],
)
def test_oddities_of_the_wild_are_understood(content: str, field: str, expected: object) -> None:
    """Each of these was seen in the wild."""
    assert getattr(read(didl(content)), field) == expected


def test_container_as_item() -> None:
    """What a thing is, its class says; the element's name may be wrong."""
    content = "<dc:title>Mix</dc:title><upnp:class>object.container.playlistContainer</upnp:class>"
    as_item, as_container = read(didl(content)), read(didl(content, tag="container"))
    assert as_item.is_kind("playlistContainer")
    assert (as_item.container, as_container.container) == (False, True)


def test_parts_of_a_class_are_compared_whole() -> None:
    station = Didl(item_class="object.item.audioItem.audioBroadcast.#station")
    assert station.is_kind("audioBroadcast")
    assert not station.is_kind("audio")
    assert not Didl().is_kind("audioBroadcast")


def test_attributes_may_be_missing() -> None:
    """Spotify Connect leaves out what DIDL requires."""
    assert read(didl("<dc:title>a</dc:title>", attributes="")) == Didl(title="a")


def test_missing_space_between_namespaces() -> None:
    """Seen in the metadata of a station."""
    text = didl("<dc:title>FIP</dc:title>").replace('" xmlns', '"xmlns')
    assert read(text).title == "FIP"


def test_undeclared_namespaces() -> None:
    """Prefixes are understood without their declaration."""
    text = didl("<dc:title>FIP</dc:title>").replace(DIDL_NAMESPACES, "")
    assert read(text).title == "FIP"


def test_escaped_once_more() -> None:
    """A document that is still escaped is unwrapped."""
    text = didl("<dc:title>FIP</dc:title>").replace("<", "&lt;").replace(">", "&gt;")
    assert read(text).title == "FIP"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "NOT_IMPLEMENTED",
        "no XML",
        "<html><item/></html>",
        "<DIDL-Lite/>",
        f"<DIDL-Lite {DIDL_NAMESPACES}></DIDL-Lite>",
        "<DIDL-Lite><desc>a</desc></DIDL-Lite>",
        "<!DOCTYPE a><DIDL-Lite><item/></DIDL-Lite>",
    ],
)
def test_nothing_to_read(text: str) -> None:
    """There is no metadata in it, and no exception either."""
    assert parse_didl(text) is None
    assert parse_didl_list(text) == ()


def test_lists_are_read_entry_by_entry() -> None:
    """The answer of Browse holds many, and `desc` beside them is no item."""
    text = (
        f"<DIDL-Lite {DIDL_NAMESPACES}><desc/>"
        '<container id="SQ:1"><dc:title>Morning</dc:title></container>'
        '<item id="Q:0/1"><dc:title>One</dc:title></item></DIDL-Lite>'
    )
    assert parse_didl_list(text) == (
        Didl(item_id="SQ:1", title="Morning", container=True),
        Didl(item_id="Q:0/1", title="One"),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Leona Lewis - Bleeding Love", ("Leona Lewis", "Bleeding Love", None)),
        ("Jay-Z - 99 Problems - Live", ("Jay-Z", "99 Problems - Live", None)),
        (
            "TYPE=SNG|TITLE Couleurs|ARTIST M83|ALBUM Saturdays = Youth",
            ("M83", "Couleurs", "Saturdays = Youth"),
        ),
        ("BR P|TYPE=SNG|TITLE 7.15.17 LA|ARTIST Eagles|ALBUM ", ("Eagles", "7.15.17 LA", None)),
        ("TYPE=SNG|TITLE a|b|ARTIST c", ("c", "a|b", None)),
        ("TYPE=SNG|TITLE |ARTIST |ALBUM ", (None, None, None)),
        ("News at nine", (None, "News at nine", None)),
        ("Simon &amp; Garfunkel - America", ("Simon & Garfunkel", "America", None)),
        ("ZPSTR_CONNECTING", (None, None, None)),
        ("ZPSTR_BUFFERING", (None, None, None)),
        ("NOT_IMPLEMENTED", (None, None, None)),
        ("", (None, None, None)),
        (" - ", (None, "-", None)),
        (None, (None, None, None)),
    ],
)
def test_song_in_the_words_of_a_station(
    text: str | None, expected: tuple[str | None, str | None, str | None]
) -> None:
    """Stations name the song in one of several forms."""
    assert parse_stream_content(text) == expected


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    """Nothing is ever raised."""
    parse_didl(text)
    parse_didl_list(didl(text))
    artist, title, album = parse_stream_content(text)
    assert "" not in {artist, title, album}


@given(st.data())
def test_damaged_metadata_are_read_without_an_error(data: st.DataObject) -> None:
    """Nothing is raised for what is nearly right, either."""
    text = track("Sinnerman")
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    parse_didl(text[:start] + data.draw(st.text(max_size=4)) + text[end:])


@given(
    st.text(
        st.characters(codec="utf-8", categories=["L", "N", "P", "S"], exclude_characters="&"),
        min_size=1,
    )
)
def test_any_title_comes_out_as_it_went_in(title: str) -> None:
    """Any title comes out as it went in, unless it looks escaped."""
    assert read(track(title)).title == title


def test_metadata_without_an_end_are_not_read() -> None:
    """What somebody made up to keep us busy is not read; a long list that was asked for is."""
    many = didl("<a/>" * 2 * MAX_TAGS)
    assert parse_didl(many) is None
    assert len(parse_didl_list(many)) == 1
