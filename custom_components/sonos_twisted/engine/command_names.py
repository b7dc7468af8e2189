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
        known = {package.__name__ for package in self._packages}
        if inspect.isfunction(command) and _is_public(command.__qualname__):
            package, _, module = command.__module__.rpartition(".")
            if package in known:
                return f"{module}.{command.__qualname__}"
        raise EngineError(f"Only functions of engine.commands can be run, not {command!r}")

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
