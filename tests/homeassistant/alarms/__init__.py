"""The list of alarms of a household."""
