"""Which council supports a family."""
