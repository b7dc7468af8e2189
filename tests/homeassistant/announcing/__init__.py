"""Announcements: over the music or in its place, one after the other, and everything as before."""
