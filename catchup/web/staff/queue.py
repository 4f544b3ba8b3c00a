"""The daily queue."""
