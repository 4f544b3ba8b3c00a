"""The pages about the service."""
