"""The body of a NOTIFY request: one pass from bytes to evented variables.

A body is a `propertyset` of properties, each with one variable. Three services put all of theirs
into a single variable, `LastChange`, whose text is XML again; it is expanded here, so that callers
see one flat mapping whatever the service.

Metadata (DIDL-Lite) stays text. Most events repeat metadata that is known already, and whoever
needs it can compare the text before parsing it (`didl.parse_didl`).
"""

from functools import lru_cache
from itertools import chain
import re
from typing import TYPE_CHECKING

from .markup import LONGEST_NAME, MAX_TAGS, MalformedMarkup, local_name, parse, parse_damaged

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

type Value = str | dict[str, str]
"""A variable's value: text, or text per channel ({"Master": "30", "LF": "100", "RF": "100"})."""

type Variables = dict[str, Value]
"""Values by variable name, spelled as soco spells it (`transport_state`)."""

#: Characters of one service's names and values. Players tell about 10,000, and an event has 262,144
#: at most. Without a bound, whoever can send events could let us remember them for ever.
MAX_CHARACTERS = 600_000

#: Of one variable; players have about ten.
MAX_CHANNELS = 64

# An underscore goes in front of a capital that starts a word (anything before it, a small letter
# after it) and of a capital that follows a small letter or a digit.
_WORD_START = re.compile(r"(?<=.)(?=[A-Z][a-z])|(?<=[a-z0-9])(?=[A-Z])")


class MalformedNotification(ValueError):  # noqa: N818, the name says that it is one
    """A NOTIFY body that cannot be read. The message says why and quotes nothing of the body."""


def parse_notification(body: bytes) -> Variables:
    """Read the evented variables from the body of a NOTIFY request.

    A `LastChange` that is not well-formed is read as far as it can be; what is damaged is left
    out rather than reported as empty. An empty `LastChange` yields no variables.

    Args:
        body: The body as received, UTF-8.

    Raises:
        MalformedNotification: If the body is not well-formed UTF-8 XML, not a propertyset, has a
            document type declaration, or its LastChange is beyond recovery. Nothing else is
            raised, whatever the bytes.
    """
    try:
        root = parse(body.strip(), MAX_TAGS)
    except MalformedMarkup as error:
        raise MalformedNotification(str(error)) from None
    if local_name(root.tag) != "propertyset":
        message = "not a propertyset"
        raise MalformedNotification(message)
    variables: Variables = {}
    for prop in root:
        for variable in prop:
            name = variable_name(variable.tag)
            if name == "last_change":
                _expand_last_change(variable.text or "", variables)
            else:
                variables[name] = variable.text or ""
    return variables


def variable_name(tag: str) -> str:
    """Spell a variable's element name as soco does: "CurrentPlayMode" as "current_play_mode".

    The rule is mechanical, with odd results where names hold abbreviations:
    "ZonePlayerUUIDsInGroup" becomes "zone_player_uui_ds_in_group".
    """
    return _variable_name(tag[-LONGEST_NAME:])


@lru_cache(maxsize=1024)
def _variable_name(tag: str) -> str:
    return _WORD_START.sub("_", local_name(tag)).lower()


def text_of(variables: Variables, name: str) -> str | None:
    """Give a variable that is a text, None if it is missing or comes with channels."""
    value = variables.get(name)
    return value if isinstance(value, str) else None


def merge_values(older: Value | None, newer: Value) -> Value:
    """Give what is known of a variable when both values are: channels are merged singly.

    The result is never the very dict that was passed in.
    """
    if isinstance(newer, dict):
        merged = {**older, **newer} if isinstance(older, dict) else newer
        return dict(newer if len(merged) > MAX_CHANNELS else merged)
    return newer


def is_too_large(variables: Variables) -> bool:
    """Tell whether more is known of a service than any player has to tell."""
    size = 0
    for name, value in variables.items():
        size += len(name)
        size += len(value) if isinstance(value, str) else sum(map(len, chain(*value.items())))
    return size > MAX_CHARACTERS


def merge_variables(older: Variables, newer: Variables) -> Variables:
    """Make one event of two that came one after the other, for a receiver that was busy.

    Newer values replace older ones, channel by channel. ContainerUpdateIDs is the exception: it
    names only the containers that the event is about ("Q:0,52"), so both lists are kept. When that
    would be too large, only the newer event is kept.
    """
    merged = {**older}
    for name, value in newer.items():
        merged[name] = merge_values(older.get(name), value)
    before, after = older.get(_CONTAINERS), newer.get(_CONTAINERS)
    if isinstance(before, str) and isinstance(after, str):
        versions = {**containers(before), **containers(after)}
        merged[_CONTAINERS] = ",".join(f"{name},{version}" for name, version in versions.items())
    return dict(newer) if is_too_large(merged) else merged


def containers(update_ids: str) -> dict[str, str]:
    """Read ContainerUpdateIDs ("Q:0,52,FV:2,7"): the new version by container."""
    parts = update_ids.split(",")
    return dict(zip(parts[::2], parts[1::2], strict=False))


_CONTAINERS = "container_update_i_ds"


def _expand_last_change(text: str, variables: Variables) -> None:
    """Add the variables of a LastChange to `variables`.

    Its root is an Event in a namespace that depends on the service; the variables stand in its
    InstanceID, or in the Queue service's QueueID. Players only ever use instance 0, so the first
    one counts.
    """
    text = text.strip()
    if not text:
        return
    if text.count("<") > MAX_TAGS:
        message = "LastChange has too many elements"
        raise MalformedNotification(message)
    damaged = False
    try:
        event: Element | None = parse(text.encode())
    except MalformedMarkup:
        damaged = True
        event = parse_damaged(text)
    if event is None:
        message = "LastChange is not readable as XML"
        raise MalformedNotification(message)
    for instance in event:
        if local_name(instance.tag) in _INSTANCES:
            _read_instance(instance, variables, damaged=damaged)
            return


_INSTANCES = frozenset({"InstanceID", "QueueID"})


def _read_instance(instance: Element, variables: Variables, *, damaged: bool) -> None:
    for variable in instance:
        # The specification puts values into `val`; players use the text for some.
        value = variable.get("val")
        if value is None:
            value = variable.text
            if value is None:
                if damaged:  # the value may be what was lost
                    continue
                value = ""
        name = variable_name(variable.tag)
        channel = variable.get("channel")
        if channel is None:
            variables[name] = value
        else:
            channels = variables.get(name)
            if isinstance(channels, dict):
                channels[channel] = value
            else:
                variables[name] = {channel: value}
