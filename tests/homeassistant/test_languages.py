"""Other languages than English: each complete, well-formed, and shown where it is to be shown."""

from collections import Counter
from collections.abc import Iterator
import json
from pathlib import Path
import re
import string
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest

import custom_components.sonos_twisted as integration
from custom_components.sonos_twisted.browse.items import LOOKS
from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.engine import UpnpError
from custom_components.sonos_twisted.errors import command_failed, failed_with_words
from custom_components.sonos_twisted.model import ContentKind
from custom_components.sonos_twisted.translated import title_of, word, words

FOLDER = Path(integration.__file__).parent
FILES = FOLDER / "translations"
PAGE = FOLDER.parent.parent / "docs" / "translating.md"
LANGUAGES = sorted(path.stem for path in FILES.glob("*.json") if path.stem != "en")

#: All marks of which some language makes quotation marks or apostrophes.
MARKS = set("\"'`´‘’‚‛“”„‟«»‹›")  # noqa: RUF001 - they look alike

#: Those of each language. A straight apostrophe before a placeholder would hide it in the browser.
MARKS_OF = {"de": "„“", "es": "«»", "fr": "«»’", "nl": "‘’", "sv": "”"}  # noqa: RUF001 - they look alike

#: What opens a quotation and what closes it, where they are told apart and are no apostrophes.
PAIRS = {"de": ("„", "“"), "es": ("«", "»"), "fr": ("«", "»")}

#: Names, abbreviations, and words that a language has in common with English.
SAME_IN_ALL = {
    "AirPlay",
    "HDMI-CEC",
    "Loudness",
    "Spotify Connect",
    "TV",
    "Trueplay",
    "USB",
    "{room} Sub",
}
SAME = {
    "de": {
        "Album",
        "Balance",
        "Bass",
        "Genres",
        "Max",
        "Name",
        "Normal",
        "Podcasts",
        "Position",
        "Radio",
        "{system}: {rooms}",
    },
    "es": {"Balance", "Error", "Normal", "Radio", "{system}: {rooms}"},
    "fr": {
        "Album",
        "Albums",
        "Balance",
        "Genres",
        "Max",
        "Microphone",
        "Minutes",
        "Mode",
        "Podcasts",
        "Position",
        "Radio",
        "Sources",
        "Volume",
    },
    "nl": {
        "Alarm",
        "Album",
        "Albums",
        "Crossfade",
        "Genres",
        "Items",
        "Line-in",
        "Media",
        "Overlay",
        "Podcasts",
        "Radio",
        "Speaker",
        "Speakers",
        "Volume",
        "crossfade",
        "items",
        "{room} surrounds",
        "{system}: {rooms}",
    },
    "sv": {
        "Alarm",
        "Album",
        "Artist",
        "Max",
        "Media",
        "Normal",
        "Position",
        "Program",
        "Radio",
        "{system}: {rooms}",
    },
}

#: Words by which one sees that a sentence was left in English; they are in no other language.
ENGLISH = {"and", "from", "that", "the", "their", "this", "which", "with"}

#: What is the same in all languages: what somebody types, and what something is called.
_FIXED = re.compile(
    r"\b[a-z0-9]+(?:[._][a-z0-9]+)+\b|Sonos Twisted|Home Assistant|Sonos|Plex|YAML|UPnP|IPv4"
    r"|AirPlay|Spotify Connect|\bTV\b|\bS[12]\b|MP3|WAV|\bFV\b|\bSQ\b|1400|65535"
)


def strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Give all texts of a tree with their paths."""
    for key, below in value.items():
        if isinstance(below, dict):
            yield from strings(below, f"{path}.{key}".strip("."))
        else:
            yield f"{path}.{key}".strip("."), below


def read(language: str) -> dict[str, str]:
    """Return all texts of a language by their paths."""
    return dict(strings(json.loads((FILES / f"{language}.json").read_text("utf-8"))))


def placeholders(text: str) -> Counter[str]:
    """Count the placeholders of a text."""
    return Counter(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


ENGLISH_TEXTS = read("en")
ALL = {language: read(language) for language in LANGUAGES}


def wrong(language: str, is_right: Any) -> list[tuple[str, str]]:
    """Return the paths and texts for which, beside the English ones, something does not hold."""
    return [
        (path, text)
        for path, text in ALL[language].items()
        if path in ENGLISH_TEXTS and not is_right(ENGLISH_TEXTS[path], text)
    ]


def test_languages_are_those_that_are_promised() -> None:
    assert {*LANGUAGES} >= {"de", "es", "fr", "nl", "sv"}
    assert {*LANGUAGES} == MARKS_OF.keys() == SAME.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_is_there(language: str) -> None:
    """In the order of the English ones, so that they can be compared, and none is left over."""
    assert list(ALL[language]) == list(ENGLISH_TEXTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_are_written_alike(language: str) -> None:
    """So that a change shows nothing else than what has changed."""
    text = (FILES / f"{language}.json").read_text("utf-8")
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_those_of_the_english_text(language: str) -> None:
    """Home Assistant leaves a text out in which they are not."""
    assert not wrong(language, lambda ours, text: placeholders(ours) == placeholders(text))


@pytest.mark.parametrize("text", [ENGLISH_TEXTS, *ALL.values()], ids=["en", *ALL])
def test_a_count_of_one_reads_right(text: dict[str, str]) -> None:
    """No number stands before a noun in the plural, unless there are always several."""
    assert not [path for path, said in text.items() if re.search(r"\{(entities|size)\}\s+\w", said)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_in_english(language: str) -> None:
    """Neither whole texts nor, as far as can be told, a part of one."""
    same = {text for path, text in ALL[language].items() if text == ENGLISH_TEXTS.get(path)}
    assert same == SAME[language] | (SAME_IN_ALL & set(ENGLISH_TEXTS.values()))
    assert not wrong(
        language, lambda _, text: ENGLISH.isdisjoint(re.findall(r"\b[^\W\d_]+\b", text.lower()))
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_is_as_home_assistant_wants_it(language: str) -> None:
    """Something, with no spaces around it, no HTML, and no addresses."""
    assert not wrong(language, lambda _, text: text and text == text.strip())
    assert not wrong(language, lambda _, text: not re.search(r"<[a-zA-Z/]|://|www\.", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotation_marks_are_those_of_the_language(language: str) -> None:
    allowed = set(MARKS_OF[language])
    assert not wrong(language, lambda _, text: MARKS & set(text) <= allowed)
    if language in PAIRS:
        opening, closing = PAIRS[language]
        quotation = re.compile(f"{opening}[^{opening}{closing}]+{closing}")
        assert not wrong(
            language, lambda _, text: not {opening, closing} & set(quotation.sub("", text))
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_built_alike(language: str) -> None:
    """With as many paragraphs, the same end, single spaces, and the same names and numbers."""
    assert not wrong(language, lambda ours, text: ours.count("\n") == text.count("\n"))
    assert not wrong(language, lambda ours, text: _end(ours) is _end(text))
    assert not wrong(language, lambda _, text: "  " not in text)
    assert not wrong(
        language, lambda ours, text: {*_FIXED.findall(ours)} <= {*_FIXED.findall(text)}
    )


def _end(text: str) -> bool:
    """Tell whether a text ends like a sentence; an abbreviation is none."""
    return len(text) > len("Wed.") and text[-1] in ".?:"


def test_french_punctuation_has_its_spaces() -> None:
    """A narrow matter, but without them a colon may begin a line."""
    assert not wrong("fr", lambda _, text: not re.search(r"[^\u00a0\d][;!?»]|« |«[^\u00a0]", text))
    assert not wrong("fr", lambda _, text: not re.search(r"[^\u00a0]:( |\n|$)", plain(text)))


def plain(text: str) -> str:
    """Leave out what is quoted, since that may be code."""
    return re.sub("«.*?»", "", text)


def test_spanish_questions_begin_as_they_end() -> None:
    assert not wrong("es", lambda _, text: text.count("¿") == text.count("?"))


def glossary() -> list[list[str]]:
    """Return the rows of the glossary in the documents, the head first."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.read_text("utf-8").splitlines()
        if line.startswith("|")
    ]
    assert set("".join(rows.pop(1))) <= set("- ")
    return rows


