"""Prints what a version of Home Assistant pins, as constraints for scripts/lock.

Home Assistant itself pins little; each integration pins its requirements in its manifest and
has them installed when it is loaded. The packages that our environments hold have to be the
versions that Home Assistant would install.
"""

import argparse
from collections.abc import Iterator
import json
from pathlib import Path
import re
import tomllib

_NAME = re.compile(r"^[A-Za-z0-9._-]+")


def _normalized(requirement: str) -> str:
    """Return the name in a requirement, as package names are compared."""
    found = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", found.group()).lower() if found else ""


def _wanted(project: Path) -> set[str]:
    """Return the names of the packages that the environment of Home Assistant holds."""
    groups = tomllib.loads((project / "pyproject.toml").read_text())["dependency-groups"]
    names = {_normalized(requirement) for requirement in groups["homeassistant"]}
    for line in (project / "requirements.txt").read_text().splitlines():
        names.add(_normalized(line))
    return names


def _pins(homeassistant: Path) -> Iterator[str]:
    """Give the requirements in all manifests of an unpacked Home Assistant."""
    for manifest in sorted(homeassistant.glob("components/*/manifest.json")):
        yield from json.loads(manifest.read_text()).get("requirements", [])


def main() -> None:
    """Print the constraints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path, help="the folder of the project")
    parser.add_argument("homeassistant", type=Path, help="an unpacked Home Assistant")
    parser.add_argument(
        "--relax",
        action="append",
        default=[],
        metavar="NAME",
        help="leave this package out: the pinned version is not to be had",
    )
    arguments = parser.parse_args()
    wanted = _wanted(arguments.project) - {_normalized(name) for name in arguments.relax}
    for pin in sorted(
        {pin for pin in _pins(arguments.homeassistant) if _normalized(pin) in wanted}
    ):
        print(pin)


if __name__ == "__main__":
    main()
