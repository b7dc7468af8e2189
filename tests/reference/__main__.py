"""Writes all pages; scripts/reference is the way to call it."""

from . import actions, devices, entities

for part in (actions, devices, entities):
    part.PAGE.write_text(part.page(), encoding="utf-8")
