"""Single fires: one path moves when somebody asks.

A command first lets the clock have its word: timers of the path that are overdue fire before it,
each in its own transaction, and the command is judged on what they left. Compliance comes before
them. Then, in one transaction, the evidence is read, the actor's right and every guard are checked,
and the change is written; a refusal writes nothing and says every guard that did not hold.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lazsa_flow.engine.change_builder import ChangeBuilder
from lazsa_flow.engine.decide import decide_edge
from lazsa_flow.engine.journal import Findings, JournalRow, verdict_fields
from lazsa_flow.engine.loading import load_one
from lazsa_flow.engine.permissions import authorize
from lazsa_flow.engine.recorded_instant import not_before
from lazsa_flow.errors import (
    NoEdgeError,
    ParkedError,
    RefusedError,
    StaleVersionError,
    UnknownTriggerError,
)
from lazsa_flow.lifecycle.model import Actor, Move, Path, Snapshot
from lazsa_flow.lifecycle.path_data import CheckedData, GivenData, PathData, check_data
from lazsa_flow.lifecycle.values import FrozenDict

if TYPE_CHECKING:
    from datetime import datetime

    from lazsa_flow.engine.ports import Transaction
    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.engine.values import Change
    from lazsa_flow.lifecycle.model import GuardContext
    from lazsa_flow.lifecycle.table import Edge, Lifecycle


def fire(
    transaction: Transaction,
    rulebook: Rulebook,
    seen: Snapshot,
    trigger: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
    version: int | None = None,
    authority: Actor | None = None,
    data: GivenData | None = None,
) -> Move:
    """Fire a trigger on one path within a transaction.

    Args:
        transaction: Where it is written.
        rulebook: Whose rules hold.
        seen: The path's evidence, read in this transaction.
        trigger: The trigger.
        actor: Who asks.
        now: The present instant.
        reason: The reason code, where the edge asks for one.
        version: The path's version that the caller had seen.
        authority: By whose right, where it is not the actor's own; the journal names the actor.
        data: What is handed over with the trigger.

    Raises:
        InputError: The edge's model refuses the data.
        StaleVersionError: The path has moved since that version.
        NoEdgeError: The state has no edge of this trigger and reason.
        NotAllowedError: The actor may not.
        ParkedError: The path is set aside.
        RefusedError: A guard does not hold; nothing was written.
    """
    path = seen.path
    now = not_before(now, (each.recorded_at for each in (path, *seen.others)))
    _check_version(path, trigger, version)
    lifecycle = rulebook.lifecycle(path.lifecycle)
    context = rulebook.guard_context(seen, at=now, recorded_at=now, actor=actor, reason=reason)
    permitted = check_permitted(rulebook, context, trigger, authority=authority)
    checked = check_data(permitted.data, trigger, data, path=path.ref)
    if checked is not None:
        seen = add_given_data(seen, trigger, checked, now)
        context = rulebook.guard_context(seen, at=now, recorded_at=now, actor=actor, reason=reason)
    edge, findings = _decide(rulebook, context, trigger)
    if edge.effective is not None and (moment := lifecycle.instant(edge.effective, context)):
        at = moment.at
        context = rulebook.guard_context(seen, at=at, recorded_at=now, actor=actor, reason=reason)
    return move_from_row(write_move(transaction, rulebook, context, edge, findings, checked).row)


def _check_version(path: Path, trigger: str, version: int | None) -> None:
    """Check that a path has the version that the caller had seen, if any.

    Raises:
        StaleVersionError: It has another.
    """
    if version is not None and version != path.seq:
        raise StaleVersionError(
            path=path.ref, trigger=trigger, state=path.state, expected=version, found=path.seq
        )


def write_move(
    transaction: Transaction,
    rulebook: Rulebook,
    context: GuardContext,
    edge: Edge,
    findings: Findings,
    data: CheckedData | None,
) -> Change:
    """Build the change of a move and write it."""
    change = build_move(transaction, rulebook, context, edge, findings, data)
    transaction.write_chunk([change])
    return change


def build_move(
    transaction: Transaction,
    rulebook: Rulebook,
    context: GuardContext,
    edge: Edge,
    findings: Findings,
    data: CheckedData | None,
) -> Change:
    """Build the change of a move; nothing is written."""
    draft = ChangeBuilder(
        rulebook, context, load=lambda other: load_one(transaction, other, context.on)
    )
    return draft.take(edge, findings, data=data)


def add_given_data(seen: Snapshot, trigger: str, checked: CheckedData, now: datetime) -> Snapshot:
    """Return what is recorded, with the row that this very move brings."""
    row = PathData(seen.path.seq + 1, trigger, checked.fields, now, checked.digest)
    return replace(seen, data=(*seen.data, row))


def check_fire(
    rulebook: Rulebook, context: GuardContext, trigger: str, *, authority: Actor | None = None
) -> tuple[Edge, Findings]:
    """Make sure that a trigger may be fired in a context; return its edge and the findings.

    The path need not be open yet: so what is to follow an opening is checked before it.

    Raises as :func:`fire`.
    """
    check_permitted(rulebook, context, trigger, authority=authority)
    return _decide(rulebook, context, trigger)


def check_permitted(
    rulebook: Rulebook, context: GuardContext, trigger: str, *, authority: Actor | None = None
) -> Edge:
    """Return the edge that a trigger names, if its actor may fire it on this path.

    Raises as :func:`fire`, but for its guards and data.
    """
    seen, path, reason, actor = context.snapshot, context.path, context.reason, context.actor
    lifecycle = rulebook.lifecycle(path.lifecycle)
    edge = find_edge(lifecycle, path, trigger, reason)
    authorize(lifecycle, edge, seen, authority or actor, reason)
    if path.parked and actor.role not in lifecycle.preempts_timers:
        raise ParkedError("the path is parked", path=path.ref, trigger=trigger, state=path.state)
    return edge


def _decide(rulebook: Rulebook, context: GuardContext, trigger: str) -> tuple[Edge, Findings]:
    """Return the edge that fires and what its guards found; raise what they refuse."""
    path, lifecycle = context.path, rulebook.lifecycle(context.path.lifecycle)
    fired, findings = decide_edge(rulebook, context, trigger)
    if fired is not None:
        return fired, findings
    if all(held for held, _, _ in findings.values()):
        raise NoEdgeError(
            f"the state machine has no such transition from {path.state}",
            path=path.ref,
            trigger=trigger,
            state=path.state,
        )
    raise build_refusal(lifecycle, context, trigger, findings)


def find_edge(lifecycle: Lifecycle, path: Path, trigger: str, reason: str | None) -> Edge:
    """Return the edge that a trigger and reason name from a path's state.

    Raises:
        UnknownTriggerError: No state of the lifecycle has such a trigger.
        NoEdgeError: There is none; it names the reasons or triggers there are.
    """
    edge = lifecycle.edge(path.state, trigger, reason)
    if edge is not None:
        return edge
    exits = lifecycle.exits(path.state)
    reasons = sorted(str(r) for e in exits if e.trigger == trigger for r in e.reasons)
    triggers = sorted({e.trigger for e in exits}) or ["none"]
    message = (
        f"from {path.state} it takes one of the reasons {', '.join(reasons)}, not {reason}"
        if reasons
        else f"no such edge from {path.state}; there are: {', '.join(triggers)}"
    )
    if trigger not in lifecycle.triggers:
        raise UnknownTriggerError(
            message, path=path.ref, trigger=trigger, state=path.state, among=lifecycle.triggers
        )
    raise NoEdgeError(message, path=path.ref, trigger=trigger, state=path.state)


def build_refusal(
    lifecycle: Lifecycle, context: GuardContext, trigger: str, findings: Findings
) -> RefusedError:
    """Build the error that tells every verdict."""
    verdicts = [
        lifecycle.guards[name].verdict(found, context.policy) for name, found in findings.items()
    ]
    path = context.path
    return RefusedError(
        path=path.ref if path.id else "",
        trigger=trigger,
        state=path.state,
        verdicts=verdicts,
        subject="" if path.id else path.subject,
    )


def move_from_row(row: JournalRow | None) -> Move:
    """Return a journal row in short."""
    assert row is not None
    return Move(
        path=row.path,
        seq=row.seq,
        effective_at=row.effective_at,
        recorded_at=row.recorded_at,
        trigger=row.trigger,
        source=row.source,
        dest=row.dest,
        actor=row.actor,
        reason=row.reason,
        verdicts=tuple(map(FrozenDict, verdict_fields(row.verdicts))),
    )
