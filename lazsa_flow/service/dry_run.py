"""Dry runs: what a command would do, as values.

The command itself runs, in a transaction that is rolled back (:mod:`lazsa_flow.store.dry_run`), so
a dry run knows no rule of its own and cannot differ from the command. Timers that are overdue fire
first in it, as they would.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from lazsa_flow.lifecycle.model import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lazsa_flow.engine.values import Change
    from lazsa_flow.lifecycle.model import Period
    from lazsa_flow.store.dry_run import DeletedText, Written

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class AffectedPath:
    """One change that a command would make to a path.

    Attributes:
        path: Its reference.
        subject: Whose path.
        country: Its country after the change.
        trigger: What would move it; ``None`` where only its timers change.
        reason: The reason code.
        actor: Who the journal would name, as ``role:id``; ``system`` for an overdue timer.
        source: Its state before; ``None`` where it opens.
        dest: Its state after.
        ends: What would end with it, such as a period or the subject's good standing.
    """

    path: str
    subject: str
    country: str
    trigger: str | None
    reason: str | None
    actor: str
    source: str | None
    dest: str
    ends: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DryRun(Generic[_Result]):
    """What a command would do.

    Attributes:
        result: What it would return.
        paths: Every change of a path, in order; overdue timers, which fire first, included.
        texts: The texts that would be deleted, by the person they are about and their kind.
    """

    result: _Result
    paths: tuple[AffectedPath, ...]
    texts: tuple[DeletedText, ...]


def dry_run_of(result: _Result, written: Written) -> DryRun[_Result]:
    """Return what a command wrote before it was undone; a reminder leaves its path as it is."""
    moved = (change for change in written.changes if change.moves)
    return DryRun(result, tuple(map(_affected, moved)), tuple(written.texts))


def _affected(change: Change) -> AffectedPath:
    before, after, row = change.before, change.after, change.row
    return AffectedPath(
        path=after.ref,
        subject=after.subject,
        country=after.country,
        trigger=row.trigger if row else None,
        reason=row.reason if row else None,
        actor=row.actor if row else SYSTEM,
        source=before.state if before else None,
        dest=after.state,
        ends=tuple(sorted(_ends(change))),
    )


def _ends(change: Change) -> set[str]:
    """Return the path's periods that are open before and over after, and the subject's own."""
    before = _running(change.before.periods) if change.before else set()
    subject = {record.kind for record in change.records if record.value == "ended"}
    return before - _running(change.after.periods) | subject


def _running(periods: Mapping[str, tuple[Period, ...]]) -> set[str]:
    return {name for name, each in periods.items() if each and each[-1].ended_on is None}
