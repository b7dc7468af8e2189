"""The media browser: its tree, what is in it, its pictures, and searching it."""
