"""Takes a picture of the demo's dashboard.

The frontend loads its cards when they are needed, so the picture is taken when all of them are
drawn.
"""

import asyncio
from pathlib import Path

from . import dashboard
from .browser import browser
from .house import House

_WIDTH, _HEIGHT = 1360, 620
_SETTLE = 2.0

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


def keep(file: Path, picture: bytes) -> None:
    """Write a picture to a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(picture)
