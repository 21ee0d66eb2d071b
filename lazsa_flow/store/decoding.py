"""How do a driver's rows become values, a chunk at a time?

By position, in the schema's column order or, where not all are needed, in the order that stands
here. Instants, dates, scores, spans and data are decoded once
for each text that differs: a cycle night's sellers share most of them.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.domain.model import Facts, Nomination, Path, Record, Span, TimerRow
from lazsa_flow.domain.panel import Scorecard
from lazsa_flow.store import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

Row = tuple[Any, ...]
SCORECARDS: Final = tuple(
    schema.scorecards.c[name] for name in ("path_id", "reviewer", "team", "scores")
)
NOMINATIONS: Final = tuple(
    schema.nominations.c[name]
    for name in ("path_id", "id", "event", "nomination_id", "source", "nominator", "complete")
)
_JOURNAL: Final = tuple(schema.journal.columns.keys())

instant: Callable[[str], datetime] = lru_cache(maxsize=65536)(schema.read_instant)
_rate: Callable[[str], Decimal] = lru_cache(maxsize=65536)(Decimal)
day: Callable[[str], date] = lru_cache(maxsize=65536)(date.fromisoformat)


@lru_cache(maxsize=4096)
def _spans(text: str) -> Mapping[str, tuple[Span, ...]]:
    return {name: tuple(map(_span, spans)) for name, spans in json.loads(text).items()}


def _span(fields: dict[str, Any]) -> Span:
    ended_on, ended_at = fields["ended_on"], fields["ended_at"]
    return Span(
        began_on=day(fields["began_on"]),
        began_at=instant(fields["began_at"]),
        told_at=instant(fields["told_at"]),
        ended_on=ended_on and day(ended_on),
        ended_at=ended_at and instant(ended_at),
        reason=fields["reason"],
    )


@lru_cache(maxsize=4096)
def _data(text: str) -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads(text)
    return data


@lru_cache(maxsize=65536)
def _scores(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(","))) if text else ()


def path(row: Row) -> Path:
    """Read a path."""
    (id_, lifecycle, subject, country, state, seq, head, cycle, opened, entered, parked, *rest) = (
        row
    )
    spans, data = rest
    return Path(
        id_,
        lifecycle,
        subject,
        country,
        state,
        seq,
        head,
        cycle and day(cycle),
        instant(opened),
        instant(entered),
        bool(parked),
        _spans(spans),
        _data(data),
    )


def journal(lifecycle: str, row: Iterable[Any]) -> dict[str, Any]:
    """Read a row of a lifecycle's journal as the JSON values that its hash was made of."""
    fields = dict(zip(_JOURNAL, row, strict=True))
    path = f"{lifecycle}-{fields.pop('path_id')}"
    return {"path": path, **fields, "verdicts": json.loads(fields["verdicts"])}


def timer(row: Row) -> TimerRow:
    """Read a timer."""
    path_id, name, due_at, due_on, zone, country, book_on, decides, status, seq = row
    return TimerRow(
        path_id,
        name,
        instant(due_at),
        day(due_on),
        zone,
        country,
        day(book_on),
        bool(decides),
        status,
        seq,
    )


def _flag(value: bool | int | None) -> bool | None:
    return None if value is None else bool(value)


def facts(row: Row) -> Facts:
    """Read facts that have the number of a path before them."""
    (_path_id, _id, seller, country, as_of, joined, points, compliant, usd, gmv, chat, *rest) = row
    months, retention, lazstar, activities, _recorded = rest
    return Facts(
        seller,
        country,
        day(as_of),
        joined and day(joined),
        points,
        _flag(compliant),
        usd and Decimal(usd),
        gmv and _rate(gmv),
        chat and _rate(chat),
        None
        if months is None
        else tuple([_rate(month) if month else None for month in months.split(";")]),
        retention and _rate(retention),
        _flag(lazstar),
        None if activities is None else frozenset(filter(None, activities.split(";"))),
    )


def scorecard(row: Row) -> Scorecard:
    """Read a scorecard or recusal."""
    _path_id, reviewer, team, scores = row
    return Scorecard(reviewer, team, _scores(scores))


def record(row: Row) -> Record:
    """Read a record."""
    _id, _subject, kind, name, value, reason, actor, as_of, recorded_at = row
    return Record(kind, name, value, reason, actor, day(as_of), instant(recorded_at))


def nominations(rows: Iterable[Row]) -> tuple[Nomination, ...]:
    """Fold the events of a path's nominations, oldest first, into how each stands."""
    standing: dict[int, Nomination] = {}
    for _path_id, id_, event, of, source, nominator, complete in rows:
        if event == "made":
            standing[id_] = Nomination(id_, source, nominator, bool(complete), False)
            continue
        made = standing[of]
        standing[of] = Nomination(
            of,
            made.source,
            made.nominator,
            made.complete or event == "completed",
            made.withdrawn or event == "withdrawn",
        )
    return tuple(standing.values())
