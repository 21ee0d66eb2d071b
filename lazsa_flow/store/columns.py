"""What the tables of the schema are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.store.column_types import Day, Instant

if TYPE_CHECKING:
    from datetime import date, datetime

METADATA: Final = sa.MetaData()


def table(name: str, *items: Any, **options: Any) -> sa.Table:
    """Return a table of ours, registered under its name with our prefix."""
    return sa.Table(f"lazsa_{name}", METADATA, *items, **options)


def number() -> sa.Column[int]:
    """Return a number that the database counts up."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", big, primary_key=True, autoincrement=True)


def text(name: str, **options: Any) -> sa.Column[str]:
    """Return a column of text, not null unless the options say so."""
    return sa.Column(name, sa.Text(), **{"nullable": False, **options})


def instant(name: str, **options: Any) -> sa.Column[datetime]:
    """Return a column of an instant, not null unless the options say so."""
    return sa.Column(name, Instant(), **{"nullable": False, **options})


def day(name: str, **options: Any) -> sa.Column[date]:
    """Return a column of a local date, not null unless the options say so."""
    return sa.Column(name, Day(), **{"nullable": False, **options})


def path_number(**options: Any) -> sa.Column[int]:
    """Return a column with the number of a row's path."""
    key = sa.ForeignKey("lazsa_paths.id")
    return sa.Column("path_id", sa.BigInteger(), key, **{"nullable": False, **options})
