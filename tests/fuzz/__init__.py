"""A coverage-guided fuzzer for what reads bytes from the network; scripts/fuzz runs it."""
