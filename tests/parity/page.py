"""Writes docs/parity.md: what core does, and which test shows it here."""

from collections.abc import Sequence
from dataclasses import dataclass
import tomllib
from typing import Self

from .collector import ROOT, Shown

PAGE = ROOT / "docs" / "parity.md"
FEATURES = ROOT / "tests" / "parity" / "features.toml"

#: What core can do of a feature.
_CORE = frozenset({"yes", "partly", "no"})

_HEAD = """\
# Compared with Home Assistant core

What the `sonos` integration of Home Assistant core 2026.10 does, what goes beyond it, and the
tests that show it here, against simulated speakers. A feature without a test is "no".

<!-- Written by scripts/parity from the tests and from tests/parity/features.toml. -->

{total} features: core has {core} of them, {partly} more in part; here tests show {ours}.
"""


@dataclass(frozen=True, kw_only=True)
class Feature:
    """A line of the page.

    Attributes:
        id: What tests name.
        feature: What it is.
        core: Whether core has it: yes, partly or no.
        limit: What core's does not do of it.
        remark: What is to be said of ours.

    """

    id: str
    feature: str
    core: str
    limit: str = ""
    remark: str = ""

    def __post_init__(self) -> None:
        """Refuse what the page could not show.

        Raises:
            ValueError: When core's answer is no answer, or a limit says nothing.

        """
        if self.core not in _CORE or bool(self.limit) != (self.core == "partly"):
            raise ValueError(self.id)


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A table of the page."""

    title: str
    features: Sequence[Feature]

    @classmethod
    def read(cls, title: str, features: Sequence[dict[str, str]]) -> Self:
        """Read it from the form that it has in the file."""
        return cls(title=title, features=[Feature(**feature) for feature in features])


def chapters() -> list[Chapter]:
    """Return what the page lists."""
    data = tomllib.loads(FEATURES.read_text(encoding="utf-8"))
    return [Chapter.read(**chapter) for chapter in data["chapter"]]


def page(listed: Sequence[Chapter], shown: Shown) -> str:
    """Return the page.

    Args:
        listed: The features.
        shown: The tests that show them.

    """
    features = [feature for chapter in listed for feature in chapter.features]
    head = _HEAD.format(
        total=len(features),
        core=sum(feature.core == "yes" for feature in features),
        partly=sum(feature.core == "partly" for feature in features),
        ours=sum(feature.id in shown for feature in features),
    )
    return "\n".join([head, *(_table(chapter, shown) for chapter in listed)])


def _table(chapter: Chapter, shown: Shown) -> str:
    lines = [
        f"## {chapter.title}",
        "",
        "| feature | core | ours | remark |",
        "| --- | --- | --- | --- |",
    ]
    for feature in chapter.features:
        core = f"{feature.core}: {feature.limit}" if feature.limit else feature.core
        ours = "<br>".join(_link(test) for test in shown.get(feature.id, ())) or "no"
        lines.append(f"| {feature.feature} | {core} | {ours} | {feature.remark} |")
    return "\n".join([*lines, ""])


def _link(test: str) -> str:
    file, _, name = test.partition("::")
    return f"[{file.removeprefix('tests/')}::{name}](../{file})"


def unknown(listed: Sequence[Chapter], shown: Shown) -> Shown:
    """Return what tests claim to show that no chapter lists."""
    known = {feature.id for chapter in listed for feature in chapter.features}
    return {feature: tests for feature, tests in shown.items() if feature not in known}
