"""The settings of a household."""
