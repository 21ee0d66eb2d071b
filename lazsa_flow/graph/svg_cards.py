"""Boxes of a picture: states with their rows, and labels on lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.graph import svg_elements
from lazsa_flow.graph.arrangement import PAD_X, PAD_Y, measure_label
from lazsa_flow.graph.cards import BELL, COUNT_SIZE, RING, ROW_GAP, ROW_PAD, STATE_SIZE
from lazsa_flow.graph.cards import PAD_X as CARD_PAD
from lazsa_flow.graph.label import LEADING, ROW_SIZE, SMALL
from lazsa_flow.graph.layout import Point
from lazsa_flow.graph.metrics import measure_text_width, one_line
from lazsa_flow.graph.svg_lines import HEAVY, LIGHT
from lazsa_flow.graph.wording import describe_label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.graph.arrangement import Arrangement
    from lazsa_flow.graph.cards import Card, Reminders
    from lazsa_flow.graph.chart import Chart
    from lazsa_flow.graph.label import Label, TextLine
    from lazsa_flow.graph.palette import Theme

_BASE: Final = 0.3
"""How far above the end of its line the baseline of a text is, as a share of its size."""


class CardPainter:
    """Draws the boxes of one arrangement on one paper."""

    def __init__(self, chart: Chart, arrangement: Arrangement, theme: Theme) -> None:
        self._chart = chart
        self._arrangement = arrangement
        self._theme = theme
        self._taken = {leg.arrow for leg in chart.trail}
        self._visited = {leg.node for leg in chart.trail}

    def drawn(self) -> Iterator[str]:
        """Draw labels and states from above, which is the order in which they are read out."""
        places = self._arrangement.layout.middles
        drawn: dict[str, tuple[float, Iterator[str]]] = {}
        for label in self._arrangement.labels:
            top = places[label.id].y
            drawn[label.id] = top, self._draw_label(label)
        for id_, card in self._arrangement.cards.items():
            head = places[id_].y - card.height / 2 + card.head_height / 2
            drawn[id_] = head, self._draw_card(card)
        for id_ in sorted(drawn, key=lambda id_: (drawn[id_][0], places[id_].x)):
            yield from drawn[id_][1]

    # -- labels

    def _draw_label(self, label: Label) -> Iterator[str]:
        wide, high = measure_label(label)
        yield from self._draw_box(label, self._arrangement.layout.middles[label.id], wide, high)

    def _draw_box(
        self, label: Label, middle: Point, wide: float, high: float, *, row: bool = False
    ) -> Iterator[str]:
        """Draw a label in its box, on a line or as a row of a state."""
        taken = any(arrow.id in self._taken for arrow in label.arrows)
        classes = (
            "label" + " row" * row + " happy" * label.happy + " timed" * label.timed
        ) + " taken" * taken
        arrows = " ".join(arrow.id for arrow in label.arrows)
        data = {"class_": classes, "data_label": label.id, "data_arrows": arrows}
        yield f"<g{svg_elements.format_attributes(**data)}>"
        yield f"<title>{svg_elements.escape_svg_text(describe_label(self._chart, label))}</title>"
        heavy = row and label.happy
        stroke = self._theme.heavy if heavy else self._theme.frame
        frame: svg_elements.Look = {
            "fill": self._theme.paper,
            "stroke": self._theme.trail if taken else stroke,
            "stroke_width": 2 if taken or heavy else 1,
        }
        yield svg_elements.write_box(middle, wide, high, 5 if row else 7, **frame)
        pad = CARD_PAD if row else PAD_X
        left, right = middle.x - wide / 2 + pad, middle.x + wide / 2 - pad
        y = middle.y - high / 2 + (ROW_PAD if row else PAD_Y)
        for line in label.lines:
            y += line.size * LEADING
            yield from self._draw_text(line, left, y - line.size * _BASE)
            if line.figure and label.flow is not None:
                look = {"class_": "flow", "fill": self._theme.text, "text_anchor": "end"}
                base = y - line.size * _BASE
                yield svg_elements.write_text_line(f"{label.flow:,}", right, base, ROW_SIZE, **look)
        yield "</g>"

    def _draw_text(self, line: TextLine, left: float, base: float) -> Iterator[str]:
        """Draw the words of a line side by side, those of one kind together."""
        weight = {"font_weight": "600"} if line.bold else {}
        for run in line.runs:
            colour = self._theme.text if run.kind in ("trigger", "dest") else self._theme.quiet
            look = {"class_": run.kind, "fill": colour, **weight}
            yield svg_elements.write_text_line(run.text, left, base, line.size, **look)
            left += measure_text_width(f"{run.text} ", line.size, bold=line.bold)

    # -- states

    def _draw_card(self, card: Card) -> Iterator[str]:
        middle = self._arrangement.layout.middles[card.node.id]
        top = middle.y - card.height / 2
        yield from self._draw_head(card, Point(middle.x, top + card.head_height / 2))
        y = top + card.head_height + ROW_GAP
        for row, high in zip(card.rows, card.row_heights, strict=False):
            at = Point(middle.x, y + high / 2)
            yield from self._draw_box(row, at, card.width, high, row=True)
            y += high + ROW_GAP
        if card.reminders:
            at = Point(middle.x, y + card.reminders.height / 2)
            yield from self._draw_reminders(card.reminders, at, card.width)

    def _draw_head(self, card: Card, middle: Point) -> Iterator[str]:
        node, ink = card.node, self._theme.inks[card.node.meaning]
        visited = node.id in self._visited
        stroke = self._theme.trail if visited else ink.line
        classes = f"state {node.meaning}" + " happy" * node.happy + " visited" * visited
        yield f"<g{svg_elements.format_attributes(class_=classes, data_state=node.id)}>"
        wide, high = card.width, card.head_height
        if node.final:
            ring = {"class_": "ring", "fill": "none", "stroke": stroke}
            yield svg_elements.write_box(middle, wide, high, 12, **ring, stroke_width=LIGHT)
            wide, high = wide - 2 * RING, high - 2 * RING
        body: svg_elements.Look = {"class_": "body", "fill": ink.fill, "stroke": stroke}
        heavy = HEAVY if node.happy or visited else LIGHT
        yield svg_elements.write_box(middle, wide, high, 9, **body, stroke_width=heavy)
        yield from self._draw_words(card, middle)
        yield "</g>"

    def _draw_words(self, card: Card, middle: Point) -> Iterator[str]:
        """Draw title, code name and figure; the figure behind the code name where it fits."""
        fill = self._theme.inks[card.node.meaning].text
        middled = {"text_anchor": "middle", "fill": fill}
        y = middle.y - card.words_height / 2
        for text in card.title:
            y += STATE_SIZE * LEADING
            look = {"class_": "name", "font_weight": "600", **middled}
            base = y - STATE_SIZE * _BASE
            yield svg_elements.write_text_line(text, middle.x, base, STATE_SIZE, **look)
        left = middle.x
        for text in card.code:
            y += SMALL * LEADING
            left = middle.x - (card.count_room if text is card.code[-1] else 0) / 2
            look = {"class_": "code", **middled}
            yield svg_elements.write_text_line(text, left, y - SMALL * _BASE, SMALL, **look)
        if card.node.count is not None:
            count = {"class_": "count", "font_weight": "600", "fill": fill}
            x, anchor = middle.x, "middle"
            if card.count_room:
                wide = measure_text_width(card.code[-1], SMALL) + card.count_room
                x, anchor = middle.x + wide / 2, "end"
            else:
                y += COUNT_SIZE * LEADING
            figure = f"{card.node.count:,}"
            base = y - COUNT_SIZE * _BASE + (1 if card.count_room else 0)
            yield svg_elements.write_text_line(
                figure, x, base, COUNT_SIZE, **count, text_anchor=anchor
            )

    def _draw_reminders(self, reminders: Reminders, middle: Point, wide: float) -> Iterator[str]:
        names = " ".join(map(one_line, reminders.timers))
        yield f"<g{svg_elements.format_attributes(class_='reminder', data_timers=names)}>"
        titles = ", ".join(map(self._chart.titles.timer, reminders.timers))
        yield f"<title>{svg_elements.escape_svg_text(f'reminders: {titles}')}</title>"
        frame = {"fill": self._theme.paper, "stroke": self._theme.frame, "stroke_dasharray": "3 3"}
        yield svg_elements.write_box(middle, wide, reminders.height, 5, **frame)
        left, y = middle.x - wide / 2 + CARD_PAD, middle.y - reminders.height / 2 + ROW_PAD
        yield svg_elements.draw_bell(Point(left + 5, y + 7), self._theme.quiet)
        for text, size, code in reminders.lines:
            y += size * LEADING
            look = {"class_": "code" if code else "when"}
            look["fill"] = self._theme.quiet if code else self._theme.text
            base = y - size * _BASE
            yield svg_elements.write_text_line(text, left + BELL, base, size, **look)
        yield "</g>"