def test_the_glossary_says_what_the_texts_say() -> None:
    """Each of its words is used in its language."""
    head, *rows = glossary()
    assert sorted(head[1:]) == LANGUAGES
    for language, *terms in zip(*(head[1:], *(row[1:] for row in rows)), strict=True):
        texts = " ".join(ALL[language].values()).casefold()
        for term in terms:
            forms = re.split(r" \(pl\. |\)", term.casefold())
            assert any(form and form in texts for form in forms), (language, term)


# --- where they are shown ------------------------------------------------------------------


async def speaking(hass: HomeAssistant, language: str) -> None:
    """Set up the integration in a Home Assistant of a language."""
    hass.config.language = language
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_home_assistant_takes_each_text(hass: HomeAssistant, language: str) -> None:
    """It leaves out what it does not like, and says so in the log only."""
    await speaking(hass, language)
    for category in {path.partition(".")[0] for path in ENGLISH_TEXTS}:
        texts = await async_get_translations(hass, language, category, [DOMAIN])
        shown = {path.removeprefix(f"component.{DOMAIN}."): text for path, text in texts.items()}
        ours = {
            path: text for path, text in ALL[language].items() if path.startswith(f"{category}.")
        }
        assert shown.items() >= ours.items()


async def test_errors_are_in_the_language_of_the_server(hass: HomeAssistant) -> None:
    """Home Assistant translates the sentence for the user; as text they are English, for logs."""
    await speaking(hass, "de")
    failure = command_failed("Küche", UpnpError("192.0.2.1", "Play", 701, "AVTransport"))
    told = failure.translation_placeholders or {}
    message = ALL["de"][f"exceptions.{failure.translation_key}.message"].format(**told)
    assert message == (
        "Küche konnte die Wiedergabe nicht starten: Es gibt nichts wiederzugeben, oder das"
        " Wiedergegebene lässt es nicht zu (Fehler 701)"
    )
    assert str(failure) == (
        "Küche could not play: nothing is there to play, or it does not allow it (error 701)"
    )


async def test_words_for_several_things_are_said_once(hass: HomeAssistant) -> None:
    """Both channels of the balance are one setting to the user."""
    await speaking(hass, "sv")
    balance = "entity.number.balance.name"
    paths = [balance, "entity.number.bass.name", balance]
    assert words(paths) == "Balans, Bas"
    failure = failed_with_words("sound_declined", {"settings": paths}, room="Bath")
    assert (failure.translation_placeholders or {})["settings"] == "Balans, Bas"
    assert str(failure) == "Bath declined to change Balance, Bass; all else was changed"


async def test_folders_are_called_as_in_the_language_of_the_server(hass: HomeAssistant) -> None:
    await speaking(hass, "es")
    assert LOOKS[ContentKind.ALBUM].title == "Álbumes"
    assert word("common.household") == "Hogar"
    assert title_of(DOMAIN) == "Sonos Twisted"
    assert title_of("nowhere") == "nowhere"


async def test_english_stands_in_for_a_language_that_there_is_not(hass: HomeAssistant) -> None:
    """And for one that was chosen a moment ago; a word that is missing is its path."""
    await speaking(hass, "cy")
    assert word("common.browse_albums") == "Albums"
    hass.config.language = "gd"
    assert word("common.browse_albums") == "Albums"
    assert word("common.nothing") == "common.nothing"
