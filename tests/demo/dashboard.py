"""Dashboards: with a card for each player, and of how well events arrive."""

from collections.abc import Mapping, Sequence
from typing import Any

from .client import Client

PATH = "sonos-house"
HEALTH_PATH = "sonos-health"


def _heading(text: str, icon: str) -> dict[str, Any]:
    """Return the heading of a section."""
    return {"type": "heading", "heading": text, "icon": icon}


def _player(entity_id: str) -> dict[str, Any]:
    """Return the card of a player, half as wide as its section."""
    return {
        "type": "media-control",
        "entity": entity_id,
        "grid_options": {"columns": 12, "rows": "auto"},
    }


def _volume(entity_id: str) -> dict[str, Any]:
    """Return a card with the volume of a player."""
    return {
        "type": "tile",
        "entity": entity_id,
        "state_content": ["state", "volume_level"],
        "features": [{"type": "media-player-volume-slider"}],
        "features_position": "inline",
        "grid_options": {"columns": 12},
    }


def _sections(entity_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return a wide section with the players, and one with their volumes."""
    return [
        {
            "type": "grid",
            "column_span": 2,
            "cards": [_heading("Players", "mdi:music"), *map(_player, entity_ids)],
        },
        {
            "type": "grid",
            "cards": [_heading("Volume", "mdi:volume-high"), *map(_volume, entity_ids)],
        },
    ]


async def make(client: Client, entity_ids: Sequence[str]) -> None:
    """Make the dashboard, and have Home Assistant open with it."""
    await _create(client, PATH, "House", _sections(entity_ids))
    await client.call("frontend/set_system_data", key="core", value={"default_panel": PATH})


async def make_health(client: Client, cards: Mapping[str, Sequence[str]]) -> None:
    """Make a dashboard with a card for each title, of the entities that are named."""
    sections = [
        {
            "type": "grid",
            "cards": [
                {
                    "type": "entities",
                    "title": title,
                    "show_header_toggle": False,
                    "entities": [{"entity": it, "name": {"type": "entity"}} for it in entity_ids],
                }
            ],
        }
        for title, entity_ids in cards.items()
    ]
    await _create(client, HEALTH_PATH, "Health", sections)


async def _create(client: Client, path: str, title: str, sections: list[dict[str, Any]]) -> None:
    """Make a dashboard of one view."""
    await client.call(
        "lovelace/dashboards/create",
        url_path=path,
        title=title,
        icon="mdi:speaker-multiple",
        mode="storage",
        show_in_sidebar=True,
        require_admin=False,
    )
    view = {"title": title, "type": "sections", "max_columns": 3, "sections": sections}
    await client.call(
        "lovelace/config/save", url_path=path, config={"title": title, "views": [view]}
    )
