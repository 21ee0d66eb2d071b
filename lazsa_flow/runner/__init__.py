"""Dramatiq, and only here: broker, actors, ticker."""
