"""The files of a project that is to be published."""

from collections.abc import Iterable, Iterator
from functools import cached_property
import json
from pathlib import Path
from typing import Any

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.yaml import load_yaml_dict
import voluptuous as vol


class UnreadableError(Exception):
    """A file is missing or cannot be read; the message says which, and why."""


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a dictionary, and refuse a key that stands there twice."""
    keys = [key for key, _ in pairs]
    twins = sorted({key for key in keys if keys.count(key) > 1})
    if twins:
        raise ValueError(f"the key {twins[0]} stands there twice")
    return dict(pairs)


class Project:
    """A folder with an integration, as it lies in the repository."""

    def __init__(self, root: Path) -> None:
        """Find the one integration below custom_components."""
        self.root = root
        manifests = sorted(root.glob("custom_components/*/manifest.json"))
        if len(manifests) != 1:
            raise UnreadableError(
                f"custom_components has {len(manifests)} integrations; HACS takes exactly one"
            )
        self.package = manifests[0].parent

    def name(self, path: Path) -> str:
        """Return how a file is called in a finding."""
        return str(path.relative_to(self.root))

    def text(self, path: Path) -> str:
        """Return the text of a file."""
        try:
            return path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableError(f"{self.name(path)} cannot be read: {error}") from error

    def json(self, path: Path) -> dict[str, Any]:
        """Return the object that a JSON file holds."""
        try:
            content = json.loads(self.text(path), object_pairs_hook=_without_twins)
        except ValueError as error:
            raise UnreadableError(f"{self.name(path)} is not valid JSON: {error}") from error
        if not isinstance(content, dict):
            raise UnreadableError(f"{self.name(path)} does not hold an object")
        return content

    def yaml(self, path: Path) -> dict[str, Any]:
        """Return the mapping that a YAML file holds."""
        try:
            return load_yaml_dict(str(path))
        except (OSError, HomeAssistantError) as error:
            raise UnreadableError(f"{self.name(path)} cannot be read: {error}") from error

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the integration says of itself."""
        return self.json(self.package / "manifest.json")

    @cached_property
    def english(self) -> dict[str, Any]:
        """All texts of the integration in English."""
        return self.json(self.package / "translations" / "en.json")

    @cached_property
    def icons(self) -> dict[str, Any]:
        """All icons of the integration; none without the file."""
        file = self.package / "icons.json"
        return self.json(file) if file.exists() else {}

    @cached_property
    def modules(self) -> list[Path]:
        """All modules of the integration."""
        return sorted(self.package.rglob("*.py"))


def violations(schema: vol.Schema, content: Any, name: str) -> Iterator[str]:
    """Give what a schema does not accept of a file, each with its place."""
    try:
        schema(content)
    except vol.MultipleInvalid as invalid:
        for error in invalid.errors:
            yield f"{name}: {'.'.join(map(str, error.path)) or 'the file'}: {error.msg}"


def out_of_order(keys: Iterable[str], first: tuple[str, ...] = ()) -> str | None:
    """Return the first key that is not at its place: some are first, the others by the alphabet."""
    found = list(keys)
    wanted = [key for key in first if key in found]
    wanted += sorted(key for key in found if key not in first)
    return next((it for it, want in zip(found, wanted, strict=True) if it != want), None)
