"""What can be selected as a source."""

from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.homeassistant.actions import (
    KITCHEN,
    LIVING_ROOM,
    OFFICE,
    act,
    in_house,
    shown,
    shows,
)
from tests.homeassistant.conftest import until

from .steps import play, truth

if TYPE_CHECKING:
    from tests.simulator.control import Remote


@pytest.mark.parity("beyond: line-in of another room")
@pytest.mark.parity("beyond: play TV or line-in")
async def test_inputs_can_be_played(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """The line-in of any room in any room, the television where it is."""
    office = (await truth(hass, remote, "Office"))["uid"]
    for said in (OFFICE, "Office", "office", office, "Office: Line-in"):
        await in_house(hass, remote.play_tracks, "Kitchen", 1)
        await play(hass, "line_in", said)
        assert (await truth(hass, remote))["uri"] == f"x-rincon-stream:{office}", said
    await shows(hass, KITCHEN, state="playing", source="Office: Line-in")
    await play(hass, "line_in", "", OFFICE)
    await shows(hass, OFFICE, state="playing", source="Line-in")
    await play(hass, "tv", "", LIVING_ROOM)
    await shows(hass, LIVING_ROOM, state="playing", source="TV")
    for media_type, media_id, words in (
        ("line_in", "", "Kitchen has no line-in"),
        ("line_in", "Attic", "the line-in of Attic: there is no such room"),
        ("tv", "", "Kitchen has no input for a television"),
    ):
        with pytest.raises(ServiceValidationError, match=words):
            await play(hass, media_type, media_id)


@pytest.mark.parity("media_player: source list")
@pytest.mark.parity("media_player: select favorite")
@pytest.mark.parity("media_player: select playlist")
@pytest.mark.parity("beyond: sources by probe")
@pytest.mark.parity("beyond: radio as source")
async def test_sources_follow_from_what_speakers_have(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """Inputs first, then the lists, each thing once."""
    shared = [
        *("BBC Radio 3", "Lugna Favoriter", "Jazz at Night", "Peaceful Piano", "Harbour Lights"),
        *("Dinner", "Passepied", "Morning", "Häuser & Höfe", "Harbour FM", "Night Waves"),
    ]
    line_in = "Office: Line-in"
    assert shown(hass, KITCHEN, "source_list") == [line_in, *shared]
    assert shown(hass, LIVING_ROOM, "source_list") == ["TV", line_in, *shared]
    assert shown(hass, OFFICE, "source_list") == ["TV", "Line-in", *shared]
    for source in [line_in, *shared]:
        await act(hass, "select_source", KITCHEN, source=source)
        await shows(hass, KITCHEN, state="playing", source=source)
    with pytest.raises(ServiceValidationError, match="Kitchen has no source Attic"):
        await act(hass, "select_source", KITCHEN, source="Attic")


async def test_sources_of_the_same_title_can_be_told_apart(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """Also from inputs; the list follows the house, and is written only when it has changed."""
    for title, uri in (
        ("Morning", "http://music.example/1.mp3"),
        ("TV", "http://music.example/2.mp3"),
        ("Office: Line-in", "http://music.example/3.mp3"),
        ("Office: Line-in (favorite)", "http://music.example/4.mp3"),
    ):
        await in_house(hass, remote.add_favorite, title, uri)
    wanted = {"Morning", "Morning (playlist)", "TV (favorite)", "Office: Line-in"}
    more = {"Office: Line-in (favorite)", "Office: Line-in (favorite) (favorite)"}

    def listed() -> set[str]:
        return set(shown(hass, KITCHEN, "source_list"))

    await until(hass, lambda: wanted | more <= listed(), lambda: sorted(listed()))
    await act(hass, "select_source", KITCHEN, source="Morning (playlist)")
    await shows(hass, KITCHEN, media_title="Slow Coffee", source="Morning (playlist)")
    await act(hass, "select_source", KITCHEN, source="TV (favorite)")
    await shows(
        hass, KITCHEN, source="TV (favorite)", media_content_id="http://music.example/2.mp3"
    )
    await in_house(hass, remote.rename, "Office", "Study")
    await until(hass, lambda: "Study: Line-in" in listed(), lambda: sorted(listed()))
    assert "Office: Line-in" in listed()
    assert "Office: Line-in (favorite)" in listed()
    for title in ("Morning", "TV", "Office: Line-in", "Office: Line-in (favorite)"):
        await in_house(hass, remote.remove_favorite, title)
    await in_house(hass, remote.rename, "Study", "Office")
    await until(hass, lambda: not any("(" in name for name in listed()))


@pytest.mark.parity("beyond: many favorites")
async def test_all_of_many_favorites_can_be_chosen(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """However many pages they are."""
    titles = [f"Song {number}" for number in range(120)]
    for number, title in enumerate(titles):
        await in_house(hass, remote.add_favorite, title, f"http://music.example/{number}.mp3")
    await until(hass, lambda: set(titles) <= set(shown(hass, KITCHEN, "source_list")))
    await act(hass, "select_source", KITCHEN, source="Song 119")
    await shows(hass, KITCHEN, source="Song 119")
    for title in titles:
        await in_house(hass, remote.remove_favorite, title)
    await until(hass, lambda: "Song 119" not in shown(hass, KITCHEN, "source_list"))


@pytest.mark.parity("media_player: select TV")
@pytest.mark.parity("media_player: select line-in")
async def test_groups_play_together_but_for_a_television(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """A member's line-in is heard by its whole group; for its television, a room leaves it."""
    for room in ("Office", "Living Room"):
        await in_house(hass, remote.group, room, "Kitchen")
    members = [KITCHEN, OFFICE, LIVING_ROOM]
    await until(hass, lambda: set(shown(hass, OFFICE, "group_members")) == set(members))
    await play(hass, "playlist", "Morning", LIVING_ROOM)
    await shows(hass, KITCHEN, media_title="Slow Coffee")
    await play(hass, "album", "Night Market", OFFICE, enqueue="next")
    await until(hass, lambda: shown(hass, KITCHEN, "queue_size") == 8)
    await act(hass, "select_source", OFFICE, source="Line-in")
    await shows(hass, OFFICE, source="Line-in")
    await shows(hass, KITCHEN, source="Office: Line-in")
    assert set(shown(hass, OFFICE, "group_members")) == set(members)
    await act(hass, "select_source", LIVING_ROOM, source="TV")
    await shows(hass, LIVING_ROOM, source="TV", group_members=[LIVING_ROOM])
    await shows(hass, KITCHEN, source="Office: Line-in")
    await act(hass, "clear_playlist", OFFICE)
    assert (await truth(hass, remote))["queue_length"] == 0
