"""Writes all pages; scripts/reference is the way to call it."""

from . import actions, conditions, devices, entities, happenings, triggers

for part in (actions, conditions, devices, entities, happenings, triggers):
    part.PAGE.write_text(part.page(), encoding="utf-8")
