"""Cards: a state with what stands beneath it, and the room that it takes.

The head has the state's title, its code name as a second, smaller line, and how many paths are in
it. Beneath it are rows: the arrows that are no lines, by the state they enter, and the reminders
that are sent from the state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lazsa_flow.graph.label import LEADING, SEPARATOR, SMALL, WIDEST
from lazsa_flow.graph.metrics import measure_text_width, one_line, wrap_to_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lazsa_flow.graph.chart import Chart, Node
    from lazsa_flow.graph.label import Label

STATE_SIZE: Final = 13.0
COUNT_SIZE: Final = 12.0
RING: Final = 4.0
ROW_GAP: Final = 2.0
ROW_PAD: Final = 2.5
PAD_X: Final = 9.0
BELL: Final = 16.0
"""The room of the sign before a reminder. Units: pixels."""
_PAD_Y: Final = 6.0
_NARROWEST: Final = 104.0
_COUNT_ROOM: Final = "99,999 then"
_GAP: Final = 8.0


@dataclass(frozen=True, slots=True)
class Reminders:
    """The reminders that are sent from a state.

    Attributes:
        timers: Their names.
        lines: What is written, each with the size of its font and whether it is a code name.
    """

    timers: tuple[str, ...]
    lines: tuple[tuple[str, float, bool], ...]

    @property
    def height(self) -> float:
        """How high its row is. Units: pixels."""
        return sum(size * LEADING for _, size, _ in self.lines) + 2 * ROW_PAD


@dataclass(frozen=True, slots=True)
class Card:
    """A state as it is drawn.

    Attributes:
        node: The state.
        title: Its title, in lines.
        code: Its code name, in lines.
        rows: The arrows that leave it and are no lines.
        reminders: The reminders that are sent from it.
        width: How wide it is. Units: pixels.
        count_room: The room of the figure behind the code name, in pixels; 0 where it has a line of
            its own, or where nobody has counted.
    """

    node: Node
    title: tuple[str, ...]
    code: tuple[str, ...]
    rows: tuple[Label, ...]
    reminders: Reminders | None
    width: float
    count_room: float

    @property
    def words_height(self) -> float:
        """How high the words of its head are. Units: pixels."""
        count = 0.0 if self.node.count is None or self.count_room else COUNT_SIZE
        return (STATE_SIZE * len(self.title) + SMALL * len(self.code) + count) * LEADING

    @property
    def head_height(self) -> float:
        """How high it is without its rows. Units: pixels."""
        return self.words_height + 2 * _PAD_Y + (2 * RING if self.node.final else 0)

    @property
    def row_heights(self) -> tuple[float, ...]:
        """How high each of its rows is, reminders last. Units: pixels."""
        rows = [row.height + 2 * ROW_PAD for row in self.rows]
        return (*rows, self.reminders.height) if self.reminders else tuple(rows)

    @property
    def height(self) -> float:
        """How high it is with its rows. Units: pixels."""
        return self.head_height + sum(each + ROW_GAP for each in self.row_heights)


def make_card(chart: Chart, node: Node, rows: tuple[Label, ...], *, short: bool = False) -> Card:
    """Make the card of a state.

    Args:
        chart: Whose state.
        node: The state.
        rows: The arrows that leave it and are no lines.
        short: Whether reminders have titles alone, without code names.
    """
    title = wrap_to_width(one_line(chart.titles.state(node.label)), STATE_SIZE, WIDEST, bold=True)
    code = wrap_to_width(one_line(node.label), SMALL, WIDEST)
    reminders = _list_reminders(chart, node, short=short)
    rows_wide = max((*(row.width for row in rows), *_list_widths(reminders), 0.0))
    room, count_width = _measure_count(node, code, max(WIDEST, rows_wide))
    widths = [
        *(measure_text_width(line, STATE_SIZE, bold=True) for line in title),
        *(measure_text_width(line, SMALL) for line in code),
        measure_text_width(code[-1], SMALL) + count_width if count_width else room,
    ]
    rings = 2 * RING if node.final else 0
    width = max(_NARROWEST, max(widths) + 2 * PAD_X + rings, rows_wide + 2 * PAD_X)
    return Card(node, title, code, rows, reminders, width, count_width)


def _measure_count(node: Node, code: tuple[str, ...], limit: float) -> tuple[float, float]:
    """Return the room that the figure needs, and what of it is behind the code name.

    Args:
        node: The state.
        code: Its code name, in lines.
        limit: How wide code name and figure may be together.
    """
    if node.count is None:
        return 0.0, 0.0
    room = max(measure_text_width(each, COUNT_SIZE) for each in (_COUNT_ROOM, f"{node.count:,}"))
    fits = measure_text_width(code[-1], SMALL) + _GAP + room <= limit
    return room, (_GAP + room if fits else 0.0)


def _list_widths(reminders: Reminders | None) -> Iterator[float]:
    for text, size, _ in reminders.lines if reminders else ():
        yield measure_text_width(text, size) + BELL


def _list_reminders(chart: Chart, node: Node, *, short: bool) -> Reminders | None:
    """Return the reminders of a state: one by its title, several as their number."""
    names = tuple(c.name for c in chart.clocks if not c.steps and node.id in c.states)
    if not names:
        return None
    title = chart.titles.timer(names[0]) if len(names) == 1 else f"{len(names)} reminders"
    lines = [(text, SMALL, False) for text in wrap_to_width(one_line(title), SMALL, WIDEST)]
    lines += [] if short else [(text, SMALL, True) for text in _join_codes(names)]
    return Reminders(names, tuple(lines))


def _join_codes(names: Iterable[str]) -> tuple[str, ...]:
    return wrap_to_width(SEPARATOR.join(map(one_line, names)), SMALL, WIDEST)
