"""The rules of the simulated household: its pure state, on a clock that tests move."""
