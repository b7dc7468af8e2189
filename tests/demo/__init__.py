"""Home Assistant with a simulated Sonos household: for a look, and as a check of the whole chain.

``scripts/demo`` runs it. It is also what an end-to-end test of the integration is: a real Home
Assistant in a process of its own, spoken to over its public interfaces alone.
"""
