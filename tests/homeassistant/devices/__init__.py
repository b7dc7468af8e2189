"""A household's devices."""
