"""Foresight: what a date will bring, decided by the engine itself on a copy of what is due."""
