"""What is in the way of a household's events: found out, tested on demand, and shown as repairs."""
