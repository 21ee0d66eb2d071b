"""Alembic's entry point, for its own command line; the package runs migrations itself."""
