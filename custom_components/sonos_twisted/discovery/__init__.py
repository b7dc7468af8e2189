"""Speakers that are found by themselves: what they announce, and to which household they belong."""
