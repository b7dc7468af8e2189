"""A household from beginning to end, over real sockets, with the simulated house."""
