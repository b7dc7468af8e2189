"""What users read of triggers is all there, and says what the tables say."""

import json
from pathlib import Path
from typing import Any

from homeassistant.util.yaml import load_yaml_dict
import pytest
import voluptuous as vol

import custom_components.sonos_twisted as integration
from custom_components.sonos_twisted.automation.triggering import FILTERS, fields_of
from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.entities.events import EVENTS
from custom_components.sonos_twisted.happenings import KINDS
from custom_components.sonos_twisted.trigger import async_get_triggers

FOLDER = Path(integration.__file__).parent
DESCRIPTIONS: dict[str, Any] = {
    name: described
    for name, described in load_yaml_dict(str(FOLDER / "triggers.yaml")).items()
    if not name.startswith(".")
}
ICONS: dict[str, Any] = json.loads((FOLDER / "icons.json").read_text("utf-8"))
TEXTS: dict[str, Any] = json.loads((FOLDER / "translations" / "en.json").read_text("utf-8"))

#: What Home Assistant tells an automation of any trigger, or we do.
_RESERVED = {
    *("alias", "description", "id", "idx", "platform"),
    *("area_id", "device_id", "domain", "entity_id", "room", "type"),
}


@pytest.fixture(autouse=True)
def use_this_integration() -> None:
    """Start no Home Assistant for each of the kinds."""


async def test_each_kind_is_described() -> None:
    """By a trigger, a name, a sentence and an icon, in the order of the names."""
    kinds = sorted(KINDS)
    assert sorted(await async_get_triggers(None)) == kinds  # type: ignore[arg-type]
    assert list(DESCRIPTIONS) == list(TEXTS["triggers"]) == list(ICONS["triggers"]) == kinds
    assert list(TEXTS["device_automation"]["trigger_type"]) == kinds
    assert FILTERS.keys() <= KINDS.keys()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_fields_are_those_of_the_table(kind: str) -> None:
    """With names, sentences and selectors; defaults and what is required alike."""
    texts, described = TEXTS["triggers"][kind], DESCRIPTIONS[kind].get("fields", {})
    assert texts["description"].startswith("Triggers when ")
    fields = {str(field): (field, selector) for field, selector in fields_of(kind).items()}
    assert list(texts.get("fields", {})) == list(described) == list(fields)
    extra = TEXTS["device_automation"]
    for name, (field, selector) in fields.items():
        (key,) = described[name]["selector"]
        written = type(selector)(described[name]["selector"][key])
        assert written.serialize() == selector.serialize()
        assert described[name].get("required", False) is isinstance(field, vol.Required)
        filled = vol.Schema({field: selector})({}) if isinstance(field, vol.Required) else {}
        assert described[name].get("default") == filled.get(name)
        assert set(texts["fields"][name]) == {"name", "description"}
        assert {name} <= extra["extra_fields"].keys() & extra["extra_fields_descriptions"].keys()
        words = selector.config.get("options")
        if words is not None:
            texts_of_words = TEXTS["selector"][selector.config["translation_key"]]["options"]
            assert set(words) <= texts_of_words.keys()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_targets_are_media_players(kind: str) -> None:
    """Everything that is told happens in rooms, and no variable hides another one."""
    assert DESCRIPTIONS[kind]["target"] == {
        "entity": {"integration": DOMAIN, "domain": "media_player"}
    }
    assert _RESERVED.isdisjoint(KINDS[kind].fields)


def test_each_type_of_event_has_a_name() -> None:
    assert {kind for each in EVENTS for kind in each.event_types or ()} <= KINDS.keys()
    for each in EVENTS:
        states = TEXTS["entity"]["event"][each.key]["state_attributes"]["event_type"]["state"]
        assert list(states) == each.event_types
