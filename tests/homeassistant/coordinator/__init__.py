"""A household that changes, and who is told what."""
