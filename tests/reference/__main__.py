"""Writes all pages; scripts/reference is the way to call it."""

from . import entities, happenings

for part in (entities, happenings):
    part.PAGE.write_text(part.page(), encoding="utf-8")
