"""Populations: a whole programme of any size, from a sample of every kind of seller."""
