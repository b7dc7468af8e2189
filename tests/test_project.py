"""The project keeps the rules that it gave itself."""

import ast
from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
import json
import os
from pathlib import Path
import re
import subprocess
import sys
import tomllib

from homeassistant.util.yaml import load_yaml_dict
import pytest

from scripts.lib import release

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "custom_components" / "sonos_twisted"
MODULES = sorted(PACKAGE.rglob("*.py"))
MANIFEST = json.loads((PACKAGE / "manifest.json").read_text())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SCRIPTS = sorted(
    path for path in (ROOT / "scripts").iterdir() if path.is_file() and os.access(path, os.X_OK)
)
MAX_LINES = 500


def _name(path: Path) -> str:
    """Return how a file of the project is called in the name of a test."""
    return str(path.relative_to(ROOT))


def _tracked() -> list[Path]:
    """Return the files that belong to the project, with those not committed yet."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    paths = (ROOT / name for name in listing.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def _imports(path: Path) -> Iterator[str]:
    """Give the modules that a module imports, relative ones with their full name."""
    package = path.parent.relative_to(ROOT).parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            module = ".".join([*base, *(node.module or "").split(".")]).rstrip(".")
            if node.module:
                yield module
            else:
                yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def _floor(path: Path) -> str:
    """Return the floor that a module stands on: model, engine, or Home Assistant's."""
    top = path.relative_to(PACKAGE).parts[0]
    return top if top in {"engine", "model"} else "homeassistant"


# --- what is required ----------------------------------------------------------------------


def _requirements() -> list[str]:
    """Return the lines of requirements.txt."""
    return (ROOT / "requirements.txt").read_text().splitlines()


def test_requirements_are_sorted_and_written_without_spaces() -> None:
    assert _requirements() == sorted(_requirements())
    assert not [line for line in _requirements() if " " in line]


def test_soco_is_shared_with_core() -> None:
    """A pin of one version would fight with the one that core's integration pins."""
    assert "soco>=0.31.2,<0.33" in MANIFEST["requirements"]


@pytest.mark.parametrize("soco", ["0.31.2", "0.32.4"])
def test_both_ends_of_the_soco_range_are_tested(soco: str) -> None:
    common = (ROOT / "scripts/lib/common.sh").read_text()
    default = re.search(r"^DEFAULT_HOME_ASSISTANT=(.+)$", common, re.MULTILINE)
    assert default
    locked = ROOT / f"scripts/locked/homeassistant-{default[1]}.txt"
    assert f"soco=={soco}\n" in locked.read_text() or f"\nOTHER_SOCO={soco}\n" in common


def test_minimum_versions() -> None:
    hacs = json.loads((ROOT / "hacs.json").read_text())
    assert hacs["homeassistant"] == "2026.10.0"
    assert (ROOT / "scripts/locked/homeassistant-2026.10.0.txt").is_file()
    assert PROJECT["project"]["requires-python"] == ">=3.14.2"


# --- the manifest --------------------------------------------------------------------------


def test_manifest_suits_the_project() -> None:
    assert MANIFEST["domain"] == PACKAGE.name
    assert MANIFEST["version"] == PROJECT["project"]["version"]
    assert f"## [{MANIFEST['version']}]" in (ROOT / "CHANGELOG.md").read_text()


# --- the floors ----------------------------------------------------------------------------

MODEL = "custom_components.sonos_twisted.model"


@pytest.mark.parametrize("path", [path for path in MODULES if _floor(path) == "model"], ids=_name)
def test_model_imports_nothing_but_lxml(path: Path) -> None:
    allowed = sys.stdlib_module_names | {"lxml"}
    assert not [
        name
        for name in _imports(path)
        if name.split(".")[0] not in allowed and not (name + ".").startswith(f"{MODEL}.")
    ]


@pytest.mark.parametrize("path", [path for path in MODULES if _floor(path) == "engine"], ids=_name)
def test_engine_knows_nothing_of_home_assistant(path: Path) -> None:
    floors = (MODEL, "custom_components.sonos_twisted.engine")
    assert not [
        name
        for name in _imports(path)
        if name.split(".")[0] in {"homeassistant", "voluptuous"}
        or (name.startswith("custom_components") and not name.startswith(floors))
    ]


@pytest.mark.parametrize(
    "path", [path for path in MODULES if _floor(path) == "homeassistant"], ids=_name
)
def test_home_assistant_floor_touches_no_deferred_and_no_xml(path: Path) -> None:
    banned = {"automat", "lxml", "twisted", "zope"}
    assert not [name for name in _imports(path) if name.split(".")[0] in banned]


def _while_loading(body: Iterable[ast.stmt]) -> Iterator[ast.ImportFrom]:
    """Give the relative imports that are done when a module is loaded."""
    for node in body:
        if isinstance(node, ast.ImportFrom) and node.level:
            yield node
        elif isinstance(node, ast.If) and ast.unparse(node.test) != "TYPE_CHECKING":
            yield from _while_loading([*node.body, *node.orelse])


