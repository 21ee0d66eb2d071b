"""How do values become rows, and rows values?"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lazsa_flow.domain.cycles import instant_text
from lazsa_flow.domain.model import Facts, Path, Record, Span, TimerRow
from lazsa_flow.engine.journal import JournalRow, canonical, verdict_fields
from lazsa_flow.store.schema import read_instant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import RowMapping

    from lazsa_flow.engine.ports import Notice


def path_row(path: Path) -> dict[str, Any]:
    """Write a path as a row."""
    return {
        "id": path.id,
        "lifecycle": path.lifecycle,
        "subject": path.subject,
        "country": path.country,
        "state": path.state,
        "seq": path.seq,
        "head": path.head,
        "cycle_on": path.cycle_on,
        "opened_at": path.opened_at,
        "entered_at": path.entered_at,
        "parked": path.parked,
        "spans": canonical(_spans_json(path.spans)).decode(),
        "data": canonical(dict(path.data)).decode(),
    }


def path_of(row: Mapping[str, Any] | RowMapping) -> Path:
    """Read a path from its row."""
    spans = {
        name: tuple(_span_of(span) for span in spans)
        for name, spans in json.loads(row["spans"]).items()
    }
    return Path(**{**row, "spans": spans, "data": json.loads(row["data"])})


def _spans_json(spans: Mapping[str, tuple[Span, ...]]) -> dict[str, list[dict[str, str | None]]]:
    return {
        name: [
            {
                "began_on": span.began_on.isoformat(),
                "began_at": instant_text(span.began_at),
                "told_at": instant_text(span.told_at),
                "ended_on": span.ended_on.isoformat() if span.ended_on else None,
                "ended_at": instant_text(span.ended_at) if span.ended_at else None,
                "reason": span.reason,
            }
            for span in each
        ]
        for name, each in spans.items()
    }


def _span_of(fields: dict[str, Any]) -> Span:
    ended_on, ended_at = fields["ended_on"], fields["ended_at"]
    return Span(
        began_on=date.fromisoformat(fields["began_on"]),
        began_at=read_instant(fields["began_at"]),
        told_at=read_instant(fields["told_at"]),
        ended_on=ended_on and date.fromisoformat(ended_on),
        ended_at=ended_at and read_instant(ended_at),
        reason=fields["reason"],
    )


def facts_row(facts: Facts, recorded_at: datetime) -> dict[str, Any]:
    """Write facts as a row."""

    def text(value: Decimal | None) -> str | None:
        return None if value is None else str(value)

    months = facts.monthly_cancellation_rates
    return {
        "seller": facts.seller,
        "country": facts.country,
        "as_of": facts.as_of,
        "joined_on": facts.joined_on,
        "ncp_points": facts.ncp_points,
        "policy_compliant": facts.policy_compliant,
        "gmv_usd": text(facts.gmv_usd),
        "gmv_rate": text(facts.gmv_rate),
        "chat_response_rate": text(facts.chat_response_rate),
        "monthly_cancellation_rates": (
            None if months is None else ";".join("" if m is None else str(m) for m in months)
        ),
        "retention_rate": text(facts.retention_rate),
        "is_lazstar": facts.is_lazstar,
        "activities": None if facts.activities is None else ";".join(sorted(facts.activities)),
        "recorded_at": recorded_at,
    }


def facts_of(row: RowMapping) -> Facts:
    """Read facts from their row."""

    def decimal(name: str) -> Decimal | None:
        return None if row[name] is None else Decimal(row[name])

    months, activities = row["monthly_cancellation_rates"], row["activities"]
    return Facts(
        seller=row["seller"],
        country=row["country"],
        as_of=row["as_of"],
        joined_on=row["joined_on"],
        ncp_points=row["ncp_points"],
        policy_compliant=row["policy_compliant"],
        gmv_usd=decimal("gmv_usd"),
        gmv_rate=decimal("gmv_rate"),
        chat_response_rate=decimal("chat_response_rate"),
        monthly_cancellation_rates=(
            None
            if months is None
            else tuple(Decimal(month) if month else None for month in months.split(";"))
        ),
        retention_rate=decimal("retention_rate"),
        is_lazstar=row["is_lazstar"],
        activities=(None if activities is None else frozenset(filter(None, activities.split(";")))),
    )


def record_row(subject: str, record: Record) -> dict[str, Any]:
    """Write a record about a subject as a row."""
    return {
        "subject": subject,
        "kind": record.kind,
        "name": record.name,
        "value": record.value,
        "reason": record.reason,
        "actor": record.actor,
        "as_of": record.as_of,
        "recorded_at": record.recorded_at,
    }


def record_of(row: RowMapping) -> Record:
    """Read a record from its row."""
    return Record(**{k: v for k, v in row.items() if k not in ("id", "subject")})


def timer_row(timer: TimerRow) -> dict[str, Any]:
    """Write a timer as a row."""
    return {
        "path_id": timer.path_id,
        "name": timer.name,
        "due_at": timer.due_at,
        "due_on": timer.due_on,
        "zone": timer.zone,
        "country": timer.country,
        "book_on": timer.book_on,
        "decides": timer.decides,
        "status": timer.status,
        "seq": timer.seq,
    }


def timer_of(row: RowMapping, without: tuple[str, ...] = ()) -> TimerRow:
    """Read a timer from its row, leaving columns that were joined to it aside."""
    return TimerRow(**{k: v for k, v in row.items() if k not in without})


def journal_row(row: JournalRow) -> dict[str, Any]:
    """Write a journal row, with its hash."""
    return {
        "path_id": row.path_id,
        "seq": row.seq,
        "effective_at": row.effective_at,
        "recorded_at": row.recorded_at,
        "trigger": row.trigger,
        "source": row.source,
        "dest": row.dest,
        "actor": row.actor,
        "reason": row.reason,
        "policy": row.policy,
        "facts_as_of": row.facts_as_of,
        "verdicts": canonical(verdict_fields(row.verdicts)).decode(),
        "prev_hash": row.prev_hash,
        "hash": row.hash,
    }


def journal_fields(row: Mapping[str, Any] | RowMapping) -> dict[str, Any]:
    """Read a journal row as the JSON values that its hash was made of, with the hash."""
    facts_as_of = row["facts_as_of"]
    return {
        "path": f"{row['lifecycle']}-{row['path_id']}",
        "seq": row["seq"],
        "effective_at": instant_text(row["effective_at"]),
        "recorded_at": instant_text(row["recorded_at"]),
        "trigger": row["trigger"],
        "source": row["source"],
        "dest": row["dest"],
        "actor": row["actor"],
        "reason": row["reason"],
        "policy": row["policy"],
        "facts_as_of": facts_as_of and facts_as_of.isoformat(),
        "verdicts": json.loads(row["verdicts"]),
        "prev_hash": row["prev_hash"],
        "hash": row["hash"],
    }


def notice_row(path: Path, notice: Notice, created_at: datetime) -> dict[str, Any]:
    """Write a notice for the outbox."""
    return {
        "key": notice.key,
        "path_id": path.id,
        "seq": path.seq,
        "kind": notice.kind,
        "recipient": notice.to,
        "cycle_on": path.cycle_on,
        "created_at": created_at,
        "next_at": created_at,
        "attempts": 0,
        "parked": False,
        "error": None,
    }
