"""Inspection: what ``lazsa-flow doctor`` asks of a database. All of it only reads."""
