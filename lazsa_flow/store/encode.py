"""Encoding: values as rows, plain tuples in the schema's column order."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lazsa_flow.engine.journal import canonical, data_fields
from lazsa_flow.errors import MalformedError
from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.store.rows import JOURNAL_VALUES, StoredJournalRow, StoredMove, StoredPath

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import RowMapping

    from lazsa_flow.engine.journal import JournalRow
    from lazsa_flow.engine.values import Notice
    from lazsa_flow.lifecycle.model import Path, Period, Statement, TimerRow
    from lazsa_flow.lifecycle.path_data import CheckedData

Row = tuple[Any, ...]


def path_row(path: Path) -> StoredPath:
    """Write a path."""
    return StoredPath(
        id=path.id,
        lifecycle=path.lifecycle,
        subject=path.subject,
        country=path.country,
        state=path.state,
        seq=path.seq,
        head=path.head,
        cycle_on=path.cycle_on.isoformat() if path.cycle_on else None,
        opened_at=instant_text(path.opened_at),
        entered_at=instant_text(path.entered_at),
        parked=path.parked,
        spans=_spans_text(path.periods),
        data=_data_text(path.data),
        recorded_at=instant_text(path.recorded_at or path.opened_at),
    )


def move_row(before: Path, after: Path, recorded_at: datetime) -> StoredMove:
    """Write what a move changes of a path, with the version that was read."""
    return StoredMove(
        id=after.id,
        seq_before=before.seq,
        country=after.country,
        state=after.state,
        seq=after.seq,
        head=after.head,
        cycle_on=after.cycle_on.isoformat() if after.cycle_on else None,
        entered_at=instant_text(after.entered_at),
        parked=after.parked,
        spans=_spans_text(after.periods),
        data=_data_text(after.data),
        recorded_at=instant_text(recorded_at),
    )


def _data_text(data: Mapping[str, Any]) -> str:
    return canonical(dict(data)).decode() if data else "{}"


def _spans_text(spans: Mapping[str, tuple[Period, ...]]) -> str:
    """Write spans as canonical text, each span once: a cycle night's begin and end together."""
    return f"{{{','.join([_spans_of(name, spans[name]) for name in sorted(spans)])}}}"


@lru_cache(maxsize=4096)
def _spans_of(name: str, spans: tuple[Period, ...]) -> str:
    fields = [
        {
            "began_on": span.began_on.isoformat(),
            "began_at": instant_text(span.began_at),
            "told_at": instant_text(span.recorded_at),
            "ended_on": span.ended_on.isoformat() if span.ended_on else None,
            "ended_at": instant_text(span.ended_at) if span.ended_at else None,
            "reason": span.reason,
        }
        for span in spans
    ]
    return canonical({name: fields}).decode()[1:-1]


def record_row(subject: str, record: Statement) -> Row:
    """Write a record about a subject."""
    return (
        subject,
        record.kind,
        record.name,
        record.value,
        record.reason,
        record.actor,
        record.as_of.isoformat(),
        instant_text(record.recorded_at),
    )


def timer_row(timer: TimerRow) -> Row:
    """Write a timer that is pending."""
    return (
        timer.path_id,
        timer.name,
        instant_text(timer.due_at),
        timer.due_on.isoformat(),
        timer.zone,
        timer.country,
        timer.book_on.isoformat(),
        timer.decides,
        "pending",
        None,
    )


def end_row(timer: TimerRow, status: str) -> Row:
    """Write what became of a timer."""
    return timer.path_id, timer.name, instant_text(timer.due_at), status, timer.seq


def journal_row(row: JournalRow) -> StoredJournalRow:
    """Write a journal row, with its hash."""
    return StoredJournalRow(
        path_id=row.path_id,
        seq=row.seq,
        effective_at=instant_text(row.effective_at),
        recorded_at=instant_text(row.recorded_at),
        trigger=row.trigger,
        source=row.source,
        dest=row.dest,
        actor=row.actor,
        reason=row.reason,
        policy=row.policy,
        facts_as_of=row.facts_as_of.isoformat() if row.facts_as_of else None,
        verdicts=row.verdicts_text,
        prev_hash=row.prev_hash,
        hash=row.hash,
        data_digest=row.data_digest,
    )


def journal_fields(row: Mapping[str, Any] | RowMapping) -> dict[str, Any]:
    """Read a journal row as the JSON values that its hash was made of, with the hash.

    Raises:
        MalformedError: Its verdicts are not JSON.
    """
    path, facts_as_of = f"{row['lifecycle']}-{row['path_id']}", row["facts_as_of"]
    try:
        verdicts = json.loads(row["verdicts"])
    except (TypeError, ValueError):
        raise MalformedError("journal of path", row["path_id"]) from None
    return {
        "path": path,
        **{name: row[name] for name in JOURNAL_VALUES},
        "effective_at": instant_text(row["effective_at"]),
        "recorded_at": instant_text(row["recorded_at"]),
        "facts_as_of": facts_as_of and facts_as_of.isoformat(),
        "verdicts": verdicts,
        **data_fields(path, row["seq"], row["data_digest"]),
    }


def data_row(path: Path, data: CheckedData, trigger: str, text_id: int | None, at: datetime) -> Row:
    """Write what was handed over with a path's last move."""
    return (
        path.id,
        path.seq,
        trigger,
        data.fields_text,
        data.digest,
        data.personal_digest,
        text_id,
        instant_text(at),
    )


def notice_row(path: Path, notice: Notice, created_at: datetime) -> Row:
    """Write a notice for the outbox."""
    at = instant_text(created_at)
    cycle_on = path.cycle_on and path.cycle_on.isoformat()
    return notice.key, path.id, path.seq, notice.kind, notice.to, cycle_on, at, at, 0, False, None
