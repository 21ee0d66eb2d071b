"""Pictures: a lifecycle's chart with figures over time and the stories of paths.

A :class:`Picture` is the answer to one question, in plain values: figures for each country at each
stop of time, a few paths of each state with what holds them, and the stories of those. A page
embeds it, a viewer serves it; :func:`picture_to_json` writes it as JSON values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from lazsa_flow.graph.notebook import explain_missing_extra, render_for_notebook
from lazsa_flow.graph.path_details import details_fields
from lazsa_flow.lifecycle.local_time import write_local_time
from lazsa_flow.lifecycle.values import EMPTY, freeze

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from lazsa_flow.graph.chart import Arrow, Chart
    from lazsa_flow.graph.path_details import PathDetails
    from lazsa_flow.lifecycle.guards import Verdict
    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.lifecycle.titles import Titles


@dataclass(frozen=True, slots=True)
class TimelinePoint:
    """A moment that one can look at.

    Attributes:
        on: Its date. A past stop is the end of that day in each country; a coming one is a cycle
            date, with the timers that pend from the stop before until it.
        kind: ``past``: computed from the journal; ``now``; ``due``: what is known to fall due;
            ``foreseen``: what a rehearsal foretells.
        counts: By country and state id, how many paths are there; at a future stop, as now.
        flows: By country and arrow id, how many moves were made since the stop before; at a coming
            one, how many timers will try the arrow; at a foreseen one, how many moves are foretold.
        due: By country and timer, how many fall due.
    """

    on: date
    kind: Literal["past", "now", "due", "foreseen"]
    counts: Mapping[str, Mapping[str, int]]
    flows: Mapping[str, Mapping[str, int]]
    due: Mapping[str, Mapping[str, int]]

    def __post_init__(self) -> None:
        for name in ("counts", "flows", "due"):
            object.__setattr__(self, name, freeze(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class BlockingGuard:
    """A guard that holds a path back.

    Attributes:
        arrow: The id of the arrow that it is on.
    """

    arrow: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class PathCard:
    """A path in its state.

    Attributes:
        state: The id of its node.
        since: The local date on which it came.
        next_timer: The timer that will decide next, where one pends.
        next_on: Its local date.
        next_at: Its instant.
        held: What holds it back from each arrow now.
        title: The title that the subject has now.
    """

    path: str
    subject: str
    country: str
    state: str
    since: date
    parked: bool
    next_timer: str | None
    next_on: date | None
    held: tuple[BlockingGuard, ...]
    title: str | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One row of a path's story.

    Attributes:
        at: When it took effect, in the country's own time.
        arrow: The id of the arrow taken; ``None`` where the path stayed.
        state: The id of the node in which the path was then.
        trigger: What fired; ``None`` where a timer was refused, or a plan changed.
        unmet: The guards that did not hold.
    """

    at: datetime
    arrow: str | None
    state: str
    trigger: str | None
    reason: str | None
    actor: str
    unmet: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A programme at a glance.

    Attributes:
        chart: The table, with the figures of now.
        asked_at: The instant of the question.
        countries: Every country, by code.
        stops: Past ones, now, and coming ones, in the order of time.
        limit: How many residents of each state and country are listed at most.
        residents: The listed paths, those that came last first.
        stories: Each listed path's story, oldest scene first.
        zones: The time zone of each country, by code.
        others: Further paths, listed without their stories, those opened last first.
        details: Of the paths that were named, what their stories do not say.
        foreseen: Of which rehearsal the foreseen stop is, as JSON values; empty without one.

    Units:
        Instants are aware, in UTC.
    """

    chart: Chart
    asked_at: datetime
    countries: tuple[str, ...]
    stops: tuple[TimelinePoint, ...]
    limit: int
    residents: tuple[PathCard, ...]
    stories: Mapping[str, tuple[HistoryEntry, ...]]
    zones: Mapping[str, str] = EMPTY
    others: tuple[PathCard, ...] = ()
    details: Mapping[str, PathDetails] = EMPTY
    foreseen: Mapping[str, Any] = EMPTY

    def __post_init__(self) -> None:
        object.__setattr__(self, "foreseen", freeze(self.foreseen))
        object.__setattr__(self, "stories", freeze(self.stories))
        object.__setattr__(self, "zones", freeze(self.zones))
        object.__setattr__(self, "details", freeze(self.details))

    def translate(self, lifecycle: Lifecycle, locale: str) -> Picture:
        """Return this picture with the titles of its lifecycle in another locale.

        Args:
            lifecycle: The table that the picture is of.
            locale: The locale, such as ``id``.
        """
        return replace(self, chart=self.chart.translate(lifecycle, locale))

    def __repr__(self) -> str:
        """Write it in one line: what it shows, and how much of it."""
        listed = f"{len(self.residents) + len(self.others)} paths listed, {len(self.stops)} stops"
        return f"<Picture of {self.chart.name} at {self.asked_at:%Y-%m-%d %H:%M %Z}: {listed}>"

    def _repr_html_(self) -> str | None:
        """Show its page in a notebook, in a frame of its own that nothing leaves."""
        return render_for_notebook(self) or explain_missing_extra(self)


def picture_to_json(picture: Picture) -> dict[str, Any]:
    """Return a picture as JSON values."""
    return {
        **chart_to_json(picture.chart),
        "asked_at": picture.asked_at.isoformat(timespec="seconds"),
        "countries": list(picture.countries),
        "zones": dict(picture.zones),
        "stops": [
            {
                "on": stop.on.isoformat(),
                "kind": stop.kind,
                "counts": stop.counts,
                "flows": stop.flows,
                "due": stop.due,
            }
            for stop in picture.stops
        ],
        "limit": picture.limit,
        "residents": [resident_fields(each) for each in picture.residents],
        "others": [resident_fields(each) for each in picture.others],
        "stories": {
            path: [scene_fields(scene) for scene in story]
            for path, story in picture.stories.items()
        },
        "details": {path: details_fields(each) for path, each in picture.details.items()},
        **({"foreseen": picture.foreseen} if picture.foreseen else {}),
    }


def chart_to_json(chart: Chart) -> dict[str, Any]:
    """Return a chart's states and arrows as JSON values."""
    return {
        "lifecycle": chart.name,
        "title": chart.title,
        "states": [
            {
                "id": node.id,
                "name": node.label,
                "title": chart.titles.state(node.label),
                "meaning": node.meaning,
            }
            for node in chart.nodes
        ],
        "arrows": [_arrow_fields(arrow, chart.titles) for arrow in chart.arrows],
        "titles": _list_titles(chart),
    }


