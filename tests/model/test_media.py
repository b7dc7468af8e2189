"""What plays, read from transport variables."""

import pytest

from custom_components.sonos_twisted.model import (
    Media,
    PlaybackState,
    PlayMode,
    Repeat,
    Source,
    Variables,
    source_from_uri,
)
from custom_components.sonos_twisted.model.media import media_from_variables, uid_in_uri

from .payloads import KITCHEN, didl, queue_event, radio_event


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("PLAYING", PlaybackState.PLAYING),
        ("PAUSED_PLAYBACK", PlaybackState.PAUSED),
        ("STOPPED", PlaybackState.STOPPED),
        ("TRANSITIONING", PlaybackState.TRANSITIONING),
        ("NO_MEDIA_PRESENT", None),
        ("", None),
    ],
)
def test_playback_state(text: str, state: PlaybackState | None) -> None:
    """Players know four states."""
    assert PlaybackState.from_transport_state(text) is state


@pytest.mark.parametrize(
    ("uri", "source"),
    [
        ("", Source.NONE),
        (f"x-rincon-queue:{KITCHEN}#0", Source.QUEUE),
        (f"x-rincon:{KITCHEN}", Source.MEMBER),
        (f"x-rincon-stream:{KITCHEN}", Source.LINE_IN),
        (f"x-sonos-htastream:{KITCHEN}:spdif", Source.TV),
        (f"x-sonos-vli:{KITCHEN}:1,airplay:abcdef", Source.AIRPLAY),
        (f"x-sonos-vli:{KITCHEN}:2,spotify:abcdef", Source.SPOTIFY_CONNECT),
        (f"x-sonos-vli:{KITCHEN}:3,another:abcdef", Source.VIRTUAL_LINE_IN),
        (f"x-sonos-vli:{KITCHEN}", Source.VIRTUAL_LINE_IN),
        ("x-sonosapi-stream:s6707?sid=254", Source.RADIO),
        ("x-sonosapi-radio:station?sid=236", Source.RADIO),
        ("x-sonosapi-hls:r1?sid=37", Source.RADIO),
        ("x-rincon-mp3radio://stream.example/live", Source.RADIO),
        ("X-RINCON-MP3RADIO://stream.example/live", Source.RADIO),
        ("hls-radio://stream.example/live.m3u8", Source.RADIO),
        ("aac://stream.example/live", Source.RADIO),
        ("x-rincon-cpcontainer:1006206c", Source.CLOUD_QUEUE),
        ("x-sonos-http:track.mp3?sid=2", Source.SERVICE),
        ("x-sonos-spotify:spotify%3atrack%3a1?sid=9", Source.SERVICE),
        ("x-file-cifs://nas/music/a.mp3", Source.LIBRARY),
        ("http://homeassistant.local/tts.mp3", Source.URL),
        ("https://homeassistant.local/tts.mp3", Source.URL),
        ("x-rincon-buzzer:0", Source.ALARM_CHIME),
        ("x-unheard-of:1", Source.OTHER),
        ("no uri", Source.OTHER),
    ],
)
def test_source_of_a_uri(uri: str, source: Source) -> None:
    """The scheme of the transport URI tells where the sound comes from."""
    assert source_from_uri(uri) is source


@pytest.mark.parametrize(
    ("uri", "uid"),
    [
        (f"x-rincon:{KITCHEN}", KITCHEN),
        (f"x-sonos-htastream:{KITCHEN}:spdif", KITCHEN),
        (f"x-rincon-queue:{KITCHEN}#0", KITCHEN),
        ("x-rincon-mp3radio://stream.example", None),
        ("", None),
    ],
)
def test_uid_in_uri(uri: str, uid: str | None) -> None:
    """Some URIs belong to a player, not necessarily the one that plays them."""
    assert uid_in_uri(uri) == uid


@pytest.mark.parametrize(
    ("name", "shuffle", "repeat"),
    [
        ("NORMAL", False, "off"),
        ("REPEAT_ALL", False, "all"),
        ("REPEAT_ONE", False, "one"),
        ("SHUFFLE_NOREPEAT", True, "off"),
        ("SHUFFLE", True, "all"),
        ("SHUFFLE_REPEAT_ONE", True, "one"),
    ],
)
def test_play_mode(name: str, shuffle: bool, repeat: Repeat) -> None:
    """Shuffle and repeat have one name together, and SHUFFLE alone repeats."""
    mode = PlayMode(shuffle=shuffle, repeat=repeat)
    assert PlayMode.from_sonos(name) == mode
    assert mode.sonos_name == name


