"""Seller award paths as explicit state machines."""
