"""The chart as SVG: what is shown, and that nothing overlaps."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.entry import ENTRY
from lazsa_flow.award.lifecycles.trainer import TRAINER
from lazsa_flow.graph.chart import build_chart
from lazsa_flow.graph.metrics import measure_text_width
from lazsa_flow.graph.svg import svg
from tests.factories import table
from tests.unit.graph.hostile import HOSTILE, hostile_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.graph.chart import Chart

NS: Final = "{http://www.w3.org/2000/svg}"
TABLES: Final = (AWARD, ENTRY, TRAINER)
ELEMENTS: Final = {"svg", "title", "g", "rect", "circle", "path", "polygon", "line", "text"}


def groups(drawn: Chart, kind: str, **options: Any) -> list[ET.Element]:
    """Return the groups of a kind: state, label, line."""
    root = ET.fromstring(svg(drawn, **options))
    return [g for g in root.iter(f"{NS}g") if kind in g.get("class", "").split()]


def texts(group: ET.Element) -> list[str]:
    """Return the texts of a group, in their order."""
    return [text.text or "" for text in group.iter(f"{NS}text")]


def area(group: ET.Element) -> tuple[float, float, float, float]:
    """Return the outermost rectangle of a group: left, top, right, bottom."""
    rect = next(group.iter(f"{NS}rect"))
    left, top, width, height = (float(rect.get(name, "")) for name in ("x", "y", "width", "height"))
    return left, top, left + width, top + height


def sampled(group: ET.Element) -> Iterator[tuple[float, float]]:
    """Yield points along the curve of a line, close to each other."""
    path = next(group.iter(f"{NS}path")).get("d", "")
    flat = list(map(float, re.findall(r"-?[0-9.]+", path)))
    points = list(zip(flat[::2], flat[1::2], strict=True))
    for at in range(0, len(points) - 1, 3):
        a, b, c, d = points[at : at + 4]
        for step in range(101):
            t = step / 100
            s = 1 - t
            yield (
                s**3 * a[0] + 3 * s * s * t * b[0] + 3 * s * t * t * c[0] + t**3 * d[0],
                s**3 * a[1] + 3 * s * s * t * b[1] + 3 * s * t * t * c[1] + t**3 * d[1],
            )


def crowded() -> Chart:
    """Return the award's chart with figures as large as they come."""
    drawn = build_chart(AWARD)
    figures = {node.label: 12_345_678 for node in drawn.nodes}
    return drawn.counting(figures, {arrow.id: 12_345_678 for arrow in drawn.arrows})


CHARTS: Final = {**{each.name: build_chart(each) for each in TABLES}, "crowded": crowded()}


@pytest.mark.parametrize("name", CHARTS)
def test_no_line_touches_a_text(name: str) -> None:
    """Every line keeps out of every label and state; it ends at their edges."""
    drawn = CHARTS[name]
    boxes = [area(group) for kind in ("label", "state") for group in groups(drawn, kind)]
    for line in groups(drawn, "line"):
        for x, y in sampled(line):
            for left, top, right, bottom in boxes:
                within = left + 2 < x < right - 2 and top + 2 < y < bottom - 2
                assert not within, (line.get("data-arrows"), x, y)


@pytest.mark.parametrize("name", CHARTS)
def test_nothing_overlaps(name: str) -> None:
    """No label or state lies on another."""
    drawn = CHARTS[name]
    boxes = [area(group) for kind in ("label", "state") for group in groups(drawn, kind)]
    for one, other in combinations(boxes, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)


def test_a_figure_keeps_off_its_trigger() -> None:
    """However large a figure is, there is room between it and the trigger's name."""
    for group in groups(crowded(), "label"):
        trigger, figure = (
            next(text for text in group.iter(f"{NS}text") if text.get("class") == kind)
            for kind in ("trigger", "flow")
        )
        end = float(trigger.get("x", "")) + measure_text_width(trigger.text or "", 13, bold=True)
        assert end + 4 < float(figure.get("x", "")) - measure_text_width(figure.text or "", 13)


