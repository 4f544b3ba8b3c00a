"""What needs a manager."""
