"""Draws the icon and the logo of this project, and renders them for Home Assistant.

The mark is a pulse of sound that is twisted: two strands that pass over and under each other. It is
drawn here from a formula, and the word from strokes, so that no font is needed and none is shown.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
import math
from pathlib import Path
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "docs" / "images" / "brand"
PICTURES = ROOT / "custom_components" / "sonos_twisted" / "brand"

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_SIZE = 256
_MIDDLE = _SIZE / 2

# The strands.
_LEFT, _RIGHT = 18.0, 238.0
_STROKE = 29.0
_GAP = 6.5
_TAIL, _PEAK, _WIDTH = 28.0, 76.0, 56.0
_PIECES = 12

# The word, which stands right of the mark: its strokes, each letter with the room that it takes.
_WORD_LEFT, _WORD_BASE, _WORD_STROKE = 288.0, 174.0, 17.0
_BOWL = "C49 1 62 -14 62 -35C62 -56 49 -71 31 -71C13 -71 0 -56 0 -35C0 -14 13 1 31 1"
_LETTERS = {
    "t": (32, "M16 -104V-22Q16 0 38 0M0 -70H40"),
    "w": (88, "M0 -70L22 0L44 -70L66 0L88 -70"),
    "i": (0, "M0 -70V0"),
    "s": (
        46,
        (
            "M44 -54C40 -65 33 -71 23 -71C10 -71 2 -63 2 -54C2 -41 13 -38 24 -35"
            "C36 -32 47 -29 47 -17C47 -6 37 1 24 1C12 1 4 -5 0 -16"
        ),
    ),
    "e": (
        60,
        "M1 -36H60C60 -57 48 -71 31 -71C13 -71 0 -56 0 -35C0 -14 13 1 32 1C43 1 52 -4 57 -13",
    ),
    "d": (62, f"M62 -108V0M31 1{_BOWL}"),
}
_SPACING = 33.0
_WORD = "twisted"
_DOT = "i"


@dataclass(frozen=True, kw_only=True)
class Look:
    """The colors of a picture: where each strand begins and ends, and the word."""

    first: tuple[str, str]
    second: tuple[str, str]
    word: str


LOOKS = {
    "": Look(first=("#0ea5a0", "#2673f5"), second=("#ff9431", "#ea3a78"), word="#1d2733"),
    "dark_": Look(first=("#19c4b6", "#4a8dff"), second=("#ffa64d", "#ff5b92"), word="#f2f5f8"),
}


def _strand(x: float) -> float:
    """Return how far a strand is from the middle line: a pulse that turns once."""
    away = x - _MIDDLE
    envelope = _TAIL + _PEAK * math.exp(-((away / _WIDTH) ** 2))
    return envelope * math.cos(2 * math.pi * away / (_RIGHT - _LEFT))


def _curve(y: Callable[[float], float]) -> str:
    """Return the path of a function, as pieces that have its slope at their ends."""
    step = (_RIGHT - _LEFT) / _PIECES
    small = 1e-4

    def slope(x: float) -> float:
        return (y(x + small) - y(x - small)) / (2 * small)

    parts = [f"M{_LEFT:.1f} {y(_LEFT):.1f}"]
    for piece in range(_PIECES):
        a, b = _LEFT + piece * step, _LEFT + (piece + 1) * step
        third = step / 3
        parts.append(
            f"C{a + third:.1f} {y(a) + slope(a) * third:.1f} "
            f"{b - third:.1f} {y(b) - slope(b) * third:.1f} {b:.1f} {y(b):.1f}"
        )
    return "".join(parts)


def _mark(look: Look) -> str:
    """Return the two strands: the first is above at the left crossing, the second at the right."""
    upper = _curve(lambda x: _MIDDLE - _strand(x))
    lower = _curve(lambda x: _MIDDLE + _strand(x))
    gap = f'fill="none" stroke="#000" stroke-width="{_STROKE + 2 * _GAP:g}"'
    halves = {"left": (0, _MIDDLE), "right": (_MIDDLE, _MIDDLE)}
    clips = "".join(
        f'<clipPath id="{side}"><rect x="{x:g}" y="64" width="{width:g}" height="128"/></clipPath>'
        for side, (x, width) in halves.items()
    )
    masks = "".join(
        f'<mask id="under-{side}" maskUnits="userSpaceOnUse" x="0" y="0" width="256" height="256">'
        f'<path d="M0 0H256V256H0z" fill="#fff"/>'
        f'<path d="{above}" clip-path="url(#{side})" {gap}/></mask>'
        for side, above in (("left", upper), ("right", lower))
    )
    gradients = "".join(
        f'<linearGradient id="{name}" gradientUnits="userSpaceOnUse" x1="{_LEFT:g}" x2="{_RIGHT:g}"'
        f' y1="0" y2="0"><stop stop-color="{begin}"/><stop offset="1" stop-color="{end}"/>'
        "</linearGradient>"
        for name, (begin, end) in (("first", look.first), ("second", look.second))
    )
    stroke = f'fill="none" stroke-width="{_STROKE:g}" stroke-linecap="round"'
    return (
        f"<defs>{gradients}{clips}{masks}</defs>\n"
        f'<g mask="url(#under-right)"><path d="{upper}" stroke="url(#first)" {stroke}/></g>\n'
        f'<g mask="url(#under-left)"><path d="{lower}" stroke="url(#second)" {stroke}/></g>\n'
    )


def _word(look: Look) -> tuple[str, float]:
    """Return the strokes of the word, and where it ends."""
    strokes, x = [], _WORD_LEFT
    for letter in _WORD:
        width, path = _LETTERS[letter]
        strokes.append(f'<path transform="translate({x:g} {_WORD_BASE:g})" d="{path}"/>')
        if letter == _DOT:
            strokes.append(f'<path d="M{x:g} {_WORD_BASE - 101:g}v.01" stroke-width="22"/>')
        x += width + _SPACING
    shape = f'fill="none" stroke="{look.word}" stroke-width="{_WORD_STROKE:g}"'
    joins = 'stroke-linecap="round" stroke-linejoin="round"'
    return f"<g {shape} {joins}>\n" + "\n".join(strokes) + "\n</g>\n", x - _SPACING


def drawings() -> dict[str, str]:
    """Return all drawings as SVG, by the name of their file."""
    drawn = {}
    for prefix, look in LOOKS.items():
        mark = _mark(look)
        word, end = _word(look)
        # Even, so that half of it is a whole number, too.
        width = 2 * math.ceil((end + _WORD_STROKE) / 2)
        for kind, wide, content in (("icon", _SIZE, mark), ("logo", width, mark + word)):
            drawn[f"{prefix}{kind}.svg"] = (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {_SIZE}" '
                f'width="{wide}" height="{_SIZE}">\n{content}</svg>\n'
            )
    return drawn


def _render(browser: str, source: Path, target: Path, scale: float) -> None:
    """Have a browser draw an SVG on nothing, and keep the picture."""
    head = source.read_text().partition("\n")[0].split('"')
    width, height = int(head[5]), int(head[7])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = Path(folder, "page.html")
        page.write_text(
            f'<body style="margin:0"><img src="{source.as_uri()}" style="display:block">'
        )
        subprocess.run(  # noqa: S603 - the browser that is installed
            [
                browser,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--allow-file-access-from-files",
                "--default-background-color=00000000",
                f"--force-device-scale-factor={scale:g}",
                f"--user-data-dir={folder}",
                f"--window-size={width},{height}",
                f"--screenshot={target}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )
    target.write_bytes(_packed(target.read_bytes()))


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give the parts of a PNG."""
    at = 8
    while at < len(picture):
        length, kind = struct.unpack(">I4s", picture[at : at + 8])
        yield kind, picture[at + 8 : at + 8 + length]
        at += length + 12


def _packed(picture: bytes) -> bytes:
    """Return a PNG without what nobody needs, compressed as well as it can be."""
    parts = list(_chunks(picture))
    pixels = zlib.decompress(b"".join(data for kind, data in parts if kind == b"IDAT"))
    kept = [(kind, data) for kind, data in parts if kind == b"IHDR"]
    kept += [(b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b"")]
    return picture[:8] + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in kept
    )


def main() -> int:
    """Write the drawings, and render them in all sizes."""
    parser = argparse.ArgumentParser(prog="scripts/brand")
    parser.parse_args()
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if not browser:
        print("brand: Chromium is missing; the package chromium brings it.", file=sys.stderr)
        return 1
    for folder in (SOURCES, PICTURES):
        folder.mkdir(parents=True, exist_ok=True)
    for name, drawing in drawings().items():
        source = SOURCES / name
        source.write_text(drawing)
        # A logo is drawn 256 high and shown at half of that, or in double size as it is.
        scale = 0.5 if "logo" in name else 1
        _render(browser, source, PICTURES / f"{source.stem}.png", scale)
        _render(browser, source, PICTURES / f"{source.stem}@2x.png", 2 * scale)
    return 0


if __name__ == "__main__":
    sys.exit(main())
