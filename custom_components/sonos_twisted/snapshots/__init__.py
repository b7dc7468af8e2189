"""Snapshots of rooms: taking them, keeping them, and bringing rooms back to them."""
