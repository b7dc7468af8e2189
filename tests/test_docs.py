"""The documentation says what the code says."""

from scripts.lib import diagrams


def test_the_lease_is_drawn_as_it_is_built() -> None:
    """The drawing is made from the table of the machine; scripts/diagrams makes it anew."""
    text = diagrams.ARCHITECTURE.read_text(encoding="utf-8")
    assert diagrams.drawn_into(text) == text
