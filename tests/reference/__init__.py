"""Writes the pages of the manual that repeat what the code says; `scripts/reference` calls it."""
