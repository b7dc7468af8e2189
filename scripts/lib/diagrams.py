"""Draws in the documentation what the code says."""

from pathlib import Path
import runpy
import sys
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURE = ROOT / "docs" / "architecture.md"

_STANDALONE = ROOT / "custom_components" / "sonos_twisted" / "engine" / "standalone.py"

if TYPE_CHECKING:
    from custom_components.sonos_twisted.engine import lease, lease_states
else:
    # Without the package's own __init__, which is Home Assistant's entrance.
    runpy.run_path(str(_STANDALONE))["stand_alone"]()
    from sonos_twisted.engine import lease, lease_states

_BEGIN = "<!-- lease: drawn by scripts/diagrams -->\n"
_END = "<!-- end of lease -->"


def lease_diagram() -> str:
    """Return the lease's state machine as a Mermaid drawing, releases left out."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {lease_states.LeaseState.IDLE}"]
    drawn: dict[tuple[str, str], list[str]] = {}
    for source, happening, target, _action in lease.TRANSITIONS:
        if happening is not lease_states.LeaseInputs.release:
            drawn.setdefault((source, target), []).append(happening.__name__.replace("_", " "))
    lines += [f"    {a} --> {b}: {', '.join(happenings)}" for (a, b), happenings in drawn.items()]
    lines += [f"    {lease_states.LeaseState.RELEASED} --> [*]", "```", ""]
    return "\n".join(lines)


def drawn_into(text: str) -> str:
    """Return a document with its drawings made anew."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{lease_diagram()}\n{_END}{after}"


def main() -> int:
    """Draw everything; returns the exit status."""
    text = ARCHITECTURE.read_text(encoding="utf-8")
    ARCHITECTURE.write_text(drawn_into(text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
