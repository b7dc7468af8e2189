"""Events of the simulated household, heard with soco's own listeners."""

# mypy: disallow-untyped-calls=False
import contextlib
import json
import queue
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from soco import SoCo, config, events  # noqa: TID251

from .helpers import PATIENCE, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.simulator.process import SimulatorProcess

pytestmark = pytest.mark.usefixtures("fresh_soco")


@pytest.fixture
def kitchen(house: SimulatorProcess, monkeypatch: pytest.MonkeyPatch) -> SoCo:
    monkeypatch.setattr(config, "EVENTS_MODULE", events)
    monkeypatch.setattr(config, "EVENT_ADVERTISE_IP", "127.0.0.1")
    return SoCo(house.addresses["Kitchen"])


def wait_for_event(subscription: Any, condition: Callable[[dict[str, Any]], object]) -> Any:
    """Return the first event that meets a condition."""
    while True:
        event = subscription.events.get(timeout=PATIENCE)
        if condition(event.variables):
            return event


@pytest.fixture
def subscribe(kitchen: SoCo) -> Iterator[Callable[[str], Any]]:
    """Subscribe to a service of the kitchen, and end that afterwards."""
    subscriptions = []
    before = set(threading.enumerate())

    def run(service: str) -> Any:
        subscription = getattr(kitchen, service).subscribe(requested_timeout=60)
        subscriptions.append(subscription)
        return subscription

    yield run
    for subscription in subscriptions:
        subscription.unsubscribe()
    wait_until(lambda: set(threading.enumerate()) <= before)


def test_volume(house: SimulatorProcess, subscribe: Callable[[str], Any]) -> None:
    subscription = subscribe("renderingControl")
    house.remote.set_volume("Kitchen", 61)
    event = wait_for_event(subscription, lambda v: v["volume"]["Master"] == "61")
    assert event.variables["volume"] == {"Master": "61", "LF": "100", "RF": "100"}


def test_tracks(house: SimulatorProcess, subscribe: Callable[[str], Any]) -> None:
    subscription = subscribe("avTransport")
    house.remote.play_tracks("Kitchen", 4, "service")
    event = wait_for_event(subscription, lambda v: v.get("transport_state") == "PLAYING")
    track = event.variables["current_track_meta_data"]
    assert (track.title, track.creator, track.album) == (
        "Intermezzo in A",
        "Clara Berg",
        "Piano Evenings",
    )
    assert event.variables["number_of_tracks"] == "4"
    house.remote.finish_track("Kitchen", 0.1)
    wait_for_event(subscription, lambda v: v.get("current_track") == "2")
    house.remote.play_radio("Kitchen", "Lugna Favoriter")
    event = wait_for_event(
        subscription,
        lambda v: "Lena" in str(getattr(v.get("current_track_meta_data"), "stream_content", "")),
    )
    title = event.variables["enqueued_transport_uri_meta_data"].title
    assert title == "Lugna Favoriter"


def test_groups_and_queue(
    house: SimulatorProcess, kitchen: SoCo, subscribe: Callable[[str], Any]
) -> None:
    # With a live lease on the topology soco does not ask for it any more.
    uid = str(kitchen.uid)
    topology = subscribe("zoneGroupTopology")
    content = subscribe("contentDirectory")
    house.remote.group("Office", "Kitchen")
    event = wait_for_event(
        topology, lambda v: v.get("zone_player_uui_ds_in_group", "").count("RINCON") == 2
    )
    assert event.variables["zone_player_uui_ds_in_group"].startswith(uid)
    house.remote.play_tracks("Kitchen", 2)
    wait_for_event(content, lambda v: v.get("container_update_i_ds", "").startswith("Q:0,"))
    house.remote.ungroup("Office")
    wait_for_event(
        topology, lambda v: v.get("zone_player_uui_ds_in_group", "").count("RINCON") == 1
    )


def test_renewing(house: SimulatorProcess, subscribe: Callable[[str], Any]) -> None:
    subscription = subscribe("deviceProperties")
    subscription.renew(requested_timeout=120)
    assert subscription.timeout == 120
    assert subscription.events.get(timeout=PATIENCE).variables["zone_name"] == "Kitchen"


def test_events_twisted(house: SimulatorProcess, loopback: None) -> None:
    command = [sys.executable, "-m", "tests.simulator_tests.listen_twisted"]
    heard: queue.Queue[tuple[str, int, dict[str, str]]] = queue.Queue()
    with (
        subprocess.Popen(
            [*command, house.addresses["Patio"]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
        contextlib.ExitStack() as ending,
    ):
        # Otherwise a failure waits for a process that waits for the end of its input.
        ending.callback(process.kill)
        assert process.stdout is not None
        assert process.stdin is not None
        output = process.stdout

        def read() -> None:
            for line in output:
                heard.put(json.loads(line))

        reader = threading.Thread(target=read)
        reader.start()

        def wait_for(service: str, text: str) -> None:
            while True:
                kind, _, variables = heard.get(timeout=PATIENCE)
                if kind == service and text in str(variables):
                    return

        # Until its first event, soco may not know yet that it has a subscription.
        missing = {"AVTransport", "RenderingControl", "ZoneGroupTopology"}
        while missing:
            missing.discard(heard.get(timeout=PATIENCE)[0])
        house.remote.set_volume("Patio", 77)
        wait_for("RenderingControl", "'Master': '77'")
        house.remote.play_tracks("Patio", 2)
        wait_for("AVTransport", "PLAYING")
        house.remote.group("Patio", "Bathroom")
        wait_for("ZoneGroupTopology", "Bathroom + 1")
        process.stdin.close()
        assert process.wait(PATIENCE) == 0
        reader.join()
