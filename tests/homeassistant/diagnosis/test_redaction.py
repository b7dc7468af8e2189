"""What may be shown to strangers of what a household says."""

import dataclasses
import datetime as dt

import pytest

from custom_components.sonos_twisted.diagnosis.redaction import REDACTED, Redactor

KITCHEN, OFFICE = "RINCON_000E58A0B1C201400", "RINCON_000E58A0B1C301400"
HOUSEHOLD = "Sonos_9xKq2LmTwYbVhJ5sPdNf7RzCgE"


@dataclasses.dataclass
class Thing:
    """Something with a text."""

    text: str
    at: float = 1.23456


@pytest.fixture
def redactor() -> Redactor:
    """Begin a document about the kitchen."""
    return Redactor((KITCHEN,), (HOUSEHOLD, "geheim", ""))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Kitchen", "Kitchen"),
        (f"lease of {KITCHEN}, not of {OFFICE}", "lease of speaker_1, not of speaker_2"),
        (f"uuid:{KITCHEN}_sub0000000042", "uuid:speaker_1_sub0000000042"),
        ("at http://192.0.2.7:1400/a8Fk3_x?y=1 it ends", "at http://192.0.2.7:1400/… it ends"),
        ("http://me:pw@192.0.2.7/", "http://192.0.2.7/…"),
        (f"it is in {HOUSEHOLD} or {HOUSEHOLD}.abc", f"it is in {REDACTED} or {REDACTED}.abc"),
        ("in Sonos_AAAAbbbbCCCCddddEEEE.x1 now", f"in {REDACTED} now"),
        ("00:0e:58:A0:B1:C2 and 00-0E-58-A0-B1-C2:D", f"{REDACTED} and {REDACTED}"),
        ("the 000E58A0B1C2", f"the {REDACTED}"),
        ("x?sid=9&flags=8224&sn=77", f"x?sid={REDACTED}&flags=8224&sn={REDACTED}"),
        ("so geheim", f"so {REDACTED}"),
    ],
)
def test_text(redactor: Redactor, text: str, shown: str) -> None:
    """Whatever identifies somebody is replaced, and the rest is left."""
    assert redactor.text(text) == shown


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("TransportState", "PAUSED_PLAYBACK", "PAUSED_PLAYBACK"),
        ("CurrentTransportActions", "Set, Stop, Pause, Play", "Set, Stop, Pause, Play"),
        ("SoftwareVersion", "57.4-83220", "57.4-83220"),
        ("Bass", "-3", "-3"),
        ("CurrentTrackDuration", "0:03:25", "0:03:25"),
        ("ChannelMapSet", f"{KITCHEN}:LF,LF;{OFFICE}:RF,RF", "speaker_1:LF,LF;speaker_2:RF,RF"),
        ("AVTransportURI", f"x-rincon-queue:{KITCHEN}#0", "x-rincon-queue:speaker_1"),
        ("AVTransportURI", f"x-rincon:{OFFICE}", "x-rincon:speaker_2"),
        ("CurrentTrackURI", "x-sonos-spotify:spotify%3atrack%3a1?sid=9&sn=7", "x-sonos-spotify:…"),
        ("EnqueuedURI", "x-rincon-cpcontainer:1006206c", "x-rincon-cpcontainer:…"),
        ("CurrentTrackURI", "https://example.org/a.mp3?token=x", "https:…"),
        ("CurrentTrackMetaData", "<DIDL-Lite/>" * 9, "(length: 108)"),
        ("AnyName", "8fK3jd92Lsk29dkL", "(length: 16)"),
        ("AnyNumber", "123456789", "(length: 9)"),
        ("ThirdPartyMediaServersX", "2:abc", REDACTED),
        ("SerialNum", "1", REDACTED),
        ("Mac", "1", REDACTED),
        ("account_nickname", "Anna", REDACTED),
        ("SerialNum", "", ""),
    ],
)
def test_value(redactor: Redactor, name: str, value: str, shown: str) -> None:
    """What tells how a speaker is stays; what it plays and whose account it is does not."""
    assert redactor.value(name, value) == shown


def test_document(redactor: Redactor) -> None:
    """Everything becomes what JSON knows."""
    at = dt.datetime(2026, 11, 24, 11, 0, tzinfo=dt.UTC)
    assert redactor.plain({KITCHEN: (Thing(OFFICE), {OFFICE, KITCHEN}, at, None, True, 3)}) == {
        "speaker_1": [
            {"text": "speaker_2", "at": 1.235},
            ["speaker_1", "speaker_2"],
            "2026-11-24T11:00:00.000+00:00",
            None,
            True,
            3,
        ]
    }
    assert redactor.variables({"volume": {"Master": "3", "LF": "100"}, "mute": "0"}) == {
        "mute": "0",
        "volume": {"LF": "100", "Master": "3"},
    }
    assert redactor.name("") == ""
    assert Redactor((), ()).text("nothing to hide") == "nothing to hide"
