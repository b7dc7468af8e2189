"""Changing a list only as it was when it was looked at: places may mean other tracks by now."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..engine import EngineError, UpnpError
from ..errors import command_failed, failed

if TYPE_CHECKING:
    from ..engine.commands.content import Page
    from ..model import Speaker


async def async_guarded(
    speaker: Speaker,
    look: Callable[[], Awaitable[Page]],
    change: Callable[[Page], Awaitable[None]],
    *,
    insist: bool = False,
) -> None:
    """Look at a list and change it, unless it changes in between.

    Args:
        speaker: The room's, which errors name.
        look: Reads a page of the list.
        change: Changes the list that the page is of, and lets an ``EngineError`` through.
        insist: Try without an update id when the speaker declines and the list is the same still.

    Raises:
        HomeAssistantError: When the list has changed, or the speaker cannot be reached or declines.

    """
    page = await look()
    try:
        await change(page)
    except UpnpError as error:
        if (await look()).update_id != page.update_id:
            raise failed("changed_meanwhile", room=speaker.name) from error
        if not insist:
            raise command_failed(speaker.name, error) from error
    except EngineError as error:
        raise command_failed(speaker.name, error) from error
    else:
        return
    # It is documented nowhere that the queue's actions count as its listing does; 0 always works.
    try:
        await change(replace(page, update_id=0))
    except EngineError as error:
        raise command_failed(speaker.name, error) from error
