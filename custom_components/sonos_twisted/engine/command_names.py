"""Which functions are commands, and what they are called in a message to another process."""

from collections.abc import Callable, Iterator
import importlib
import inspect
import pkgutil
from types import ModuleType

from . import commands
from .errors import EngineError


class CommandNames:
    """The commands of one or more packages, each named by its module and function.

    ``transport.play`` is the public function ``play`` that the module ``transport`` of a package
    defines. What a module only imports is no command, so nothing of other packages can be named.
    """

    def __init__(self, *packages: ModuleType) -> None:
        """Name the packages; without any it is ``engine.commands``."""
        self._packages = packages or (commands,)

    def name_of(self, command: Callable[..., object]) -> str:
        """Return the name of a command.

        Raises:
            EngineError: When the function is none.

        """
        package, _, module = getattr(command, "__module__", "").rpartition(".")
        name = getattr(command, "__qualname__", "_")
        if package not in {known.__name__ for known in self._packages} or not _is_public(name):
            raise EngineError(f"Only functions of engine.commands can be run, not {command!r}")
        return f"{module}.{name}"

    def load(self) -> dict[str, Callable[..., object]]:
        """Import all modules of the packages and return all commands by name."""
        return {name: command for package in self._packages for name, command in _in(package)}


def _in(package: ModuleType) -> Iterator[tuple[str, Callable[..., object]]]:
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and _is_public(name):
                yield f"{info.name}.{name}", function


def _is_public(name: str) -> bool:
    return name.isidentifier() and not name.startswith("_")
