"""Compares what Home Assistant core's sonos does with what tests show of ours.

`features.toml` lists the features, tests name them, and `scripts/parity` writes docs/parity.md.
"""
