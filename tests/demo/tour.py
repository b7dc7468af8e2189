"""A tour through Home Assistant's user interface, with the integration, in a real browser.

It adds the simulated household as a person does, looks at it, and takes pictures on the way. What
does not appear makes it fail, and so does any text that lacks its translation.
"""

from pathlib import Path
import re
import tempfile

from . import log
from .browser import Page, browser
from .configuration import Settings
from .instance import free_port, running
from .processes import DemoError
from .screenshot import keep

NAME = "Sonos Twisted"
_WIDTH, _HEIGHT = 1000, 760

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


async def take(house: list[str], pictures: Path) -> list[str]:
    """Make the whole tour through a Home Assistant of its own.

    Args:
        house: The hosts of the household.
        pictures: The folder that the pictures go to.

    Returns:
        What Home Assistant has complained about in its log meanwhile.

    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        settings = Settings(
            folder=Path(folder, "config"), port=free_port(8300), domain="sonos_twisted"
        )
        async with running(settings, lambda _: None), browser() as page:
            tour = Tour(page, f"http://localhost:{settings.port}", pictures)
            await tour.begin()
            await tour.add(house[0])
            await tour.visit()
        return log.complaints(settings.folder)
