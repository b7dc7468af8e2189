"""What is told to those who want to know what went wrong."""
