"""Labels: what is written next to an arrow, or in a row of the state that it leaves.

Arrows that differ only in where they come from share one label, so that the picture says a thing
once. The title of its trigger is what is read; its code name is a second, smaller line, with the
reason where there is one. Then follow the timers that try it, who may pull it, the data it takes
and its guards: one by its title, several as their number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from lazsa_flow.graph.metrics import measure_text_width, one_line, wrap_to_width
from lazsa_flow.lifecycle.model import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lazsa_flow.graph.chart import Arrow, Chart
    from lazsa_flow.lifecycle.titles import Titles

Kind = Literal["trigger", "dest", "code", "reason", "when", "who", "data", "guard"]

TITLE_SIZE: Final = 12.0
ROW_SIZE: Final = 11.0
SMALL: Final = 10.0
"""The smallest text of a picture. Units: pixels."""
WIDEST: Final = 150.0
"""A line of a label is wrapped at this width. Units: pixels."""
NARROW: Final = 112.0
"""A short row's line is wrapped at this width. Units: pixels."""
LEADING: Final = 1.22
ROOM: Final = "99,999 in all"
"""The widest figure that there is always room for."""
SEPARATOR: Final = " · "
_GAP: Final = 8.0
_FEW: Final = 3


@dataclass(frozen=True, slots=True)
class Run:
    """Some words of a line that are of one kind."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of a label.

    Attributes:
        runs: Its words, side by side.
        figure: The flow stands at its end.
    """

    runs: tuple[Run, ...]
    size: float
    bold: bool = False
    figure: bool = False

    @property
    def text(self) -> str:
        """All its words."""
        return " ".join(run.text for run in self.runs)

    @property
    def width(self) -> float:
        """How wide its words are. Units: pixels."""
        return measure_text_width(self.text, self.size, bold=self.bold)


@dataclass(frozen=True, slots=True)
class Label:
    """Arrows that share a label.

    Attributes:
        id: Made up: ``b0``, ``b1`` … in the order of their first arrows; a row's is ``r0`` ….
        arrows: At least one.
        lines: What is written, from above.
    """

    id: str
    arrows: tuple[Arrow, ...]
    lines: tuple[TextLine, ...]

    @property
    def timed(self) -> bool:
        """Whether timers try all its arrows."""
        return all(arrow.timers for arrow in self.arrows)

    @property
    def happy(self) -> bool:
        """Whether one of its arrows is on the happy path."""
        return any(arrow.happy for arrow in self.arrows)

    @property
    def guards(self) -> tuple[str, ...]:
        """The names of the guards of all its arrows, each once."""
        return tuple(dict.fromkeys(guard for arrow in self.arrows for guard in arrow.guards))

    @property
    def flow(self) -> int | None:
        """How many paths have gone along its arrows; ``None`` where nobody has counted."""
        flows = [arrow.flow for arrow in self.arrows if arrow.flow is not None]
        return sum(flows) if flows else None

    @property
    def width(self) -> float:
        """How wide its words are, with room for the figure. Units: pixels."""
        room = 0.0 if self.flow is None else figure_width(self.flow) + _GAP
        return max(line.width + (room if line.figure else 0) for line in self.lines)

    @property
    def height(self) -> float:
        """How high its lines are. Units: pixels."""
        return sum(line.size * LEADING for line in self.lines)


def group_arrow_labels(
    chart: Chart, arrows: Iterable[Arrow] | None = None, *, merged: bool = False
) -> tuple[Label, ...]:
    """Return a chart's arrows, together where they share a label.

    Args:
        chart: Whose arrows.
        arrows: Which of them; all by default.
        merged: Whether arrows share one that differ in guards, reasons and timers as well.
    """
    groups: dict[tuple[object, ...], list[Arrow]] = {}
    for arrow in chart.arrows if arrows is None else arrows:
        whole = (arrow.who, arrow.guards, arrow.timers, arrow.data)
        shared = (bool(arrow.timers),) if merged else whole
        key = (arrow.source is None, arrow.dest, arrow.trigger, *shared)
        groups.setdefault(key, []).append(arrow)
    return tuple(
        Label(f"b{number}", tuple(group), tuple(_list_label_lines(group, chart.titles)))
        for number, group in enumerate(groups.values())
    )


