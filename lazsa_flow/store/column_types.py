"""Column types: instants and dates as text that sorts as they do, byte by byte."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from lazsa_flow.errors import MalformedError
from lazsa_flow.lifecycle.calendar import instant_text


class Instant(sa.types.TypeDecorator[datetime]):
    """A UTC instant as text of fixed width."""

    impl = sa.String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Let texts be compared byte by byte, whatever the database's collation."""
        return dialect.type_descriptor(_bytewise_text(dialect, 27))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> str | None:
        """Write it."""
        return None if value is None else instant_text(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> datetime | None:
        """Read it.

        Raises:
            MalformedError: It is not as this release writes it.
        """
        try:
            return None if value is None else read_instant(value)
        except (TypeError, ValueError):
            raise MalformedError("instant") from None


class Day(sa.types.TypeDecorator[date]):
    """A local date as text."""

    impl = sa.String(10)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Let texts be compared byte by byte, whatever the database's collation."""
        return dialect.type_descriptor(_bytewise_text(dialect, 10))

    def process_bind_param(self, value: date | None, dialect: sa.Dialect) -> str | None:
        """Write it."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> date | None:
        """Read it.

        Raises:
            MalformedError: It is not as this release writes it.
        """
        try:
            return None if value is None else date.fromisoformat(value)
        except (TypeError, ValueError):
            raise MalformedError("date") from None


def _bytewise_text(dialect: sa.Dialect, length: int) -> sa.String:
    return sa.String(length, collation="C" if dialect.name == "postgresql" else None)


def read_instant(text: str) -> datetime:
    """Read an instant as it is stored."""
    return datetime.fromisoformat(text[:26]).replace(tzinfo=UTC)
