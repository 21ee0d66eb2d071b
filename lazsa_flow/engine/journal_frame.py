"""Frames of journal rows: the canonical text of a row, without what is one path's own in it."""

from __future__ import annotations

from json.encoder import encode_basestring as quoted
from typing import NamedTuple


class Frame(NamedTuple):
    """A row's canonical text around path, hash before, number and verdicts; then ``}`` ends it."""

    begin: str
    policy: str
    rest: str
    end: str


def frame_of(
    *,
    actor: str,
    dest: str,
    effective_at: str,
    facts_as_of: str | None,
    policy: str,
    reason: str | None,
    recorded_at: str,
    source: str | None,
    trigger: str | None,
) -> Frame:
    """Write the frame of a row from its fields, instants and dates as text.

    Raises:
        TypeError: A field is no text.
    """
    first = _pairs(actor=actor, dest=dest, effective_at=effective_at, facts_as_of=facts_as_of)
    return Frame(
        f'{{{first},"path":',
        f',{_pairs(policy=policy)},"prev_hash":',
        f',{_pairs(reason=reason, recorded_at=recorded_at)},"seq":',
        f',{_pairs(source=source, trigger=trigger)},"verdicts":',
    )


def _pairs(**fields: str | None) -> str:
    """Write fields whose names are given in order."""
    return ",".join(
        [f'"{name}":{"null" if text is None else quoted(text)}' for name, text in fields.items()]
    )
