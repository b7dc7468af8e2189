"""What rooms show of their media, while people play, group, and pull plugs."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_registry import EVENT_ENTITY_REGISTRY_UPDATED
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.homeassistant.actions import (
    BATHROOM,
    KITCHEN,
    LIVING_ROOM,
    OFFICE,
    PATIO,
    act,
    in_house,
    shown,
    shows,
)
from tests.homeassistant.conftest import OURS, complaints, eventually, until

if TYPE_CHECKING:
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

pytestmark = pytest.mark.usefixtures("entry")


async def room(hass: HomeAssistant, remote: Remote, name: str) -> dict[str, Any]:
    """Return the truth about a room."""
    speakers = (await in_house(hass, remote.truth))["speakers"].values()
    found: dict[str, Any] = next(
        speaker for speaker in speakers if speaker["name"] == name and not speaker["invisible"]
    )
    return found


# --- media ---------------------------------------------------------------------------------


@pytest.mark.parity("beyond: next track")
@pytest.mark.parity("beyond: audio source")
async def test_next_track_is_shown(
    hass: HomeAssistant, house: SimulatorProcess, remote: Remote
) -> None:
    """Title, artist and picture of what comes next, until nothing comes any more."""
    await in_house(hass, remote.play_tracks, "Kitchen", 2)
    await shows(
        hass,
        KITCHEN,
        state="playing",
        media_title="Aria",
        media_next_title="Variatio 1",
        media_next_artist="Glenn Hartmann",
        audio_source="queue",
    )
    picture = shown(hass, KITCHEN, "media_next_image")
    assert picture.startswith(f"http://{house.addresses['Kitchen']}:1400/getaa?")
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, media_next_title="Variatio 1", media_next_image=picture)
    await act(hass, "media_next_track", BATHROOM)
    await shows(hass, KITCHEN, media_title="Variatio 1", media_next_title=None)
    await shows(hass, BATHROOM, media_next_artist=None, media_next_image=None, queue_position=2)
    state = hass.states.get(KITCHEN)
    assert state is not None
    assert state.state_info is not None
    unrecorded = state.state_info["unrecorded_attributes"]
    assert {"media_next_title", "media_next_artist", "media_next_image"} <= unrecorded


@pytest.mark.parity("media_player: playlist")
@pytest.mark.parity("beyond: container")
async def test_container_is_shown(hass: HomeAssistant, remote: Remote) -> None:
    """What filled the queue has a name; only that of a playlist is one for Home Assistant."""
    await in_house(hass, remote.play_favorite, "Kitchen", "Dinner")
    await shows(hass, KITCHEN, media_playlist="Dinner", media_container="Dinner")
    await in_house(hass, remote.play_favorite, "Kitchen", "Harbour Lights")
    await shows(hass, KITCHEN, media_playlist=None, media_container="Harbour Lights")


@pytest.mark.parity("beyond: radio show")
async def test_programme_on_air_is_shown(hass: HomeAssistant, remote: Remote) -> None:
    """Station, programme and song are three things."""
    await in_house(hass, remote.play_radio, "Kitchen", "BBC Radio 3")
    # The station names a song of its own a moment after the music has begun.
    await shows(hass, KITCHEN, media_title="In Concert")
    await in_house(hass, remote.set_radio_show, "Kitchen", "Late Junction")
    await in_house(hass, remote.set_stream_content, "Kitchen", "Clara Schumann - Romance")
    await shows(
        hass,
        KITCHEN,
        media_channel="BBC Radio 3",
        media_show="Late Junction",
        media_title="Romance",
        media_artist="Clara Schumann",
        audio_source="radio",
        queue_position=None,
    )
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, media_show=None, media_channel=None, audio_source="queue")


@pytest.mark.parity("media_player: source")
@pytest.mark.parity("beyond: audio source")
async def test_whence_the_sound_comes(
    hass: HomeAssistant, house: SimulatorProcess, remote: Remote
) -> None:
    """A key for automations, and a name for people."""
    uid = (await room(hass, remote, "Office"))["uid"]
    for uri, audio_source, source in (
        (f"x-sonos-vli:{uid}:1,airplay:7f00", "airplay", "AirPlay"),
        (f"x-sonos-vli:{uid}:2,spotify:7f01", "spotify_connect", "Spotify Connect"),
        (f"x-rincon-stream:{uid}", "line_in", "Line-in"),
        ("http://192.0.2.1/bell.mp3", "url", None),
    ):
        await in_house(hass, remote.play_uri, "Office", uri)
        await shows(hass, OFFICE, audio_source=audio_source, source=source)


@pytest.mark.parity("beyond: audio input format")
async def test_tv_format_is_read_while_the_television_is_on(
    hass: HomeAssistant, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    """No event tells it: the soundbar is asked when the TV comes on, and now and then."""
    zone_info = "SOAP DeviceProperties.GetZoneInfo"

    async def asked() -> Counter[str]:
        requests: dict[str, dict[str, int]] = await in_house(hass, remote.requests)
        return Counter(
            {uid: kinds[zone_info] for uid, kinds in requests.items() if zone_info in kinds}
        )

    await in_house(hass, remote.set_tv_format, "Living Room", 84934713)
    uid = (await room(hass, remote, "Living Room"))["uid"]
    with (
        patch(f"{OURS}.asking.tv_formats.SETTLING_SECONDS", 0.05),
        patch(f"{OURS}.asking.tv_formats.INTERVAL_SECONDS", 0.3),
    ):
        await in_house(hass, remote.play_tv, "Living Room")
        await in_house(hass, remote.group, "Bathroom", "Living Room")
        await shows(hass, LIVING_ROOM, audio_source="tv", audio_input_format="Dolby 5.1")
        await shows(hass, BATHROOM, audio_source="tv", audio_input_format="Dolby 5.1")
        await in_house(hass, remote.set_tv_format, "Living Room", 33554434)
        await shows(hass, LIVING_ROOM, audio_input_format="PCM 2.0")
        # A speaker that does not answer for a moment is asked again.
        await in_house(hass, remote.forbid, "Living Room")
        await asyncio.sleep(0.4)
        await in_house(hass, remote.heal)
        await in_house(hass, remote.set_tv_format, "Living Room", 63)
        await shows(hass, BATHROOM, audio_input_format="Dolby Atmos (MAT 2.0)")
        await in_house(hass, remote.play_tracks, "Living Room")
        await shows(hass, LIVING_ROOM, audio_source="queue", audio_input_format=None)
        await shows(hass, BATHROOM, audio_source="queue", audio_input_format=None)
        await hass.async_block_till_done(wait_background_tasks=True)
        before = await asked()
        assert before.keys() == {uid}
        await asyncio.sleep(0.7)
        assert await asked() == before
        # One that declines has no such input, and is left alone.
        await in_house(hass, remote.fail_action, "Living Room", "GetZoneInfo", 402)
        await in_house(hass, remote.play_tv, "Living Room")
        await eventually(asked, lambda count: count[uid] == before[uid] + 1)
        await asyncio.sleep(0.7)
        assert (await asked())[uid] == before[uid] + 1
        # So has one that answers without a format.
        await in_house(hass, remote.play_tracks, "Living Room")
        await shows(hass, LIVING_ROOM, audio_source="queue")
        before = await asked()
        with patch(f"{OURS}.engine.commands.zone_info.whole_number", return_value=None):
            await in_house(hass, remote.play_tv, "Living Room")
            await eventually(asked, lambda count: count[uid] == before[uid] + 1)
            await asyncio.sleep(0.7)
            assert (await asked())[uid] == before[uid] + 1
    assert shown(hass, LIVING_ROOM, "audio_input_format") is None
    assert complaints(caplog) == []


async def test_no_tv_format_is_read_after_the_end(
    hass: HomeAssistant, remote: Remote, entry: MockConfigEntry
) -> None:
    """News that comes while a household is being closed begins nothing new."""
    await in_house(hass, remote.play_tv, "Living Room")
    await shows(hass, LIVING_ROOM, source="TV")
    reader, household = entry.runtime_data._tv_formats, entry.runtime_data.household
    assert len(reader._following) == 1
    assert await hass.config_entries.async_unload(entry.entry_id)
    reader.plan(household.speakers)
    assert reader._following == {}


# --- position ------------------------------------------------------------------------------


@pytest.mark.parity("beyond: exact position")
@pytest.mark.parity("media_player: position")
async def test_position_is_exact(hass: HomeAssistant, remote: Remote) -> None:
    """Whatever people do: what a dashboard shows is what sounds, to the second."""

    async def error() -> float:
        state = hass.states.get(KITCHEN)
        assert state is not None
        position = state.attributes.get("media_position")
        if position is None:
            return 999.0
        if state.state == "playing":
            passed = dt_util.utcnow() - state.attributes["media_position_updated_at"]
            position += passed.total_seconds()
        truth = await room(hass, remote, "Kitchen")
        if truth["title"] != state.attributes["media_title"]:
            return 999.0
        return abs(float(position - truth["position"]))

    with patch(f"{OURS}.asking.positions.POSITION_INTERVAL", 0.1):
        for what in (
            lambda: remote.play_tracks("Kitchen"),
            lambda: remote.seek("Kitchen", 70),
            lambda: remote.pause("Kitchen"),
            lambda: remote.play("Kitchen"),
            lambda: remote.next("Kitchen"),
            lambda: remote.seek("Kitchen", 40),
            lambda: remote.finish_track("Kitchen", 2.5),
            lambda: remote.previous("Kitchen"),
        ):
            await in_house(hass, what)
            await asyncio.sleep(0.3)
            await eventually(error, lambda seconds: seconds < 1.0)
        await act(hass, "media_seek", KITCHEN, seek_position=30)
        await eventually(error, lambda seconds: seconds < 1.0)
        assert 29 <= shown(hass, KITCHEN, "media_position") <= 33


# --- regrouping ----------------------------------------------------------------------------


@pytest.mark.parity("beyond: never a wrong room")
@pytest.mark.parity("beyond: atomic regroup")
@pytest.mark.parity("household: early group")
@pytest.mark.parity("household: late room")
@pytest.mark.parity("beyond: vanished coordinator")
async def test_no_room_ever_shows_media_of_a_group_that_it_is_not_in(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Each state that is written agrees in itself, and all rooms agree when it has been heard."""
    speakers = {name: (await room(hass, remote, name))["uid"] for name in ("Kitchen", "Office")}
    await in_house(hass, remote.play_tracks, "Kitchen", 3)
    await in_house(hass, remote.play_radio, "Office", "Harbour FM")
    await shows(hass, KITCHEN, state="playing")
    await shows(hass, OFFICE, media_channel="Harbour FM")
    titles = {KITCHEN: "Aria", OFFICE: "Harbour FM"}
    wrong: list[str] = []

    def check(state: State) -> None:
        title, members = (state.attributes.get(n) for n in ("media_title", "group_members"))
        allowed = {None} if not members else {None, titles.get(members[0])}
        if members and title not in allowed:
            wrong.append(f"{state.entity_id} of {members} shows {title}")

    @callback
    def whole() -> None:
        """Look at all rooms after everybody who was told has been told."""
        groups = {
            state.entity_id: state.attributes["group_members"]
            for state in hass.states.async_all("media_player")
            if state.state != "unavailable"
        }
        wrong.extend(
            f"{entity_id} names {member}, which does not agree"
            for entity_id, members in groups.items()
            for member in members
            if member in groups and groups[member] != members
        )

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        if (state := event.data["new_state"]) is not None:
            check(state)
            hass.loop.call_soon(whole)

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)

    # The member says first whom it follows, and the topology comes later, or never.
    follows = {"TransportState": "PLAYING", "AVTransportURI": f"x-rincon:{speakers['Kitchen']}"}
    await in_house(hass, remote.emit, "Bathroom", "AVTransport", follows)
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, media_title="Aria", group_members=[KITCHEN, BATHROOM])
    # From group to group, while the topology of some speakers is late.
    await in_house(hass, remote.fault_notify, "*", "delay", "ZoneGroupTopology", 3, 0.8)
    await in_house(hass, remote.group, "Bathroom", "Office")
    await shows(hass, BATHROOM, media_title="Harbour FM", group_members=[OFFICE, BATHROOM])
    await in_house(hass, remote.group, "Patio", "Office")
    await shows(hass, PATIO, media_title="Harbour FM")
    # The coordinator vanishes: first without a word, then as the others say.
    await in_house(hass, remote.unplug, "Office", None)
    await in_house(hass, remote.plug_in, "Office")
    titles[BATHROOM] = "Harbour FM"  # takes over
    await in_house(hass, remote.unplug, "Office")
    await shows(hass, OFFICE, state="unavailable")
    await until(hass, lambda: OFFICE not in shown(hass, BATHROOM, "group_members"))
    assert wrong == []


