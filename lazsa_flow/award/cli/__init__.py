"""Commands of the award programme."""
