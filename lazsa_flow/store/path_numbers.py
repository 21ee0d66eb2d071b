"""Numbers of paths: each database numbers its paths in a bucket of its own.

Several databases side by side, each a whole programme, never give the same number twice, so that
``invoice-3000000017`` is one path wherever it is read. A bucket has a thousand million numbers,
and the digits before the last nine say which it is. A database that was given none has bucket 0,
and begins with 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from lazsa_flow.errors import ConflictError, InputError
from lazsa_flow.store import schema
from lazsa_flow.store.fast.driver import fetch

if TYPE_CHECKING:
    from datetime import datetime

BUCKET_SIZE: Final = 1_000_000_000
"""How many numbers a bucket has; its first is not used, so that bucket 0 begins with 1."""
LAST_BUCKET: Final = 999_999_998
"""The last whose numbers have the 18 digits that a reference may have."""

_BUCKETS: Final = schema.path_buckets
_IDS: Final = schema.paths.c.id
_SIZE: Final = sa.literal_column(str(BUCKET_SIZE), sa.BigInteger())
_LATEST: Final = sa.select(sa.func.max(_BUCKETS.c.id)).scalar_subquery()
_BUCKET: Final = sa.func.coalesce(
    sa.select(_BUCKETS.c.bucket).where(_BUCKETS.c.id == _LATEST).scalar_subquery(),
    sa.literal_column("0"),
)
_BEFORE_FIRST: Final = _BUCKET * _SIZE
_IN_BUCKET: Final = (_IDS > _BEFORE_FIRST) & (_IDS < _BEFORE_FIRST + _SIZE)
LARGEST: Final = sa.select(
    sa.func.coalesce(
        sa.select(sa.func.max(_IDS)).where(_IN_BUCKET).scalar_subquery(), _BEFORE_FIRST
    )
)
"""The largest number that is taken in the bucket; paths of other buckets keep theirs."""
_NEXT: Final = sa.select(schema.PATH_ID.next_value())


def take_number(connection: sa.Connection) -> int:
    """Return the number for a path that opens.

    Raises:
        ConflictError: The bucket has no number left.
    """
    if connection.dialect.name == "postgresql":
        return check_left(int(fetch(connection, _NEXT, {})[0][0]))
    return find_number(connection)


def find_number(connection: sa.Connection) -> int:
    """Return a number that is free now, without taking it.

    Raises:
        ConflictError: The bucket has no number left.
    """
    return check_left(find_largest(connection) + 1)


def find_largest(connection: sa.Connection) -> int:
    """Return the largest number that is taken in the bucket, or the one before its first."""
    return int(fetch(connection, LARGEST, {})[0][0])


def read_bucket(connection: sa.Connection) -> int:
    """Return the bucket in which paths are numbered now."""
    return int(connection.scalar(sa.select(_BUCKET)) or 0)


def put_bucket(connection: sa.Connection, bucket: int, at: datetime) -> None:
    """Number the paths that open from now on in this bucket; those that are there keep theirs.

    Args:
        connection: In a transaction that writes.
        bucket: The bucket, which no other database of the deployment has.
        at: The present instant.

    Raises:
        InputError: There is no such bucket.
    """
    if not 0 <= bucket <= LAST_BUCKET:
        raise InputError.of("migrate", "bucket", bucket, f"a number from 0 to {LAST_BUCKET}")
    if read_bucket(connection) == bucket:
        return
    connection.execute(sa.insert(_BUCKETS).values(bucket=bucket, recorded_at=at))
    if connection.dialect.name == "postgresql":
        setval = sa.func.setval(str(schema.PATH_ID.name), find_largest(connection) + 1, False)
        connection.execute(sa.select(setval))


def check_left(number: int) -> int:
    """Let a number pass unless it is the first of the next bucket, which is never used."""
    if number % BUCKET_SIZE == 0:
        what = f"bucket {number // BUCKET_SIZE - 1} is full; run: lazsa-flow migrate --bucket N"
        raise ConflictError("path numbers", what)
    return number
