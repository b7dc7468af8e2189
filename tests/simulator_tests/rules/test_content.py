"""Playlists, favorites and the library: what players refuse, and what they tell of."""

# mypy: disallow-untyped-calls=False
from twisted.internet.task import Clock

from tests.simulator.errors import Code
from tests.simulator.household import Household
from tests.simulator.services import EVENTS, HANDLERS
from tests.simulator.speaker import Speaker

from .steps import People, act, refused


def test_order_of_a_playlist(household: Household, kitchen: Speaker) -> None:
    playlist = household.catalog.playlists[1]

    def reorder(tracks: str, positions: str, update_id: int | None = None) -> list[str]:
        act(
            kitchen,
            "ReorderTracksInSavedQueue",
            ObjectID="SQ:1",
            UpdateID=str(playlist.update_id if update_id is None else update_id),
            TrackList=tracks,
            NewPositionList=positions,
        )
        return [track.title for track in playlist.tracks]

    a, b, c, d = (track.title for track in playlist.tracks)
    assert reorder("0", "1") == [b, a, c, d]
    assert reorder("3,2,1,0", "0,1,2,3") == [d, c, a, b]
    assert reorder("1,2", "") == [d, b]
    for tracks, positions in (("2", ""), ("0", "2"), ("0,0", ""), ("0,1", "1"), ("x", "")):
        with refused(Code.INVALID_ARGS):
            reorder(tracks, positions)
    for update_id in (0, playlist.update_id - 1):
        with refused(Code.INVALID_ARGS):
            reorder("0", "", update_id)
    listed = HANDLERS["ContentDirectory"]["Browse"](kitchen, {**BROWSE, "ObjectID": "SQ:1"})
    assert listed is not None
    assert listed["UpdateID"] == str(playlist.update_id)


BROWSE = {"BrowseFlag": "BrowseDirectChildren", "StartingIndex": "0", "RequestedCount": "1"}


def test_favorites_are_renamed_by_who_knows_their_name(
    household: Household, kitchen: Speaker
) -> None:
    favorite = household.catalog.favorites[0]
    new = "<dc:title>A &amp; B</dc:title>"
    with refused(Code.BAD_CURRENT_TAG):
        act(
            kitchen,
            "UpdateObject",
            ObjectID="FV:2/0",
            CurrentTagValue="<dc:title>Another</dc:title>",
            NewTagValue=new,
        )
    current = "<dc:title>BBC Radio 3</dc:title>"
    with refused(Code.BAD_METADATA):
        act(kitchen, "UpdateObject", ObjectID="FV:2/0", CurrentTagValue=current, NewTagValue="")
    act(kitchen, "UpdateObject", ObjectID="FV:2/0", CurrentTagValue=current, NewTagValue=new)
    assert favorite.title == "A & B"


def test_the_same_is_a_favorite_once(household: Household, kitchen: Speaker) -> None:
    document = (
        '<DIDL-Lite xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns="urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/"><item id="">'
        "<dc:title>Another title</dc:title><res>{}</res></item></DIDL-Lite>"
    )
    known = household.catalog.favorites[0].uri.replace("&", "&amp;")
    with refused(Code.DUPLICATE_FAVORITE):
        act(kitchen, "CreateObject", ContainerID="FV:2", Elements=document.format(known))
    while len(household.catalog.favorites) < 70:
        number = len(household.catalog.favorites)
        act(kitchen, "CreateObject", ContainerID="FV:2", Elements=document.format(f"x:{number}"))
    with refused(Code.FAVORITES_FULL):
        act(kitchen, "CreateObject", ContainerID="FV:2", Elements=document.format("x:new"))


def test_library_is_indexed_for_a_while(
    household: Household, people: People, kitchen: Speaker, clock: Clock
) -> None:
    changes = []
    household.observers.append(lambda speaker, service: changes.append((speaker, service)))
    people.plan_index(3.0, "Nothing there")
    act(kitchen, "RefreshShareIndex", AlbumArtistDisplayOption="")
    clock.advance(2.9)
    act(kitchen, "RefreshShareIndex", AlbumArtistDisplayOption="")
    assert act(kitchen, "GetShareIndexInProgress") == {"IsIndexing": "1"}
    assert changes.count((kitchen, "ContentDirectory")) == 1
    clock.advance(0.2)
    assert act(kitchen, "GetShareIndexInProgress") == {"IsIndexing": "0"}
    assert changes.count((kitchen, "ContentDirectory")) == 2
    assert EVENTS["ContentDirectory"].variables(kitchen)["ShareIndexLastError"] == "Nothing there"


def test_there_can_be_many_favorites(people: People, household: Household) -> None:
    before = household.update_ids["FV:2"]
    people.fill_favorites(250)
    assert len({favorite.object_id for favorite in household.catalog.favorites}) == 250
    assert household.update_ids["FV:2"] > before
