"""The integrations of Home Assistant that the code imports: the manifest has to name them."""

import ast
from collections.abc import Iterator
from typing import override

from homeassistant.const import Platform
from homeassistant.requirements import DISCOVERY_INTEGRATIONS

from .project import Project

_COMPONENTS = "homeassistant.components"

#: Integrations that are always there, or need nothing to be imported.
_ALLOWED = {
    "automation",
    "conversation",
    "device_automation",
    "frontend",
    "group",
    "homeassistant",
    "media_source",
    "persistent_notification",
    "script",
    "system_health",
    "webhook",
    "websocket_api",
}


class _Imports(ast.NodeVisitor):
    """Collects what is imported at run time."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    @override
    def visit_If(self, node: ast.If) -> None:
        """Leave out what only type checkers import."""
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for statement in node.orelse:
                self.visit(statement)
        else:
            self.generic_visit(node)

    @override
    def visit_Import(self, node: ast.Import) -> None:
        """Take what is imported with its full name."""
        self._take(*(alias.name for alias in node.names))

    @override
    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Take what is imported from a module, or as one."""
        names = [alias.name for alias in node.names]
        if node.module == _COMPONENTS:
            self._take(*(f"{_COMPONENTS}.{name}" for name in names))
        elif (node.module, names) != (f"{_COMPONENTS}.http.auth", ["async_sign_path"]):
            self._take(node.module or "")

    def _take(self, *modules: str) -> None:
        for module in modules:
            if module.startswith(f"{_COMPONENTS}."):
                self.found.add(module.split(".")[2])


def check(project: Project) -> Iterator[str]:
    """Compare what is imported with the manifest's dependencies."""
    manifest = project.manifest
    dependencies = set(manifest.get("dependencies", ()))
    later = set(manifest.get("after_dependencies", ()))
    for both in sorted(dependencies & later):
        yield f"manifest.json: {both} is in dependencies and in after_dependencies"
    implied = {
        domain for domain, keys in DISCOVERY_INTEGRATIONS.items() if manifest.keys() & set(keys)
    }
    # A module or folder with an integration's name is a platform for it.
    platforms = {path.stem for path in project.package.iterdir()}
    allowed = dependencies | later | implied | platforms | _ALLOWED | {it.value for it in Platform}
    for module in project.modules:
        imports = _Imports()
        imports.visit(ast.parse(project.text(module)))
        for domain in sorted(imports.found - allowed):
            yield (
                f"{project.name(module)} imports {domain}, which is neither in dependencies nor in "
                "after_dependencies of the manifest"
            )
