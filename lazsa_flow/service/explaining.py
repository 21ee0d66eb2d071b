"""Explanations of paths, and of subjects who have none yet."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from lazsa_flow.engine.explain import explain
from lazsa_flow.engine.opening import build_unopened_path
from lazsa_flow.engine.outlook import find_outlook
from lazsa_flow.engine.rulebook import RulesChangedError
from lazsa_flow.errors import NotFoundError, no_subject_or_path

if TYPE_CHECKING:
    from datetime import datetime

    from lazsa_flow.engine.explain import Explanation
    from lazsa_flow.lifecycle.model import Snapshot
    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.service.context import Context
    from lazsa_flow.store.prefetch import Prefetch
    from lazsa_flow.store.transaction import SqlTransaction


def explain_path(
    context: Context, name: str, lifecycle: str | None, trigger: str | None, now: datetime
) -> Explanation | None:
    """Explain a path, all of which is read in one round trip, with whether the rules still hold.

    Where the path has ended, the outlook is that of a new one.

    Args:
        context: By whose rules.
        name: The path's reference, or a subject whose latest path is meant.
        lifecycle: Of a subject, the latest path in this lifecycle.
        trigger: Only exits of this trigger.
        now: The instant of asking.

    Returns:
        The explanation; ``None`` where the name is of no path and no subject with one.

    Raises:
        NotFoundError: There is no such lifecycle, or the path's has no such trigger.
        RulesChangedError: The rules are others than those of this context.
    """
    if lifecycle is not None:
        context.rulebook.lifecycle(lifecycle)
    with context.store.begin(write=False) as transaction:
        found = _prefetch(context, transaction, name, lifecycle, now)
        if found is None:
            return None
        if found.stamp.version != context.version:
            raise RulesChangedError
        seen, path = found.seen, found.seen.path
        table = context.rulebook.lifecycle(path.lifecycle)
        check_trigger(table, trigger)
        explanation = explain(context.rulebook, seen, now, trigger)
        if explanation.outlook is None and not table.state(path.state).open:
            opening = _unopened(context, transaction, table, path.subject, path.country, now)
            explanation = replace(explanation, outlook=find_outlook(context.rulebook, opening, now))
    explanation = replace(explanation, title=context.application.title_of(context, path, now))
    return _of_trigger(explanation, trigger)


def _prefetch(
    context: Context,
    transaction: SqlTransaction,
    name: str,
    lifecycle: str | None,
    now: datetime,
) -> Prefetch | None:
    """Read all about a path; a path goes before a subject whose id reads like its reference."""
    with suppress(NotFoundError):
        found = transaction.prefetch(context.path_id(name), on=now.date())
        path = found and found.seen.path
        if path and path.ref == name and lifecycle in (None, path.lifecycle):
            return found
    paths = [each for each in transaction.paths_of(name) if lifecycle in (None, each.lifecycle)]
    return transaction.prefetch(paths[-1].id, on=now.date()) if paths else None


def explain_subject(
    context: Context, subject: str, lifecycle: str | None, trigger: str | None, now: datetime
) -> Explanation:
    """Explain what a subject without a path lacks, as if one were opened now.

    Args:
        context: By whose rules.
        subject: The subject.
        lifecycle: In which lifecycle; by default the application's main one.
        trigger: Only exits of this trigger.
        now: The instant of asking.

    Raises:
        NotFoundError: The subject, lifecycle or trigger is not known.
    """
    meant = lifecycle or context.application.main_lifecycle
    if meant is None:
        raise no_subject_or_path(subject)
    table = context.rulebook.lifecycle(meant)
    check_trigger(table, trigger)
    with context.store.begin(write=False) as transaction:
        country = transaction.country_of(subject)
        if country is None:
            raise no_subject_or_path(subject)
        opening = _unopened(context, transaction, table, subject, country, now)
    return _of_trigger(explain(context.rulebook, opening, now, trigger), trigger)


def check_trigger(lifecycle: Lifecycle, trigger: str | None) -> None:
    """Make sure that a lifecycle knows a trigger.

    Raises:
        NotFoundError: No edge of it has this trigger.
    """
    if trigger is not None and trigger not in lifecycle.triggers:
        raise NotFoundError("trigger", trigger, among=lifecycle.triggers)


def _unopened(
    context: Context,
    transaction: SqlTransaction,
    lifecycle: Lifecycle,
    subject: str,
    country: str,
    now: datetime,
) -> Snapshot:
    """Load what is recorded about a subject, for a path that could be opened now."""
    cycle_on, records = context.application.opening_round(
        context, transaction, lifecycle.name, subject, country, now
    )
    path = build_unopened_path(lifecycle.name, subject, country, now, cycle_on=cycle_on)
    on = context.rulebook.calendar(country).local_date(now)
    seen = transaction.load_opening(path, on=on)
    return replace(seen, records=(*seen.records, *records))


def _of_trigger(explanation: Explanation, trigger: str | None) -> Explanation:
    """Leave out what has nothing to do with the trigger that was asked for."""
    if trigger is None:
        return explanation
    ahead = explanation.outlook
    if ahead is not None and trigger not in [step.trigger for step in ahead.steps]:
        ahead = None
    decisions = tuple(
        each for each in explanation.decisions if trigger in [step.trigger for step in each.steps]
    )
    return replace(explanation, decisions=decisions, outlook=ahead)
