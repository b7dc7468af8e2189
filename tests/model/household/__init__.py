"""One household made of what many players say."""
