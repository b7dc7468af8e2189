"""Tests of the simulated household: its rules, and clients that others wrote on it."""
