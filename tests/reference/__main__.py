"""Writes all pages; scripts/reference is the way to call it."""

from . import entities

entities.PAGE.write_text(entities.page(), encoding="utf-8")
