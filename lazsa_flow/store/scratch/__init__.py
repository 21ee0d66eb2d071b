"""Scratch databases: what falls due until an instant, copied to be decided on by itself."""
