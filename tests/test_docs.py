"""The documentation says what the code says."""

from types import ModuleType

import pytest

from scripts.lib import diagrams
from tests.parity.collector import Shown, collect
from tests.parity.page import PAGE, Chapter, Feature, chapters, page, unknown
from tests.reference import conditions, entities, happenings, triggers


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


@pytest.mark.parametrize("part", [conditions, entities, happenings, triggers])
def test_page_that_repeats_the_code_is_current(part: ModuleType) -> None:
    """It is made from the code, or from what tests compare with it; scripts/reference makes it."""
    assert part.PAGE.read_text("utf-8") == part.page()
