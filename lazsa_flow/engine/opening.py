"""Openings: a path opens by its lifecycle's opening edge.

The evidence of the subject is read, the actor's right and every guard of the edge are checked, and
the path is written with its first journal row, in one transaction.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from lazsa_flow.engine.context_copy import copy_guard_context
from lazsa_flow.engine.evidence_read import sources_of_guards
from lazsa_flow.engine.fire import add_given_data, build_move, build_refusal, move_from_row
from lazsa_flow.engine.permissions import authorize
from lazsa_flow.engine.recorded_instant import not_before
from lazsa_flow.errors import ConflictError
from lazsa_flow.lifecycle.model import NO_HEAD, Actor, Move, Path, Snapshot
from lazsa_flow.lifecycle.path_data import CheckedData, GivenData, check_data
from lazsa_flow.lifecycle.values import FrozenDict, freeze

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from lazsa_flow.engine.journal import Findings
    from lazsa_flow.engine.ports import Transaction
    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.engine.values import Change
    from lazsa_flow.lifecycle.model import Statement
    from lazsa_flow.lifecycle.table import Lifecycle


def open_path(
    transaction: Transaction,
    rulebook: Rulebook,
    lifecycle_name: str,
    subject: str,
    country: str,
    *,
    actor: Actor,
    now: datetime,
    cycle_on: date | None = None,
    data: Mapping[str, Any] | None = None,
    given: GivenData | None = None,
    records: Sequence[Statement] = (),
) -> tuple[Path, Move]:
    """Open a path by its lifecycle's opening edge, within a transaction.

    Args:
        transaction: Where it is written.
        rulebook: Whose rules hold.
        lifecycle_name: Which lifecycle.
        subject: Whose path; it opens under the id that holds.
        country: In which country.
        actor: Who asks.
        now: The present instant.
        cycle_on: The round it belongs to, where the lifecycle has rounds.
        data: Facts of the lifecycle's own, as JSON values, where its opening has no model.
        given: What its model checks; the plain fields become the path's data.
        records: What is recorded about the subject under another name.

    Raises:
        InputError: The opening edge's model refuses what is given.
        NotAllowedError: The actor may not.
        RefusedError: A guard of the opening edge does not hold.
        ConflictError: The subject has an open path in this lifecycle.
    """
    holder = rulebook.merged.holder_of(subject)
    path = build_unopened_path(lifecycle_name, holder, country, now, cycle_on=cycle_on, data=data)
    opening = check_opening(transaction, rulebook, path, actor=actor, given=given, records=records)
    # the number comes last, so that a refused opening uses none up and names none
    change = build_opening(transaction, rulebook, opening, transaction.next_path_id())
    transaction.write_chunk([change])
    return change.after, move_from_row(change.row)


class CheckedOpening(NamedTuple):
    """A path that may be opened.

    Attributes:
        seen: What the guards read; its path has no number yet.
        actor: Who opens it.
        findings: What the guards of the opening edge found.
        data: What it opens with, where its edge has a model.
    """

    seen: Snapshot
    actor: Actor
    findings: Findings
    data: CheckedData | None


class SubjectHistory(NamedTuple):
    """What is recorded about a subject, read in this transaction.

    Attributes:
        records: Statements about the subject, oldest first.
        paths: The subject's paths, oldest first.
    """

    records: tuple[Statement, ...]
    paths: tuple[Path, ...]


def check_opening(
    transaction: Transaction,
    rulebook: Rulebook,
    path: Path,
    *,
    actor: Actor,
    given: GivenData | None = None,
    records: Sequence[Statement] = (),
    history: SubjectHistory | None = None,
) -> CheckedOpening:
    """Check that a path may be opened by its lifecycle's opening edge; write nothing.

    Args:
        transaction: Where its evidence is read.
        rulebook: Whose rules hold.
        path: The path, as :func:`build_unopened_path` returns it, under the id that holds.
        actor: Who asks.
        given: What the model of the opening edge checks.
        records: What is recorded about the subject under another name.
        history: What is recorded about the subject, where it was read already.

    Raises as :func:`open_path`.
    """
    lifecycle = rulebook.lifecycle(path.lifecycle)
    edge = lifecycle.opening
    seen = _load_opening(transaction, rulebook, path, records, history)
    authorize(lifecycle, edge, seen, actor, None)
    checked = check_data(edge.data, edge.trigger, given)
    seen = _with_given_data(seen, edge.trigger, checked)
    return CheckedOpening(seen, actor, _check_guards(rulebook, seen, actor), checked)


def build_opening(
    transaction: Transaction, rulebook: Rulebook, opening: CheckedOpening, number: int
) -> Change:
    """Build the change that opens a path under a number; nothing is written."""
    seen, now = opening.seen, opening.seen.path.opened_at
    edge = rulebook.lifecycle(seen.path.lifecycle).opening
    unnumbered = rulebook.guard_context(seen, at=now, recorded_at=now, actor=opening.actor)
    context = copy_guard_context(unnumbered, number=number)
    return build_move(transaction, rulebook, context, edge, opening.findings, opening.data)


def _load_opening(
    transaction: Transaction,
    rulebook: Rulebook,
    path: Path,
    records: Sequence[Statement],
    history: SubjectHistory | None,
) -> Snapshot:
    """Load what guards may read of a path that opens, no earlier than its subject's other paths."""
    lifecycle = rulebook.lifecycle(path.lifecycle)
    sources = sources_of_guards(lifecycle, lifecycle.opening)
    if history is None or sources or path.data:
        on = rulebook.calendar(path.country).local_date(path.opened_at)
        seen = transaction.load_opening(path, on=on, sources=sources)
    else:
        nothing = ((source.name, source.fold(())) for source in lifecycle.evidence)
        seen = Snapshot(path, FrozenDict(nothing), history.records, history.paths)
    now = not_before(path.opened_at, (each.recorded_at for each in seen.others))
    if now != path.opened_at:
        seen = replace(seen, path=replace(path, opened_at=now, entered_at=now))
    return replace(seen, records=(*seen.records, *records)) if records else seen


