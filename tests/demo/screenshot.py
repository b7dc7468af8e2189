"""Takes a picture of the demo's dashboard with headless Chromium.

The frontend loads its cards when they are needed, so the picture is taken when the page says,
over the DevTools protocol, that all of them are drawn.
"""

import asyncio
import base64
from collections.abc import AsyncIterator
import contextlib
import itertools
from pathlib import Path
import shutil
import tempfile
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

from . import dashboard
from .house import House
from .processes import Child, DemoError

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)
_WIDTH, _HEIGHT = 1360, 620
_PATIENCE = 40.0
_SETTLE = 2.0

# Counts the cards that show a name, across the shadow roots that the frontend is made of.
_DRAWN = """
(() => {
  let cards = 0, pictures = 0;
  const look = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.localName === "hui-media-control-card" &&
          element.shadowRoot?.querySelector(".title, .icon-name")) cards += 1;
      if (element.classList.contains("image") &&
          getComputedStyle(element).backgroundImage !== "none") pictures += 1;
      if (element.shadowRoot) look(element.shadowRoot);
    }
  };
  look(document);
  return JSON.stringify([cards, pictures]);
})()
"""


class Page:
    """A page in the browser, spoken to over the DevTools protocol."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        """Keep the connection to the page."""
        self._socket = socket
        self._ids = itertools.count(1)

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        number = next(self._ids)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            answer: dict[str, Any] = await self._socket.receive_json(timeout=_PATIENCE)
            if answer.get("id") == number:
                result: dict[str, Any] = answer["result"]
                return result

    async def drawn(self) -> str:
        """Return how many cards and pictures are drawn."""
        answer = await self.call("Runtime.evaluate", expression=_DRAWN)
        return str(answer["result"].get("value"))


@contextlib.asynccontextmanager
async def _browser(session: ClientSession) -> AsyncIterator[Page]:
    """Run a browser with a profile of its own, and give its page."""
    program = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if not program:
        raise DemoError("Chromium is missing; the package chromium brings it.")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        profile = Path(folder)
        child = await Child.start(
            "Chromium",
            [program, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
            profile / "output.txt",
        )
        try:
            port = await _port(child, profile / "DevToolsActivePort")
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = await answer.json()
            url = next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
            async with session.ws_connect(url, max_msg_size=0) as socket:
                yield Page(socket)
        finally:
            await child.stop()


def _first_line(file: Path) -> str:
    """Return the first line of a file, or nothing as long as there is none."""
    return next(iter(file.read_text().splitlines()), "") if file.exists() else ""


async def _port(child: Child, file: Path) -> int:
    """Wait for the browser to say which port it listens on."""
    async with asyncio.timeout(_PATIENCE):
        while not (port := _first_line(file)):
            child.check()
            await asyncio.sleep(0.1)
    return int(port)


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
    async with ClientSession() as session, _browser(session) as page:
        await page.call(
            "Emulation.setDeviceMetricsOverride",
            width=_WIDTH,
            height=_HEIGHT,
            deviceScaleFactor=1,
            mobile=False,
        )
        await page.call("Page.navigate", url=f"{url}/{dashboard.PATH}")
        loop = asyncio.get_running_loop()
        end = loop.time() + _PATIENCE
        while not (drawn := await page.drawn()).startswith(f"[{cards},"):
            if loop.time() > end:
                raise DemoError(f"Of {cards} cards only {drawn} (cards, pictures) were drawn.")
            await asyncio.sleep(0.3)
        await asyncio.sleep(_SETTLE)
        shot = await page.call("Page.captureScreenshot", format="png")
    return base64.b64decode(shot["data"])
