"""What players refuse to play or to queue."""

from typing import TYPE_CHECKING

import pytest

from .helpers import soap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.process import SimulatorProcess

pytestmark = pytest.mark.usefixtures("loopback")

OK = 200


@pytest.fixture(autouse=True)
def tidy(house: SimulatorProcess, loopback: None) -> Iterator[None]:
    """Link all services again after each test."""
    yield
    house.remote.link_service(2311)


def metadata(account: str) -> str:
    """Return metadata of an item, escaped as an argument."""
    text = (
        '<DIDL-Lite xmlns="urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/">'
        f"<item><desc>{account}</desc></item></DIDL-Lite>"
    )
    return text.replace("<", "&lt;").replace(">", "&gt;")


def error(answer: tuple[int, str]) -> int | None:
    """Return the error code in an answer."""
    status, body = answer
    return None if status == OK else int(body.partition("<errorCode>")[2].partition("<")[0])


def queue(house: SimulatorProcess, uri: str, account: str = "") -> int | None:
    """Add to the queue of the kitchen; return the error code."""
    arguments = (
        f"<InstanceID>0</InstanceID><EnqueuedURI>{uri}</EnqueuedURI>"
        f"<EnqueuedURIMetaData>{metadata(account) if account else ''}</EnqueuedURIMetaData>"
        "<DesiredFirstTrackNumberEnqueued>0</DesiredFirstTrackNumberEnqueued>"
        "<EnqueueAsNext>0</EnqueueAsNext>"
    )
    return error(soap(house.addresses["Kitchen"], "AVTransport", "AddURIToQueue", arguments))


def choose(house: SimulatorProcess, uri: str, room: str = "Kitchen") -> int | None:
    """Set the transport URI of a room; return the error code."""
    arguments = (
        f"<InstanceID>0</InstanceID><CurrentURI>{uri}</CurrentURI>"
        "<CurrentURIMetaData></CurrentURIMetaData>"
    )
    return error(soap(house.addresses[room], "AVTransport", "SetAVTransportURI", arguments))


SPOTIFY = "SA_RINCON2311_X_#Svc2311-0-Token"


@pytest.mark.parametrize(
    ("uri", "account", "code"),
    [
        ("http://host/a.mp3", "", None),
        ("file:///jffs/settings/savedqueues.rsq#1", "", None),
        ("file:///jffs/settings/savedqueues.rsq#99", "", 800),
        ("spotify%3atrack%3a1", SPOTIFY, None),
        ("spotify%3atrack%3a1", "", 402),
        ("x-rincon-cpcontainer:1006206c1", SPOTIFY, None),
        ("x-rincon-cpcontainer:1006206c1", "RINCON_AssociatedZPUDN", 402),
        ("x-rincon-cpcontainer:1006206c1", "SA_RINCON3079_X_#Svc3079-0-Token", 800),
        ("x-rincon-mp3radio://host/a", "", 714),
        ("x-sonosapi-stream:s1?sid=254", "SA_RINCON65031_", 714),
        ("gopher://host/a", "", 714),
        ("S://nas/music", "", 714),
    ],
)
def test_what_can_be_queued(
    house: SimulatorProcess, uri: str, account: str, code: int | None
) -> None:
    """Tracks and containers of services that the household has; no stations."""
    assert queue(house, uri, account) == code


def test_services_can_be_unlinked(house: SimulatorProcess) -> None:
    house.remote.link_service(2311, False)
    assert queue(house, "spotify%3atrack%3a1", SPOTIFY) == 800


def test_inputs_can_only_be_chosen_where_they_are(house: SimulatorProcess) -> None:
    """The line-in of the office everywhere, the television of the living room only there."""
    speakers = {
        speaker["name"]: uid
        for uid, speaker in house.remote.truth()["speakers"].items()
        if not speaker["invisible"]
    }
    assert choose(house, f"x-rincon-stream:{speakers['Office']}") is None
    assert choose(house, f"x-rincon-stream:{speakers['Bathroom']}") == 714
    television = f"x-sonos-htastream:{speakers['Living Room']}:spdif"
    assert choose(house, television) == 714
    assert choose(house, television, "Living Room") is None
    assert choose(house, f"x-sonos-htastream:{speakers['Kitchen']}:spdif") == 714


def test_a_list_is_no_transport_uri(house: SimulatorProcess) -> None:
    assert choose(house, "file:///jffs/settings/savedqueues.rsq#1") == 714
    assert choose(house, "") is None


def test_a_station_is_no_file(house: SimulatorProcess) -> None:
    """It turns out when it is to be played."""
    assert choose(house, "http://radio.example/jazz.mp3") is None
    kitchen = house.addresses["Kitchen"]
    play = "<InstanceID>0</InstanceID><Speed>1</Speed>"
    assert error(soap(kitchen, "AVTransport", "Play", play)) == 714
    assert choose(house, "x-rincon-mp3radio://radio.example/jazz.mp3") is None
    assert error(soap(kitchen, "AVTransport", "Play", play)) is None
