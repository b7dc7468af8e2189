"""The truth that tests compare with has everything."""

# mypy: disallow-untyped-calls=False
from tests.simulator.household import Household
from tests.simulator.truth import truth

from .steps import People


def test_the_truth_has_all_of_it(people: People, household: Household) -> None:
    people.set_led("Kitchen", False)
    people.ring_alarm(14)
    people.offer_update("Kitchen", "96.0-1")
    speakers = truth(household)["speakers"]
    assert isinstance(speakers, dict)
    kitchen = speakers[household.speaker("Kitchen").uid]
    assert (kitchen["led"], kitchen["available_update"]) == ("Off", "96.0-1")
    assert speakers[household.speaker("Bedroom").uid]["alarm_ringing"] == 14
    theatre = speakers[household.speaker("Living Room").uid]
    assert theatre["has_sub"] is True
    assert len(theatre["satellites"]) == 3
    assert speakers[household.speaker("Office").uid]["line_in"]["connected"] is True
