"""Lists of notices that were delivered, newest first: along an index, a stretch of it at a time.

Deliveries are kept for ever. What a filter leaves over may be rare among them, so no page looks at
more than a stretch of the index; it says where that ended, and the next page goes on from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.lifecycle.path_ref import write_ref
from lazsa_flow.store import schema
from lazsa_flow.store.column_types import Instant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_TABLE: Final = schema.deliveries
_PATHS: Final = schema.paths


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries are listed.

    Attributes:
        until: Before this instant.
        since: At or after this instant.
        country: About a path in this country.
        kind: Of this kind.
        channel: Through this channel.
        path_ids: About these paths.
    """

    until: datetime
    since: datetime | None = None
    country: str | None = None
    kind: str | None = None
    channel: str | None = None
    path_ids: Sequence[int] | None = None


class DeliveryPlace(NamedTuple):
    """The place of a delivery in the list, which is sorted by these, falling."""

    delivered_at: datetime
    key: str


class Delivery(NamedTuple):
    """A notice that a channel has accepted.

    Attributes:
        to: Whom it was for.
        path: The path's reference.
    """

    key: str
    kind: str
    to: str
    path: str
    subject: str
    country: str
    channel: str
    delivered_at: datetime


def find_deliveries(
    connection: sa.Connection,
    wanted: DeliveryFilter,
    *,
    after: DeliveryPlace | None,
    limit: int,
    stretch: int,
) -> tuple[list[Delivery], DeliveryPlace | None]:
    """Return the deliveries of a filter, newest first.

    Args:
        connection: Where.
        wanted: The filter.
        after: Only those after this place.
        limit: At most so many.
        stretch: At most so many rows are looked at where a country, kind or channel is asked for.

    Returns:
        The rows, and where the stretch ended, if it ended before there were enough of them.
    """
    walk = _walk(wanted, after)
    named = {"country": wanted.country, "kind": wanted.kind, "channel": wanted.channel}
    asked = {name: value for name, value in named.items() if value is not None}
    is_stretch = bool(asked) and wanted.path_ids is None
    seen = (walk.limit(stretch) if is_stretch else walk).subquery()
    query = (
        sa.select(seen, _PATHS.c.lifecycle, _PATHS.c.subject)
        .join(_PATHS, _PATHS.c.id == seen.c.path_id)
        .where(*(seen.c[name] == value for name, value in asked.items()))
        .order_by(seen.c.recorded_at.desc(), seen.c.key.desc())
        .limit(limit)
    )
    found = [_read_delivery(row) for row in connection.execute(query)]
    if not is_stretch or len(found) >= limit:
        return found, None
    places = walk.with_only_columns(_TABLE.c.recorded_at, _TABLE.c.key)
    last = connection.execute(places.offset(stretch - 1).limit(1)).first()
    return found, None if last is None else DeliveryPlace(*last)


def _walk(wanted: DeliveryFilter, after: DeliveryPlace | None) -> sa.Select[Any]:
    """Select deliveries along the index of instants, or those of paths along that of paths."""
    at, key = _TABLE.c.recorded_at, _TABLE.c.key
    query = sa.select(_TABLE).where(at < sa.literal(wanted.until, Instant()))
    if wanted.since is not None:
        query = query.where(at >= sa.literal(wanted.since, Instant()))
    if wanted.path_ids is not None:
        query = query.where(_TABLE.c.path_id.in_(list(wanted.path_ids)))
    if after is not None:
        place = sa.tuple_(sa.literal(after.delivered_at, Instant()), sa.literal(after.key))
        query = query.where(sa.tuple_(at, key) < place)
    return query.order_by(at.desc(), key.desc())


def _read_delivery(row: sa.Row[Any]) -> Delivery:
    return Delivery(
        key=row.key,
        kind=row.kind,
        to=row.recipient,
        path=write_ref(row.lifecycle, row.path_id),
        subject=row.subject,
        country=row.country,
        channel=row.channel,
        delivered_at=row.recorded_at,
    )
