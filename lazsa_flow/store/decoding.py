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

from lazsa_flow.domain.model import FIGURES, Facts, Nomination, Path, Record, Span, TimerRow
from lazsa_flow.domain.panel import Scorecard, packed
from lazsa_flow.store import schema
from lazsa_flow.store.column_types import read_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

Row = tuple[Any, ...]
SCORECARDS: Final = tuple(
    schema.scorecards.c[name] for name in ("path_id", "id", "reviewer", "team", "scores")
)
NOMINATIONS: Final = tuple(
    schema.nominations.c[name]
    for name in ("path_id", "id", "event", "nomination_id", "source", "nominator", "complete")
)
PENDING: Final = tuple(
    column for column in schema.timers.columns if column.name not in ("status", "seq")
)
"""What is read of a timer that pends."""
FACTS: Final = tuple(schema.facts.c[name] for name in ("as_of", "seller", "country", *FIGURES))
TO_FIGURES: Final = 4
"""Where the figures begin, after the number of a path."""
_JOURNAL: Final = tuple(schema.journal.columns.keys())

instant: Callable[[str], datetime] = lru_cache(maxsize=65536)(read_instant)
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
def scores(text: str) -> tuple[int, ...]:
    """Read a card's scores; a recusal has none."""
    return tuple(map(int, text.split(","))) if text else ()


@lru_cache(maxsize=65536)
def packed_scores(text: str) -> int:
    """Read a card's scores as one number."""
    return packed(scores(text))


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
    """Read a timer; one that pends has neither status nor outcome."""
    path_id, name, due_at, due_on, zone, country, book_on, decides, *ended = row
    return TimerRow(
        path_id,
        name,
        instant(due_at),
        day(due_on),
        zone,
        country,
        day(book_on),
        bool(decides),
        *ended,
    )


def _flag(value: bool | int | None) -> bool | None:
    return None if value is None else bool(value)


def _known(read: Callable[[str], Any]) -> Callable[[str | None], Any]:
    """Return what reads a text that is ``None`` where nothing is known."""
    return lambda text: None if text is None else read(text)


def _months(text: str) -> tuple[Decimal | None, ...]:
    return tuple([_rate(month) if month else None for month in text.split(";")])


def _activities(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split(";")))


_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "joined_on": _known(day),
    "ncp_points": lambda points: points,
    "policy_compliant": _flag,
    "gmv_usd": _known(Decimal),
    "gmv_rate": _known(_rate),
    "chat_response_rate": _known(_rate),
    "monthly_cancellation_rates": _known(_months),
    "retention_rate": _known(_rate),
    "is_lazstar": _flag,
    "activities": _known(_activities),
}
READ_FIGURE: Final = tuple(_READ[name] for name in FIGURES)
"""What reads each of the figures."""


def facts(row: Row) -> Facts:
    """Read facts that have the number of a path before them."""
    _path_id, as_of, seller, country, *figures = row
    read = [read(figure) for read, figure in zip(READ_FIGURE, figures, strict=True)]
    return Facts(seller, country, day(as_of), *read)


def scorecard(row: Row) -> Scorecard:
    """Read a scorecard or recusal."""
    _path_id, _id, reviewer, team, text = row
    return Scorecard(reviewer, team, scores(text))


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
