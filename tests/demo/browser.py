"""Headless Chromium, and a page in it that is used as a person uses it: by what it shows.

Home Assistant's user interface is made of shadow roots in shadow roots, so the functions that
look for things in the page walk through all of them. What is not there yet is waited for.
"""

import asyncio
import base64
from collections.abc import AsyncIterator
import contextlib
import itertools
import json
from pathlib import Path
import shutil
import tempfile
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

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
    "--force-prefers-reduced-motion",
    "--hide-scrollbars",
    "--lang=en",
    "--remote-debugging-port=0",
)
#: Seconds within which a page shows what it has to show, on the slowest machine.
PATIENCE = 40.0
_AGAIN = 0.05
_MOMENT = 3.0
_DELETE = 46

# What every page knows: `page.find` gives the place of something that can be clicked, and
# `page.field` that of a field by its label. Only what a person could click counts.
# The frontend loads itself anew, in the middle of a dialog, when its service worker is installed.
_LIBRARY = r"""
delete Navigator.prototype.serviceWorker;
window.page = (() => {
  function* all(root) {
    for (const element of root.querySelectorAll("*")) {
      yield element;
      if (element.shadowRoot) yield* all(element.shadowRoot);
    }
  }
  const parent = (node) => node.assignedSlot || node.parentNode || node.host;
  const isIn = (node, ancestor) => {
    for (; node; node = parent(node)) if (node === ancestor) return true;
    return false;
  };
  const at = (x, y) => {
    let hit = document.elementFromPoint(x, y);
    while (hit?.shadowRoot) {
      const inner = hit.shadowRoot.elementFromPoint(x, y);
      if (!inner || inner === hit) break;
      hit = inner;
    }
    return hit;
  };
  const place = (element) => {
    const box = element.getBoundingClientRect();
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    if (!box.width || !box.height) return null;
    const hit = at(x, y);
    if (!hit || !(isIn(hit, element) || isIn(element, hit))) return null;
    return { x, y, area: box.width * box.height };
  };
  const clean = (text) => (text || "").replace(/\s+/g, " ").trim();
  const own = (element) =>
    [...element.childNodes].filter((each) => each.nodeType === Node.TEXT_NODE)
      .map((each) => each.data).join("");
  const says = (element, text) =>
    [own(element), element.innerText, element.ariaLabel, element.title, element.label]
      .some((each) => typeof each === "string" && clean(each) === text);
  const smallest = (places) =>
    places.filter(Boolean).sort((one, other) => one.area - other.area)[0] || null;
  const scroll = (element) => element.scrollIntoView({ block: "nearest", behavior: "instant" });
  const find = (text) => {
    const found = [...all(document)].filter((each) => says(each, text));
    const there = smallest(found.map(place));
    if (!there) found.forEach(scroll);
    return there || smallest(found.map(place));
  };
  const input = (element) => {
    if (element.matches("input, textarea")) return element;
    return [...all(element.shadowRoot || element)].find((each) => each.matches("input, textarea"));
  };
  const field = (label) => {
    for (const element of all(document)) {
      if (![element.label, element.placeholder].some((each) => clean(each) === label)) continue;
      const found = input(element);
      if (!found) continue;
      scroll(found);
      if (!place(found)) continue;
      found.focus();
      found.select();
      return true;
    }
    return false;
  };
  const words = () => {
    const read = (node) => {
      if (node.nodeType === Node.TEXT_NODE) return node.data;
      if (node.nodeType === Node.ELEMENT_NODE && !node.checkVisibility?.() &&
          getComputedStyle(node).display !== "contents") return "";
      if (node.localName === "style" || node.localName === "script") return "";
      const children = node.localName === "slot" && node.assignedNodes().length
        ? node.assignedNodes() : (node.shadowRoot || node).childNodes;
      return [...children].map(read).join(" ");
    };
    return document.body ? clean(read(document.body)) : "";
  };
  const calm = () => document.getAnimations().every((each) => each.playState !== "running");
  const drawn = () => [...all(document)].every((each) => {
    if (!each.checkVisibility()) return true;
    if (each.localName === "img") return each.complete;
    if (!["ha-icon", "ha-state-icon"].includes(each.localName)) return true;
    return [...all(each.shadowRoot)].some((part) => part.localName === "path");
  });
  const around = (names) => {
    const boxes = [...all(document)].filter((each) => names.includes(each.localName))
      .map((each) => each.getBoundingClientRect());
    if (!boxes.length) return null;
    const x = Math.min(...boxes.map((box) => box.left)) - 16;
    const y = Math.min(...boxes.map((box) => box.top)) - 16;
    const width = Math.max(...boxes.map((box) => box.right)) + 16 - x;
    const height = Math.max(...boxes.map((box) => box.bottom)) + 16 - y;
    return { x, y, width, height };
  };
  return { all, find, field, words, calm, drawn, around };
})();
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
            answer: dict[str, Any] = await self._socket.receive_json(timeout=PATIENCE)
            if answer.get("id") == number:
                if "error" in answer:
                    raise DemoError(f"The browser declined {method}: {answer['error']}.")
                result: dict[str, Any] = answer["result"]
                return result

    async def evaluate(self, expression: str) -> Any:
        """Return what a piece of JavaScript comes to; None as long as the page is loading."""
        try:
            answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        except DemoError:
            return None
        if "exceptionDetails" in answer:
            raise DemoError(f"{expression} fails: {answer['result'].get('description')}")
        return answer["result"].get("value")

    async def until(self, expression: str, what: str) -> Any:
        """Wait until a piece of JavaScript comes to something, and return that."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while not (value := await self.evaluate(expression)):
            if loop.time() > end:
                words = await self.evaluate("window.page?.words()")
                raise DemoError(f"The page does not show {what}, but: {words}")
            await asyncio.sleep(_AGAIN)
        return value

    async def open(self, url: str, width: int, height: int) -> None:
        """Open a page in a window of a size."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        await self.call("Page.enable")
        await self.call("Page.addScriptToEvaluateOnNewDocument", source=_LIBRARY)
        await self.go(url)

    async def go(self, url: str) -> None:
        """Open another page in the same window."""
        await self.call("Page.navigate", url=url)

    async def shows(self, text: str) -> None:
        """Wait until a text can be read in the page."""
        await self.until(f"window.page?.words().includes({json.dumps(text)})", text)

    async def hides(self, text: str) -> None:
        """Wait until a text can be read in the page no more."""
        await self.until(
            f"window.page && !page.words().includes({json.dumps(text)})", f"no more {text}"
        )

    async def words(self) -> str:
        """Return all that can be read in the page."""
        return str(await self.evaluate("page.words()"))

    async def click(self, text: str, then: str = "") -> None:
        """Click what has a text or a name.

        Args:
            text: What it says.
            then: What can be read when the click has had its effect. A page that is still being
                built may take no notice of a click, so it is repeated until then.

        """
        await self.until("window.page?.calm()", "an end of its movements")
        await self._press(await self.until(_found(text), f"{text} to click"))
        if not then:
            return
        end = asyncio.get_running_loop().time() + PATIENCE
        while not await self._soon(then) and asyncio.get_running_loop().time() < end:
            if place := await self.evaluate(_found(text)):
                await self._press(place)
        await self.shows(then)

    async def _soon(self, text: str) -> bool:
        """Tell whether a text can be read within a moment."""
        try:
            async with asyncio.timeout(_MOMENT):
                await self.shows(text)
        except TimeoutError:
            return False
        return True

    async def _press(self, place: dict[str, float]) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            await self.call(
                "Input.dispatchMouseEvent",
                type=kind,
                x=place["x"],
                y=place["y"],
                button="left",
                clickCount=1,
            )

    async def enter(self, label: str, text: str) -> None:
        """Replace the content of a field."""
        await self.until(f"window.page?.field({json.dumps(label)})", f"a field {label}")
        if text:
            await self.call("Input.insertText", text=text)
        else:
            for kind in ("keyDown", "keyUp"):
                await self.call(
                    "Input.dispatchKeyEvent",
                    type=kind,
                    key="Delete",
                    code="Delete",
                    windowsVirtualKeyCode=_DELETE,
                )

    async def picture(self, *elements: str) -> bytes:
        """Return a picture of the page, when all is drawn and nothing moves in it.

        Args:
            elements: Names of elements; the picture is cut to all of them. None: the whole page.

        """
        await self.until("window.page?.calm() && page.drawn()", "all of its icons, standing still")
        cut = {}
        if elements:
            box = await self.until(f"page.around({json.dumps(elements)})", ", ".join(elements))
            cut["clip"] = {**box, "scale": 1}
        shot = await self.call("Page.captureScreenshot", format="png", **cut)
        return base64.b64decode(shot["data"])


def _found(text: str) -> str:
    """Return what looks for something to click."""
    return f"window.page?.find({json.dumps(text)})"


def program() -> str | None:
    """Return the browser of this machine, if there is one."""
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


@contextlib.asynccontextmanager
async def browser() -> AsyncIterator[Page]:
    """Run a browser with a profile of its own, and give its page."""
    if not (path := program()):
        raise DemoError("Chromium is missing; the package chromium brings it.")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        profile = Path(folder)
        child = await Child.start(
            "Chromium",
            [path, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
            profile / "output.txt",
        )
        try:
            port = await _port(child, profile / "DevToolsActivePort")
            async with ClientSession() as session:
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
    async with asyncio.timeout(PATIENCE):
        while not (port := _first_line(file)):
            child.check()
            await asyncio.sleep(_AGAIN)
    return int(port)
