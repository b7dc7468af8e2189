"""The checklist of the integration quality scale: each rule with what became of it."""

from collections.abc import Iterator
import re

import voluptuous as vol

from .project import Project, violations

RULES = {
    "bronze": [
        "action-setup",
        "appropriate-polling",
        "brands",
        "common-modules",
        "config-flow",
        "config-flow-test-coverage",
        "dependency-transparency",
        "docs-actions",
        "docs-conditions",
        "docs-high-level-description",
        "docs-installation-instructions",
        "docs-removal-instructions",
        "docs-triggers",
        "entity-event-setup",
        "entity-unique-id",
        "has-entity-name",
        "runtime-data",
        "test-before-configure",
        "test-before-setup",
        "unique-config-entry",
    ],
    "silver": [
        "action-exceptions",
        "config-entry-unloading",
        "docs-configuration-parameters",
        "docs-installation-parameters",
        "entity-unavailable",
        "integration-owner",
        "log-when-unavailable",
        "parallel-updates",
        "reauthentication-flow",
        "test-coverage",
    ],
    "gold": [
        "devices",
        "diagnostics",
        "discovery",
        "discovery-update-info",
        "docs-data-update",
        "docs-examples",
        "docs-known-limitations",
        "docs-supported-devices",
        "docs-supported-functions",
        "docs-troubleshooting",
        "docs-use-cases",
        "dynamic-devices",
        "entity-category",
        "entity-device-class",
        "entity-disabled-by-default",
        "entity-translations",
        "exception-translations",
        "icon-translations",
        "reconfiguration-flow",
        "repair-issues",
        "stale-devices",
    ],
    "platinum": ["async-dependency", "inject-websession", "strict-typing"],
}

_PAGE = re.compile(r"\b(?:docs/)?[\w-]+\.md(?:#[\w-]+)?")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")

_SCHEMA = vol.Schema(
    {
        vol.Required("rules"): {
            vol.Required(rule): vol.Any(
                vol.In(["done", "todo"]),
                {
                    vol.Required("status"): vol.In(["done", "exempt", "todo"]),
                    vol.Required("comment"): vol.All(str, vol.Length(min=1)),
                },
            )
            for rules in RULES.values()
            for rule in rules
        }
    }
)


#: What code tells of a rule: a file of the integration, and what stands in it.
_EVIDENCE = {
    "brands": ("brand/icon.png", None),
    "config-entry-unloading": ("__init__.py", "async def async_unload_entry"),
    "config-flow": ("config_flow.py", "def async_step_user"),
    "diagnostics": ("diagnostics.py", "async def async_get_config_entry_diagnostics"),
    "discovery": ("config_flow.py", "def async_step_(ssdp|zeroconf)"),
    "docs-conditions": ("conditions.yaml", None),
    "docs-triggers": ("triggers.yaml", None),
    "has-entity-name": ("entity.py", "_attr_has_entity_name = True"),
    "icon-translations": ("icons.json", None),
    "reauthentication-flow": ("config_flow.py", "def async_step_reauth"),
    "reconfiguration-flow": ("config_flow.py", "def async_step_reconfigure"),
    "repair-issues": ("repairs.py", "async def async_create_fix_flow"),
    "runtime-data": ("__init__.py", r"entry\.runtime_data = "),
    "stale-devices": ("__init__.py", "async def async_remove_config_entry_device"),
    "test-before-setup": ("__init__.py", "raise ConfigEntryNotReady"),
}


def anchors(page: str) -> set[str]:
    """Return what the headings of a page can be linked by, as GitHub makes it."""
    headings = re.findall(r"^#{1,6} +(.+?) *$", page, re.MULTILINE)
    shown = (_LINK.sub(r"\1", heading).lower() for heading in headings)
    return {_NOT_IN_ANCHORS.sub("", heading).replace(" ", "-") for heading in shown}


def check(project: Project) -> Iterator[str]:
    """Check that each rule has an answer, and that those about documentation lead to it."""
    file = project.package / "quality_scale.yaml"
    content, name = project.yaml(file), project.name(file)
    broken = [*violations(_SCHEMA, content, name)]
    yield from broken
    if not broken:
        for rule, answer in content["rules"].items():
            status, comment = (
                (answer["status"], answer["comment"]) if isinstance(answer, dict) else (answer, "")
            )
            yield from _check_answer(project, rule, status, comment, f"{name}: {rule}")
            yield from _check_evidence(project, rule, status, f"{name}: {rule}")


def _check_evidence(project: Project, rule: str, status: str, name: str) -> Iterator[str]:
    """Compare an answer with what the code tells, where it tells something."""
    if rule not in _EVIDENCE:
        return
    file, pattern = _EVIDENCE[rule]
    path = project.package / file
    is_there = path.is_file() and (pattern is None or re.search(pattern, project.text(path)))
    if status == "done" and not is_there:
        yield f"{name} is done, but there is no {pattern or 'file'} in {file}"
    elif status != "done" and is_there:
        yield f"{name} is {status}, but {file} says that it is done"


def _check_answer(
    project: Project, rule: str, status: str, comment: str, name: str
) -> Iterator[str]:
    if status == "todo" and not comment:
        yield f"{name} does not say what is missing"
    pages = _PAGE.findall(comment)
    if status == "done" and rule.startswith("docs-") and not pages:
        yield f"{name} does not say where that is documented"
    for place in pages:
        page, _, anchor = place.partition("#")
        path = project.root / page
        if not path.is_file():
            yield f"{name}: there is no {page}"
        elif anchor and anchor not in anchors(project.text(path)):
            yield f"{name}: {page} has no heading {anchor}"
