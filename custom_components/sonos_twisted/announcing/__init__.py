"""Announcements: what users ask for, the ways to say it, and what has to be put back afterwards."""
