"""Registrations: accept, refuse."""
