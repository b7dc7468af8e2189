"""What HACS wants: its own file, and what has to lie beside it."""

from collections.abc import Iterator
import hashlib
import re

import voluptuous as vol

from .project import Project, violations

_VERSION = re.compile(r"\d{4}\.\d{1,2}\.\d+")

#: The Apache License 2.0 as its authors publish it. HACS asks GitHub which license a project has,
#: and GitHub compares texts.
_LICENSE = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"


def _version(value: object) -> object:
    if not isinstance(value, str) or not _VERSION.fullmatch(value):
        raise vol.Invalid(f"{value!r} is not a version of Home Assistant such as 2026.10.0")
    return value


_SCHEMA = vol.Schema(
    {
        vol.Required("name"): str,
        vol.Optional("content_in_root"): bool,
        vol.Optional("country"): [str],
        vol.Optional("filename"): str,
        vol.Optional("hacs"): str,
        vol.Optional("hide_default_branch"): bool,
        vol.Optional("homeassistant"): _version,
        vol.Optional("persistent_directory"): str,
        vol.Optional("render_readme"): bool,
        vol.Optional("zip_release"): bool,
    }
)


def _digest(project: Project, name: str) -> str:
    return hashlib.sha256(project.text(project.root / name).encode()).hexdigest()


def check(project: Project) -> Iterator[str]:
    """Check hacs.json, and that everything lies where HACS looks for it."""
    hacs = project.json(project.root / "hacs.json")
    yield from violations(_SCHEMA, hacs, "hacs.json")
    for name in ("README.md", "LICENSE"):
        if not (project.root / name).is_file():
            yield f"{name} is missing"
        elif name == "LICENSE" and _digest(project, name) != _LICENSE:
            yield "LICENSE is not the Apache License 2.0, word for word"
    if hacs.get("name") != project.manifest.get("name"):
        yield f"hacs.json: name is {hacs.get('name')}, but another one in the manifest"
    if bool(hacs.get("zip_release")) is not ("filename" in hacs):
        yield "hacs.json: zip_release and filename belong together"
    if hacs.get("zip_release") and not hacs.get("hide_default_branch"):
        yield "hacs.json: no branch has an archive; hide_default_branch has to go with zip_release"
    if "filename" in hacs and not str(hacs["filename"]).endswith(".zip"):
        yield "hacs.json: filename is not that of a zip archive"
    if hacs.get("content_in_root"):
        yield "hacs.json: content_in_root is true, but the integration is in custom_components"
