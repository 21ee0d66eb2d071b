"""Notices in the outbox, as the store reads them and the relay gets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lazsa_flow.lifecycle.values import value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from lazsa_flow.lifecycle.model import Path
    from lazsa_flow.lifecycle.path_data import PathData


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice in the outbox, without what it is about.

    Attributes:
        key: Its key, stable for ever.
        kind: The kind of notice.
        to: Whom to tell, as in :class:`~lazsa_flow.engine.values.Notice`.
        path: The path's reference.
        country: The country's code.
        created_at: When the move was recorded.
        next_at: When it may be tried; of a claimed one, when its lease ends.
        attempts: How many have failed.
        error: The code of the last failure.
        parked: Whether it was set aside.

    Units:
        Instants are aware, in UTC.
    """

    key: str
    kind: str
    to: str
    path: str
    country: str
    created_at: datetime
    next_at: datetime
    attempts: int
    error: str | None
    parked: bool


@value
class Claimed:
    """A notice that one relay holds until its lease ends, with what it is about.

    Attributes:
        path: The path as it stands.
        cycle_on: The round that the path was in after the move.
        row: The journal row of the move, as JSON values; for a reminder, the path's last.
        lease: Until when it is held; what another has claimed since has another one.
        attempts: How many have failed.
        data: What had been handed over with the path's triggers when the move was recorded.
    """

    key: str
    kind: str
    to: str
    path: Path
    cycle_on: date | None
    row: Mapping[str, Any]
    created_at: datetime
    lease: datetime
    attempts: int
    data: tuple[PathData, ...] = ()
