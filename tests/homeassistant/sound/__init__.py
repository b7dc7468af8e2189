"""How rooms sound."""
