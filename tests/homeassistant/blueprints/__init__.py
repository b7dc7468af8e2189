"""The blueprints, each used in Home Assistant with the simulated house."""
