"""What is kept and told for those who want to know what goes on, or what went wrong."""
