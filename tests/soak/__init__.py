"""The soak: a simulated household in chaos, and Home Assistant compared with the truth of it.

``scripts/soak --help`` says how to run it.
"""
