"""Every entity besides media players, in a simulated house."""
