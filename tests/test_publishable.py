"""What hassfest and HACS would complain about is found here before."""

from collections.abc import Callable
import json
from pathlib import Path
import shutil
import struct
from typing import Any

import pytest

from scripts.lib import brand
from scripts.lib.publishable import __main__ as publishable
from scripts.lib.publishable.__main__ import findings
from scripts.lib.publishable.quality import RULES, anchors

ROOT = Path(__file__).parent.parent
PACKAGE = "custom_components/sonos_twisted"
COPIED = [
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "hacs.json",
    "requirements.txt",
    "docs/*.md",
    f"{PACKAGE}/*.json",
    f"{PACKAGE}/*.yaml",
    # The other languages are looked at by themselves, and there are many of them.
    f"{PACKAGE}/translations/en.json",
    f"{PACKAGE}/brand/*",
    *(
        f"{PACKAGE}/{module}.py"
        for module in ("__init__", "config_flow", "diagnostics", "entity", "repairs", "services")
    ),
]

type Edit = Callable[[dict[str, Any]], object]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of all that is looked at."""
    for pattern in COPIED:
        for file in ROOT.glob(pattern):
            target = tmp_path / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
    return tmp_path


def _edit(file: Path, edit: Edit) -> None:
    """Change what a JSON file holds."""
    content = json.loads(file.read_text("utf-8"))
    edit(content)
    file.write_text(json.dumps(content), "utf-8")


def _set(*path: str | int, to: Any) -> Edit:
    """Return an edit that sets something, where it was or anew."""

    def edit(content: Any) -> None:
        for key in path[:-1]:
            content = content[key]
        content[path[-1]] = to

    return edit


def _without(*path: str) -> Edit:
    """Return an edit that removes something."""

    def edit(content: Any) -> None:
        for key in path[:-1]:
            content = content[key]
        del content[path[-1]]

    return edit


def test_this_project_can_be_published() -> None:
    assert list(findings(ROOT)) == []


def test_findings_are_printed_and_counted(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(publishable, "ROOT", project)
    assert publishable.main() == 0
    (project / "LICENSE").unlink()
    assert publishable.main() == 1
    assert capsys.readouterr().out == "LICENSE is missing\n"


def test_copy_is_as_good(project: Path) -> None:
    """So that each of the tests below sees its own mistake only."""
    assert list(findings(project)) == []


MANIFEST = [
    (_without("version"), "version: "),
    (_without("codeowners"), "codeowners: "),
    (_without("iot_class"), "iot_class: "),
    (_set("codeowners", to=[]), "codeowners: is empty"),
    (_set("codeowners", to=["somebody"]), "'somebody' is not an owner"),
    (_set("iot_class", to="local_magic"), "iot_class: "),
    (_set("integration_type", to="helper"), "integration_type: "),
    (_set("version", to="latest"), "'latest' is not a version"),
    (_set("documentation", to="http://example.org"), "begins with https"),
    (_set("documentation", to="https://"), "has no host"),
    (
        _set("documentation", to="https://www.home-assistant.io/integrations/sonos"),
        "for integrations of Home Assistant itself",
    ),
    (_set("domain", to="sonos_turned"), "domain is sonos_turned, but its folder sonos_twisted"),
    (_set("wishes", to=[]), "wishes: "),
    (lambda it: it.update(name=it.pop("name")), "is not at its place"),
    (_set("loggers", to=["twisted", "soco"]), "loggers is not in alphabetical order"),
    (_set("requirements", 0, to="Twisted>=26.10.0"), "Twisted>=26.10.0 has to be pinned"),
    (_set("requirements", 0, to="Twisted == 26.10.0"), "is not written as package==version"),
    (_set("requirements", 3, to="soco==0.32.0"), "pins what integrations of Home Assistant"),
    (_set("requirements", 0, to="Twisted==26.9.0"), "Twisted==26.10.0 is only in requirements.txt"),
    (_set("requirements", 0, to="Twisted==26.9.0"), "Twisted==26.9.0 is not in requirements.txt"),
    (_set("zeroconf", 0, to="_Sonos._tcp.local."), "is not a service type"),
    (_set("zeroconf", to=[{"type": "_a._tcp.local.", "name": "Sonos*"}]), "not in lower case"),
    (_set("ssdp", to=[{}]), "is empty"),
    (_set("after_dependencies", to=["network"]), "network is in dependencies and in after_"),
]


@pytest.mark.parametrize(("edit", "finding"), MANIFEST)
def test_mistake_in_the_manifest(project: Path, edit: Edit, finding: str) -> None:
    _edit(project / PACKAGE / "manifest.json", edit)
    assert finding in "\n".join(findings(project))


CODE = [
    ("config_flow", "async_step_ssdp", "async_step_more", "config_flow.py has no async_step_ssdp"),
    ("config_flow", "self.async_set_unique_id(", "print(", "have to set a unique id"),
    ("__init__", "CONFIG_SCHEMA", "SCHEMA", "__init__.py: async_setup needs a CONFIG_SCHEMA"),
    ("__init__", "import CONFIG_SCHEMA", "import SCHEMA", "async_setup needs a CONFIG_SCHEMA"),
]


@pytest.mark.parametrize(("module", "old", "new", "finding"), CODE)
def test_code_that_the_manifest_counts_on(
    project: Path, module: str, old: str, new: str, finding: str
) -> None:
    file = project / PACKAGE / f"{module}.py"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    assert finding in "\n".join(findings(project))


def test_flow_that_is_missing(project: Path) -> None:
    (project / PACKAGE / "config_flow.py").unlink()
    assert "config_flow is true, but there is no config_flow.py" in "\n".join(findings(project))


TEXTS = [
    (_set("greeting", to="Hello"), "greeting: "),
    (_set("config", "step", "user", "title", to="Hello <b>you</b>"), "has HTML in it"),
    (_set("config", "step", "user", "title", to="See https://example.org"), "has an address in it"),
    (_set("config", "step", "user", "title", to="See www.example.org"), "has an address in it"),
    (
        _set("config", "step", "user", "title", to="Connect to '{host}'"),
        "has quotes around a place",
    ),
    (_set("config", "step", "user", "title", to=" Connect"), "has spaces around it"),
    (_set("config", "step", "user", "title", to=""), "is empty"),
    (_set("config", "step", "user", "title", to=["Connect"]), "is not a text"),
    (_set("config", "step", "user", "title", to="Connect {to"), "has braces that fit nothing"),
    (_set("config", "step", "user", "title", to="Connect {the host}"), "that is no identifier"),
    (_set("config", "step", "user", "title", to="[%key:common::a%]"), "refers to another text"),
    (_set("config", "step", "user", "subtitle", to="Hello"), "config.step.user.subtitle: "),
    (_set("config", "step", "user", "data_description", "port", to="A"), "explains port, which is"),
    (_set("config", "title", to="Sonos"), "config.title: "),
    (_set("config", "error", "Bad_Host", to="No"), "'Bad_Host' is not of small letters"),
    (_set("config", "error", "bad__host", to="No"), "'bad__host' is not of small letters"),
    (_set("exceptions", "no-way", to={"message": "No"}), "'no-way' is not of small letters"),
    (_set("exceptions", "declined", to={}), "exceptions.declined.message: "),
    (
        _set("entity", "sensor", "events", "state", "pushed", to="{way}"),
        "nothing is filled in here",
    ),
    (_set("issues", "core_sonos", to={"title": "A"}), "either a description or a fix_flow"),
    (_without("services", "snapshot", "description"), "services.snapshot.description: "),
]


@pytest.mark.parametrize(("edit", "finding"), TEXTS)
def test_mistake_in_the_texts(project: Path, edit: Edit, finding: str) -> None:
    _edit(project / PACKAGE / "translations/en.json", edit)
    assert finding in "\n".join(findings(project))


LANGUAGES = [
    ({"config": {"step": {"usr": {"title": "Hallo"}}}}, "config.step.usr.title is not in en.json"),
    (
        {"config": {"flow_title": "{rooms}", "step": {}}},
        "config.flow_title has other placeholders than in en.json",
    ),
    ({"config": {"step": {"user": {"title": "<i>Hallo</i>"}}}}, "has HTML in it"),
]


@pytest.mark.parametrize(("texts", "finding"), LANGUAGES)
def test_mistake_in_another_language(project: Path, texts: Any, finding: str) -> None:
    file = project / PACKAGE / "translations/af.json"
    file.write_text(json.dumps(texts), "utf-8")
    assert [it for it in findings(project) if finding in it and "af.json" in it]


def test_files_of_texts_with_other_names(project: Path) -> None:
    (project / PACKAGE / "strings.json").write_text("{}")
    (project / PACKAGE / "translations/english.json").write_text("{}")
    found = "\n".join(findings(project))
    assert "strings.json is for integrations of Home Assistant itself" in found
    assert "translations/english.json is not called after a language" in found


DESCRIPTIONS = [
    ("services", ".anchor: {}", "begins with a dot is not accepted"),
    ("services", "Shout: {}", "Shout is not of small letters"),
    ("services", "shout: {}", "shout is not described in en.json"),
    ("services", "shout: {}", "shout is without an icon"),
    ("services", "shout: {fields: {loud: {selector: {}}}}", "shout: fields.loud.selector: "),
    ("services", "shout: {fields: {loud: {selector: {megaphone: }}}}", "fields.loud.selector"),
    ("services", "shout: {fields: {loud: {example: 1}}}", "fields.loud.selector: "),
    (
        "services",
        "shout: {fields: {loud: {example: , selector: {text: }}}}",
        "loud.example: has no value",
    ),
    ("services", "shout: {fields: {more: {fields: {loud: {}}}}}", "more.fields.loud.selector: "),
    ("services", "shout: {target: {entity: {colour: red}}}", "target.entity"),
    (
        "services",
        "shout: {fields: {loud: {selector: {text: }}, a: {fields: {loud: {selector: {text: }}}}}}",
        "shout: the field loud stands there twice",
    ),
    (
        "services",
        "shout: {fields: {loud: {selector: {text: }, filter: {supported_features: []}}}}",
        "the field loud has a filter, but there is no target",
    ),
    (
        "services",
        "shout: {target: {}, fields: {loud: {selector: {text: }, filter: {features: []}}}}",
        "loud.filter.features: ",
    ),
    (
        "services",
        "shout: {target: {}, fields: {a: {selector: {text: }, filter: {supported_features: [1]}}}}",
        "a.filter.supported_features.0: ",
    ),
    (
        "services",
        "shout: {fields: {loud: {selector: {text: }, context: {}}}}",
        "loud.context: ",
    ),
    (
        "triggers",
        "shouted: {fields: {more: {fields: {loud: {selector: {text: }}}}}}",
        "fields.more.fields: ",
    ),
    (
        "triggers",
        "shouted: {fields: {loud: {selector: {text: }, filter: {}}}}",
        "loud.filter: ",
    ),
    (
        "triggers",
        "shouted: {fields: {loud: {selector: {state: }, context: {filter_target: target}}}}",
        "the field loud cannot have target as the context filter_target",
    ),
    (
        "conditions",
        """
