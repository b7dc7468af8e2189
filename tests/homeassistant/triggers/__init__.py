"""Automations that are triggered by what happens."""
