"""Proof: every situation that a lifecycle's table allows, held to properties."""