it:
  fields:
    a: {selector: {text: }}
    b: {selector: {state: }, context: {filter_entity: a}}
""",
        "the field b cannot have a as the context filter_entity",
    ),
    (
        "conditions",
        "is_loud: {target: {}, fields: {loud: {selector: {text: }, context: {filter: target}}}}",
        "the field loud cannot have target as the context filter",
    ),
    ("triggers", "shouted:", "shouted is empty, so that it is not shown"),
    ("triggers", "shouted: {fields: {loud: {selector: {text: }}}}", "shouted is not described in"),
    ("conditions", "is_loud: {}", "is_loud is without an icon"),
]


@pytest.mark.parametrize(("section", "more", "finding"), DESCRIPTIONS)
def test_mistake_in_a_description(project: Path, section: str, more: str, finding: str) -> None:
    file = project / PACKAGE / f"{section}.yaml"
    before = file.read_text("utf-8") if file.exists() else ""
    file.write_text(f"{before}\n{more}\n", "utf-8")
    assert finding in "\n".join(findings(project))


#: Two descriptions that are right: one with sections and a choice, one with repeated parts.
GOOD = {
    "services": """
shout:
  target:
    entity: {integration: sonos_twisted}
  fields:
    words: {required: true, selector: {text: }}
    more:
      collapsed: true
      fields:
        tone:
          default: high
          filter: {supported_features: [media_player.MediaPlayerEntityFeature.VOLUME_SET]}
          selector: {select: {options: [low, high], translation_key: tone}}
