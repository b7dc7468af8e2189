"""How what is known of a household can be shown to strangers.

Whatever identifies a household, its devices and its accounts is left out. Speakers get names that
stay the same within one document, so that it can be followed who is meant.
"""

from collections.abc import Iterable, Mapping
import dataclasses
import datetime as dt
import re
from typing import Any

REDACTED = "**REDACTED**"

#: Names of variables and attributes whose values are nobody's business.
_PRIVATE = re.compile(
    r"serial|(^|_)mac(_|$|addr)|token|account|household|hh_?id|ssid|third_?party|password|secret"
    r"|customer|user|(^|_)key",
    re.IGNORECASE,
)

_UID = re.compile(r"RINCON_[0-9A-Za-z]+")
_HOUSEHOLD = re.compile(r"Sonos_[0-9A-Za-z]{16,}(\.\w+)?")
_MAC = re.compile(r"\b([0-9A-F]{2}[:-]){5}[0-9A-F]{2}(:\w)?\b|\b[0-9A-F]{12}\b", re.IGNORECASE)
_URL = re.compile(r"\b(https?|wss)://([^\s/?#@]*@)?([^\s/?#]*)([/?#][^\s,)]*)?")
_ACCOUNT = re.compile(r"\b(sn|sid|token|key)=[^\s&,)]+", re.IGNORECASE)
_URI = re.compile(r"([a-z][a-z0-9.+-]{2,}):\S+")

#: What ends one word of a value, and what is a word that tells nothing of anybody.
_BETWEEN = re.compile(r"[\s,;:=/+.%#()-]+")
_PLAIN_WORD = re.compile(r"[A-Za-z_]{0,24}|[0-9]{1,6}|\w{1,5}|speaker_\d+")
_LONG = 200

#: Values that are kept although they look like an address.
_CHANNELS = re.compile(r"(speaker_\d+(:\w+)*(,\w+)*;?)+")
_TIME = re.compile(r"\d+:\d\d:\d\d")


class Redactor:
    """Makes one document: names speakers, and leaves out what must not be in it."""

    def __init__(self, uids: Iterable[str], secrets: Iterable[str]) -> None:
        """Begin a document.

        Args:
            uids: The speakers that get the first names, in this order.
            secrets: Texts that must not be in it, wherever they stand.

        """
        self._names: dict[str, str] = {}
        longest_first = sorted(filter(None, set(secrets)), key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
        for uid in uids:
            self.name(uid)

    def name(self, uid: str) -> str:
        """Return what a speaker is called in the document; empty for none."""
        if not uid:
            return ""
        return self._names.setdefault(uid, f"speaker_{len(self._names) + 1}")

    def text(self, text: str) -> str:
        """Return a sentence, or a name that somebody gave, without what must not be in it."""
        text = self._secrets.sub(REDACTED, text)
        text = _URL.sub(lambda match: f"{match[1]}://{match[3]}" + ("/…" if match[4] else ""), text)
        text = _UID.sub(lambda match: self.name(match[0]), text)
        text = _HOUSEHOLD.sub(REDACTED, text)
        text = _ACCOUNT.sub(lambda match: f"{match[1]}={REDACTED}", text)
        return _MAC.sub(REDACTED, text)

    def value(self, name: str, value: str) -> str:
        """Return the value of a variable, as far as it tells how a speaker is.

        Of an address there is only what kind it is and which speaker it names; of a longer or
        stranger text, only how long it is.
        """
        if _PRIVATE.search(name) and value:
            return REDACTED
        text = self.text(value)
        if _CHANNELS.fullmatch(text) or _TIME.fullmatch(text):
            return text
        if match := _URI.fullmatch(text):
            named = map(self.name, _UID.findall(value))
            return f"{match[1]}:" + (",".join(dict.fromkeys(named)) or "…")
        words = _BETWEEN.split(text)
        if len(text) <= _LONG and all(_PLAIN_WORD.fullmatch(word) for word in words):
            return text
        return f"(length: {len(value)})"

    def variables(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return variables or attributes with their values, those of channels too."""
        return {
            name: self.variables(value)
            if isinstance(value, Mapping)
            else self.value(name, str(value))
            for name, value in sorted(variables.items())
        }

    def document(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Do the same as :meth:`plain` with a document."""
        return {self.text(str(key)): self.plain(value) for key, value in values.items()}

    def plain(self, value: Any) -> Any:
        """Return anything as JSON knows it, with every text in it made harmless."""
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            value = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
        match value:
            case Mapping():
                plain: Any = {self.text(str(key)): self.plain(value[key]) for key in value}
            case set() | frozenset():
                plain = sorted(map(self.plain, value))
            case list() | tuple():
                plain = [self.plain(each) for each in value]
            case dt.datetime():
                plain = value.isoformat(timespec="milliseconds")
            case float():
                plain = round(value, 3)
            case None | int():
                plain = value
            case _:
                plain = self.text(str(value))
        return plain
