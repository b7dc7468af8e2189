"""The texts of all languages: their sections, keys and placeholders."""

from collections.abc import Iterator, Mapping
import re
import string
from typing import Any

import voluptuous as vol

from .project import Project, violations

_KEY = re.compile(r"(?!.*[_-]{2})[a-z0-9]([a-z0-9_-]*[a-z0-9])?")
_SLUG = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_HTML = re.compile(r"<[^<>]*[a-zA-Z/][^<>]*>")
_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://|\bwww\.", re.IGNORECASE)
_QUOTED = re.compile(r"'\{\w+\}'")
_REFERENCE = re.compile(r"\[%|%\]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise vol.Invalid("is not a text")
    try:
        names = _placeholders(value)
    except ValueError as error:
        raise vol.Invalid(f"has braces that fit nothing: {error}") from error
    for complaint, is_so in (
        ("is empty", not value),
        ("has spaces around it", value != value.strip()),
        ("has HTML in it", _HTML.search(value)),
        ("has an address in it; put a placeholder there", _URL.search(value)),
        ("has quotes around a placeholder", _QUOTED.search(value)),
        ("refers to another text, which only Home Assistant's own may", _REFERENCE.search(value)),
        ("has a placeholder that is no identifier", not all(map(str.isidentifier, names))),
    ):
        if is_so:
            raise vol.Invalid(complaint)
    return value


def _plain(value: object) -> str:
    """Accept a text without placeholders: Home Assistant fills in none here."""
    text = _text(value)
    if _placeholders(text):
        raise vol.Invalid("has a placeholder, and nothing is filled in here")
    return text


def _key(value: object) -> object:
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise vol.Invalid(f"the key {value!r} is not of small letters, digits, - and _")
    return value


def _slug(value: object) -> object:
    if not isinstance(value, str) or not _SLUG.fullmatch(value):
        raise vol.Invalid(f"the key {value!r} is not of small letters, digits and _")
    return value


def _each(content: Any, key: Any = _key) -> dict[Any, Any]:
    return {key: content}


_STEP = {
    vol.Optional("title"): _text,
    vol.Optional("description"): _text,
    vol.Optional("data"): _each(_text),
    vol.Optional("data_description"): _each(_text),
    vol.Optional("menu_options"): _each(_text),
    vol.Optional("menu_option_descriptions"): _each(_text),
    vol.Optional("submit"): _text,
    vol.Optional("sections"): _each(
        {
            vol.Optional("name"): _text,
            vol.Optional("description"): _text,
            vol.Optional("data"): _each(_text),
            vol.Optional("data_description"): _each(_text),
        }
    ),
}


def _explained(flow: Any) -> Any:
    """Refuse an explanation of a field that the step does not have."""
    for name, step in flow["step"].items():
        for part in (step, *step.get("sections", {}).values()):
            if left := part.get("data_description", {}).keys() - part.get("data", {}).keys():
                raise vol.Invalid(f"explains {min(left)}, which is no field", path=["step", name])
    return flow


_FLOW = vol.All(
    vol.Schema(
        {
            vol.Required("step"): _each(_STEP),
            vol.Optional("flow_title"): _text,
            vol.Optional("error"): _each(_text),
            vol.Optional("abort"): _each(_text),
            vol.Optional("progress"): _each(_text),
            vol.Optional("create_entry"): _each(_text),
            vol.Optional("initiate_flow"): {vol.Required("user"): _text},
        }
    ),
    _explained,
)


def _mended(issue: Any) -> Any:
    """Let an issue either be described or be mended by a flow."""
    if len(issue.keys() & {"description", "fix_flow"}) != 1:
        raise vol.Invalid("needs either a description or a fix_flow")
    return issue


_DESCRIBED = {
    vol.Required("name"): _text,
    vol.Required("description"): _text,
    vol.Optional("fields"): _each(
        {
            vol.Required("name"): _text,
            vol.Required("description"): _text,
            vol.Optional("example"): _text,
        }
    ),
}
_ACTION = {
    **_DESCRIBED,
    vol.Optional("sections"): _each(
        {vol.Required("name"): _text, vol.Optional("description"): _text}
    ),
}

_STATE = {vol.Optional("name"): _plain, vol.Optional("state"): _each(_plain)}

SCHEMA = vol.Schema(
    {
        vol.Optional("title"): _text,
        vol.Optional("config"): _FLOW,
        vol.Optional("options"): _FLOW,
        vol.Optional("config_subentries"): _each(_FLOW, _slug),
        vol.Optional("entity"): _each(
            _each(
                {
                    vol.Optional("name"): _text,
                    vol.Optional("state"): _each(_plain),
                    vol.Optional("state_attributes"): _each(_STATE),
                    vol.Optional("unit_of_measurement"): _plain,
                }
            ),
            _slug,
        ),
        vol.Optional("device"): _each({vol.Optional("name"): _text}),
        vol.Optional("services"): _each(_ACTION),
        vol.Optional("triggers"): _each(_DESCRIBED, _slug),
        vol.Optional("conditions"): _each(_DESCRIBED, _slug),
        vol.Optional("exceptions"): _each({vol.Required("message"): _text}, _slug),
        vol.Optional("issues"): _each(
            vol.All(
                {
                    vol.Required("title"): _text,
                    vol.Optional("description"): _text,
                    vol.Optional("fix_flow"): _FLOW,
                },
                _mended,
            )
        ),
        vol.Optional("selector"): _each(
            {
                vol.Optional("choices"): _each(_text),
                vol.Optional("fields"): _each(
                    {vol.Required("name"): _text, vol.Required("description"): _text}
                ),
                vol.Optional("options"): _each(_text),
                vol.Optional("unit_of_measurement"): _each(_text),
            },
            _slug,
        ),
        vol.Optional("device_automation"): {
            vol.Optional(kind): _each(_text)
            for kind in (
                "action_type",
                "condition_type",
                "extra_fields",
                "extra_fields_descriptions",
                "trigger_subtype",
                "trigger_type",
            )
        },
        vol.Optional("system_health"): {vol.Optional("info"): _each(_text)},
        vol.Optional("common"): _each(_text, _slug),
    }
)


def _leaves(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, Mapping):
        for key, below in tree.items():
            yield from _leaves(below, f"{path}.{key}".lstrip("."))
    else:
        yield path, str(tree)


def check(project: Project) -> Iterator[str]:
    """Check each language by itself, and against English."""
    folder = project.package / "translations"
    if (project.package / "strings.json").exists():
        yield "strings.json is for integrations of Home Assistant itself; use translations/en.json"
    yield from violations(SCHEMA, project.english, project.name(folder / "en.json"))
    english = dict(_leaves(project.english))
    for file in sorted(folder.glob("*")):
        name = project.name(file)
        if file.suffix != ".json" or not _LANGUAGE.fullmatch(file.stem):
            yield f"{name} is not called after a language"
        elif file.stem != "en":
            texts = project.json(file)
            broken = [*violations(SCHEMA, texts, name)]
            yield from broken or _differences(dict(_leaves(texts)), english, name)


def _differences(texts: dict[str, str], english: dict[str, str], name: str) -> Iterator[str]:
    """Give what a language says that English does not; Home Assistant would ignore it."""
    for path, text in texts.items():
        if path not in english:
            yield f"{name}: {path} is not in en.json"
        elif _placeholders(text) != _placeholders(english[path]):
            yield f"{name}: {path} has other placeholders than in en.json"
