"""What rooms play: what they are told to, where it comes from, and how it is shown."""