def test_modules_of_home_assistants_floor_load_in_one_order() -> None:
    """Whoever reads one of them from the top meets nothing that needs it first."""
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in MODULES
        if _floor(path) == "homeassistant"
    }
    needs: dict[str, set[str]] = {}
    for name, path in modules.items():
        package = path.parent.relative_to(ROOT).parts
        found = needs[name] = set[str]()
        for node in _while_loading(ast.parse(path.read_text()).body):
            base = ".".join(package[: len(package) - node.level + 1])
            module = f"{base}.{node.module}" if node.module else base
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)} & modules.keys()
        # What is in a package finds it begun, whoever loads it.
        found -= {above for above in found if f"{name}.".startswith(f"{above}.")}
    TopologicalSorter(needs).prepare()


def test_map_names_all_packages() -> None:
    """The table of packages in the architecture says what there is, and nothing else."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert re.findall(r"^\| `(\w+)/` \|", page, re.MULTILINE) == sorted(
        packages - {"engine", "model"}
    )


# --- the files -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_module_is_not_too_long(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_LINES


def test_no_file_names_a_machine_or_a_registry() -> None:
    """A path or a host of the machine that a file was written on helps nobody else."""
    # Put together here, so that this file does not name them either.
    folders = "work|root|home/[a-z]+|Users/[A-Za-z]+"
    hosts = "|".join(
        r"\.".join(labels)
        for labels in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("registry", "npmjs", "org"),
            ("deb", "debian", "org"),
        )
    )
    pattern = re.compile(rf"(?<![\w.~}}/])/(?:{folders})/[\w.]|{hosts}")
    found = []
    for path in _tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{_name(path)}: {match.group()}" for match in pattern.finditer(text)]
    assert not found


def test_actions_are_pinned_by_commit() -> None:
    """A tag can be moved to other code; a commit cannot."""
    for workflow in sorted((ROOT / ".github/workflows").glob("*.yml")):
        text = workflow.read_text()
        used = [use for use in re.findall(r"uses: +(\S+)", text) if not use.startswith("./")]
        assert used == [use for use in used if re.search(r"@[0-9a-f]{40}$", use)]
        assert "\npermissions: {}\n" in text


def test_release_attaches_what_hacs_downloads() -> None:
    """The archive is built by the script that the demo's smoke run installs from."""
    steps = (ROOT / ".github/workflows/release.yml").read_text()
    assert json.loads((ROOT / "hacs.json").read_text())["zip_release"] is True
    assert 'scripts/release "$GITHUB_REF_NAME" .cache/release\n' in steps
    assert f"{release.file_name()} .cache/release/{release.file_name()}.sha256\n" in steps


@pytest.mark.parametrize("form", ["bug", "feature"])
def test_issue_form_is_one_that_github_takes(form: str) -> None:
    content = load_yaml_dict(str(ROOT / ".github/ISSUE_TEMPLATE" / f"{form}.yml"))
    assert content.keys() == {"name", "description", "labels", "body"}
    parts = content["body"]
    ids = [part["id"] for part in parts if part["type"] != "markdown"]
    assert len(ids) == len(set(ids))
    for part in parts:
        assert part["type"] in {"checkboxes", "dropdown", "input", "markdown", "textarea"}
        assert part["attributes"].get("label" if "id" in part else "value")
        assert part.keys() <= {"type", "id", "attributes", "validations"}


def test_bugs_are_reported_with_diagnostics() -> None:
    content = load_yaml_dict(str(ROOT / ".github/ISSUE_TEMPLATE/bug.yml"))
    (part,) = [part for part in content["body"] if part.get("id") == "diagnostics"]
    assert part["validations"] == {"required": True}


def test_container_for_development_is_made_by_the_scripts() -> None:
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())
    assert container["postCreateCommand"] == "scripts/setup"
    # scripts/setup makes Python's environment, and needs a Python of any kind to begin with.
    assert "python3-venv" in container["onCreateCommand"].split()


@pytest.mark.parametrize("script", SCRIPTS, ids=_name)
def test_script_explains_itself(script: Path) -> None:
    answer = subprocess.run(
        [script, "--help"], capture_output=True, check=False, text=True, timeout=60
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.lower().startswith("usage:")
    assert not answer.stderr


@pytest.mark.parametrize("script", ["brand", "demo", "lint", "lock", "setup"])
def test_script_refuses_an_unknown_option_in_one_sentence(script: str) -> None:
    answer = subprocess.run(
        [ROOT / "scripts" / script, "--nonsense"],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert answer.returncode != 0
    assert "--nonsense" in answer.stderr
    assert "Traceback" not in answer.stderr
