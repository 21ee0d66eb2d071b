"""An arrow shows the fields of the data that its trigger takes, in each kind of picture."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.graph.chart import build_chart
from lazsa_flow.graph.dot import dot
from lazsa_flow.graph.label import group_arrow_labels
from lazsa_flow.graph.mermaid import mermaid
from lazsa_flow.graph.page import page
from lazsa_flow.graph.svg import svg
from lazsa_flow.graph.xstate import xstate
from tests.integration.loan import LOAN

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.graph.chart import Chart

CHART = build_chart(LOAN)


def _compact(chart: Chart) -> str:
    return json.dumps(json.loads(xstate(chart)))


def test_an_arrow_names_the_fields_in_the_order_of_the_model() -> None:
    """A question mark stands behind what need not be given; without a model there are none."""
    taken = {arrow.trigger: arrow.data for arrow in CHART.arrows}
    assert taken["lend"] == ("total", "borrower")
    assert taken["pay"] == taken["settle"] == ("amount", "note?")
    assert taken["forgive"] == ()
    lines = {label.arrows[0].trigger: label.lines for label in group_arrow_labels(CHART)}
    told = [run.text for line in lines["pay"] for run in line.runs if run.kind == "data"]
    assert told == ["+ amount · note?"]


@pytest.mark.parametrize(
    ("draw", "shown"),
    [
        (dot, "pay\\n+ amount, note?"),
        (mermaid, "pay by seller/host with amount, note#63;"),
        (_compact, '"data": ["amount", "note?"]'),
        (svg, ">+ amount · note?<"),
        (page, '"data":["amount","note?"]'),
    ],
)
def test_pictures_show_it(draw: Callable[[Chart], str], shown: str) -> None:
    """Each in the form's own way; it says nothing where a trigger takes no data."""
    assert shown in draw(CHART)