def test_unknown_play_mode() -> None:
    """A mode that is not known is None."""
    assert PlayMode.from_sonos("DIRECT_1") is None


def test_track_from_the_queue() -> None:
    """A track from the queue, which a playlist was put into."""
    assert media_from_variables(queue_event(3)) == Media(
        source=Source.QUEUE,
        uri="x-sonos-http:track-3.mp3?sid=2",
        transport_uri=f"x-rincon-queue:{KITCHEN}#0",
        enqueued_uri="x-rincon-cpcontainer:1006206c",
        owner=KITCHEN,
        title="Song 3",
        artist="Nina Simone",
        album="Pastel Blues",
        playlist="Sunday",
        container="Sunday",
        art_uri="/getaa?s=1&u=Song 3",
        duration=200.0,
        queue_position=3,
        queue_size=12,
        next_title="Song 4",
        next_artist="Nina Simone",
        next_art_uri="/getaa?s=1&u=Song 4",
    )


def test_album_in_the_queue_is_no_playlist() -> None:
    """An album fills the queue as a playlist does, but is none."""
    metadata = didl(
        "<dc:title>Pastel Blues</dc:title>"
        "<upnp:class>object.container.album.musicAlbum</upnp:class>"
    )
    media = media_from_variables(queue_event(enqueued_transport_uri_meta_data=metadata))
    assert (media.playlist, media.container) == (None, "Pastel Blues")


def test_nothing_comes_after_the_last_track() -> None:
    """Without a next track, metadata that is left over says nothing."""
    media = media_from_variables(queue_event(12, next_track_uri=""))
    assert media.next_title is None


@pytest.mark.parametrize(
    ("stream_content", "title", "artist", "album"),
    [
        ("Leona Lewis - Bleeding Love", "Bleeding Love", "Leona Lewis", None),
        ("TYPE=SNG|TITLE Couleurs|ARTIST M83|ALBUM Youth", "Couleurs", "M83", "Youth"),
        ("News at nine", "News at nine", None, None),
        ("ZPSTR_CONNECTING", "FIP", None, None),
        ("", "FIP", None, None),
    ],
)
def test_song_and_station(
    stream_content: str, title: str | None, artist: str | None, album: str | None
) -> None:
    """The stream names the song, what was enqueued names the station."""
    media = media_from_variables(radio_event(stream_content, title="live.aac"))
    assert media.source is Source.RADIO
    assert media.channel == "FIP"
    assert (media.title, media.artist, media.album) == (title, artist, album)
    assert (media.duration, media.queue_position, media.queue_size) == (None, None, None)


def test_radio_with_tracks() -> None:
    """A programmed station plays tracks with metadata of their own."""
    event = queue_event(
        av_transport_uri="x-sonosapi-radio:st1?sid=236",
        enqueued_transport_uri="x-sonosapi-radio:st1?sid=236",
        enqueued_transport_uri_meta_data=didl("<dc:title>Jazz Vocals</dc:title>"),
    )
    media = media_from_variables(event)
    assert (media.channel, media.title, media.duration) == ("Jazz Vocals", "Song 1", 200.0)


def test_programme_of_a_station() -> None:
    """Stations may name the programme on air."""
    metadata = didl("<dc:title>s1</dc:title><r:radioShowMd>Le Grand Tri,p1</r:radioShowMd>")
    media = media_from_variables(radio_event(current_track_meta_data=metadata))
    assert media.show == "Le Grand Tri"


