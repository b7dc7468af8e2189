"""The tables of aspects agree with each other and with what they are about."""

from dataclasses import fields

from custom_components.sonos_twisted.model import Aspect
from custom_components.sonos_twisted.model.aspects import (
    CONTAINER_ASPECTS,
    HOUSEHOLD_ASPECTS,
    HOUSEHOLD_WIDE,
    SERVICE_ASPECTS,
    TRANSPORT_ASPECTS,
    VARIABLE_ASPECTS,
)
from custom_components.sonos_twisted.model.notification import variable_name
from custom_components.sonos_twisted.model.transport import Transport
from tests.simulator.table import model_numbers, services_of

from .payloads import FIXTURES

NAMES = {variable_name(name) for name in (FIXTURES / "variable_names.txt").read_text().split()}

#: What the services have besides, of which no event tells.
NOT_EVENTED = {
    variable_name(name)
    for model in model_numbers()
    for service in services_of(model).values()
    for name in service.variables
}


def test_every_field_of_a_transport_is_reported() -> None:
    """`tracker` is reported as the position that it leads to."""
    reported = {name for name, _ in TRANSPORT_ASPECTS}
    assert reported == {field.name for field in fields(Transport)} - {"tracker"} | {"position"}


def test_variables_of_the_tables_exist() -> None:
    """No name in a table is misspelt."""
    named = {name for _, name in VARIABLE_ASPECTS.keys() | HOUSEHOLD_ASPECTS.keys()}
    assert named <= NAMES | NOT_EVENTED | {"queue_update_id"}


def test_an_aspect_is_of_speakers_or_of_the_household() -> None:
    """No aspect belongs to a speaker in one table and to the household in another."""
    of_speakers = {aspect for _, aspect in TRANSPORT_ASPECTS}
    of_speakers |= set(SERVICE_ASPECTS.values())
    of_speakers |= {aspect for aspect in VARIABLE_ASPECTS.values() if aspect}
    assert not of_speakers & HOUSEHOLD_WIDE
    assert {aspect for _, aspect in CONTAINER_ASPECTS} - HOUSEHOLD_WIDE == {Aspect.QUEUE}
