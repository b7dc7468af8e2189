"""Pictures in the media browser: what Home Assistant fetches, and what it does not."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import threading
from typing import TYPE_CHECKING, override

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator
from yarl import URL

from custom_components.sonos_twisted.browse import images
from tests.homeassistant.actions import KITCHEN, in_house, shows
from tests.homeassistant.browse.browsing import Browser, browser

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

PNG = b"\x89PNG"

type Fetch = Callable[[str, str, str | None], Awaitable[bytes | None]]


class _Elsewhere(BaseHTTPRequestHandler):
    """A server in the network that is no speaker."""

    asked: list[str]

    def do_GET(self) -> None:
        """Answer as the path says."""
        self.asked.append(self.path)
        status = 302 if self.path == "/moved.png" else 404 if self.path == "/none.png" else 200
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/logo.png")
        self.send_header("Content-Type", "text/html" if "page" in self.path else "image/png")
        self.end_headers()
        large = 9 * 1024 * 1024 if self.path == "/large.png" else 100
        self.wfile.write(PNG + b"." * large)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere(loopback: None) -> Iterator[str]:
    """Run a server that is no speaker, and give its address."""
    _Elsewhere.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def coordinator(standing_coordinator: HouseholdCoordinator) -> HouseholdCoordinator:
    """Give the household that these tests share."""
    return standing_coordinator


@pytest.fixture
def remote(standing_house: SimulatorProcess) -> Remote:
    """Give what a person does in the house."""
    return standing_house.remote


@pytest.fixture
def fetch(coordinator: HouseholdCoordinator) -> Fetch:
    """Give what fetches a picture for somebody who browses in the kitchen."""
    kitchen = next(room for room in coordinator.household.rooms if room.name == "Kitchen")

    async def fetch(media_type: str, content_id: str, image_id: str | None) -> bytes | None:
        data, content_type = await images.async_get_browse_image(
            coordinator, kitchen, media_type, content_id, image_id
        )
        assert (data is None) is (content_type is None)
        return data

    return fetch


@pytest.mark.parity("browse: artwork")
async def test_pictures_come_through_home_assistant(
    hass: HomeAssistant,
    coordinator: HouseholdCoordinator,
    hass_ws_client: WebSocketGenerator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """With the token that is in their address, and from the speaker that has them."""
    kitchen: Browser = await browser(hass, hass_ws_client)
    http = await hass_client_no_auth()
    album = await kitchen.enter("Music library", "Albums", "Gymnopédies & Gnossiennes")
    favorites = await kitchen.enter("Favorites", "Radio stations")
    for shown in (album, album["children"][0], favorites["children"][0]):
        thumbnail = shown["thumbnail"]
        assert thumbnail.startswith(f"/api/media_player_proxy/{KITCHEN}/browse_media/")
        response = await http.get(URL(thumbnail, encoded=True))
        assert response.status == 200
        assert response.content_type == "image/png"
        assert (await response.read()).startswith(PNG)
    stolen = URL(album["thumbnail"], encoded=True).without_query_params("token")
    assert (await http.get(stolen)).status == 403


async def test_addresses(coordinator: HouseholdCoordinator, elsewhere: str) -> None:
    """A browser goes to the internet itself, encrypted, and to nothing in the network."""
    show = images.image_url(coordinator, lambda *about: "|".join(map(str, about)))
    host = coordinator.household.rooms[0].host
    assert show("radio", "R:0/0/1", None) is None
    assert show("radio", "R:0/0/1", "nonsense") is None
    assert show("radio", "R:0/0/1", "https://a.example/1.png") == "https://a.example/1.png"
    assert show("radio", "R:0/0/1", f"{elsewhere}/1.png") == "radio|R:0/0/1|None"
    assert show("album", "A:ALBUM/x", f"{elsewhere}/1.png") == "album|A:ALBUM/x|None"
    assert (
        show("track", "x-file-cifs://nas/1", "/getaa?u=1") == "track|x-file-cifs://nas/1|/getaa?u=1"
    )
    # Old speakers name themselves.
    assert (
        show("album", "A:ALBUM/x", f"http://{host}:1400/getaa?u=1") == "album|A:ALBUM/x|/getaa?u=1"
    )
    # There is no list in which this could be looked up again.
    assert show("track", "x-sonos-spotify:1", "http://a.example/1.png") == "http://a.example/1.png"


async def test_only_what_a_speaker_names_is_fetched(fetch: Fetch, elsewhere: str) -> None:
    """Nobody can make Home Assistant fetch an address of their choice."""
    assert await fetch("album", "A:ALBUM/Night%20Market", "/getaa?s=1&u=x y")
    for address in (
        f"{elsewhere}/logo.png",
        f"//{elsewhere.removeprefix('http://')}/getaa?",
        f"@{elsewhere.removeprefix('http://')}/getaa?",
        "/status/info",
        "/getaa/../status/info",
        "",
    ):
        assert await fetch("album", "A:ALBUM/Night%20Market", address) is None
    assert _Elsewhere.asked == []


async def test_pictures_elsewhere_are_looked_up_again(
    hass: HomeAssistant,
    coordinator: HouseholdCoordinator,
    fetch: Fetch,
    elsewhere: str,
    monkeypatch: pytest.MonkeyPatch,
    remote: Remote,
) -> None:
    """The speakers are asked again what they name for the item."""
    logo = f"{elsewhere}/logo.png"
    station = replace(coordinator.content.stations[0], album_art_uri=logo)
    monkeypatch.setattr(type(coordinator.content), "stations", (station,))
    assert await fetch("radio", "R:0/0/0", None)
    assert await fetch("radio", "R:0/0/17", None) is None
    assert await fetch("favorite_item_id", "FV:2/0", None)
    assert await fetch("album", "A:ALBUM/Night%20Market", None)
    assert await fetch("album", "A:ALBUM/Nothing", None) is None
    assert await fetch("nonsense", "A:ALBUM/Night%20Market", None) is None
    await in_house(hass, remote.play_tracks, "Kitchen", 3)
    await shows(hass, KITCHEN, queue_size=3)
    assert await fetch("queue_item", "3", None)
    assert await fetch("queue_item", "4", None) is None
    assert await fetch("queue_item", "first", None) is None
    assert _Elsewhere.asked == ["/logo.png"]


@pytest.mark.parametrize(
    ("path", "is_there"),
    [("moved", True), ("none", False), ("page", False), ("large", False)],
)
async def test_only_pictures_are_passed_on(
    coordinator: HouseholdCoordinator,
    fetch: Fetch,
    elsewhere: str,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    is_there: bool,
) -> None:
    """Neither what is not there, nor pages, nor what is too large."""
    station = replace(coordinator.content.stations[0], album_art_uri=f"{elsewhere}/{path}.png")
    monkeypatch.setattr(type(coordinator.content), "stations", (station,))
    assert (await fetch("radio", "R:0/0/0", None) is not None) is is_there


async def test_picture_of_a_speaker_that_is_off(
    hass: HomeAssistant, coordinator: HouseholdCoordinator, fetch: Fetch, remote: Remote
) -> None:
    """There is none, and no more is said than in the debug log."""
    await in_house(hass, remote.refuse, "Kitchen")
    assert await fetch("track", "x", "/getaa?u=1") is None
    await in_house(hass, remote.heal)
