"""Reports of take-up."""
