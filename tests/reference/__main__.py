"""Writes all pages; scripts/reference is the way to call it."""

from . import conditions, entities, happenings, triggers

for part in (conditions, entities, happenings, triggers):
    part.PAGE.write_text(part.page(), encoding="utf-8")
