"""What can be played, and the metadata that are written for it."""

import pytest

from custom_components.sonos_twisted.model import (
    Didl,
    Playable,
    line_in,
    named,
    parse_didl,
    parse_music_services,
    playable_from_didl,
    playable_from_favorite,
    playable_from_uri,
    service_account,
    service_type,
    television,
    tunein_station,
)
from custom_components.sonos_twisted.model.metadata import (
    LOCAL_ACCOUNT,
    RADIO_ACCOUNT,
    STATION_CLASS,
    TRACK_CLASS,
    account_of,
    item_metadata,
)

SPOTIFY_ACCOUNT = "SA_RINCON2311_X_#Svc2311-0-Token"


def metadata(playable: Playable, resource: int = 0) -> Didl | None:
    """Return what the metadata of the first item say."""
    return parse_didl(playable.items[0][resource][1])


@pytest.mark.parametrize(
    "title", ["A \"quoted\" & <tagged> 'title'", "Öß漢\U0001f3b5", "a\x00b\x0bc"]
)
def test_what_is_written_can_be_read(title: str) -> None:
    """Whatever is in it; what XML cannot hold is left out."""
    written = parse_didl(item_metadata(title, TRACK_CLASS, item_id='"1"', account="a&b"))
    assert written is not None
    assert written.title == "".join(char for char in title if char >= " ")
    assert (written.item_id, written.account, written.item_class) == ('"1"', "a&b", TRACK_CLASS)


@pytest.mark.parametrize(
    ("uri", "account"),
    [
        ("x-sonos-spotify:spotify%3atrack%3a1?sid=9&flags=8224&sn=9", SPOTIFY_ACCOUNT),
        ("x-sonosapi-stream:s1?sid=254&flags=8224&sn=0", RADIO_ACCOUNT),
        ("x-file-cifs://nas/a.mp3", LOCAL_ACCOUNT),
        ("http://host/?sid=99999999", LOCAL_ACCOUNT),
    ],
)
def test_whose_account_a_uri_needs(uri: str, account: str) -> None:
    assert account_of(uri) == account


def test_services_are_numbered() -> None:
    assert service_account(service_type(9)) == SPOTIFY_ACCOUNT


@pytest.mark.parametrize(
    ("uri", "direct", "queueable"),
    [
        ("http://host/a.mp3", True, True),
        ("https://host/list.PLS", True, False),
        ("x-rincon-mp3radio://host/a", True, False),
        ("x-rincon-stream:RINCON_1", True, False),
        ("x-sonos-htastream:RINCON_1:spdif", True, False),
        ("x-file-cifs://nas/a.mp3", False, True),
        ("x-rincon-cpcontainer:1006206c1?sid=9", False, True),
    ],
)
def test_how_a_uri_is_played(uri: str, direct: bool, queueable: bool) -> None:
    playable = playable_from_uri(uri)
    assert (playable.direct, playable.queueable) == (direct, queueable)
    assert playable.title == uri


def test_an_http_address_may_turn_out_to_be_a_station() -> None:
    """Without a title, a file tells its own; a station needs one."""
    playable = playable_from_uri("https://host:8000/live")
    (file, stream), *rest = playable.items
    assert not rest
    assert file == ("https://host:8000/live", "")
    assert stream[0] == "x-rincon-mp3radio://host:8000/live"
    written = metadata(playable, 1)
    assert written is not None
    assert (written.title, written.item_class) == ("host", STATION_CLASS)
    assert written.account == RADIO_ACCOUNT
    named_file = metadata(playable_from_uri("http://host/a.mp3", "Bell"))
    assert named_file is not None
    assert (named_file.title, named_file.account) == ("Bell", LOCAL_ACCOUNT)


def test_inputs_are_played_past_the_queue() -> None:
    tv, record_player = television("RINCON_1"), line_in("RINCON_2", "Line-in")
    assert (tv.uri, tv.is_tv) == ("x-sonos-htastream:RINCON_1:spdif", True)
    assert (record_player.uri, record_player.is_tv) == ("x-rincon-stream:RINCON_2", False)
    assert not tv.queueable
    assert not record_player.queueable


def test_station_by_its_id() -> None:
    station = tunein_station("s24939", "BBC Radio 3")
    assert station.uri == "x-sonosapi-stream:s24939?sid=254&flags=8224&sn=0"
    written = metadata(station)
    assert written is not None
    assert (written.title, written.account) == ("BBC Radio 3", RADIO_ACCOUNT)


