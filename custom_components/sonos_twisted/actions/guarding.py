"""Changing a list only as it was when it was looked at: places may mean other tracks by now."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..engine import EngineError, UpnpError
from ..errors import command_failed, failed

if TYPE_CHECKING:
    from ..engine.commands.content import Page
    from ..model import Speaker

#: How often something is tried that is right for the list as it has become, too.
_ATTEMPTS = 4


async def async_guarded(
    speaker: Speaker,
    look: Callable[[], Awaitable[Page]],
    change: Callable[[Page], Awaitable[None]],
    *,
    insist: bool = False,
    anew: bool = False,
) -> None:
    """Look at a list and change it, unless it changes in between.

    Args:
        speaker: The room's, which errors name.
        look: Reads a page of the list.
        change: Changes the list that the page is of, and lets an ``EngineError`` through.
        insist: Try without an update id when the speaker declines and the list is the same still.
        anew: Begin anew when the list has changed, since no places are meant.

    Raises:
        HomeAssistantError: When the list has changed, or the speaker cannot be reached or declines.

    """
    page = await look()
    update_id = page.update_id
    for _ in range(_ATTEMPTS):
        try:
            await change(replace(page, update_id=update_id))
        except EngineError as error:
            if not isinstance(error, UpnpError):
                raise command_failed(speaker.name, error) from error
            now = await look()
            if now.update_id == page.update_id:
                if not insist or not update_id:
                    raise command_failed(speaker.name, error) from error
                # It is documented nowhere that the queue's actions count as its listing does;
                # 0 always works.
                update_id = 0
            elif anew:
                page, update_id = now, now.update_id
            else:
                raise failed("changed_meanwhile", room=speaker.name) from error
        else:
            return
    raise failed("changed_meanwhile", room=speaker.name)
