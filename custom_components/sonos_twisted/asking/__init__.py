"""What no event tells, or none that arrives: speakers are asked for it, rarely and together."""
