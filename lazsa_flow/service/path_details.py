"""Details of a path next to its history, as they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lazsa_flow.engine.explain import explain
from lazsa_flow.graph.path_details import ComingStep, ComingTimer, PathDetails, PathNotice
from lazsa_flow.lifecycle.stored_recipients import recipient_class

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from lazsa_flow.engine.explain import Explanation
    from lazsa_flow.service.context import Context
    from lazsa_flow.store.statistics import PathStatistics


def describe_paths(
    context: Context, statistics: PathStatistics, path_ids: Collection[int], now: datetime
) -> dict[str, PathDetails]:
    """Return the details of some paths, by their references.

    Args:
        context: By whose rules.
        statistics: From where the paths were read.
        path_ids: The paths' numbers.
        now: The instant at which the guards are asked.
    """
    found = {}
    for seen in statistics.evidence(path_ids, on=now.date()):
        path = seen.path
        zone = ZoneInfo(context.rulebook.calendar(path.country).zone)
        explained = explain(context.rulebook, seen, now)
        verdicts = {each.name: each for exit_ in explained.exits for each in exit_.verdicts}
        found[path.ref] = PathDetails(
            coming=tuple(_list_coming(explained, zone)),
            evidence=tuple(verdicts.values()),
            notices=tuple(_list_notices(statistics, path.id, path.ref, zone)),
        )
    return found


def _list_coming(explained: Explanation, zone: ZoneInfo) -> Iterator[ComingTimer]:
    """Yield every pending timer with its steps in the order in which they are tried."""
    steps = {
        prospect.timer: tuple(
            ComingStep(
                step.trigger,
                step.reason,
                step.outcome,
                step.before,
                tuple(verdict.name for verdict in step.verdicts if not verdict.held),
            )
            for step in prospect.steps
        )
        for prospect in explained.decisions
    }
    for timer in sorted(explained.timers, key=lambda each: (each.due_at, each.name)):
        yield ComingTimer(timer.name, timer.due_at.astimezone(zone), steps.get(timer, ()))


def _list_notices(
    statistics: PathStatistics, path_id: int, ref: str, zone: ZoneInfo
) -> Iterator[PathNotice]:
    for row in statistics.notices_of(path_id, ref):
        yield PathNotice(
            row.kind,
            recipient_class(row.recipient),
            row.at.astimezone(zone),
            row.channel,
            row.parked,
        )
