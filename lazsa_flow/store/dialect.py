"""Dialects: what the two databases say differently."""

from __future__ import annotations

from typing import Any


def upsert(dialect: str) -> Any:
    """Return a dialect's own insert, which knows what to do on a conflict."""
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert
    from sqlalchemy.dialects import sqlite

    return sqlite.insert
