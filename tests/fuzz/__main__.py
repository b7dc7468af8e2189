"""Fuzzes one target until an input breaks it or the time is up: python -m tests.fuzz --help."""

import argparse
import importlib
from pathlib import Path
import sys

#: Seconds that one input may take: a body of a million bytes is parsed in a tenth of it.
PATIENCE = 2
#: Megabytes.
MEMORY = 1024
#: Longer inputs take longer, and find little that shorter ones do not.
MAX_LENGTH = 16_384

# What guides the fuzzer: where these packages branch.
PACKAGES = [
    "custom_components.sonos_twisted.engine",
    "custom_components.sonos_twisted.model",
    "twisted.protocols.basic",
    "twisted.web.http",
]


def _quoted(word: bytes) -> str:
    return '"' + "".join(f"\\x{byte:02x}" for byte in word) + '"'


def main() -> None:
    """Run the fuzzer; it ends the process."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", help="which of tests/fuzz/targets.py")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--folder", type=Path, required=True, help="for inputs and findings")
    options = parser.parse_args()

    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=PACKAGES):
        targets = importlib.import_module("tests.fuzz.targets")
    target = targets.TARGETS.get(options.target)
    if target is None:
        parser.error(f"there is no target {options.target}; there are {', '.join(targets.TARGETS)}")

    targets.LOGGER.propagate = False
    corpus = options.folder / options.target
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(targets.SEEDS[options.target]):
        (corpus / f"seed-{number}").write_bytes(seed)
    words = options.folder / "words.txt"
    words.write_text("\n".join(_quoted(word[:60]) for word in targets.WORDS) + "\n")
    arguments = [
        sys.argv[0],
        f"-max_total_time={options.seconds}",
        f"-timeout={PATIENCE}",
        f"-rss_limit_mb={MEMORY}",
        f"-max_len={MAX_LENGTH}",
        f"-dict={words}",
        f"-artifact_prefix={options.folder}/{options.target}-",
        "-print_final_stats=1",
        str(corpus),
    ]
    atheris.Setup(arguments, target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
