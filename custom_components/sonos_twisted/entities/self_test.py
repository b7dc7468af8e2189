"""The test of whether events arrive."""

from homeassistant.const import EntityCategory

from ..issues.event_test import async_press
from . import HouseholdButtonDescription

HOUSEHOLD_BUTTONS = (
    HouseholdButtonDescription(
        key="test_events",
        entity_category=EntityCategory.DIAGNOSTIC,
        press=async_press,
    ),
)
