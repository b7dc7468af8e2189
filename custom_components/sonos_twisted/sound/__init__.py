"""How loud rooms are and may become, and the sound modes that users keep."""
