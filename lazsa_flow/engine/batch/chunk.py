"""Deciding a chunk: the one entrance to the decision of many paths at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lazsa_flow.engine.batch.group import DecisionGroup
from lazsa_flow.engine.recorded_instant import not_before
from lazsa_flow.errors import MachineMismatchError, NotFoundError, error_name

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from datetime import datetime

    from lazsa_flow.engine.change_builder import Load
    from lazsa_flow.engine.evidence_row import EvidenceRow
    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.engine.values import BatchChange, Change, Claim


@dataclass(slots=True)
class ChunkDecision:
    """What was decided on one chunk, before anything is written.

    Attributes:
        claim: The timers that were claimed and still pended.
        changes: What is to be written of paths that moved by themselves,
        batch_changes: and of those that moved as others do.
        failed: Paths on which the decision raised, with the error's name.
    """

    claim: Claim
    changes: list[Change] = field(default_factory=list)
    batch_changes: list[BatchChange] = field(default_factory=list)
    failed: list[tuple[int, str]] = field(default_factory=list)


def decide_chunk(
    rulebook: Rulebook,
    claim: Claim,
    rows: Sequence[EvidenceRow],
    now: datetime,
    load: Load | None = None,
) -> ChunkDecision | None:
    """Decide timers of one instant, those of identical paths together.

    Args:
        rulebook: Whose rules hold.
        claim: The timers that were claimed.
        rows: The evidence of their paths.
        now: The present instant, aware, in UTC.
        load: Loads the evidence of another path of a subject.

    Returns:
        What was decided; ``None`` where another writer has settled them all.
    """
    decision = ChunkDecision(claim)
    now = not_before(now, (row.recorded_at for row in rows))
    settled: set[int] = set()
    groups: dict[Hashable, DecisionGroup] = {}
    for row in rows:
        path_id = row.path_id
        try:
            name, group_key = claim.names[path_id], (row.group_key, row.record_key(rulebook.kinds))
            group = groups.get((name, group_key))
            if group is None:
                group = DecisionGroup(rulebook, row, group_key, name, claim.due_at, now, load)
                groups[name, group_key] = group
            if not group.pends:
                settled.add(path_id)
            elif (change := group.take(row)) is not None:
                decision.changes.append(change)
        except MachineMismatchError:
            raise
        except Exception as error:  # whatever a decision raises sets its own path aside
            decision.failed.append((path_id, error_name(error)))
    missing = claim.names.keys() - {row.path_id for row in rows}
    decision.failed += [(path_id, NotFoundError.__name__) for path_id in missing]
    for group in groups.values():
        decision.batch_changes += group.batch_changes()
    standing = claim.without(settled)
    return None if standing is None else replace(decision, claim=standing)
