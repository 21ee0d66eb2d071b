"""Moves as JSON values, as a command's stored result and the command line have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lazsa_flow.lifecycle.calendar import instant_text, parse_instant
from lazsa_flow.lifecycle.model import Move
from lazsa_flow.lifecycle.values import FrozenDict

if TYPE_CHECKING:
    from collections.abc import Mapping


def move_to_json(move: Move) -> dict[str, Any]:
    """Return a move as JSON values."""
    return {
        "path": move.path,
        "seq": move.seq,
        "effective_at": instant_text(move.effective_at),
        "recorded_at": instant_text(move.recorded_at),
        "trigger": move.trigger,
        "source": move.source,
        "dest": move.dest,
        "actor": move.actor,
        "reason": move.reason,
        "verdicts": [dict(verdict) for verdict in move.verdicts],
    }


def move_from_json(fields: Mapping[str, Any]) -> Move:
    """Read a move from its JSON values."""
    return Move(
        **{
            **fields,
            "effective_at": parse_instant(fields["effective_at"]),
            "recorded_at": parse_instant(fields["recorded_at"]),
            "verdicts": tuple(map(FrozenDict, fields["verdicts"])),
        }
    )
