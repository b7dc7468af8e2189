"""Takes pictures of the demo: of its dashboard, and of how well events arrive.

The frontend loads its cards when they are needed, so the first one is taken when all of them are
drawn. For the second one a room loses one event, and another one loses all of them.
"""

import asyncio
from pathlib import Path

from . import dashboard
from .browser import browser
from .client import Client
from .house import House
from .processes import DemoError

_WIDTH, _HEIGHT = 1360, 620
_SETTLE = 2.0

#: What tells how well the events of a room arrive, and those of the household.
_OF_A_ROOM = (
    "binary_sensor.{}_event_delivery",
    "sensor.{}_events",
    "sensor.{}_last_event",
    "sensor.{}_event_latency",
    "sensor.{}_missed_events",
    "sensor.{}_resubscriptions",
)
_OF_THE_HOUSEHOLD = (
    "sensor.{}_listener",
    "sensor.{}_event_rate",
    "button.{}_check_subscriptions_now",
    "button.{}_test_events",
)
_WELL, _ILL = "Kitchen", "Patio"

#: Home Assistant takes half a minute to begin with entities that were off, and a room whose events
#: are lost has a problem after as long again. The rate of events takes that long, too.
_PATIENCE = 120.0

# Counts the cards that show a name, across the shadow roots that the frontend is made of.
_DRAWN = """
window.page && [...page.all(document)].filter((element) =>
  element.localName === "hui-media-control-card" &&
  element.shadowRoot?.querySelector(".title, .icon-name")).length
"""


async def furnish(house: House) -> None:
    """Have something to see in every room."""
    await house.do(lambda home: home.play_tracks("Kitchen", source="service"))
    await house.do(lambda home: home.group("Bathroom", "Kitchen"))
    await house.do(lambda home: home.play_tv("Living Room"))
    await house.do(lambda home: home.play_radio("Office"))
    await house.do(lambda home: home.play_tracks("Bedroom"))
    await house.do(lambda home: home.set_play_mode("Bedroom", "SHUFFLE"))


async def take(url: str, cards: int) -> bytes:
    """Open the dashboard, and return its picture when all cards are drawn."""
    async with browser() as page:
        await page.open(f"{url}/{dashboard.PATH}", _WIDTH, _HEIGHT)
        await page.until(f"{_DRAWN} === {cards}", f"{cards} cards")
        await asyncio.sleep(_SETTLE)
        return await page.picture()


async def take_health(client: Client, house: House, url: str) -> bytes:
    """Return a picture of a room that has lost an event, and of one whose events are all lost."""
    household = next(
        entity_id.partition(".")[2].removesuffix("_listener")
        for entity_id in client.states
        if entity_id.startswith("sensor.") and entity_id.endswith("_listener")
    )
    cards = {room: [name.format(room.lower()) for name in _OF_A_ROOM] for room in (_WELL, _ILL)} | {
        "Sonos": [name.format(household) for name in _OF_THE_HOUSEHOLD]
    }
    await house.do(lambda home: home.fault_notify(_ILL, "drop", count=10**6))
    for entity_id in (entity_id for shown in cards.values() for entity_id in shown):
        await client.call("config/entity_registry/update", entity_id=entity_id, disabled_by=None)
    await dashboard.make_health(client, cards)
    (problem, *_), missed, rate = cards[_ILL], cards[_WELL][4], cards["Sonos"][1]
    await _until(client, {missed: "0"})
    await house.do(lambda home: home.renumber_events(_WELL, "RenderingControl", 99))
    await house.do(lambda home: home.set_volume(_WELL, 32))
    await _until(client, {missed: "1", problem: "on"})
    await client.wait_for(lambda: client.states[rate].state != "unknown", _PATIENCE)
    async with browser() as page:
        await page.open(f"{url}/{dashboard.HEALTH_PATH}", _WIDTH, _HEIGHT)
        await page.shows("Polled")
        await asyncio.sleep(_SETTLE)
        return await page.picture("hui-entities-card")


async def _until(client: Client, wanted: dict[str, str]) -> None:
    """Wait until entities have the states that are given for them."""

    def shown() -> bool:
        there = client.states
        return all(key in there and there[key].state == state for key, state in wanted.items())

    if not await client.wait_for(shown, _PATIENCE):
        raise DemoError(f"These states did not come about: {wanted}.")


def keep(file: Path, picture: bytes) -> None:
    """Write a picture to a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(picture)
