"""Builds what HACS installs: an archive of the integration, with the version that is released.

It needs nothing but Python, of any version that is still maintained.
"""

import argparse
import hashlib
import json
from pathlib import Path
import re
import sys
import zipfile

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "custom_components" / "sonos_twisted"
CHANGELOG = ROOT / "CHANGELOG.md"

_VERSION = re.compile(r"\d+\.\d+\.\d+((a|b|rc)\d+)?")
_IN_MANIFEST = re.compile(r'(?<="version": ")[^"]*(?=")')

#: The same for every file, so that the same source makes the same archive.
_TIME = (2026, 1, 1, 0, 0, 0)
_PERMISSIONS = 0o644 << 16


class ReleaseError(Exception):
    """This cannot be released; the message is one sentence that says why."""


def file_name() -> str:
    """Return how the archive has to be called: HACS looks for it by this name."""
    return str(json.loads((ROOT / "hacs.json").read_text("utf-8"))["filename"])


def checked(version: str) -> str:
    """Return a version if it can be one of a release."""
    if not _VERSION.fullmatch(version):
        raise ReleaseError(f"{version} is not a version such as 1.2.3 or 1.2.3rc1.")
    return version


def build(version: str, target: Path) -> None:
    """Write the archive: what the integration's folder holds, with this version in the manifest."""
    manifest = PACKAGE / "manifest.json"
    files = [
        file
        for file in sorted(PACKAGE.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    ]
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in files:
            content = file.read_bytes()
            if file == manifest:
                content = _IN_MANIFEST.sub(version, content.decode("utf-8")).encode("utf-8")
            entry = zipfile.ZipInfo(file.relative_to(PACKAGE).as_posix(), _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _PERMISSIONS
            archive.writestr(entry, content)


def notes(version: str, changelog: str) -> str:
    """Return what the changelog says of a version."""
    _, found, rest = changelog.partition(f"\n## [{version}]")
    if not found:
        raise ReleaseError(f"CHANGELOG.md has no section for {version}.")
    section = rest.partition("\n")[2].partition("\n## [")[0].strip()
    # What is linked relative to the changelog is elsewhere, seen from the page of the release.
    manifest = json.loads((PACKAGE / "manifest.json").read_text("utf-8"))
    files = f"{manifest['documentation']}/blob/v{version}/"
    return re.sub(r"\]\((?!https?://)", f"]({files}", section) + "\n"


def release(version: str, folder: Path) -> list[Path]:
    """Write all that a release has attached, and its notes; return the files."""
    changes = notes(checked(version), CHANGELOG.read_text("utf-8"))
    archive = folder / file_name()
    build(version, archive)
    checksum = archive.with_name(f"{archive.name}.sha256")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    checksum.write_text(f"{digest}  {archive.name}\n")
    story = folder / "notes.md"
    story.write_text(changes, "utf-8")
    return [archive, checksum, story]


def main() -> int:
    """Build a release from the command line."""
    parser = argparse.ArgumentParser(prog="scripts/release")
    parser.add_argument("version")
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / ".cache" / "release")
    arguments = parser.parse_args()
    try:
        files = release(arguments.version.removeprefix("v"), arguments.folder)
    except ReleaseError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    for file in files:
        print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
