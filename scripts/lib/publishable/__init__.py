"""Looks for what hassfest and HACS would complain about, before they see it.

Each module checks one kind of file, by the rules of the hosted validators and of Home Assistant's
developer documentation; what it gives are sentences about what is wrong. `scripts/lint` calls it.
"""
