"""Views of paths in a picture: the state of each, what blocks it, and its history."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from lazsa_flow.engine.explain import explain
from lazsa_flow.graph.chart import Index
from lazsa_flow.graph.timeline import BlockingGuard, HistoryEntry, PathCard
from lazsa_flow.lifecycle.path_ref import write_ref

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lazsa_flow.graph.chart import Chart
    from lazsa_flow.graph.path_details import PathDetails
    from lazsa_flow.lifecycle.guards import Verdict
    from lazsa_flow.lifecycle.model import Snapshot
    from lazsa_flow.service.context import Context
    from lazsa_flow.store.statistics import PathStatistics, PathSummary


class PathView(NamedTuple):
    """A path, its state and its history, oldest entry first.

    Attributes:
        resident: The path, as lists show it.
        story: Its history, oldest entry first.
        details: What comes next, what guards see now, and notices; only where they are asked for.
    """

    resident: PathCard
    story: tuple[HistoryEntry, ...]
    details: PathDetails | None = None

    def __repr__(self) -> str:
        """Write it in one line: of which path, and how long its history is."""
        subject = f"{self.resident.subject!r} in {self.resident.country}"
        return f"<PathView of {self.resident.path}: {subject}, {len(self.story)} entries>"


def build_path_views(
    context: Context,
    drawn: Chart,
    statistics: PathStatistics,
    paths: Sequence[PathSummary],
    now: datetime,
) -> list[PathView]:
    """Draw some paths of a lifecycle.

    Args:
        context: By whose rules.
        drawn: The lifecycle's chart.
        statistics: From where the paths were read.
        paths: Which.
        now: The instant at which the guards are asked.
    """
    rows = statistics.journal_rows([path.id for path in paths])
    cards = draw_cards(context, drawn, statistics, paths, now)
    return [
        PathView(
            card,
            _tell_story(
                context, drawn, rows[path.id], context.rulebook.calendar(card.country).zone
            ),
        )
        for path, card in zip(paths, cards, strict=True)
    ]


def draw_cards(
    context: Context,
    drawn: Chart,
    statistics: PathStatistics,
    paths: Sequence[PathSummary],
    now: datetime,
) -> list[PathCard]:
    """Draw some paths of a lifecycle without their histories; the arguments are as above."""
    ids = {node.label: node.id for node in drawn.nodes}
    numbers = [path.id for path in paths]
    timers = statistics.next_timers(numbers)
    evidence = statistics.evidence(numbers, on=now.date())
    held = _find_blocking(context, drawn, evidence, now)
    titles = {
        seen.path.id: context.application.title_of(context, seen.path, now) for seen in evidence
    }
    found = []
    for path in paths:
        timer = timers.get(path.id)
        found.append(
            PathCard(
                path=write_ref(drawn.name, path.id),
                subject=path.subject,
                country=path.country,
                state=ids[path.state],
                since=context.rulebook.calendar(path.country).local_date(path.entered_at),
                parked=path.parked,
                next_timer=timer.name if timer else None,
                next_on=timer.due_on if timer else None,
                held=held[path.id],
                title=titles[path.id],
                next_at=timer.due_at if timer else None,
            )
        )
    return found


def _find_blocking(
    context: Context, drawn: Chart, paths: Sequence[Snapshot], now: datetime
) -> dict[int, tuple[BlockingGuard, ...]]:
    """Find which guards block each exit of each path now."""
    index = Index(drawn)
    held: dict[int, tuple[BlockingGuard, ...]] = {}
    for seen in paths:
        source = seen.path.state
        held[seen.path.id] = tuple(
            BlockingGuard(arrow, verdict)
            for each in explain(context.rulebook, seen, now).exits
            for arrow in [index.arrow(source, each.dest, each.trigger, (*each.reasons, None)[0])]
            if arrow is not None
            for verdict in each.unmet
        )
    return held


def _tell_story(
    context: Context, drawn: Chart, rows: Sequence[Mapping[str, Any]], zone: str
) -> tuple[HistoryEntry, ...]:
    local = ZoneInfo(zone)
    return tuple(
        HistoryEntry(
            at=datetime.fromisoformat(row["effective_at"]).astimezone(local),
            arrow=leg.arrow,
            state=leg.node,
            trigger=row["trigger"],
            reason=row["reason"],
            actor=row["actor"],
            unmet=_list_unmet(context, drawn.name, row),
        )
        for leg, row in zip(drawn.tracing(rows).trail, rows, strict=True)
    )


def _list_unmet(context: Context, lifecycle: str, row: Mapping[str, Any]) -> tuple[Verdict, ...]:
    """Return the guards that did not hold, with the verdicts of that time."""
    unmet = [verdict for verdict in row["verdicts"] if not verdict["held"]]
    return tuple(context.verdicts(lifecycle, {**row, "verdicts": unmet}))
