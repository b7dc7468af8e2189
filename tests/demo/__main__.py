"""Runs the demo or its smoke run; scripts/demo is the way to call it."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Sequence
import contextlib
from pathlib import Path
import signal
import sys
from time import monotonic

from homeassistant.const import __version__

from scripts.lib import release

from . import automations, dashboard, log, screenshot
from .client import Client
from .configuration import ROOT, Settings
from .house import House, play, simulated
from .instance import FIRST_PORT, free_port, running
from .narrator import Narrator, Progress
from .processes import Child, DemoError
from .smoke import AUTOMATIONS, Smoke, summary

_PATIENCE = 45.0
_GONE = {"unavailable", "unknown"}

#: The version that the smoke run installs, which is none of the source tree's.
_RELEASED = "0.0.1rc1"


def _arguments() -> argparse.Namespace:
    """Read the command line; scripts/demo documents it."""
    parser = argparse.ArgumentParser(prog="scripts/demo")
    parser.add_argument("--hosts", nargs="+", default=[])
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--port", type=int, default=FIRST_PORT)
    parser.add_argument("--quiet-house", action="store_true")
    parser.add_argument("--screenshot", type=Path)
    parser.add_argument("--domain", choices=["sonos_twisted", "sonos"], default="sonos_twisted")
    arguments = parser.parse_args()
    if arguments.hosts and arguments.smoke:
        parser.error("--smoke changes what it likes, so it works on simulated speakers only")
    return arguments


def _settings(arguments: argparse.Namespace, hosts: Sequence[str], *, real: bool) -> Settings:
    """Return what Home Assistant is told."""
    options: dict[str, str | int] = {}
    if arguments.domain == "sonos_twisted" and not real:
        options = {"listen_address": "127.0.0.1"}
    kind = "smoke" if arguments.smoke else "demo"
    archive = None
    if arguments.smoke and arguments.domain == "sonos_twisted":
        archive = Path(ROOT, ".demo", f"{kind}-{__version__}-release", release.file_name())
        release.build(_RELEASED, archive)
    return Settings(
        folder=Path(ROOT, ".demo", f"{kind}-{__version__}"),
        port=free_port(arguments.port),
        domain=arguments.domain,
        hosts=hosts,
        options=options,
        more=AUTOMATIONS if arguments.smoke and arguments.domain == "sonos_twisted" else "",
        archive=archive,
    )


async def _check_installation(client: Client, domain: str, icon: bytes) -> None:
    """Raise unless Home Assistant runs what was installed, and shows its picture."""
    manifest = await client.call("manifest/get", integration=domain)
    if manifest["version"] != _RELEASED:
        raise DemoError(f"Home Assistant runs {manifest['version']} and not what was installed.")
    if await client.picture(f"/api/brands/integration/{domain}/icon.png") != icon:
        raise DemoError("Home Assistant does not show the integration's icon.")
    print(f"Home Assistant runs {domain} {manifest['version']}, installed from its archive.")


@contextlib.asynccontextmanager
async def _household(arguments: argparse.Namespace) -> AsyncIterator[House | None]:
    """Run the simulated household, unless real speakers are given."""
    if arguments.hosts:
        yield None
        return
    async with simulated(None) as house:
        yield house


async def _players(
    client: Client, child: Child, settings: Settings, uids: set[str], progress: Progress
) -> dict[str, str]:
    """Wait until the players are available; return their entity ids by uid."""
    begun = monotonic()
    while True:
        players = await client.players(settings.domain)
        ready = {
            uid
            for uid, entity_id in players.items()
            if (state := client.states.get(entity_id)) and state.state not in _GONE
        }
        waited = monotonic() - begun
        if ready and ready >= uids:
            return players
        if waited > _PATIENCE:
            missing = f"{len(uids - ready)} players are not" if uids else "No player is"
            raise DemoError(
                f"{missing} available after {waited:.0f} s; "
                f"{settings.folder / 'home-assistant.log'} may say why."
            )
        progress(f"Waiting for the players ... {waited:.0f} s, {len(ready)} are available")
        child.check()
        await asyncio.sleep(0.1)


async def _show(child: Child, house: House | None, host: str, url: str) -> None:
    """Print what happens, until somebody presses Ctrl-C or Home Assistant ends."""
    print(f"\nHome Assistant is at {url} - Ctrl-C ends the demo.")
    print(f"scripts/listen {host} prints the events of the same speakers.\n", flush=True)
    async with asyncio.TaskGroup() as group:
        if house:
            group.create_task(play(house, lambda text: print(f"              {text}", flush=True)))
        while True:
            await asyncio.sleep(1)
            child.check()


async def _demo(arguments: argparse.Namespace) -> int:
    """Run everything; return the exit status."""
    begun = monotonic()
    progress = Progress()
    results = []
    async with _household(arguments) as house:
        settings = _settings(
            arguments, house.hosts if house else arguments.hosts, real=house is None
        )
        async with running(settings, progress) as (client, child):
            uids = set(house.rooms.values()) if house else set()
            players = await _players(client, child, settings, uids, progress)
            progress.done()
            print(f"{len(players)} players are available after {monotonic() - begun:.1f} s.")
            await dashboard.make(client, sorted(players.values()))
            url = f"http://localhost:{settings.port}"
            if arguments.screenshot and house:
                await screenshot.furnish(house)
                folder = arguments.screenshot
                screenshot.keep(folder / "dashboard.png", await screenshot.take(url, len(players)))
                health = await screenshot.take_health(client, house, url)
                screenshot.keep(folder / "health.png", health)
                return 0
            if arguments.smoke and house:
                if settings.archive:
                    icon = release.PACKAGE / "brand" / "icon.png"
                    await _check_installation(client, settings.domain, icon.read_bytes())
                results = await Smoke(client, house, players).run()
                if settings.domain == "sonos_twisted":
                    await automations.check(client, next(iter(players.values())))
                    print("Home Assistant takes all conditions, blueprints and examples.")
            else:
                narrator = Narrator()
                narrator.meet(client.states[entity_id] for entity_id in players.values())
                client.on_change = narrator.take
                await _show(child, None if arguments.quiet_house else house, settings.hosts[0], url)
    progress.done()
    print(summary(results))
    found = log.complaints(settings.folder)
    for entry in found:
        print(entry)
    print(f"Home Assistant {__version__} logged {len(found)} warnings and errors.")
    print(f"The smoke run took {monotonic() - begun:.1f} s.")
    return (
        0
        if results and all(result.milliseconds is not None for result in results) and not found
        else 1
    )


async def _until_signal(arguments: argparse.Namespace) -> int:
    """Run the demo; SIGTERM ends it as Ctrl-C does."""
    task = asyncio.current_task()
    if task:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await _demo(arguments)


def main() -> int:
    """Run the demo from the command line."""
    arguments = _arguments()
    try:
        return asyncio.run(_until_signal(arguments))
    except DemoError as error:
        print(f"\ndemo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt, asyncio.CancelledError:
        print("\nThe demo has ended.", file=sys.stderr)
        return 1 if arguments.smoke else 0


if __name__ == "__main__":
    sys.exit(main())
