"""The documentation says what the code says."""

from collections.abc import Iterator
from pathlib import Path
import re
from types import ModuleType
from typing import Any

from homeassistant.helpers import config_validation as cv
from homeassistant.util.yaml import load_yaml_dict, parse_yaml
import pytest
import voluptuous as vol

from custom_components.sonos_twisted.actions import IntegrationAction, RoomAction
from custom_components.sonos_twisted.services import ACTIONS, INTEGRATION_ACTIONS
from scripts.lib import diagrams
from scripts.lib.publishable.quality import anchors
from tests.parity.collector import Shown, collect
from tests.parity.page import PAGE, Chapter, Feature, chapters, page, unknown
from tests.reference import actions, conditions, devices, entities, happenings, triggers
from tests.reference.parts import PACKAGE

ROOT = Path(__file__).parent.parent


def test_the_lease_is_drawn_as_it_is_built() -> None:
    """The drawing is made from the table of the machine; scripts/diagrams makes it anew."""
    text = diagrams.ARCHITECTURE.read_text(encoding="utf-8")
    assert diagrams.drawn_into(text) == text


# --- the comparison with core --------------------------------------------------------------


@pytest.fixture(scope="module")
def shown() -> Shown:
    """Return which tests show which features."""
    return collect()


def test_tests_show_listed_features_only(shown: Shown) -> None:
    """An id that tests/parity/features.toml does not list would be lost."""
    assert unknown(chapters(), shown) == {}


def test_comparison_with_core_is_up_to_date(shown: Shown) -> None:
    """It is made from the tests; scripts/parity makes it anew."""
    assert page(chapters(), shown) == PAGE.read_text(encoding="utf-8")


def test_features_are_listed_once() -> None:
    """Two lines with one id would both be shown by the same tests."""
    ids = [feature.id for chapter in chapters() for feature in chapter.features]
    assert len(ids) == len(set(ids))


def test_a_feature_without_test_is_not_ours() -> None:
    """The page says so plainly, and counts it; a test that shows something else is named."""
    features = [
        Feature(id="a", feature="Sing", core="yes"),
        Feature(id="b", feature="Dance", core="partly", limit="on Sundays", remark="daily"),
    ]
    listed = [Chapter(title="Arts", features=features)]
    text = page(listed, {"b": ["tests/test_x.py::test_b", "tests/test_x.py::test_c"]})
    assert "2 features: core has 1 of them, 1 more in part; here tests show 1." in text
    assert "| Sing | yes | no |  |" in text
    links = "[test_x.py::test_b](../tests/test_x.py)<br>[test_x.py::test_c](../tests/test_x.py)"
    assert f"| Dance | partly: on Sundays | {links} | daily |" in text
    assert unknown(listed, {"b": [], "c": ["tests/test_x.py::test_d"]}) == {
        "c": ["tests/test_x.py::test_d"]
    }


@pytest.mark.parametrize(("core", "limit"), [("perhaps", ""), ("partly", ""), ("yes", "not so")])
def test_a_feature_is_answered_clearly(core: str, limit: str) -> None:
    """In part is said with what is missing, and only then."""
    with pytest.raises(ValueError, match="sing"):
        Feature(id="sing", feature="Sing", core=core, limit=limit)


# --- the manual ----------------------------------------------------------------------------


@pytest.mark.parametrize("part", [actions, conditions, devices, entities, happenings, triggers])
def test_page_that_repeats_the_code_is_current(part: ModuleType) -> None:
    """It is made from the code, or from what tests compare with it; scripts/reference makes it."""
    assert part.PAGE.read_text("utf-8") == part.page()


def test_attributes_of_the_page_of_entities_are_in_the_code() -> None:
    """Nothing else knows them all: many are there only while they have a value."""
    code = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    named = re.findall(r"^\| `(\w+)` \|", entities.PAGE.read_text("utf-8"), re.MULTILINE)
    assert len(named) > 10
    assert not [name for name in named if f'"{name}"' not in code]


