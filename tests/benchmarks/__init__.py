"""Measured comparisons; each module prints a table."""
