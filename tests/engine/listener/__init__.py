"""The listener: its ports, what it answers, what it lets in, and what it bears."""
