"""Tests of the Home Assistant floor, with a real Home Assistant and a simulated household."""
