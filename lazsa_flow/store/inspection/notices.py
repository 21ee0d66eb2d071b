"""Notices that wait, and subjects whom none could reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from lazsa_flow.store import schema
from lazsa_flow.store.column_types import Instant

if TYPE_CHECKING:
    from datetime import datetime

_CONTACT: Final = "contact"


@dataclass(frozen=True, slots=True)
class Backlog:
    """How the outbox stands.

    Attributes:
        waiting: Notices that wait, for whatever reason.
        parked: Notices that were set aside.
        late: Notices that might have gone by an instant and have not,
        since: and from when on the first of them might.
    """

    waiting: int
    parked: int
    late: int
    since: datetime | None


def count_backlog(connection: sa.Connection, until: datetime) -> Backlog:
    """Count what waits, and what might have gone by an instant."""
    outbox = schema.outbox
    late = sa.and_(~outbox.c.parked, outbox.c.next_at <= until)
    first = sa.type_coerce(sa.func.min(sa.case((late, outbox.c.next_at))), Instant())
    count = sa.func.count()
    query = sa.select(
        count.filter(~outbox.c.parked), count.filter(outbox.c.parked), count.filter(late), first
    ).select_from(outbox)
    return Backlog(*connection.execute(query).one())


def count_contacts(connection: sa.Connection) -> tuple[int, int]:
    """Count the subjects with an open path, and those of them who have no contact."""
    slots, texts = schema.slots, schema.texts
    subjects = sa.select(slots.c.subject).distinct().subquery()
    known = sa.exists().where(texts.c.subject == subjects.c.subject, texts.c.kind == _CONTACT)
    count = sa.func.count()
    all_, lacking = connection.execute(
        sa.select(count, count.filter(~known)).select_from(subjects)
    ).one()
    return all_, lacking