_ALL: list[RoomAction | IntegrationAction] = [*ACTIONS, *INTEGRATION_ACTIONS]
_REGISTERED = {action.name: action for action in _ALL}
_DESCRIBED = load_yaml_dict(str(PACKAGE / "services.yaml"))
_PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _calls(content: Any) -> Iterator[dict[str, Any]]:
    """Give all calls of our actions that an example has, however deep."""
    if isinstance(content, dict):
        if str(content.get("action", "")).startswith("sonos_twisted."):
            yield content
        for below in content.values():
            yield from _calls(below)
    elif isinstance(content, list):
        for below in content:
            yield from _calls(below)


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.name)
def test_examples_of_a_page_are_accepted(page: Path) -> None:
    """Each is YAML, and its actions take the fields that they are given."""
    blocks = re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    for call in _calls([parse_yaml(block) for block in blocks]):
        action = _REGISTERED[call["action"].removeprefix("sonos_twisted.")]
        data = call.get("data", {})
        assert ("target" in call) is isinstance(action, RoomAction), call
        assert data.keys() <= {str(key) for key in action.fields}, call
        if "{{" not in str(data):
            schema: Any = vol.Schema(action.fields)
            schema(data)


@pytest.mark.parametrize("action", _ALL, ids=lambda action: action.name)
def test_examples_of_an_action_are_accepted(action: RoomAction | IntegrationAction) -> None:
    """Those that the user interface shows, too: each with the fields that are required."""
    fields = (_DESCRIBED[action.name] or {}).get("fields", {})
    required = {
        name: actions.example_of(field) for name, field in fields.items() if field.get("required")
    }
    schema: Any = vol.Schema(action.fields)
    for name, field in fields.items():
        schema({**required, name: actions.example_of(field)})


def _parts(block: Any) -> Iterator[dict[str, Any]]:
    """Give the automations, scripts and actions of an example."""
    for item in block if isinstance(block, list) else block.values():
        yield item if {"triggers", "sequence"} & item.keys() else {"sequence": [item]}


def test_examples_of_uses_are_automations_and_scripts() -> None:
    page = (ROOT / "docs" / "use-cases.md").read_text("utf-8")
    blocks = [parse_yaml(it) for it in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    assert len(blocks) > len(re.findall(r"^## ", page, re.MULTILINE)) / 2
    for part in (part for block in blocks for part in _parts(block)):
        cv.SCRIPT_SCHEMA(part.get("sequence") or part["actions"])
        cv.TRIGGER_SCHEMA(part.get("triggers", []))
        cv.CONDITIONS_SCHEMA(part.get("conditions", []))


_LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")


@pytest.mark.parametrize("page", [*_PAGES, *sorted(ROOT.glob("[CS]*.md"))], ids=lambda it: it.name)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    """To a file, and to a heading of it if they name one."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.DOTALL)
    for name, anchor in _LINK.findall(text):
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), name
        if anchor:
            assert anchor in anchors(target.read_text("utf-8")), f"{name}#{anchor}"


def test_index_has_every_page() -> None:
    index = ROOT / "docs" / "README.md"
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", index.read_text("utf-8")))
    assert listed == {page.name for page in index.parent.glob("*.md")} - {index.name}


#: What a walk tells its reader to make.
_MADE_BY_READERS = {"translations/pl.json"}


def test_files_of_the_walks_are_there() -> None:
    """In the project, or in the integration, where most of them are."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = {*re.findall(r"`([\w./-]+\.(?:json|py|toml|ya?ml))`", text)} - _MADE_BY_READERS
    assert len(named) > len(_MADE_BY_READERS)
    tests = ROOT / "tests/homeassistant/entities"
    places = [ROOT, PACKAGE, PACKAGE / "translations", tests]
    assert not [it for it in sorted(named) if not any((place / it).exists() for place in places)]
