"""Faults of speakers and network, over real sockets, and how long what is known stays wrong.

Leases, subscriptions, polling and inspection are tested on a clock in modules of their own. Here
all of them work together on a simulated house. Where a bound lasts minutes, the constant that it
comes from is made small.
"""
