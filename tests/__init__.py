"""Tests of Sonos Twisted."""
