"""Alarms of a household: the list, what changes it, what they play, and their entities."""
