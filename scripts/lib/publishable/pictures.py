"""The pictures of the brand: which there are, and their sizes."""

from collections.abc import Iterator
from pathlib import Path
import struct

from .project import Project

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">8s4x4sIIBB")
_WITH_ALPHA = {4, 6}
_ICON = 256
_LOGO = range(128, 257)
_DOUBLE = "@2x"
_NAMES = [
    f"{dark}{kind}{double}.png"
    for dark in ("", "dark_")
    for kind in ("icon", "logo")
    for double in ("", _DOUBLE)
]


def _size(file: Path) -> tuple[int, int]:
    """Return the width and height of a PNG with transparency; raise ValueError if it is none."""
    signature, chunk, width, height, _depth, colors = _HEADER.unpack(
        file.read_bytes()[: _HEADER.size].ljust(_HEADER.size)
    )
    if signature != _SIGNATURE or chunk != b"IHDR":
        raise ValueError("is not a PNG")
    if colors not in _WITH_ALPHA:
        raise ValueError("has no transparency")
    return width, height


def check(project: Project) -> Iterator[str]:
    """Check the folder of pictures by what Home Assistant serves and how it shows them."""
    folder = project.package / "brand"
    for file in sorted(folder.glob("*")):
        if file.name not in _NAMES:
            yield f"{project.name(file)} is served by nobody; only {', '.join(_NAMES)} are"
    sizes = {}
    for name in _NAMES:
        try:
            sizes[name] = _size(folder / name)
        except (OSError, ValueError) as error:
            what = str(error) if isinstance(error, ValueError) else "is missing"
            yield f"{project.name(folder / name)} {what}"
    for name, (width, height) in sizes.items():
        where = project.name(folder / name)
        if _DOUBLE in name:
            single = sizes.get(name.replace(_DOUBLE, ""))
            if single and (width, height) != (2 * single[0], 2 * single[1]):
                yield f"{where} is {width}x{height}, which is not twice the size of the other"
        elif "icon" in name and (width, height) != (_ICON, _ICON):
            yield f"{where} is {width}x{height} instead of {_ICON}x{_ICON}"
        elif "logo" in name and (height not in _LOGO or width <= height):
            yield f"{where} is {width}x{height}; it has to be wide, and {_LOGO[0]} to 256 high"
