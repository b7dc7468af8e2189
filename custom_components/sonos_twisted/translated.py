"""Words of ``translations`` that Home Assistant does not look up itself.

They are in the language of the server: nobody says who will read them. Home Assistant loads the
texts of an integration before it sets it up, so that they are only taken from its memory here.
"""

from collections.abc import Iterable

from homeassistant.core import async_get_hass, callback
from homeassistant.helpers.translation import LOCALE_EN, async_get_cached_translations

from .const import DOMAIN


@callback
def word(path: str) -> str:
    """Return what is at a path of ``translations``, such as ``common.household``."""
    return _text(DOMAIN, path, async_get_hass().config.language)


@callback
def words(paths: Iterable[str]) -> str:
    """Return the same of several paths, each of them once."""
    return ", ".join(dict.fromkeys(word(path) for path in paths))


@callback
def english_words(paths: Iterable[str]) -> str:
    """Return the same for logs, which are in English."""
    return ", ".join(dict.fromkeys(_text(DOMAIN, path, LOCALE_EN) for path in paths))


@callback
def title_of(domain: str) -> str:
    """Return what an integration is called."""
    return _text(domain, "title", async_get_hass().config.language, domain)


def _text(domain: str, path: str, language: str, otherwise: str | None = None) -> str:
    hass, key = async_get_hass(), f"component.{domain}.{path}"
    category = path.partition(".")[0]
    # Of a language that was chosen just now, the texts may still be on their way.
    for each in (language, LOCALE_EN):
        if text := async_get_cached_translations(hass, each, category, domain).get(key):
            return text
    return otherwise or path
