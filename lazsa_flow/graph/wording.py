"""Wording: an arrow's label in a sentence, for a tooltip and for those who hear a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.graph.chart import Arrow, Chart
    from lazsa_flow.graph.label import Label
    from lazsa_flow.lifecycle.titles import Titles


def describe_label(chart: Chart, label: Label) -> str:
    """Say all that a label stands for, each of its arrows with titles and code names."""
    said: dict[str, dict[str, None]] = {}
    for arrow in label.arrows:
        dest = chart.titles.state(chart.node(arrow.dest).label)
        said.setdefault(dest, {})[describe_arrow(chart.titles, arrow)] = None
    return ". ".join(f"→ {dest}: {'; '.join(ways)}" for dest, ways in said.items())


def describe_arrow(titles: Titles, arrow: Arrow) -> str:
    """Say what pulls an arrow, when, by whom, with which data and under which guards."""
    return ", ".join(_list_clauses(titles, arrow))


def _list_clauses(titles: Titles, arrow: Arrow) -> Iterator[str]:
    yield f"{titles.trigger(arrow.trigger)} ({arrow.trigger})"
    if arrow.timers:
        yield f"at {' / '.join(map(titles.timer, arrow.timers))}"
    for who in arrow.who:
        reasons = f" as {' / '.join(map(titles.word, who.reasons))}" if who.reasons else ""
        yield f"by {' / '.join(map(titles.word, who.roles))}{reasons}"
    if arrow.data:
        yield f"with {' / '.join(arrow.data)}"
    if arrow.guards:
        yield f"if {' / '.join(map(titles.guard, arrow.guards))}"
