"""The files of the blueprints: complete, explained, and importable from where they are."""

from pathlib import Path
import re
from typing import Any

from homeassistant.components.blueprint.importer import fetch_blueprint_from_url
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.core import HomeAssistant
from homeassistant.util.yaml import load_yaml_dict
import pytest

from tests.test_project import MANIFEST

from .conftest import BLUEPRINTS, OURS

PAGE = (BLUEPRINTS.parent / "docs" / "blueprints.md").read_text("utf-8")
REPOSITORY = MANIFEST["documentation"]
IMPORT = "https://my.home-assistant.io/redirect/blueprint_import/?blueprint_url="


def inputs(blueprint: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return all inputs of a blueprint, those of its sections, too."""
    found: dict[str, dict[str, Any]] = {}
    for name, described in blueprint["blueprint"]["input"].items():
        found |= described.get("input", {name: described})
    return found


@pytest.mark.parametrize(
    ("path", "text"),
    [(path, path.read_text("utf-8")) for path in OURS],
    ids=[path.stem for path in OURS],
)
async def test_blueprint_can_be_imported_and_is_explained(
    hass: HomeAssistant, aioclient_mock: Any, path: Path, text: str
) -> None:
    """From its address, as the links in the documentation do it."""
    url = f"{REPOSITORY}/blob/main/{path.relative_to(BLUEPRINTS.parent)}"
    raw = url.replace("github.com", "raw.githubusercontent.com").replace("/blob/", "/")
    aioclient_mock.get(raw, text=text)
    imported = await fetch_blueprint_from_url(hass, url)
    blueprint: Blueprint = imported.blueprint
    assert blueprint.validate() is None
    assert imported.suggested_filename == f"sonos-twisted/{path.stem}"
    assert blueprint.metadata["source_url"] == url
    assert blueprint.metadata["homeassistant"]["min_version"] == "2026.10.0"
    loaded = load_yaml_dict(str(path))
    given = inputs(loaded)
    assert set(re.findall(r"!input (\w+)", text)) == given.keys()
    for name, described in given.items():
        assert {"name", "description", "selector"} <= described.keys(), name
    for described in loaded["blueprint"]["input"].values():
        assert described["name"]
    assert loaded["mode"]
    # The page tells of it, with a link that Home Assistant opens.
    assert f"## {blueprint.name}\n" in PAGE
    link = url.replace(":", "%3A").replace("/", "%2F")
    assert f"({IMPORT}{link})" in PAGE


def test_page_tells_of_no_other() -> None:
    """Each has a section of its own."""
    assert len(OURS) >= 9
    assert PAGE.count("\n## ") == len(OURS) + 1  # and one about what they need
