"""The parts of the benchmark; each runs alone."""