def _with_given_data(seen: Snapshot, trigger: str, checked: CheckedData | None) -> Snapshot:
    """Return what is recorded, with the data that the path opens with, if any is given."""
    if checked is None:
        return seen
    seen = replace(seen, path=replace(seen.path, data=checked.fields))
    return add_given_data(seen, trigger, checked, seen.path.opened_at)


def _check_guards(rulebook: Rulebook, seen: Snapshot, actor: Actor) -> Findings:
    """Ask the guards of the opening edge; return what they found.

    Raises:
        RefusedError: One does not hold.
        ConflictError: The subject has an open path in this lifecycle.
    """
    path, lifecycle = seen.path, rulebook.lifecycle(seen.path.lifecycle)
    edge, now = lifecycle.opening, path.opened_at
    context = rulebook.guard_context(seen, at=now, recorded_at=now, actor=actor)
    findings = {name: lifecycle.guards[name].ask(context) for name in edge.guards}
    if not all(held for held, _, _ in findings.values()):
        raise build_refusal(lifecycle, context, edge.trigger, findings)
    _check_place(lifecycle, path.subject, seen.others)
    return findings


def build_unopened_path(
    lifecycle_name: str,
    subject: str,
    country: str,
    now: datetime,
    *,
    cycle_on: date | None = None,
    data: Mapping[str, Any] | None = None,
    state: str = "",
) -> Path:
    """Return a path that is about to be opened: it has no number and no state yet.

    Args:
        lifecycle_name: Which lifecycle.
        subject: Whose path.
        country: In which country.
        now: The present instant.
        cycle_on: The round it belongs to, where the lifecycle has rounds.
        data: Facts of the lifecycle's own, as JSON values.
        state: The state that it would open in, where what follows is to be checked.
    """
    return Path(
        id=0,
        lifecycle=lifecycle_name,
        subject=subject,
        country=country,
        state=state,
        seq=0,
        head=NO_HEAD,
        cycle_on=cycle_on,
        opened_at=now,
        entered_at=now,
        data=freeze(dict(data or {})),
    )


def _check_place(lifecycle: Lifecycle, subject: str, others: Iterable[Path]) -> None:
    """Make sure that a subject's one place in a lifecycle is free; the store has the last word."""
    if lifecycle.several_open:
        return
    taking = set(lifecycle.open_states)
    if lifecycle.initial in taking and any(
        other.lifecycle == lifecycle.name and other.state in taking for other in others
    ):
        raise ConflictError(subject, f"has an open path of the lifecycle {lifecycle.name}")
