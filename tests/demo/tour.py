"""A tour through Home Assistant's user interface, with the integration, in a real browser.

It adds the simulated household as a person does, looks at it, and takes pictures on the way. What
does not appear makes it fail, and so does any text that lacks its translation.
"""

import asyncio
import os
from pathlib import Path
import re
import sys
import tempfile

from . import log
from .browser import PATIENCE, Page, browser
from .client import Client
from .configuration import Settings
from .house import simulated
from .instance import free_port, running
from .processes import DemoError
from .screenshot import keep

NAME = "Sonos Twisted"
_WIDTH, _HEIGHT = 1000, 760

#: Tours that start at the same moment shall not find the same port free.
_FIRST_PORT = 9700 + os.getpid() % 1500

#: Seconds between two looks at what changes by itself.
_AGAIN = 0.1

#: A port at which nobody listens.
_NOBODY = 9

#: How the frontend shows what has no translation.
_RAW = re.compile(r"\b(component|ui|state)(\.\w+){2,}")


class Tour:
    """The tour, and where its pictures go."""

    def __init__(self, page: Page, url: str, pictures: Path) -> None:
        """Begin at the list of integrations, as soon as there is one."""
        self._page = page
        self._url = url
        self._pictures = pictures

    async def begin(self) -> None:
        """Open the list of integrations; nobody has to log in."""
        await self._page.open(f"{self._url}/config/integrations/dashboard", _WIDTH, _HEIGHT)

    async def look(self, name: str = "") -> None:
        """Read what the page shows, and keep a picture of it if it is to have a name."""
        words = await self._page.words()
        if raw := _RAW.search(words):
            raise DemoError(f"There is no text for {raw.group()} in: {words}")
        if name:
            keep(self._pictures / f"{name}.png", await self._page.picture())

    async def add(self, host: str) -> None:
        """Add the household of a speaker."""
        page = self._page
        await page.click("Add integration", "Select brand")
        await page.enter("Search for a brand name", NAME)
        # Speakers of the simulated household do not announce themselves.
        await page.click(NAME, "all others of the same household are found through it")
        await page.enter("Speaker", host)
        await self.look("add")
        await page.click("Submit", "Name and assign")
        await self.look()
        await page.click("Skip and finish")
        await page.hides("Skip and finish")

    async def visit(self) -> None:
        """Look at the household, and at one of its rooms."""
        page = self._page
        await page.go(f"{self._url}/config/integrations/integration/sonos_twisted")
        await page.shows("10 devices")
        await self.look("household")
        await page.click("Kitchen", "Loudness")
        await self.look("room")

    async def misdirect(self, port: int) -> None:
        """Let speakers send their events where nobody is, by an option."""
        page = self._page
        await page.go(f"{self._url}/config/integrations/integration/sonos_twisted")
        await page.click("Configure", "Volume of announcements")
        await self.look("options")
        await page.click("Events", "Advertised port")
        await page.enter("Listen port", str(port))
        await page.enter("Advertised port", str(_NOBODY))
        await self.look("options_events")
        await page.click("Submit", "Options successfully saved")
        await page.click("Finish")
        await page.hides("Options successfully saved")

    async def repair(self) -> None:
        """Follow the repair to its end, and see it disappear."""
        page = self._page
        await page.go(f"{self._url}/config/repairs")
        await page.click("Events of Sonos speakers do not arrive", "you can try another address")
        await self.look("repair")
        await page.click("Next", "What you enter is tried at once")
        await self.look()
        await page.click("Submit", f"accepted to send them to 127.0.0.1:{_NOBODY}")
        await self.look("repair_failed")
        await page.enter("Advertised port", "")
        await page.click("Submit", "The issue is repaired!")
        await page.click("Finish", "There are currently no repairs")
        await self.look()


async def take(hosts: list[str], pictures: Path, port: int = 1400) -> list[str]:
    """Make the whole tour through a Home Assistant of its own.

    Args:
        hosts: The household's speakers.
        pictures: The folder that the pictures go to.
        port: The port to receive events on.

    Returns:
        What Home Assistant has complained about in its log meanwhile.

    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        settings = Settings(
            folder=Path(folder, "config"), port=free_port(_FIRST_PORT), domain="sonos_twisted"
        )
        async with running(settings, lambda _: None) as (client, _), browser() as page:
            tour = Tour(page, f"http://localhost:{settings.port}", pictures)
            await tour.begin()
            await tour.add(hosts[0])
            await tour.visit()
            await tour.misdirect(port)
            await tour.repair()
            await _settled(client, settings.domain)
        return log.complaints(settings.folder)


async def _settled(client: Client, domain: str) -> None:
    """Wait until what was changed last is in force: Home Assistant complains of what it cuts off.

    It begins to load an entry anew before it tells the page that the entry has other options.
    """
    async with asyncio.timeout(PATIENCE):
        while True:
            entries = await client.call("config_entries/get", domain=domain)
            if all(entry["state"] == "loaded" for entry in entries):
                return
            await asyncio.sleep(_AGAIN)


async def _take_pictures(folder: Path) -> int:
    """Take the pictures of the documentation; return the exit status."""
    async with simulated(None) as house:
        await take(house.hosts, folder)
    return 0


def main() -> int:
    """Take the pictures of the documentation, into the folder that is named."""
    try:
        return asyncio.run(_take_pictures(Path(sys.argv[1])))
    except DemoError as error:
        print(f"\ndemo: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
