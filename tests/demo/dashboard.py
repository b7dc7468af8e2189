"""A dashboard with a card for each player."""

from collections.abc import Sequence
from typing import Any

from .client import Client

PATH = "sonos-house"


def _card(entity_id: str) -> dict[str, Any]:
    """Return the card of a player, half as wide as a section."""
    return {"type": "media-control", "entity": entity_id}


def _section(title: str, entity_ids: Sequence[str]) -> dict[str, Any]:
    """Return a column of players below a heading."""
    return {
        "type": "grid",
        "cards": [
            {"type": "heading", "heading": title, "icon": "mdi:speaker-multiple"},
            *(_card(entity_id) for entity_id in entity_ids),
        ],
    }


async def make(client: Client, entity_ids: Sequence[str]) -> None:
    """Make the dashboard, and have Home Assistant open with it."""
    half = (len(entity_ids) + 1) // 2
    await client.call(
        "lovelace/dashboards/create",
        url_path=PATH,
        title="House",
        icon="mdi:speaker-multiple",
        mode="storage",
        show_in_sidebar=True,
        require_admin=False,
    )
    await client.call(
        "lovelace/config/save",
        url_path=PATH,
        config={
            "title": "House",
            "views": [
                {
                    "title": "Players",
                    "type": "sections",
                    "max_columns": 2,
                    "sections": [
                        _section("Players", entity_ids[:half]),
                        _section("More players", entity_ids[half:]),
                    ],
                }
            ],
        },
    )
    await client.call("frontend/set_system_data", key="core", value={"default_panel": PATH})
