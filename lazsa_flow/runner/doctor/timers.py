"""Checks of timers: those that are missing, and those whose stored instant is no longer right."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.runner.doctor.examination import Check
from lazsa_flow.service.timers import find_misplaced, find_missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.runner.doctor.examination import Examination

_MOST: Final = 20
_REPLAN: Final = "run: lazsa-flow timers replan"


def check_missing(examination: Examination) -> Iterator[Check]:
    """Look whether every path has the timers that its state needs, and whether they are counted.

    Only the figures of pictures depend on the counts; where timers are missing, these differ, too.
    """
    with examination.read() as transaction:
        missing = [
            f"{each.path} has no timer {each.name}"
            for each in find_missing(transaction, examination.rules, examination.now)
        ]
        counts = [] if missing else list(map(str, transaction.inspect().timer_counts()))
    if missing:
        what = "nothing will wake these paths for it"
        yield Check("timers", "fault", f"{_join_some_names(missing)}: {what}; {_REPLAN}")
    elif counts:
        what = "pictures show what is counted"
        yield Check("timers", "warning", f"{_join_some_names(counts)}: {what}; {_REPLAN}")
    else:
        yield Check("timers", "ok", "every path has the timers that its state needs")


def check_instants(examination: Examination) -> Iterator[Check]:
    """Look whether stored instants are what local dates and zones give now."""
    groups: dict[str, list[str]] = defaultdict(list)
    with examination.read() as transaction:
        for each in find_misplaced(transaction, examination.rules):
            stored, right = each.timer, each.right
            was = f"{instant_text(stored.due_at)} for {stored.due_on} in {stored.zone}"
            now = f"{instant_text(right.at)} for {right.on} in {each.zone}"
            groups[f"stored is {was}, right is {now}"].append(f"{each.path} {stored.name}")
    for what, timers in groups.items():
        yield Check("instants", "fault", f"{_join_some_names(timers)}: {what}; {_REPLAN}")
    if not groups:
        yield Check("instants", "ok", "stored instants are what dates and zones give")


def _join_some_names(names: list[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more