@pytest.mark.parametrize(
    ("uri", "title", "expected"),
    [
        ("http://a/tts/1%202.mp3?auth=x", "http://a/tts/1%202.mp3?auth=x", None),
        ("http://a/tts/1%202.mp3?auth=x", "http://a/tts/1 2.mp3?auth=x", None),
        ("http://a/tts/1%202.mp3?auth=x", "1 2.mp3?auth=x", None),
        ("http://a/tts/1%202.mp3?auth=x", "1 2.mp3", None),
        ("http://a/tts/1%202.mp3?auth=x", "The doorbell", "The doorbell"),
        ("http://a/tts/1%202.mp3?auth=x", "x-rincon-mp3radio://b/c", None),
        ("http://a/go/1.mp3", "go", "go"),
        ("x-rincon-mp3radio://a/b", "//a/b", None),
        ("x-file-cifs://nas/music/a%20b.mp3", "a b.mp3", "a b.mp3"),
        ("x-file-cifs://nas/music/a%20b.mp3", "x-file-cifs://nas/music/a%20b.mp3", None),
        ("http://a/b", "Symphony: 1", "Symphony: 1"),
        ("http://a/b", "Unknown:scheme", "Unknown:scheme"),
    ],
)
def test_title_that_is_an_address(uri: str, title: str, expected: str | None) -> None:
    """Addresses and file names are no titles, unless a file has no other."""
    metadata = didl(f"<dc:title>{title.replace('&', '&amp;')}</dc:title>")
    media = media_from_variables(
        {
            "av_transport_uri": uri,
            "current_track_uri": uri,
            "current_track_meta_data": metadata,
        }
    )
    assert media.title == expected


def test_station_at_an_address() -> None:
    """Whatever the scheme, what was enqueued as a station is one."""
    media = media_from_variables(
        radio_event(av_transport_uri="http://stream.example/live", title="live.aac")
    )
    assert (media.source, media.channel, media.title) == (Source.RADIO, "FIP", "FIP")


@pytest.mark.parametrize(
    ("uri", "source"),
    [
        (f"x-rincon-stream:{KITCHEN}", Source.LINE_IN),
        (f"x-sonos-htastream:{KITCHEN}:spdif", Source.TV),
    ],
)
def test_inputs_have_nothing_else_to_tell(uri: str, source: Source) -> None:
    """An input belongs to a player and has nothing else to tell."""
    media = media_from_variables(
        {
            "av_transport_uri": uri,
            "current_track_uri": uri,
            "current_track": "1",
            "number_of_tracks": "1",
            "current_track_duration": "NOT_IMPLEMENTED",
            "current_track_meta_data": "NOT_IMPLEMENTED",
            "enqueued_transport_uri_meta_data": "",
        }
    )
    assert media == Media(source=source, uri=uri, transport_uri=uri, owner=KITCHEN)


def test_airplay_without_title() -> None:
    """Items of AirPlay may lack nearly everything."""
    uri = f"x-sonos-vli:{KITCHEN}:1,airplay:abc"
    media = media_from_variables(
        {
            "av_transport_uri": uri,
            "current_track_uri": uri,
            "current_track_meta_data": didl("<res duration='0:03:00'/>", attributes='id="-1"'),
        }
    )
    assert (media.source, media.title, media.duration) == (Source.AIRPLAY, None, 180.0)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"av_transport_uri": "", "current_track": "0", "number_of_tracks": "NOT_IMPLEMENTED"},
        {"current_track": {"Master": "1"}, "current_track_meta_data": {"LF": "<"}},
    ],
)
def test_where_nothing_plays(variables: Variables) -> None:
    assert media_from_variables(variables) == Media()


def test_nothing_is_parsed_twice() -> None:
    """Metadata whose text is unchanged is taken from the result before."""
    before = media_from_variables(queue_event(1))
    after = media_from_variables(queue_event(2), before)
    assert after.title == "Song 2"
    # The track that was next is now the current one: the same text, so the same object.
    text = str(queue_event(1)["next_track_meta_data"])
    assert after._metadata[text] is before._metadata[text]


def test_the_same_again() -> None:
    """Without a change the result before is the result."""
    before = media_from_variables(queue_event(1))
    assert media_from_variables(queue_event(1, "STOPPED"), before) is before


def test_the_same_in_other_words() -> None:
    """Metadata that is only written differently leads to an equal result."""
    before = media_from_variables(queue_event(1))
    event = queue_event(1)
    event["current_track_meta_data"] = str(event["current_track_meta_data"]) + "\n"
    after = media_from_variables(event, before)
    assert after == before
    assert after is not before