def group_exit_rows(
    chart: Chart, arrows: Iterable[Arrow], first: int, *, short: bool = False
) -> tuple[Label, ...]:
    """Return the arrows of one state as rows, one for each state that they enter.

    Args:
        chart: Whose arrows.
        arrows: Those of one state.
        first: The number of the first row.
        short: Whether they name the states alone, and not the triggers that lead there, and final
            states by their number where there are several.
    """
    groups: dict[str, list[Arrow]] = {}
    for arrow in arrows:
        final = short and chart.node(arrow.dest).final
        groups.setdefault("final" if final else arrow.dest, []).append(arrow)
    return tuple(
        Label(f"r{number}", tuple(group), _list_row_lines(group, chart, short))
        for number, group in enumerate(groups.values(), start=first)
    )


def figure_width(flow: int) -> float:
    """Return the room that is kept for a figure. Units: pixels."""
    return max(measure_text_width(text, ROW_SIZE) for text in (ROOM, f"{flow:,}"))


def _list_label_lines(arrows: Sequence[Arrow], titles: Titles) -> Iterator[TextLine]:
    trigger = arrows[0].trigger
    for text in wrap_to_width(one_line(titles.trigger(trigger)), TITLE_SIZE, WIDEST, bold=True):
        yield TextLine((Run("trigger", text),), TITLE_SIZE, bold=True)
    reasons = _list_once(reason for arrow in arrows for reason in arrow.reasons)
    code = f"{one_line(trigger)} ({one_line(reasons[0])})" if len(reasons) == 1 else trigger
    yield from _list_code_lines(code)
    yield from _pack_runs(_list_notes(arrows, reasons, titles))


def _list_row_lines(arrows: Sequence[Arrow], chart: Chart, short: bool) -> tuple[TextLine, ...]:
    """Write the state that is entered, and the triggers that lead there.

    The figure stands at the end of the shortest line.
    """
    first, entered = arrows[0], _list_once(arrow.dest for arrow in arrows)
    sign = "↻" if first.source == first.dest else "→"
    dest = one_line(chart.titles.state(chart.node(first.dest).label))
    title = f"{sign} {dest}" if len(entered) == 1 else f"{sign} {len(entered)} final states"
    room = NARROW if short else WIDEST
    head = wrap_to_width(title, ROW_SIZE, room, bold=True)
    triggers = _list_once(arrow.trigger for arrow in arrows)
    runs = [Run("trigger", one_line(chart.titles.trigger(trigger))) for trigger in triggers]
    lines = [TextLine((Run("dest", text),), ROW_SIZE, bold=True) for text in head]
    lines += () if short else _pack_runs(runs)
    shortest = min(lines, key=lambda line: line.width)
    return tuple(replace(line, figure=line is shortest) for line in lines)


def _list_code_lines(code: str) -> Iterator[TextLine]:
    lines = wrap_to_width(one_line(code), SMALL, WIDEST)
    for number, text in enumerate(lines, start=1):
        yield TextLine((Run("code", text),), SMALL, figure=number == len(lines))


def _list_notes(arrows: Sequence[Arrow], reasons: Sequence[str], titles: Titles) -> Iterator[Run]:
    timers = _list_once(timer for arrow in arrows for timer in arrow.timers)
    if timers:
        yield Run("when", f"at {' / '.join(one_line(titles.timer(each)) for each in timers)}")
        dates = [each.due_on for each in arrows if each.due_on is not None]
        if dates:
            yield Run("when", min(dates).isoformat())
    roles = _list_once(role for each in arrows for role in each.roles)
    people = [role for role in roles if role != SYSTEM or not timers]
    if people:
        yield Run("who", f"by {', '.join(one_line(titles.word(role)) for role in people)}")
    if len(reasons) > 1:
        yield Run("reason", f"{len(reasons)} reasons")
    data = _list_once(name for arrow in arrows for name in arrow.data)
    if data:
        few = SEPARATOR.join(map(one_line, data)) if len(data) <= _FEW else f"{len(data)} fields"
        yield Run("data", f"+ {few}")
    guards = _list_once(guard for arrow in arrows for guard in arrow.guards)
    if len(guards) == 1:
        yield Run("guard", f"if {one_line(titles.guard(guards[0]))}")
    elif guards:
        yield Run("guard", f"{len(guards)} guards")


def _pack_runs(runs: Iterable[Run]) -> Iterator[TextLine]:
    """Set runs side by side, in lines that are not too wide."""
    line: list[Run] = []
    for run in runs:
        for text in wrap_to_width(run.text, SMALL, WIDEST, most=3):
            piece = Run(run.kind, text)
            before = [*line[:-1], Run(line[-1].kind, f"{line[-1].text} ·")] if line else []
            wider = TextLine((*before, piece), SMALL)
            if line and wider.width > WIDEST:
                yield TextLine(tuple(line), SMALL)
                line = [piece]
            else:
                line = list(wider.runs)
    if line:
        yield TextLine(tuple(line), SMALL)


def _list_once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
