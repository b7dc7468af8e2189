"""Snapshots of rooms."""
