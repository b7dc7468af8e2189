"""Changing a list as it was when it was looked at, with a list that others change, too."""

from collections.abc import Awaitable, Callable

from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.sonos_twisted.actions.guarding import async_guarded
from custom_components.sonos_twisted.engine import EngineError, PlayerUnreachableError, UpnpError
from custom_components.sonos_twisted.engine.commands.content import Page
from custom_components.sonos_twisted.model import Speaker

KITCHEN = Speaker("RINCON_1", "Kitchen")
DECLINED = UpnpError("192.0.2.1", "AddURIToSavedQueue", 402, "AVTransport")


class SharedList:
    """A list that is changed by others as often as they like."""

    def __init__(self, others: int) -> None:
        self.update_id = 7
        self.others = others
        self.tried: list[int] = []

    async def look(self) -> Page:
        return Page((), 3, self.update_id)

    def change(self, error: EngineError) -> Callable[[Page], Awaitable[None]]:
        """Return a change that fails whenever somebody was faster."""

        async def change(page: Page) -> None:
            self.tried.append(page.update_id)
            if self.others:
                self.others -= 1
                self.update_id += 1
            if page.update_id != self.update_id:
                raise error

        return change


async def test_what_means_no_place_is_tried_again() -> None:
    """With the list as it is then."""
    shared = SharedList(others=3)
    await async_guarded(KITCHEN, shared.look, shared.change(DECLINED), anew=True)
    assert shared.tried == [7, 8, 9, 10]


async def test_it_is_not_tried_for_ever() -> None:
    """Somebody else changes it all the time."""
    shared = SharedList(others=99)
    with pytest.raises(HomeAssistantError) as caught:
        await async_guarded(KITCHEN, shared.look, shared.change(DECLINED), anew=True)
    assert caught.value.translation_key == "changed_meanwhile"
    assert len(shared.tried) == 4


async def test_speaker_that_cannot_be_reached_is_not_asked_again() -> None:
    """Whether it has done it is not known."""
    shared = SharedList(others=1)
    error = PlayerUnreachableError("192.0.2.1", "does not answer")
    with pytest.raises(HomeAssistantError) as caught:
        await async_guarded(KITCHEN, shared.look, shared.change(error), anew=True)
    assert caught.value.translation_key == "command_cannot_connect"
    assert shared.tried == [7]
