"""Forecasts: what a dry run found, as lines for people and as JSON values."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar

from lazsa_flow.cli.application import current_application
from lazsa_flow.cli.confirm import Forecast, confirm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from lazsa_flow.engine.outbox_values import Waiting
    from lazsa_flow.lifecycle.model import Failure
    from lazsa_flow.lifecycle.pauses import Pause
    from lazsa_flow.service.dry_run import AffectedPath, DryRun
    from lazsa_flow.service.questions import DueCount
    from lazsa_flow.service.replan import Planned
    from lazsa_flow.service.service import FlowService

_Service = TypeVar("_Service", bound="FlowService")


def confirm_replanning(
    service: _Service,
    command: str,
    run: Callable[[_Service], list[Planned]],
    *,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> list[Planned] | None:
    """Run a command that moves timers, after showing what it would change and asking.

    Args:
        service: Where it runs.
        command: Its words, as for :func:`~lazsa_flow.cli.confirm.confirm`.
        run: The command; it returns the timers that it moved.
        dry_run: Whether to show the forecast and stop.
        yes: Whether consent was given by an option.
        as_json: Whether a dry run prints JSON.

    Returns:
        The timers that were moved; ``None`` after a dry run.
    """

    def forecast() -> Forecast:
        found = service.dry_run(run)
        return of_dry_run(found, found.result)

    if not confirm(command, forecast, dry_run=dry_run, yes=yes, as_json=as_json):
        return None
    from lazsa_flow.cli.progress import working_bar

    with working_bar(command):
        return run(service)


def of_dry_run(found: DryRun[Any], timers: Sequence[Planned] = ()) -> Forecast:
    """Return which paths would change, what would end, and which timers and texts would go.

    Args:
        found: The dry run.
        timers: The timers that the command would move, where it returns them.
    """
    lines = [*_describe_paths(found.paths), *_timers(timers), *_texts(found)]
    data: dict[str, Any] = {
        "paths": [_path_document(each) for each in found.paths],
        "timers": [timer_document(each) for each in timers],
        "texts": [{"person": text.subject, "kind": text.kind} for text in found.texts],
    }
    return Forecast(lines or ["Nothing would change."], data)


def _describe_paths(paths: Iterable[AffectedPath]) -> list[str]:
    counts = Counter((each.country, move_text(each)) for each in paths)
    word = current_application().subject
    return [
        *(f"{country}: {count} × {what}" for (country, what), count in sorted(counts.items())),
        *(f"  {each.path} of {word} {each.subject}: {move_text(each)}" for each in paths),
    ]


def move_text(path: AffectedPath) -> str:
    """Say in a few words what would become of a path."""
    if path.trigger is None:
        return f"stays {path.dest}, new dates ({path.reason})"
    reason = f" ({path.reason})" if path.reason else ""
    ends = f"; ends: {', '.join(path.ends)}" if path.ends else ""
    return f"{path.source or 'new'} → {path.dest} by {path.trigger}{reason}{ends}"


def _timers(timers: Sequence[Planned]) -> list[str]:
    counts = Counter(each.timer for each in timers)
    return [
        *(f"timer {name}: {count} would move" for name, count in sorted(counts.items())),
        *(timer_text(each) for each in timers),
    ]


def timer_text(planned: Planned) -> str:
    """Say from when to when a timer moves."""
    instants = f"{_format_instant(planned.was)} → {_format_instant(planned.will_be)}"
    whose = f"{current_application().subject} {planned.subject}"
    return f"  {planned.path} of {whose}: {planned.timer} {instants}"


def _format_instant(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "none"


def timer_document(planned: Planned) -> dict[str, Any]:
    """Return a timer that moves as JSON values."""
    from lazsa_flow.lifecycle.calendar import instant_text

    return {
        "path": planned.path,
        "subject": planned.subject,
        "timer": planned.timer,
        "was": planned.was and instant_text(planned.was),
        "will_be": planned.will_be and instant_text(planned.will_be),
    }


def _path_document(path: AffectedPath) -> dict[str, Any]:
    return {
        "path": path.path,
        "subject": path.subject,
        "country": path.country,
        "trigger": path.trigger,
        "reason": path.reason,
        "actor": path.actor,
        "source": path.source,
        "dest": path.dest,
        "ends": list(path.ends),
    }


def _texts(found: DryRun[Any]) -> list[str]:
    if not found.texts:
        return []
    kinds = Counter(text.kind for text in found.texts)
    persons = Counter(text.subject for text in found.texts)
    by_kind = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return [
        f"{len(found.texts)} texts would be deleted: {by_kind}",
        *(f"  about {person}: {count}" for person, count in sorted(persons.items())),
    ]


def of_parked(parked: Sequence[tuple[str, Failure]], timers: dict[str, int]) -> Forecast:
    """Return which parked paths would go on, and why each was parked.

    Args:
        parked: Their references, with how each failed.
        timers: How many timers of each would be pending again.
    """
    counts = Counter(failure.timer for _ref, failure in parked)
    lines = [
        f"{len(parked)} parked paths would go on.",
        *(f"timer {name}: {count}" for name, count in sorted(counts.items())),
        *(f"  {ref}: {failure.timer} failed with {failure.error}" for ref, failure in parked),
    ]
    paths = [{"path": ref, "timers": count} for ref, count in timers.items()]
    return Forecast(lines, {"paths": paths})


def of_notices(notices: Sequence[Waiting]) -> Forecast:
    """Return which parked notices would be tried again."""
    counts = Counter((each.country, each.kind) for each in notices)
    lines = [
        f"{len(notices)} parked notices would be tried again.",
        *(f"{country}: {count} × {kind}" for (country, kind), count in sorted(counts.items())),
        *(f"  {each.key} to {each.to}: failed with {each.error}" for each in notices),
    ]
    keys = [{"key": each.key, "kind": each.kind, "to": each.to} for each in notices]
    return Forecast(lines, {"notices": keys})


def of_due(counts: Sequence[DueCount], pauses: Sequence[Pause]) -> Forecast:
    """Return what a sweep would take, by country and trigger, and what it would pass by."""
    lines = [f"{sum(each.count for each in counts)} timers are due."]
    for each in counts:
        tries = " or ".join(each.triggers) or "a reminder"
        lines.append(f"{each.country}: {each.count} {each.lifecycle} {each.timer}, to {tries}")
    lines += [f"Paused, and passed by: {pause.scope}" for pause in pauses]
    documents = [
        {
            "country": each.country,
            "lifecycle": each.lifecycle,
            "timer": each.timer,
            "triggers": list(each.triggers),
            "count": each.count,
        }
        for each in counts
    ]
    return Forecast(lines, {"due": documents, "paused": [pause.scope for pause in pauses]})
