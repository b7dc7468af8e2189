"""Laying what a player tells over what is known of it."""

from typing import TYPE_CHECKING

from .aspects import Aspect, Change
from .notification import is_too_large, merge_values
from .numbers import whole_number

if TYPE_CHECKING:
    from .notification import Value, Variables
    from .speaker import Speaker

type Changed = dict[str, Value | None]
"""The former values of variables that have changed, by name."""


#: By what events call Trueplay: what the actions do.
_ONE_NAME = {
    "sonar_calibration_available": "room_calibration_available",
    "sonar_enabled": "room_calibration_enabled",
}


def by_one_name(variables: Variables) -> Variables:
    """Call each variable of RenderingControl by one name, of those that speakers have for it."""
    if variables.keys().isdisjoint(_ONE_NAME):
        return variables
    return {_ONE_NAME.get(name, name): value for name, value in variables.items()}


def overlay(known: Variables, new: Variables) -> Changed:
    """Lay new values over known ones. Gives the former values of those that differ, by name.

    When more would be known than players have to tell, the new values are all that is kept.
    """
    changed: Changed = {}
    for name, value in new.items():
        old = known.get(name)
        merged = merge_values(old, value)
        if merged != old:
            known[name] = merged
            changed[name] = old
    if changed and is_too_large(known):
        known.clear()
        known.update((name, merge_values(None, value)) for name, value in new.items())
    return changed


def apply_rendering(speaker: Speaker, changed: Changed) -> set[Change]:
    """Read volume and mute of a speaker, of which variables of RenderingControl have changed.

    The master channel is the volume; the others are the balance.
    """
    volume = whole_number(speaker.variable("RenderingControl", "volume") or "")
    if volume is not None:
        speaker.volume = volume
    if mute := speaker.variable("RenderingControl", "mute"):
        speaker.muted = mute == "1"
    aspects: set[Aspect] = set()
    for name, old in changed.items():
        new = speaker.variables["RenderingControl"][name]
        if name not in {"volume", "mute"}:
            aspects.add(Aspect.SOUND)
            continue
        if not isinstance(new, dict):
            aspects.add(Aspect.VOLUME)
            continue
        before = old if isinstance(old, dict) else {}
        aspects |= {
            Aspect.VOLUME if channel == "Master" else Aspect.SOUND
            for channel, value in new.items()
            if before.get(channel) != value
        }
    return {Change(speaker.uid, aspect) for aspect in aspects}
