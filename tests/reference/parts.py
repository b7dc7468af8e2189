"""Parts of pages that are made of code, between two marks in a page that people write."""

from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
PACKAGE = ROOT / "custom_components" / "sonos_twisted"


def put(name: str, text: str, into: str) -> str:
    """Return a page with one of its parts made anew.

    Args:
        name: The part's, as the marks around it have it.
        text: What it says now.
        into: The page.

    """
    begin, end = f"<!-- {name}: written by scripts/reference -->\n", f"<!-- end of {name} -->\n"
    before, _, rest = into.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}{text}\n{end}{after}"


def example(name: str, file: Path) -> list[str]:
    """Return the lines of an example as they stand in a YAML file, without their indentation.

    Args:
        name: Its key in the file.
        file: Where it stands.

    """
    text = file.read_text("utf-8").partition(f"\n{name}:\n")[2]
    lines = []
    for line in text.splitlines():
        if line and not line.startswith("  "):
            break
        lines.append(line.removeprefix("  "))
    return "\n".join(lines).strip().splitlines()
