"""Browsing and searching in tests, as the user interface does it."""

from collections.abc import Iterable
from typing import Any

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket, WebSocketGenerator

from tests.homeassistant.actions import KITCHEN


class Browser:
    """Somebody who looks at the media browser of a room."""

    def __init__(self, hass: HomeAssistant, client: MockHAClientWebSocket, room: str) -> None:
        """Sit down in front of it."""
        self._hass = hass
        self._client = client
        self._room = room

    async def _ask(self, kind: str, **data: object) -> dict[str, Any]:
        message = {"type": f"media_player/{kind}", "entity_id": self._room, **data}
        await self._client.send_json_auto_id(message)
        answer: dict[str, Any] = await self._client.receive_json()
        return answer

    async def open(self, media_type: str | None = None, content_id: str = "") -> dict[str, Any]:
        """Open something, or the root."""
        ids = {"media_content_type": media_type, "media_content_id": content_id}
        answer = await self._ask("browse_media", **({} if media_type is None else ids))
        assert answer["success"], answer
        result: dict[str, Any] = answer["result"]
        return result

    async def enter(self, *titles: str) -> dict[str, Any]:
        """Open one folder after the other, from the root, by their titles."""
        shown = await self.open()
        for title in titles:
            child = named(shown, title)
            shown = await self.open(child["media_content_type"], child["media_content_id"])
        return shown

    async def fail_to_open(self, media_type: str, content_id: str) -> str:
        """Return what the user reads who opens something that cannot be opened."""
        answer = await self._ask(
            "browse_media", media_content_type=media_type, media_content_id=content_id
        )
        assert not answer["success"]
        assert answer["error"]["code"] == "unknown_error"
        return str(answer["error"]["message"])

    async def search(self, query: str, **data: object) -> list[dict[str, Any]]:
        """Search, and return what is found."""
        answer = await self._ask("search_media", search_query=query, **data)
        assert answer["success"], answer
        found: list[dict[str, Any]] = answer["result"]["result"]
        return found

    async def fail_to_search(self, query: str, **data: object) -> str:
        """Return what the user reads when searching fails."""
        answer = await self._ask("search_media", search_query=query, **data)
        assert not answer["success"]
        return str(answer["error"]["message"])


async def browser(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, room: str = KITCHEN
) -> Browser:
    """Open the media browser of a room."""
    return Browser(hass, await hass_ws_client(hass), room)


def titles(items: dict[str, Any] | Iterable[dict[str, Any]]) -> list[str]:
    """Return the titles in a folder, or of what was found."""
    shown = items["children"] if isinstance(items, dict) else items
    return [item["title"] for item in shown]


def named(items: dict[str, Any], title: str) -> dict[str, Any]:
    """Return what has this title in a folder."""
    found: dict[str, Any] = next(item for item in items["children"] if item["title"] == title)
    return found
