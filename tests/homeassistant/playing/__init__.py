"""What rooms can be told to play, in every form and mode."""
