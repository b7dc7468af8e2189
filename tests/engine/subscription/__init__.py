"""A subscription: soco's contract, kept and mended."""
