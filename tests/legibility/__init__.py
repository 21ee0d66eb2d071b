"""Legibility: lifecycles as they are shown, measured in a real browser."""
