"""The tables of all entities besides media players, a module for each subject.

A platform (``switch.py``, ``sensor.py``, ...) makes entities of the tables here that are its own.
A description says what an entity shows, how it is changed, and what a speaker must have for there
to be such an entity. Nothing depends on the name of a model.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
import datetime as dt
from typing import TYPE_CHECKING, Any

from homeassistant.components.binary_sensor import BinarySensorEntityDescription
from homeassistant.components.button import ButtonEntityDescription
from homeassistant.components.event import EventEntityDescription
from homeassistant.components.number import NumberEntityDescription
from homeassistant.components.select import SelectEntityDescription
from homeassistant.components.sensor import SensorEntityDescription
from homeassistant.components.switch import SwitchEntityDescription
from homeassistant.components.text import TextEntityDescription
from homeassistant.components.update import UpdateEntityDescription
from homeassistant.core import CALLBACK_TYPE
from homeassistant.helpers.entity import EntityDescription

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..model import Aspect, Speaker

type Write[T] = Callable[[HouseholdCoordinator, Speaker, T], Awaitable[object]]
"""Changes what an entity shows. Writes no state: that comes by an event, or is read again."""


@dataclass(frozen=True, slots=True)
class InHousehold[T]:
    """A value that takes more to know than the speaker alone."""

    read: Callable[[HouseholdCoordinator, Speaker], T]


type Value[T] = Callable[[Speaker], T] | InHousehold[T]
"""What an entity shows."""

type Press = Callable[[HouseholdCoordinator, Speaker], Awaitable[object]]


def always(_speaker: Speaker) -> bool:
    """Say of every speaker that it has something."""
    return True


@dataclass(frozen=True, kw_only=True)
class SpeakerDescription(EntityDescription):
    """What an entity of a speaker is. Its key is also the end of its unique id.

    Attributes:
        aspects: The changes of the speaker after which the entity may show something else.
        exists: Whether a speaker has what the entity shows; None as long as that is not known.
        existence: The changes after which ``exists`` may say something else.
        works: Whether it can be used at the moment, while the speaker is available.
        reading: The one of ``READINGS`` in ``asking.readings`` that brings what it shows, if no
            event does.
        listen: Calls a function whenever it may show something else for another reason, until the
            function is called that it returns.
        of_parts: Whether hidden parts of a room (a sub, surrounds) have it, too.

    """

    aspects: frozenset[Aspect]
    exists: Callable[[Speaker], bool | None] = always
    existence: frozenset[Aspect] = frozenset()
    works: Callable[[HouseholdCoordinator, Speaker], bool] | None = None
    reading: str | None = None
    listen: Callable[[HouseholdCoordinator, CALLBACK_TYPE], CALLBACK_TYPE] | None = None
    of_parts: bool = False


@dataclass(frozen=True, kw_only=True)
class BinarySensorDescription(SpeakerDescription, BinarySensorEntityDescription):
    """Something that is the case or not."""

    value: Value[bool | None]
    attributes: Value[dict[str, object]] | None = None


@dataclass(frozen=True, kw_only=True)
class ButtonDescription(SpeakerDescription, ButtonEntityDescription):
    """Something to do."""

    press: Press


@dataclass(frozen=True, kw_only=True)
class EventDescription(SpeakerDescription, EventEntityDescription):
    """Something that happens and has no state; ``event_types`` are kinds of ``happenings``.

    Attributes:
        attributes: What an event shows of what is told of it. The database keeps it.

    """

    attributes: Callable[[Mapping[str, Any]], dict[str, object]]


@dataclass(frozen=True, kw_only=True)
class NumberDescription(SpeakerDescription, NumberEntityDescription):
    """A number to choose. Its bounds and its step are always given."""

    value: Value[float | None]
    write: Write[int]


@dataclass(frozen=True, kw_only=True)
class SelectDescription(SpeakerDescription, SelectEntityDescription):
    """One of several: of ``options`` or, where these vary, of ``choices``."""

    value: Value[str | None]
    choices: Value[list[str]] | None = None
    write: Write[str]


@dataclass(frozen=True, kw_only=True)
class SensorDescription(SpeakerDescription, SensorEntityDescription):
    """A value."""

    value: Value[str | float | dt.datetime | None]
    attributes: Value[dict[str, object]] | None = None


@dataclass(frozen=True, kw_only=True)
class SwitchDescription(SpeakerDescription, SwitchEntityDescription):
    """Something to switch on and off."""

    value: Value[bool | None]
    write: Write[bool]


@dataclass(frozen=True, kw_only=True)
class TextDescription(SpeakerDescription, TextEntityDescription):
    """A text to write."""

    value: Value[str | None]
    write: Write[str]


@dataclass(frozen=True, kw_only=True)
class UpdateDescription(SpeakerDescription, UpdateEntityDescription):
    """Firmware to install."""


@dataclass(frozen=True, kw_only=True)
class HouseholdDescription(EntityDescription):
    """What an entity of a household is. Its key is also the end of its unique id.

    Attributes:
        aspects: The changes of the household after which the entity may show something else.
        listen: Calls a function whenever it may, too, until the function is called that it returns.

    """

    aspects: frozenset[Aspect] = frozenset()
    listen: Callable[[HouseholdCoordinator, CALLBACK_TYPE], CALLBACK_TYPE] | None = None


@dataclass(frozen=True, kw_only=True)
class HouseholdBinarySensorDescription(HouseholdDescription, BinarySensorEntityDescription):
    """Something that is the case in a household, or not."""

    value: Callable[[HouseholdCoordinator], bool | None]
    attributes: Callable[[HouseholdCoordinator], dict[str, object]] | None = None


@dataclass(frozen=True, kw_only=True)
class HouseholdButtonDescription(HouseholdDescription, ButtonEntityDescription):
    """Something to do for a household."""

    press: Callable[[HouseholdCoordinator], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class HouseholdSensorDescription(HouseholdDescription, SensorEntityDescription):
    """A value of a household."""

    value: Callable[[HouseholdCoordinator], str | float | dt.datetime | None]
    attributes: Callable[[HouseholdCoordinator], dict[str, object]] | None = None