@pytest.mark.parametrize("lifecycle", TABLES, ids=lambda each: each.name)
def test_the_happy_path_is_straight_and_heavy(lifecycle: Any) -> None:
    """The states of the happy path stand one under the other, their lines heavier than others."""
    drawn = build_chart(lifecycle)
    happy = [area(group) for group in groups(drawn, "state") if "happy" in group.get("class", "")]
    middles = [(left + right) / 2 for left, _, right, _ in happy]
    assert max(middles) - min(middles) < 1
    assert all(above[3] < below[1] for above, below in pairwise(sorted(happy, key=lambda a: a[1])))
    widths = {
        "happy" in line.get("class", ""): float(line.get("stroke-width", ""))
        for line in groups(drawn, "line")
    }
    assert widths[True] > 2 * widths[False]


def test_a_label_reads_as_a_sentence() -> None:
    """Under the trigger stand its reasons, when and by whom it is pulled, and its guards."""
    found = {tuple(texts(group)) for group in groups(build_chart(AWARD), "label")}
    assert ("decline", "as", "not_reviewed", "at", "cycle_date", "if", "no_quorum") in found
    assert (
        *("reinstate", "as", "appeal", "by", "manager"),
        *("if", "within_appeal · appeal_granted", "no_newer_path"),
    ) in found


def test_it_is_read_out_from_above() -> None:
    """States and labels stand in the file as a reader goes down the picture."""
    root = ET.fromstring(svg(build_chart(AWARD)))
    kinds = ({"state"}, {"label"})
    told = [
        g for g in root.iter(f"{NS}g") if any(k <= set(g.get("class", "").split()) for k in kinds)
    ]
    middles = [(top + bottom) / 2 for _, top, _, bottom in map(area, told)]
    assert all(above <= below + 0.02 for above, below in pairwise(middles))


def test_what_the_clock_tries_is_dashed() -> None:
    """The lines of a timer's arrows are dashed, and no others."""
    drawn = build_chart(AWARD)
    timed = {arrow.id for arrow in drawn.arrows if arrow.timers}
    for line in groups(drawn, "line"):
        arrows = set(line.get("data-arrows", "").split())
        assert ("stroke-dasharray" in line.attrib) == (arrows <= timed)


def test_a_final_state_has_two_rings() -> None:
    """Terminal states, and only they, have a second ring."""
    for group in groups(build_chart(AWARD), "state"):
        final = AWARD.state(texts(group)[0]).final
        assert len(list(group.iter(f"{NS}rect"))) == (2 if final else 1)


def test_figures_stand_in_states_and_labels() -> None:
    """Counts and flows are shown with thousands apart, and the next date of a timer."""
    from datetime import date

    drawn = build_chart(table()).counting(
        {"ajar": 1234}, {"a1": 56}, {"evening": date(2026, 10, 1)}
    )
    assert [texts(group) for group in groups(drawn, "state")] == [["ajar", "1,234"], ["shut", "0"]]
    labels = [texts(group) for group in groups(drawn, "label")]
    assert labels[1][:2] == ["close", "56"]
    assert "evening · 2026-10-01" in labels[1]


def test_a_story_is_drawn_in_a_colour_of_its_own() -> None:
    """The arrows that a path took, and the states it was in, are marked; no others."""
    drawn = build_chart(table()).tracing(
        [
            {"source": None, "dest": "ajar", "trigger": "open", "reason": None},
            {"source": "ajar", "dest": "ajar", "trigger": None, "reason": None},
            {"source": "ajar", "dest": "shut", "trigger": "lock", "reason": "leaving"},
        ]
    )
    taken = {line.get("data-arrows") for line in groups(drawn, "taken")}
    assert taken == {"a0", "a2"}
    assert [texts(group) for group in groups(drawn, "visited")] == [["ajar"], ["shut"]]


def test_dark_and_light_differ_in_colours_alone() -> None:
    """On dark paper everything stands where it stands on light."""
    colour = re.compile(r"#[0-9a-f]{6}")
    light, dark = svg(build_chart(AWARD)), svg(build_chart(AWARD), dark=True)
    assert light != dark
    assert colour.sub("", light) == colour.sub("", dark)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_and_nothing_else(name: str) -> None:
    """Whatever a name holds, the picture has the elements and attributes of a tame one."""
    root = ET.fromstring(svg(build_chart(hostile_table(name)).counting({name: 5}, {})))
    assert {each.tag.removeprefix(NS) for each in root.iter()} <= ELEMENTS
    for each in root.iter():
        assert not any(
            attribute.startswith("on") or "href" in attribute for attribute in each.attrib
        )
    shown = " ".join("".join(each if each.isprintable() else " " for each in name).split())
    title = next(root.iter(f"{NS}title")).text
    assert title == (shown or "(no name)")
