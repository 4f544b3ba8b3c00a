"""Handovers: the board and each one's steps."""
