"""Actions, triggers and conditions: as YAML describes them, with their texts and icons."""

from collections.abc import Iterator
from dataclasses import dataclass
import re
from typing import Any

from homeassistant.helpers import selector
import voluptuous as vol

from .project import Project, violations


def _given(value: object) -> object:
    if value is None:
        raise vol.Invalid("has no value")
    return value


_FIELD = {
    vol.Required("selector"): selector.validate_selector,
    vol.Optional("default"): _given,
    vol.Optional("example"): _given,
    vol.Optional("required"): bool,
}

#: A field can be for some of the targets only.
_FIELD_OF_ACTION = {
    **_FIELD,
    vol.Optional("filter"): {
        vol.Exclusive("attribute", "filter"): {str: [str]},
        vol.Exclusive("supported_features", "filter"): [str],
    },
}
_SECTION_OF_ACTION = {
    vol.Required("fields"): {str: _FIELD_OF_ACTION},
    vol.Optional("collapsed"): bool,
}


def _field_of_action(value: Any) -> Any:
    """Check a field, or a section of fields, and say what is wrong with the one that it is."""
    is_section = isinstance(value, dict) and "fields" in value
    return vol.Schema(_SECTION_OF_ACTION if is_section else _FIELD_OF_ACTION)(value)


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """What is described in a file of its own.

    Attributes:
        section: Its section in the texts and in the icons.
        icon: Its key in an icon's entry.
        code: What stands in code that registers some.
        field: What a field has to be.
        anchors: Whether keys that begin with a dot may hold what others repeat.

    """

    section: str
    icon: str
    code: str
    field: Any
    anchors: bool = True


#: What one field says can be the context of another, except in an action.
_FIELD_WITH_CONTEXT = {**_FIELD, vol.Optional("context"): {str: str}}
_KINDS = (
    _Kind(
        section="services",
        icon="service",
        code=r"\basync_register_\w*service\b|services\.async_register\b",
        field=_field_of_action,
        anchors=False,
    ),
    _Kind(
        section="triggers",
        icon="trigger",
        code=r"def async_get_triggers\b",
        field=_FIELD_WITH_CONTEXT,
    ),
    _Kind(
        section="conditions",
        icon="condition",
        code=r"def async_get_conditions\b",
        field=_FIELD_WITH_CONTEXT,
    ),
)
_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


def _fields(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give all fields, those in sections too."""
    for name, field in described.get("fields", {}).items():
        if "fields" in field:
            yield from field["fields"].items()
        else:
            yield name, field


def _sections(described: dict[str, Any]) -> set[str]:
    return {name for name, field in described.get("fields", {}).items() if "fields" in field}


def check(project: Project) -> Iterator[str]:
    """Check what is described against its texts and icons, in both directions."""
    choices: dict[str, set[str]] = {}
    for kind in _KINDS:
        yield from _check_kind(project, kind, choices)
    yield from _check_choices(project, choices)


def _check_kind(project: Project, kind: _Kind, choices: dict[str, set[str]]) -> Iterator[str]:
    file = project.package / f"{kind.section}.yaml"
    name = project.name(file)
    texts: dict[str, Any] = project.english.get(kind.section, {})
    icons: dict[str, Any] = project.icons.get(kind.section, {})
    if not file.exists():
        code = re.compile(kind.code)
        if texts or icons or any(code.search(project.text(it)) for it in project.modules):
            yield f"{name} is missing, and there are {kind.section}"
        return
    described = project.yaml(file)
    dotted = {key for key in described if key.startswith(".")}
    if dotted and not kind.anchors:
        yield f"{name}: {min(dotted)}: a key that begins with a dot is not accepted here"
    described = {key: value for key, value in described.items() if key not in dotted}
    yield from _check_form(described, kind, name)
    for key in sorted(described.keys() ^ texts.keys()):
        where = "not described in en.json" if key in described else "in en.json only"
        yield f"{name}: {key} is {where}"
    for key in sorted(described.keys() ^ icons.keys()):
        where = "without an icon" if key in described else "in icons.json only"
        yield f"{name}: {key} is {where}"
    for key in sorted(described.keys() & texts.keys()):
        yield from _check_texts(described[key] or {}, texts[key], f"{name}: {key}")
    for description in described.values():
        for _, field in _fields(description or {}):
            _note_choices(field, choices)
    for key in sorted(described.keys() & icons.keys()):
        if kind.icon not in icons[key]:
            yield f"{name}: {key} has no {kind.icon} icon"


def _check_form(described: dict[str, Any], kind: _Kind, name: str) -> Iterator[str]:
    for key, value in described.items():
        if not _NAME.fullmatch(key):
            yield f"{name}: {key} is not of small letters, digits and _"
        if value is None and kind.anchors:
            yield f"{name}: {key} is empty, so that it is not shown; write {{}}"
        elif value is not None:
            form = {
                vol.Optional("target"): selector.TargetSelector.CONFIG_SCHEMA,
                vol.Optional("fields"): {str: kind.field},
            }
            broken = [*violations(vol.Schema(form), value, f"{name}: {key}")]
            yield from broken or _check_fields(value, f"{name}: {key}")


def _check_fields(described: dict[str, Any], name: str) -> Iterator[str]:
    """Check what fields have to do with each other, and with the target."""
    fields = [*_fields(described)]
    names = [field for field, _ in fields]
    for twin in sorted({field for field in names if names.count(field) > 1}):
        yield f"{name}: the field {twin} stands there twice"
    for field, content in fields:
        if "filter" in content and "target" not in described:
            yield f"{name}: the field {field} has a filter, but there is no target to filter"
        allowed = selector.selector(content["selector"]).allowed_context_keys
        for key, source in content.get("context", {}).items():
            if _selector_type(described, source) not in allowed.get(key, ()):
                yield f"{name}: the field {field} cannot have {source} as the context {key}"


def _selector_type(described: dict[str, Any], source: str) -> str | None:
    """Return which kind of selector a field has, or the target; None if there is none."""
    fields: dict[str, Any] = described["fields"]
    if source in fields:
        return str(next(iter(fields[source]["selector"])))
    return source if source == "target" and source in described else None


def _check_texts(described: dict[str, Any], texts: dict[str, Any], name: str) -> Iterator[str]:
    fields = dict(_fields(described))
    for key in sorted(fields.keys() ^ texts.get("fields", {}).keys()):
        where = "not described in en.json" if key in fields else "described in en.json only"
        yield f"{name}: the field {key} is {where}"
    for key in sorted(_sections(described) ^ texts.get("sections", {}).keys()):
        yield f"{name}: the section {key} is either in YAML or in en.json only"


def _note_choices(field: dict[str, Any], choices: dict[str, set[str]]) -> None:
    """Note the options of a list to choose from by the key of their texts; several may share it."""
    select = (field.get("selector") or {}).get("select") or {}
    if "translation_key" in select:
        options = {it["value"] if isinstance(it, dict) else it for it in select["options"]}
        choices.setdefault(select["translation_key"], set()).update(options)


def _check_choices(project: Project, choices: dict[str, set[str]]) -> Iterator[str]:
    for key, options in choices.items():
        texts: dict[str, Any] = project.english.get("selector", {}).get(key, {})
        told: dict[str, str] = texts.get("options", {})
        for option in sorted(options ^ told.keys()):
            where = "not in en.json" if option in options else "in en.json only"
            yield f"the option {option} of selector.{key} is {where}"