""",
    "triggers": """
.speaker: &speaker
  entity: {integration: sonos_twisted, domain: media_player}
shouted:
  target: *speaker
  fields:
    who: {selector: {entity: }}
    how:
      context: {filter_target: target}
      selector: {state: }
    told:
      context: {filter_entity: who}
      selector: {state: }
""",
}


def _shout(texts: dict[str, Any]) -> None:
    """Add the texts of what is described above."""
    named = {"name": "A", "description": "B"}
    texts["services"] = {
        "shout": named | {"fields": {"words": named, "tone": named}, "sections": {"more": named}}
    }
    texts["selector"] = {"tone": {"options": {"low": "Low", "high": "High"}}}
    heard = {"who": named, "how": named, "told": named}
    texts["triggers"] = {"shouted": named | {"fields": heard}}
    texts.pop("conditions", None)


@pytest.fixture
def shouting(project: Path) -> Path:
    """Return a project with one action and one trigger, described rightly."""
    for section, content in GOOD.items():
        (project / PACKAGE / f"{section}.yaml").write_text(content)
    (project / PACKAGE / "conditions.yaml").unlink(missing_ok=True)
    _edit(project / PACKAGE / "translations/en.json", _shout)
    icons = {
        "services": {"shout": {"service": "mdi:bullhorn", "sections": {"more": "mdi:plus"}}},
        "triggers": {"shouted": {"trigger": "mdi:bullhorn"}},
    }
    (project / PACKAGE / "icons.json").write_text(json.dumps(icons))
    return project


def test_sections_choices_and_repeated_parts_are_understood(shouting: Path) -> None:
    assert [it for it in findings(shouting) if "quality_scale" not in it] == []


SHOUTS = [
    (_without("services", "shout", "fields", "tone"), "the field tone is not described in en.json"),
    (_without("services", "shout", "sections"), "the section more is either in YAML or in en.json"),
    (
        _without("selector", "tone", "options", "low"),
        "the option low of selector.tone is not in en.json",
    ),
    (
        _set("selector", "tone", "options", "mid", to="M"),
        "the option mid of selector.tone is in en.json only",
    ),
    (_without("selector", "tone"), "the option high of selector.tone is not in en.json"),
    (_without("services", "shout"), "shout is not described in en.json"),
    (
        _set("triggers", "sung", to={"name": "A", "description": "B"}),
        "sung is in en.json only",
    ),
    (
        _set("services", "shout", "fields", "pitch", to={"name": "A", "description": "B"}),
        "the field pitch is described in en.json only",
    ),
]


@pytest.mark.parametrize(("edit", "finding"), SHOUTS)
def test_description_without_its_texts(shouting: Path, edit: Edit, finding: str) -> None:
    _edit(shouting / PACKAGE / "translations/en.json", edit)
    assert finding in "\n".join(findings(shouting))


@pytest.mark.parametrize("section", ["services", "triggers"])
def test_descriptions_that_are_missing(shouting: Path, section: str) -> None:
    """Also if nothing but the code says that there are some."""
    (shouting / PACKAGE / f"{section}.yaml").unlink()
    assert f"{section}.yaml is missing" in "\n".join(findings(shouting))
    _edit(shouting / PACKAGE / "translations/en.json", _without(section))
    _edit(shouting / PACKAGE / "icons.json", _without(section))
    code = "async def async_get_triggers(hass): ...\nhass.services.async_register()\n"
    (shouting / PACKAGE / "more.py").write_text(code)
    assert f"{section}.yaml is missing" in "\n".join(findings(shouting))


ICONS = [
    (_set("services", "snapshot", "service", to="fa:camera"), "'fa:camera' is not an icon"),
    (_set("services", "snapshot", "service", to="mdi:Camera"), "'mdi:Camera' is not an icon"),
    (_set("services", "snapshot", "service", to="mdi:twist"), "mdi:twist is not among the icons"),
    (_set("services", "snapshot", to="mdi:camera"), "services.snapshot: "),
    (_set("services", "snapshot", to={"trigger": "mdi:camera"}), "snapshot has no service icon"),
    (
        _set("entity", "switch", "new", to={"state": {"on": "mdi:speaker"}}),
        "states, but no default",
    ),
    (
        _set(
            "entity", "switch", "new", to={"default": "mdi:speaker", "state": {"on": "mdi:speaker"}}
        ),
        "has the default icon for on once more",
    ),
    (
        _set(
            "entity",
            "sensor",
            "new",
            to={"default": "mdi:speaker", "range": {"much": "mdi:speaker"}},
        ),
        "'much' is not a number",
    ),
    (
        _set("entity", "sensor", "new", to={"default": "mdi:speaker", "range": {}, "state": {}}),
        "chooses an icon by state and by range",
    ),
    (_set("icons", to={}), "icons: "),
]


@pytest.mark.parametrize(("edit", "finding"), ICONS)
def test_mistake_in_the_icons(project: Path, edit: Edit, finding: str) -> None:
    _edit(project / PACKAGE / "icons.json", edit)
    assert finding in "\n".join(findings(project))


IMPORTS = [
    ("import homeassistant.components.recorder.util", "imports recorder, which is neither"),
    ("from homeassistant.components import cloud", "imports cloud, which is neither"),
    ("from homeassistant.components.http import HomeAssistantView", "imports http, which is"),
    ("if True:\n    from homeassistant.components.bluetooth import api", "imports bluetooth, "),
    (
        "if TYPE_CHECKING:\n    x = 1\nelse:\n    from homeassistant.components import stream",
        "imports stream, ",
    ),
]


@pytest.mark.parametrize(("code", "finding"), IMPORTS)
def test_dependency_that_the_manifest_lacks(project: Path, code: str, finding: str) -> None:
    (project / PACKAGE / "more.py").write_text(code)
    assert finding in "\n".join(findings(project))


@pytest.mark.parametrize(
    "code",
    [
        "from homeassistant.components.http.auth import async_sign_path",
        "from homeassistant.components.plex.services import x",
        "from homeassistant.components import media_player, repairs, ssdp, zeroconf",
        "if TYPE_CHECKING:\n    from homeassistant.components.http import HomeAssistantView",
        "from . import model\nimport os",
    ],
)
def test_imports_that_need_no_dependency(project: Path, code: str) -> None:
    (project / PACKAGE / "more.py").write_text(code)
    assert list(findings(project)) == []


def _png(width: int, height: int, colors: int = 6) -> bytes:
    """Return how a PNG begins."""
    header = struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, colors, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + header


PICTURES = [
    ("icon.png", _png(128, 128), "icon.png is 128x128 instead of 256x256"),
    ("icon.png", b"<svg/>", "icon.png is not a PNG"),
    ("icon.png", _png(256, 256, 2), "icon.png has no transparency"),
    ("icon@2x.png", _png(256, 256), "icon@2x.png is 256x256, which is not twice"),
    ("logo.png", _png(128, 128), "logo.png is 128x128; it has to be wide"),
    ("dark_logo.png", _png(400, 64), "dark_logo.png is 400x64; it has to be wide"),
    ("icon_dark.png", _png(256, 256), "icon_dark.png is served by nobody"),
]


@pytest.mark.parametrize(
    ("name", "content", "finding"), PICTURES, ids=[finding for _, _, finding in PICTURES]
)
def test_picture_that_does_not_fit(project: Path, name: str, content: bytes, finding: str) -> None:
    (project / PACKAGE / "brand" / name).write_bytes(content)
    assert finding in "\n".join(findings(project))


def test_picture_that_is_missing(project: Path) -> None:
    (project / PACKAGE / "brand/logo@2x.png").unlink()
    assert list(findings(project)) == [f"{PACKAGE}/brand/logo@2x.png is missing"]


def test_brand_is_drawn_as_the_script_says() -> None:
    """The pictures are rendered from these drawings; scripts/brand makes both anew."""
    drawn = brand.drawings()
    assert {file.name for file in brand.SOURCES.iterdir()} == drawn.keys()
    for name, drawing in drawn.items():
        assert (brand.SOURCES / name).read_text() == drawing


HACS = [
    (_without("name"), "name: "),
    (_set("name", to="Twisted"), "name is Twisted, but another one in the manifest"),
    (_set("domains", to=["media_player"]), "domains: "),
    (_set("homeassistant", to="2026.10"), "'2026.10' is not a version of Home Assistant"),
    (_without("filename"), "zip_release and filename belong together"),
    (_without("zip_release"), "zip_release and filename belong together"),
    (_without("hide_default_branch"), "hide_default_branch has to go with zip_release"),
    (_set("filename", to="twisted.tar"), "filename is not that of a zip archive"),
    (_set("content_in_root", to=True), "content_in_root is true"),
]


@pytest.mark.parametrize(("edit", "finding"), HACS)
def test_mistake_in_hacs_json(project: Path, edit: Edit, finding: str) -> None:
    _edit(project / "hacs.json", edit)
    assert finding in "\n".join(findings(project))


def test_license_is_one_that_github_knows(project: Path) -> None:
    file = project / "LICENSE"
    file.write_text(file.read_text("utf-8").replace("perpetual", "temporary"), "utf-8")
    assert list(findings(project)) == ["LICENSE is not the Apache License 2.0, word for word"]


@pytest.mark.parametrize("name", ["README.md", "LICENSE"])
def test_file_that_hacs_looks_for(project: Path, name: str) -> None:
    (project / name).unlink()
    assert f"{name} is missing" in list(findings(project))


QUALITY = [
    ("  brands: done\n", "", "rules.brands: "),
    ("  brands: done\n", "  brands: maybe\n", "rules.brands"),
    ("  brands: done\n", "  brands: todo\n", "brands does not say what is missing"),
    ("  brands: done\n", "  brands: {status: exempt}\n", "rules.brands"),
    ("  brands: done\n", "  brands: done\n  shine: done\n", "rules.shine: "),
    ("  repair-issues: done\n", "  repair-issues: todo\n", "repair-issues is todo, but repairs.py"),
    (
        "    status: exempt\n    comment: Speakers know",
        "    status: done\n    comment: Speakers know",
        "reauthentication-flow is done, but there is no def async_step_reauth in config_flow.py",
    ),
    (
        "  brands: done\n",
        "  brands: {status: done, comment: see docs/brands.md}\n",
        "brands: there is no docs/brands.md",
    ),
    (
        "  brands: done\n",
        "  brands: {status: done, comment: see README.md#beauty}\n",
        "brands: README.md has no heading beauty",
    ),
]


@pytest.mark.parametrize(("old", "new", "finding"), QUALITY)
def test_mistake_in_the_quality_scale(project: Path, old: str, new: str, finding: str) -> None:
    file = project / PACKAGE / "quality_scale.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    assert finding in "\n".join(findings(project))


def test_quality_scale_has_all_rules_once() -> None:
    rules = [rule for rules in RULES.values() for rule in rules]
    assert [len(RULES[tier]) for tier in ("bronze", "silver", "gold", "platinum")] == [
        20,
        10,
        21,
        3,
    ]
    assert len(set(rules)) == len(rules)


def test_documentation_has_to_be_named(project: Path) -> None:
    rules = {rule: "done" for rules in RULES.values() for rule in rules}
    (project / PACKAGE / "quality_scale.yaml").write_text(json.dumps({"rules": rules}))
    found = [it for it in findings(project) if "does not say where that is documented" in it]
    assert len(found) == sum(rule.startswith("docs-") for rule in rules)


def test_headings_are_linked_as_github_does() -> None:
    page = "# A page\n\n## What's `new_one`, and [how](x.md#y)?\n\ntext # no\n"
    assert anchors(page) == {"a-page", "whats-new_one-and-how"}


BROKEN = [
    ("hacs.json", "{", "hacs.json is not valid JSON"),
    ("hacs.json", "[]", "hacs.json does not hold an object"),
    ("hacs.json", '{"name": "a", "name": "b"}', "the key name stands there twice"),
    (f"{PACKAGE}/services.yaml", "a: [", "services.yaml cannot be read"),
    (f"{PACKAGE}/manifest.json", "\ud800", "manifest.json cannot be read"),
]


@pytest.mark.parametrize(("name", "content", "finding"), BROKEN)
def test_file_that_cannot_be_read(project: Path, name: str, content: str, finding: str) -> None:
    (project / name).write_bytes(content.encode("utf-8", "surrogatepass"))
    assert finding in "\n".join(findings(project))


@pytest.mark.parametrize("count", [0, 2])
def test_hacs_takes_one_integration(tmp_path: Path, count: int) -> None:
    for number in range(count):
        folder = tmp_path / f"custom_components/integration_{number}"
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text("{}")
    assert list(findings(tmp_path)) == [
        f"custom_components has {count} integrations; HACS takes exactly one"
    ]
