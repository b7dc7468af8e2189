"""What is in the way of a household, and shown as a repair until it is mended.

:data:`KINDS` is the table of all that there are. Each belongs to a config entry: those of setting
up and of core's integration beside it, which are here, those of a household that runs
(``household.py``), and those of its hosts (``foreign_hosts.py``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
import datetime as dt
import logging
from urllib.parse import urlsplit

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_call_later
from homeassistant.util.hass_dict import HassKey

from ..const import CORE_DOMAIN, DOMAIN
from ..errors import placeholders, translation_key

_LOGGER = logging.getLogger(__name__)

#: Where each repair is explained, under a heading of its own.
_LEARN_MORE = "https://github.com/sonos-twisted/sonos-twisted/blob/main/docs/troubleshooting.md"

#: Seconds after which a household that cannot be set up is worth telling of. After a power cut
#: Home Assistant is often up first: speakers are there again within a minute, and a router within
#: two. Home Assistant has tried five times by then, and takes over a minute to try again, so this
#: waits for no attempt.
UNREACHABLE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of issue.

    Attributes:
        severity: How bad it is.
        is_fixable: Whether a flow of ``repairs.py`` leads through mending it.

    """

    severity: ir.IssueSeverity
    is_fixable: bool


KINDS: Mapping[str, Kind] = {
    "core_sonos": Kind(ir.IssueSeverity.WARNING, is_fixable=True),
    "events_not_arriving": Kind(ir.IssueSeverity.WARNING, is_fixable=True),
    "household_unreachable": Kind(ir.IssueSeverity.ERROR, is_fixable=False),
    "no_free_port": Kind(ir.IssueSeverity.WARNING, is_fixable=True),
    "other_household": Kind(ir.IssueSeverity.WARNING, is_fixable=True),
    "s1_in_s2": Kind(ir.IssueSeverity.WARNING, is_fixable=True),
    "upnp_disabled": Kind(ir.IssueSeverity.ERROR, is_fixable=False),
}

#: What a household that cannot be set up may be shown to have, by the key of its error. All else
#: is told as unreachable, after a while.
_AT_SETUP = ("events_not_arriving", "no_free_port", "upnp_disabled")

#: An entry in one of these states cannot be set up, or is tried again just now.
_NOT_SET_UP = {ConfigEntryState.SETUP_IN_PROGRESS, ConfigEntryState.SETUP_RETRY}


@dataclass(slots=True)
class _Failing:
    """That an entry cannot be set up.

    Attributes:
        details: What the text about it refers to; empty if another issue tells of it.
        is_due: Whether it is worth telling of by now.
        cancel: Ends the time until it is.

    """

    details: dict[str, str] = field(default_factory=dict)
    is_due: bool = False
    cancel: CALLBACK_TYPE = lambda: None


#: The entries that cannot be set up.
_FAILING: HassKey[dict[str, _Failing]] = HassKey(f"{DOMAIN}_failing")


def issue_id(entry: ConfigEntry, key: str) -> str:
    """Return the id of an issue of an entry."""
    return f"{key}_{entry.entry_id}"


@callback
def async_show(hass: HomeAssistant, entry: ConfigEntry, key: str, **details: str) -> None:
    """Show an issue of an entry, with what its text refers to; again, if something is new.

    Its fix flow gets the details as its data.
    """
    kind = KINDS[key]
    details = {name: detail for name, detail in details.items() if detail}
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id(entry, key),
        data={"entry_id": entry.entry_id, "key": key, **details},
        is_fixable=kind.is_fixable,
        learn_more_url=f"{_LEARN_MORE}#{key.replace('_', '-')}",
        severity=kind.severity,
        translation_key=key,
        translation_placeholders={"household": entry.title, **details},
    )


@callback
def async_clear(hass: HomeAssistant, entry: ConfigEntry, *keys: str) -> None:
    """Let issues of an entry disappear, all if none is named; harmless when they are not shown.

    What was ignored before a restart, and is not shown yet, stays ignored.
    """
    registry = ir.async_get(hass)
    for key in keys or KINDS:
        issue = registry.async_get_issue(DOMAIN, issue_id(entry, key))
        if issue is not None and issue.active:
            registry.async_delete(DOMAIN, issue.issue_id)


# Setting up


@callback
def async_setup_failed(hass: HomeAssistant, entry: ConfigEntry, error: Exception) -> None:
    """Show why an entry cannot be set up: at once what a user can mend, all else after a while."""
    all_failing = hass.data.setdefault(_FAILING, {})
    if (failing := all_failing.get(entry.entry_id)) is None:
        failing = all_failing[entry.entry_id] = _begin_to_fail(hass, entry)
    key = translation_key(error)
    details = placeholders(error)
    shown = key if key in _AT_SETUP else "household_unreachable"
    async_clear(hass, entry, *({*_AT_SETUP, "household_unreachable"} - {shown}))
    if shown == "events_not_arriving":
        details["callback"] = urlsplit(details["callback"]).netloc
    details |= {"rooms": details["host"], "speakers": details["host"]}
    # Another household is shown of the host that leads there.
    is_unreachable = shown not in _AT_SETUP and key != "wrong_household"
    failing.details = details if is_unreachable else {}
    if shown in _AT_SETUP or (is_unreachable and failing.is_due):
        async_show(hass, entry, shown, **details)


def _begin_to_fail(hass: HomeAssistant, entry: ConfigEntry) -> _Failing:
    failing = _Failing()

    @callback
    def is_due(_now: dt.datetime) -> None:
        failing.is_due = True
        if failing.details and entry.state in _NOT_SET_UP:
            async_show(hass, entry, "household_unreachable", **failing.details)

    job = HassJob(is_due, cancel_on_shutdown=True)
    failing.cancel = async_call_later(hass, UNREACHABLE_SECONDS, job)
    return failing


@callback
def _no_more_failing(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Forget that an entry could not be set up; return whether that was so."""
    failing = hass.data.get(_FAILING, {}).pop(entry.entry_id, None)
    if failing is None:
        return False
    failing.cancel()
    return True


@callback
def async_setup_succeeded(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Take note that an entry is set up. What its household shows now is told by its news."""
    if _no_more_failing(hass, entry):
        _LOGGER.info("%s is set up at last", entry.title)
    async_clear(hass, entry, "household_unreachable")


@callback
def async_forget(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Let everything disappear about an entry that is not to be set up any more."""
    _no_more_failing(hass, entry)
    async_clear(hass, entry)


# Core's integration


@callback
def async_watch_entries(hass: HomeAssistant) -> None:
    """Show as long as core's ``sonos`` is set up, too; and nothing about what is disabled."""

    @callback
    def changed(_change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry.domain not in {DOMAIN, CORE_DOMAIN}:
            return
        cores = hass.config_entries.async_entries(
            CORE_DOMAIN, include_ignore=False, include_disabled=False
        )
        for ours in hass.config_entries.async_entries(DOMAIN, include_ignore=False):
            if ours.disabled_by:
                async_forget(hass, ours)
            elif cores:
                async_show(hass, ours, "core_sonos")
            else:
                async_clear(hass, ours, "core_sonos")

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, changed)
