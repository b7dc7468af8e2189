"""What is told is what has happened, in many random lives of a house."""

from tests.homeassistant.happenings.exactness import run_many


def test_what_is_told_is_what_has_happened() -> None:
    """With events that are lost, repeated or merged, speakers that start anew or are away."""
    happened, faults, skipped = run_many(0, 250, 30)
    assert skipped, "none of the tracks were merged"
    for kind in ("became_coordinator", "left_group", "source_changed", "speaker_rebooted"):
        assert happened[kind] > 50, kind
    assert happened["track_changed"] > 500
    for fault in ("gap", "lost", "merged", "out of reach", "reboot", "repeated", "subscribed anew"):
        assert faults[fault] > 20, fault
