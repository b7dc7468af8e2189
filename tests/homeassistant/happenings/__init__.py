"""What happens in a house, told once."""