@pytest.mark.parity("beyond: retry after a regroup")
async def test_commands_wait_for_a_group_that_is_just_forming(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Speakers decline for a moment; who asked just then does not notice."""
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, state="playing")
    await in_house(hass, remote.set_regroup_time, 1.5)
    await act(hass, "join", KITCHEN, group_members=[BATHROOM])
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM])
    await act(hass, "media_next_track", BATHROOM)
    await shows(hass, KITCHEN, queue_position=2)


@pytest.mark.parity("beyond: errors in words")
async def test_errors_say_which_room_could_not_do_what_and_why(
    hass: HomeAssistant, remote: Remote
) -> None:
    """In the user's language, without a number that only UPnP knows."""
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, state="playing")
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "media_seek", KITCHEN, seek_position=9000)
    assert str(caught.value) == (
        "Kitchen could not go to this position: there is no such position or track (error 711)"
    )


# --- writing -------------------------------------------------------------------------------


@pytest.mark.parity("beyond: quiet states")
async def test_a_state_is_written_only_when_it_is_another_one(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Speakers tell of much that no room shows: buffering, crossfade, what was enqueued."""
    written: Counter[str] = Counter()

    @callback
    def note(event: Event[Any]) -> None:
        written[str(event.event_type)] += 1

    @callback
    def always(_data: object) -> bool:
        return True

    await hass.async_block_till_done()
    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    hass.bus.async_listen(EVENT_STATE_REPORTED, note, event_filter=always)
    hass.bus.async_listen(EVENT_ENTITY_REGISTRY_UPDATED, note)
    steps: list[tuple[Callable[[], object], dict[str, object]]] = [
        (lambda: remote.play_tracks("Kitchen"), {"state": "playing", "queue_position": 1}),
        (lambda: remote.next("Kitchen"), {"queue_position": 2}),
        (lambda: remote.set_crossfade("Kitchen", True), {}),
        (lambda: remote.set_play_mode("Kitchen", "SHUFFLE"), {"shuffle": True}),
        (lambda: remote.group("Bathroom", "Kitchen"), {"group_members": [KITCHEN, BATHROOM]}),
        (lambda: remote.set_line_in("Office", False), {}),
        (lambda: remote.seek("Kitchen", 20), {}),
        (lambda: remote.pause("Kitchen"), {"state": "paused"}),
    ]
    for do, expected in steps:
        await in_house(hass, do)
        await shows(hass, KITCHEN, **expected)
        await asyncio.sleep(0.3)
    assert written[str(EVENT_STATE_CHANGED)] > len(steps)
    # Home Assistant itself writes a state twice when an entity can do something else than before.
    assert written[str(EVENT_STATE_REPORTED)] <= written[str(EVENT_ENTITY_REGISTRY_UPDATED)]