def test_entries_of_lists() -> None:
    """They keep their ids; what has no resource cannot be played."""
    playlist = Didl(
        item_id="SQ:1",
        parent_id="SQ:",
        title="Morning",
        item_class="object.container.playlistContainer",
        res_uri="file:///jffs/settings/savedqueues.rsq#1",
    )
    playable = playable_from_didl(playlist)
    assert playable is not None
    written = metadata(playable)
    assert written is not None
    assert (written.item_id, written.parent_id, written.title) == ("SQ:1", "SQ:", "Morning")
    assert written.account == LOCAL_ACCOUNT
    assert playable.queueable
    assert playable_from_didl(Didl(title="Albums")) is None
    bare = playable_from_didl(Didl(res_uri="x-rincon-mp3radio://host/a", item_class=STATION_CLASS))
    assert bare is not None
    assert (bare.title, bare.queueable) == ("x-rincon-mp3radio://host/a", False)


def test_an_address_that_is_none_is_left_to_the_player() -> None:
    """One that somebody has among the favourites does not keep the others from being listed."""
    playable = playable_from_favorite(Didl(title="Odd", res_uri="http://[::1/live"))
    assert playable is not None
    assert (playable.title, playable.uri) == ("Odd", "http://[::1/live")


SAVED = item_metadata(
    "Peaceful Piano",
    "object.container.playlistContainer",
    item_id="1006206c1",
    account=SPOTIFY_ACCOUNT,
).replace("<desc", "<upnp:albumArtURI>http://host/a.png</upnp:albumArtURI><desc")
CONTAINER = "x-rincon-cpcontainer:1006206c1?sid=9&flags=8300&sn=9"


def test_favorites_are_playable_however_much_of_their_metadata_is_left() -> None:
    """What came whole is sent as it is; the rest is written anew from what is left."""
    for length in range(len(SAVED) + 1):
        favorite = Didl(title="Piano", res_uri=CONTAINER, resource_metadata=SAVED[:length] or None)
        playable = playable_from_favorite(favorite)
        assert playable is not None
        assert (playable.uri, playable.title, playable.queueable) == (CONTAINER, "Piano", True)
        written = metadata(playable)
        assert written is not None, length
        assert written.account == SPOTIFY_ACCOUNT, length
        assert written.item_class == "object.container.playlistContainer", length
        assert written.title == ("Peaceful Piano" if length == len(SAVED) else "Piano"), length
        assert (playable.items[0][0][1] == SAVED) is (length == len(SAVED))


@pytest.mark.parametrize(
    ("uri", "item_class", "queueable"),
    [
        ("x-rincon-cpcontainer:1", "object.item.audioItem.audioBook", False),
        ("x-sonosapi-radio:1?sid=9", "", False),
        ("x-file-cifs://nas/a.mp3", "", True),
        ("http://host/live", STATION_CLASS, False),
    ],
)
def test_the_class_of_a_favorite_tells_how_it_is_played(
    uri: str, item_class: str, queueable: bool
) -> None:
    saved = item_metadata("Saved", item_class)[:-2]
    playable = playable_from_favorite(Didl(title="A", res_uri=uri, resource_metadata=saved))
    assert playable is not None
    assert playable.queueable is queueable


def test_shortcuts_cannot_be_played() -> None:
    assert playable_from_favorite(Didl(title="New releases", resource_metadata=SAVED)) is None


def test_names_are_compared_exactly_first() -> None:
    items = [Didl(item_id="SQ:1", title="dinner"), Didl(item_id="SQ:2", title="Dinner"), Didl()]
    assert named(items, "Dinner") is items[1]
    assert named(items, "DINNER") is items[0]
    assert named(items, "SQ:2") is items[1]
    assert named(items, "Lunch") is None


@pytest.mark.parametrize(
    ("text", "services"),
    [
        ('<Services><Service Id="9" Name="Spotify"/><Other/></Services>', {"Spotify": 9}),
        ('<Services><Service Id="9" Name="A & B"/><Service Id="x"/></Services>', {"A & B": 9}),
        ("", {}),
        ("nonsense", {}),
    ],
)
def test_list_of_music_services(text: str, services: dict[str, int]) -> None:
    assert parse_music_services(text) == services
