"""Sonos Twisted."""
