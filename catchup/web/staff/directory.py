"""The directory of services."""
