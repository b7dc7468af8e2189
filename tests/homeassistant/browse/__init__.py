"""The media browser."""
