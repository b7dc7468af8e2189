"""The table of models, services, actions and variables is complete and fits itself."""

# mypy: disallow-untyped-calls=False
import pytest

from tests.simulator.household import Household
from tests.simulator.layout import rooms_of
from tests.simulator.services import EVENTS, HANDLERS
from tests.simulator.table import model_numbers, services_of


@pytest.mark.parametrize("model", model_numbers())
def test_every_action_refers_to_known_variables(model: str) -> None:
    for service in services_of(model).values():
        for action in service.actions.values():
            for _, variable in (*action.inputs, *action.outputs):
                assert variable in service.variables, (service.name, action.name)


@pytest.mark.parametrize("model", model_numbers())
def test_every_service_has_handlers_and_events(model: str) -> None:
    assert set(services_of(model)) <= set(HANDLERS) & set(EVENTS)


def test_handlers_exist_only_for_actions_of_the_table() -> None:
    for name, handlers in HANDLERS.items():
        known = {
            action
            for model in model_numbers()
            for action in (services_of(model)[name].actions if name in services_of(model) else ())
        }
        assert set(handlers) <= known


def test_the_default_house_sends_every_evented_variable(household: Household) -> None:
    for speaker in household.speakers:
        for name, service in services_of(speaker.model.number).items():
            variables = EVENTS[name].variables(speaker)
            sent = EVENTS[name].delta(set(variables), variables)
            if service.last_change_namespace is None:
                assert set(sent) == service.evented, (speaker, name)
            else:
                assert sent


@pytest.mark.parametrize("rooms", ["Den", "Den=S99"])
def test_rooms_need_a_model_that_there_is(rooms: str) -> None:
    with pytest.raises(ValueError, match="is no room with a model"):
        rooms_of(rooms)
