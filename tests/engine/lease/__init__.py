"""A lease: what it does when, on a clock that is moved by hand."""