def _list_titles(chart: Chart) -> dict[str, dict[str, str]]:
    """Return the titles of guards and timers, and the words of roles and reasons, by name."""
    titles = chart.titles
    guards = dict.fromkeys((*titles.guards, *(g for each in chart.arrows for g in each.guards)))
    words = dict.fromkeys(code for each in chart.arrows for code in (*each.roles, *each.reasons))
    return {
        "guards": {name: titles.guard(name) for name in guards},
        "timers": {clock.name: titles.timer(clock.name) for clock in chart.clocks},
        "words": {code: titles.word(code) for code in words},
    }


def _arrow_fields(arrow: Arrow, titles: Titles) -> dict[str, Any]:
    return {
        "id": arrow.id,
        "source": arrow.source,
        "dest": arrow.dest,
        "trigger": arrow.trigger,
        "title": titles.trigger(arrow.trigger),
        "by": [{"roles": list(who.roles), "reasons": list(who.reasons)} for who in arrow.who],
        "data": list(arrow.data),
        "guards": list(arrow.guards),
        "timers": list(arrow.timers),
    }


def resident_fields(resident: PathCard) -> dict[str, Any]:
    """Return a resident as JSON values."""
    return {
        "path": resident.path,
        "subject": resident.subject,
        "title": resident.title,
        "country": resident.country,
        "state": resident.state,
        "since": resident.since.isoformat(),
        "parked": resident.parked,
        "next": resident.next_timer,
        "next_on": resident.next_on and resident.next_on.isoformat(),
        "next_at": resident.next_at and resident.next_at.isoformat(timespec="seconds"),
        "held": [{"arrow": held.arrow, **verdict_fields(held.verdict)} for held in resident.held],
    }


def scene_fields(scene: HistoryEntry) -> dict[str, Any]:
    """Return a scene as JSON values."""
    return {
        "at": write_local_time(scene.at, str(scene.at.tzinfo)),
        "arrow": scene.arrow,
        "state": scene.state,
        "trigger": scene.trigger,
        "reason": scene.reason,
        "by": scene.actor,
        "unmet": [verdict_fields(verdict) for verdict in scene.unmet],
    }


def verdict_fields(verdict: Verdict) -> dict[str, Any]:
    """Return what a guard found, as JSON values."""
    return {
        "guard": verdict.name,
        "measured": verdict.measured,
        "required": verdict.required,
        "changed_by": verdict.changed_by,
        "earliest": verdict.earliest and verdict.earliest.isoformat(),
    }
