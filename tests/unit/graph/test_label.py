"""What stands beside a line."""

from __future__ import annotations

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.graph.chart import build_chart
from lazsa_flow.graph.label import WIDEST, group_arrow_labels
from lazsa_flow.graph.metrics import measure_text_width, shorten_to_width, wrap_to_width
from tests.unit.graph.hostile import HOSTILE, hostile_table


def test_every_arrow_has_one_label() -> None:
    """No arrow is left out, none is told twice, and the first is the one that opens a path."""
    drawn = build_chart(AWARD)
    told = [arrow for label in group_arrow_labels(drawn) for arrow in label.arrows]
    assert sorted(told, key=drawn.arrows.index) == list(drawn.arrows)
    assert [arrow.source for arrow in group_arrow_labels(drawn)[0].arrows] == [None]


def test_arrows_alike_in_all_but_their_source_share_a_label() -> None:
    """The award's three ways into retirement by somebody's hand are told once."""
    [retire] = [
        label
        for label in group_arrow_labels(build_chart(AWARD))
        if label.arrows[0].trigger == "retire" and not label.timed
    ]
    assert [arrow.source for arrow in retire.arrows] == ["s2", "s4", "s3"]


def test_a_label_adds_its_flows_up() -> None:
    """A label's figure is the sum over its arrows; without a count there is none."""
    drawn = build_chart(AWARD)
    shared = next(label for label in group_arrow_labels(drawn) if len(label.arrows) == 3)
    assert shared.flow is None
    counted = drawn.counting({}, {arrow.id: 2 for arrow in shared.arrows})
    assert next(label for label in group_arrow_labels(counted) if label.id == shared.id).flow == 6


@pytest.mark.parametrize("name", [*HOSTILE, "W" * 400, "卖" * 400])
def test_no_line_is_wider_than_its_box(name: str) -> None:
    """However long a name is, its lines keep to the width."""
    lines = [
        line
        for label in group_arrow_labels(build_chart(hostile_table(name)))
        for line in label.lines
    ]
    assert lines
    assert all(line.width <= WIDEST for line in lines)


def test_no_word_is_cut_where_a_text_can_be_wrapped() -> None:
    """A text is wrapped between words, after an underscore, and else between letters."""
    assert wrap_to_width("Put off to the next cycle", 12, 100) == ("Put off to the", "next cycle")
    assert wrap_to_width("records_of_the_category", 10, 60) == ("records_of_", "the_", "category")
    assert "".join(wrap_to_width("W" * 9, 10, 40)) == "W" * 9
    assert wrap_to_width("", 10, 40) == ("",)
    assert wrap_to_width("W" * 90, 10, 40, most=2)[-1].endswith("…")


def test_widths_are_those_of_inter() -> None:
    """A text's width is the sum of its letters' advances, in bold wider than in regular."""
    assert measure_text_width("Hi", 1000) == 743 + 242
    assert measure_text_width("nominated", 15, bold=True) > measure_text_width("nominated", 15)
    assert measure_text_width("e\u0301", 1000) == measure_text_width("e", 1000)
    assert measure_text_width("卖", 10) == 10


def test_a_text_is_cut_at_a_width() -> None:
    """What is too wide ends in an ellipsis and fits; what fits stays."""
    assert shorten_to_width("short", 10, 100) == "short"
    shortened = shorten_to_width("a rather long name", 10, 50)
    assert shortened.endswith("…")
    assert measure_text_width(shortened, 10) <= 50
