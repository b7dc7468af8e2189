"""Engine and model without Home Assistant; run as a script, the worker process.

The package's own ``__init__`` is Home Assistant's entrance. Engine and model need nothing of it, so
they can be imported as parts of a package that consists of its folder alone. This file imports
nothing of the package, so that it can be run by its path.
"""

import importlib
from pathlib import Path
import sys
from types import ModuleType

_ENGINE = Path(__file__).resolve().parent


def stand_alone(name: str = "sonos_twisted", *, parts_of_engine: bool = False) -> None:
    """Make engine and model importable as parts of a package that imports nothing.

    Args:
        name: How the package is to be called.
        parts_of_engine: Whether single modules of the engine are wanted, which need not wait for
            all the others then.

    """
    folders = {name: _ENGINE.parent}
    if parts_of_engine:
        folders[f"{name}.engine"] = _ENGINE
    for package, folder in folders.items():
        module = ModuleType(package)
        module.__path__ = [str(folder)]
        sys.modules[package] = module


if __name__ == "__main__":
    stand_alone(parts_of_engine=True)
    importlib.import_module("sonos_twisted.engine.worker").main()
