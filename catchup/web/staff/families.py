"""Families: finding one, its page, stopping everything."""
