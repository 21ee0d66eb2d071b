"""Deployment entry points; not in the wheel."""
