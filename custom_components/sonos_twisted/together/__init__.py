"""What concerns several rooms at once: groups, whole households, and who needs the same rooms."""
