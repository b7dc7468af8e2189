"""A simulated Sonos household: real sockets, real device rules, no hardware.

The package models the device, not any particular client. Start it with
``python -m tests.simulator``, from pytest with :class:`tests.simulator.process.SimulatorProcess`,
or inside a running reactor with :class:`tests.simulator.simulator.Simulator`.
README.md in this folder lists what can be done to it.
"""
