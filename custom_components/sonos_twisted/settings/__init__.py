"""The settings of a household: one table for YAML and the user interface, and what is checked."""
