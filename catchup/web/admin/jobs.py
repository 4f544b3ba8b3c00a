"""Jobs and their history."""
