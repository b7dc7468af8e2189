"""Prints what is wrong with the files that are published; `scripts/lint` calls it."""

from collections.abc import Iterator
from pathlib import Path
import sys

from . import descriptions, hacs, icons, imports, manifest, pictures, quality, translations
from .project import Project, UnreadableError

ROOT = Path(__file__).resolve().parents[3]

_CHECKS = (
    manifest.check,
    imports.check,
    translations.check,
    descriptions.check,
    icons.check,
    pictures.check,
    hacs.check,
    quality.check,
)


def findings(root: Path) -> Iterator[str]:
    """Give all that is wrong; a file that cannot be read ends only what depends on it."""
    try:
        project = Project(root)
    except UnreadableError as error:
        yield str(error)
        return
    for check in _CHECKS:
        try:
            yield from check(project)
        except UnreadableError as error:
            yield str(error)


def main() -> int:
    """Print the findings; return 1 if there are any."""
    found = list(dict.fromkeys(findings(ROOT)))
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
