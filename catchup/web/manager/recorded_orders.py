"""Recorded orders: the list and its import."""
