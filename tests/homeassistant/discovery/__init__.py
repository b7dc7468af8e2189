"""Households that are found by themselves."""
