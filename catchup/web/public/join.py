"""Joining, one question a page."""
