"""Labels: the lines of text next to an arrow.

Arrows that differ only in where they come from share one label, so that the picture says a thing
once. A label reads like a sentence, a row a clause: ``retire`` *as* its reasons, *at* the timers
that try it, *by* who may pull it, ``+`` the data it takes, *if* its guards hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from lazsa_flow.graph.metrics import measure_text_width, one_line, shorten_to_width
from lazsa_flow.lifecycle.model import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lazsa_flow.graph.chart import Arrow, Chart

Kind = Literal["trigger", "reason", "when", "who", "data", "guard"]

SIZES: Final[dict[Kind, float]] = {
    "trigger": 13,
    "reason": 10.5,
    "when": 10.5,
    "who": 10.5,
    "data": 10.5,
    "guard": 10.5,
}
WIDEST: Final = 215.0
"""A row is wrapped at this width, and a single name cut. Units: pixels."""
LEADS: Final[dict[Kind, str]] = {
    "trigger": "",
    "reason": "as",
    "when": "at",
    "who": "by",
    "data": "+",
    "guard": "if",
}
INDENT: Final = 18.0
"""Where the names of a row begin, its lead being set before them. Units: pixels."""
ROOM: Final = "  due 1,234,567"
"""The widest figure that there is always room for, and what keeps it off the trigger."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a label.

    Attributes:
        first: It is the first of its kind, and shows the kind's lead.
    """

    kind: Kind
    text: str
    first: bool = True

    @property
    def width(self) -> float:
        """How wide it is drawn. Units: pixels."""
        if self.kind == "trigger":
            return measure_text_width(self.text, SIZES[self.kind], bold=True)
        return measure_text_width(self.text, SIZES[self.kind]) + INDENT


@dataclass(frozen=True, slots=True)
class Label:
    """Arrows that share a label: identical in all but their source.

    Attributes:
        id: Made up: ``b0``, ``b1`` … in the order of their first arrows.
        arrows: At least one.
        rows: What is written, from above.
    """

    id: str
    arrows: tuple[Arrow, ...]
    rows: tuple[Row, ...]

    @property
    def timed(self) -> bool:
        """Whether a timer tries it."""
        return bool(self.arrows[0].timers)

    @property
    def happy(self) -> bool:
        """Whether one of its arrows is on the happy path."""
        return any(arrow.happy for arrow in self.arrows)

    @property
    def flow(self) -> int | None:
        """How many paths have gone along its arrows; ``None`` where nobody has counted."""
        flows = [arrow.flow for arrow in self.arrows if arrow.flow is not None]
        return sum(flows) if flows else None


def group_arrow_labels(chart: Chart) -> tuple[Label, ...]:
    """Return a chart's arrows, together where they share a label."""
    groups: dict[tuple[object, ...], list[Arrow]] = {}
    for arrow in chart.arrows:
        opening = arrow.source is None
        key = (
            opening,
            arrow.dest,
            arrow.trigger,
            arrow.who,
            arrow.guards,
            arrow.timers,
            arrow.data,
        )
        groups.setdefault(key, []).append(arrow)
    return tuple(
        Label(f"b{number}", tuple(arrows), tuple(_list_label_rows(arrows)))
        for number, arrows in enumerate(groups.values())
    )


def _list_label_rows(arrows: Sequence[Arrow]) -> Iterator[Row]:
    arrow = arrows[0]
    room = WIDEST if arrow.flow is None else WIDEST - figure_width()
    trigger = one_line(arrow.trigger)
    yield Row("trigger", shorten_to_width(trigger, SIZES["trigger"], room, bold=True))
    yield from _wrap_names("reason", arrow.reasons)
    if arrow.timers:
        dates = [each.due_on for each in arrows if each.due_on is not None]
        yield from _wrap_names(
            "when", (*arrow.timers, *([min(dates).isoformat()] if dates else ()))
        )
    roles = [role for role in arrow.roles if role != SYSTEM or not arrow.timers]
    if roles:
        yield from _wrap_names("who", roles)
    yield from _wrap_names("data", arrow.data)
    yield from _wrap_names("guard", arrow.guards)


def figure_width() -> float:
    """Return the room that is kept for a figure. Units: pixels."""
    return measure_text_width(ROOM, SIZES["trigger"])


def _wrap_names(kind: Kind, names: Iterable[str]) -> Iterator[Row]:
    """Set names side by side, in rows that are not too wide."""
    separator = " · "
    row, first = "", True
    for name in names:
        shown = shorten_to_width(one_line(name), SIZES[kind], WIDEST)
        wider = f"{row}{separator}{shown}" if row else shown
        if row and measure_text_width(wider, SIZES[kind]) > WIDEST:
            yield Row(kind, row, first)
            row, first = shown, False
        else:
            row = wider
    if row:
        yield Row(kind, row, first)
