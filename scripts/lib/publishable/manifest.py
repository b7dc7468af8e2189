"""The manifest: its keys and values, and the packages that it requires."""

from collections.abc import Iterator
import re
from typing import Any
from urllib.parse import urlsplit

import voluptuous as vol

from .project import Project, out_of_order, violations

_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[a-z0-9,-]+\])?")
_VERSION = re.compile(r"\d+(\.\d+){1,2}((a|b|rc)\d+|\.dev\d+)?")
_OWNER = re.compile(r"@[A-Za-z0-9-]+(/[A-Za-z0-9-]+)?")
_CONFIG_SCHEMA = re.compile(
    r"^(CONFIG_SCHEMA\b[^=\n]*=|(from|import)\b.*\bCONFIG_SCHEMA\b)", re.MULTILINE
)
_CLASSES = {
    "assumed_state",
    "calculated",
    "cloud_polling",
    "cloud_push",
    "local_polling",
    "local_push",
}
_TYPES = {"device", "hub", "service"}

#: What Home Assistant's own integrations require, too: a pin here would fight with theirs.
_SHARED = {"lxml", "soco"}

#: What is provided by Home Assistant itself and so stands in requirements.txt only.
_PROVIDED = {"voluptuous"}


def _https(value: object) -> object:
    if not isinstance(value, str) or urlsplit(value).scheme != "https":
        raise vol.Invalid("has to be an address that begins with https")
    if not urlsplit(value).netloc:
        raise vol.Invalid("has no host")
    return value


def _documentation(value: object) -> object:
    if urlsplit(str(_https(value))).netloc == "www.home-assistant.io":
        raise vol.Invalid("is for integrations of Home Assistant itself")
    return value


def _matches(pattern: re.Pattern[str], what: str) -> Any:
    def validate(value: object) -> object:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise vol.Invalid(f"{value!r} is not {what}")
        return value

    return validate


def _filled(value: object) -> object:
    if not value:
        raise vol.Invalid("is empty")
    return value


def _lower(value: object) -> object:
    if isinstance(value, str) and value != value.lower():
        raise vol.Invalid(f"{value!r} is not in lower case")
    return value


_SCHEMA = vol.Schema(
    {
        vol.Required("domain"): _matches(re.compile(r"[a-z0-9_]+"), "a domain"),
        vol.Required("name"): vol.All(str, _filled),
        vol.Required("codeowners"): vol.All([_matches(_OWNER, "an owner such as @name")], _filled),
        vol.Required("documentation"): _documentation,
        vol.Required("integration_type"): vol.In(_TYPES),
        vol.Required("iot_class"): vol.In(_CLASSES),
        vol.Required("issue_tracker"): _https,
        vol.Required("version"): _matches(_VERSION, "a version such as 1.0.0"),
        vol.Optional("after_dependencies"): [str],
        vol.Optional("config_flow"): bool,
        vol.Optional("dependencies"): [str],
        vol.Optional("import_executor"): bool,
        vol.Optional("loggers"): [str],
        vol.Optional("requirements"): [str],
        vol.Optional("single_config_entry"): bool,
        vol.Optional("ssdp"): vol.All([vol.All({str: str}, _filled)], _filled),
        vol.Optional("zeroconf"): vol.All(
            [
                vol.Any(
                    _matches(re.compile(r"_[a-z0-9-]+\._(tcp|udp)\.local\."), "a service type"),
                    {
                        vol.Required("type"): str,
                        vol.Optional("name"): vol.All(str, _lower),
                        vol.Optional("properties"): {str: vol.All(str, _lower)},
                    },
                )
            ],
            _filled,
        ),
    }
)


def check(project: Project) -> Iterator[str]:
    """Check the manifest against the rules, and against requirements.txt."""
    manifest, name = project.manifest, project.name(project.package / "manifest.json")
    yield from violations(_SCHEMA, manifest, name)
    if manifest.get("domain") != project.package.name:
        yield f"{name}: domain is {manifest.get('domain')}, but its folder {project.package.name}"
    if key := out_of_order(manifest, first=("domain", "name")):
        yield f"{name}: {key} is not at its place; domain and name come first, then the alphabet"
    for key in ("after_dependencies", "dependencies", "loggers"):
        if out_of_order(manifest.get(key, ())):
            yield f"{name}: {key} is not in alphabetical order"
    yield from _code(project, name)
    yield from _requirements(project, manifest.get("requirements", []), name)


def _code(project: Project, name: str) -> Iterator[str]:
    """Check what modules have to have that the manifest, or Home Assistant, counts on."""
    flow = project.package / "config_flow.py"
    text = project.text(flow) if flow.is_file() else ""
    if project.manifest.get("config_flow") and not text:
        yield f"{name}: config_flow is true, but there is no config_flow.py"
    for way in sorted({"ssdp", "zeroconf"} & project.manifest.keys()):
        if f"def async_step_{way}(" not in text:
            yield f"{name}: {way} leads to a flow, but config_flow.py has no async_step_{way}"
    if "def async_step_" in text and "self.async_set_unique_id(" not in text:
        yield f"{project.name(flow)}: flows that are discovered have to set a unique id"
    setup = project.package / "__init__.py"
    text = project.text(setup)
    if "def async_setup(" in text and not _CONFIG_SCHEMA.search(text):
        yield f"{project.name(setup)}: async_setup needs a CONFIG_SCHEMA"


def _requirements(project: Project, required: list[str], name: str) -> Iterator[str]:
    for line in required:
        package = _PACKAGE.match(line)
        if package is None or " " in line:
            yield f"{name}: the requirement {line!r} is not written as package==version"
        elif package.group() in _SHARED:
            if "==" in line:
                yield f"{name}: {line} pins what integrations of Home Assistant require, too"
        elif not re.fullmatch(r"==\d+(\.\d+)+", line[package.end() :]):
            yield f"{name}: {line} has to be pinned with =="
    listed = [
        line
        for line in project.text(project.root / "requirements.txt").splitlines()
        if line and not line.startswith("#") and not line.startswith(tuple(_PROVIDED))
    ]
    for line in sorted({*listed} ^ {*required}):
        where = "only in requirements.txt" if line in listed else "not in requirements.txt"
        yield f"{name}: the requirement {line} is {where}"
