"""The chart as SVG: what is shown, and that nothing overlaps."""

from __future__ import annotations

import re
from functools import cache
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
from tests.legibility.lifecycles import make_random
from tests.unit.graph.hostile import HOSTILE, hostile_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.graph.chart import Chart

NS: Final = "{http://www.w3.org/2000/svg}"
TABLES: Final = (AWARD, ENTRY, TRAINER)
ELEMENTS: Final = {"svg", "title", "g", "rect", "circle", "path", "polygon", "line", "text"}


@cache
def parsed(drawn: Chart, options: tuple[tuple[str, Any], ...]) -> ET.Element:
    """Return a picture's elements."""
    return ET.fromstring(svg(drawn, **dict(options)))


def groups(drawn: Chart, kind: str, **options: Any) -> list[ET.Element]:
    """Return the groups of a kind: state, label, line."""
    root = parsed(drawn, tuple(options.items()))
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


CHARTS: Final = {
    **{each.name: build_chart(each) for each in TABLES},
    "crowded": crowded(),
    "random": build_chart(make_random(1)),
}
SHAPES: Final = ("narrow", "tall", "wide")
BOXES: Final = ("label", "state", "reminder")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", CHARTS)
def test_no_line_touches_a_text(name: str, shape: str) -> None:
    """Every line keeps out of every label, state and reminder; it ends at their edges."""
    drawn = CHARTS[name]
    boxes = [area(group) for kind in BOXES for group in groups(drawn, kind, shape=shape)]
    for line in groups(drawn, "line", shape=shape):
        for x, y in sampled(line):
            for left, top, right, bottom in boxes:
                within = left + 2 < x < right - 2 and top + 2 < y < bottom - 2
                assert not within, (line.get("data-arrows"), x, y)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", CHARTS)
def test_nothing_overlaps(name: str, shape: str) -> None:
    """No label, state or reminder lies on another."""
    drawn = CHARTS[name]
    boxes = [area(group) for kind in BOXES for group in groups(drawn, kind, shape=shape)]
    for one, other in combinations(boxes, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)


def test_a_figure_keeps_off_the_words_of_its_line() -> None:
    """However large a figure is, there is room between it and what stands before it."""
    for group in groups(crowded(), "label"):
        lines = list(group.iter(f"{NS}text"))
        figure = next(text for text in lines if text.get("class") == "flow")
        before = lines[lines.index(figure) - 1]
        assert before.get("y") == figure.get("y")
        bold = before.get("font-weight") == "600"
        size = float(before.get("font-size", ""))
        end = float(before.get("x", "")) + measure_text_width(before.text or "", size, bold=bold)
        assert end + 4 < float(figure.get("x", "")) - measure_text_width(figure.text or "", 11)


@pytest.mark.parametrize("lifecycle", TABLES, ids=lambda each: each.name)
def test_the_happy_path_is_straight_and_heavy(lifecycle: Any) -> None:
    """The states of the happy path stand one under the other, from column to column at most.

    Their lines are heavier than others.
    """
    drawn = build_chart(lifecycle)
    ids = [node.id for node in drawn.nodes if node.happy]
    places = {group.get("data-state"): area(group) for group in groups(drawn, "state")}
    happy = [places[id_] for id_ in sorted(ids, key=lambda id_: _number(lifecycle, drawn, id_))]
    for (left, top, right, _), (other_left, other_top, other_right, _) in pairwise(happy):
        below = abs((left + right) - (other_left + other_right)) < 2 and other_top > top
        assert below or other_left > right
    widths = {
        "happy" in line.get("class", ""): float(line.get("stroke-width", ""))
        for line in groups(drawn, "line")
    }
    assert widths[True] > 2 * widths[False]


def _number(lifecycle: Any, drawn: Chart, id_: str) -> int:
    found: int = lifecycle.happy_path.index(drawn.node(id_).label)
    return found


def test_a_label_has_a_title_a_code_name_and_the_number_of_its_guards() -> None:
    """The title is read first, the code name under it; then when, by whom, and how many guards."""
    found = [texts(group)[0] and texts(group) for group in groups(build_chart(AWARD), "label")]
    assert ["Grant the award", "award", "at Cycle date ·", "11 guards"] in found
    assert ["Reinstate on appeal", "reinstate (appeal)", "by manager ·", "3 guards"] in found
    opening = ["Open the review", "open_review", "at Review opens", "if Nomination complete"]
    assert opening in found
    sizes = {
        text.get("class"): float(text.get("font-size", ""))
        for group in groups(build_chart(AWARD), "label")
        for text in group.iter(f"{NS}text")
    }
    assert sizes["code"] < sizes["trigger"]


def test_exits_to_final_states_are_rows_where_there_are_many() -> None:
    """A row of the state names the state that is entered, and the triggers that lead there."""
    told = [texts(group) for group in groups(build_chart(AWARD), "row")]
    assert ["→ Withdrawn", "Withdraw ·", "Close the account"] in told
    assert ["↻ Under review", "Put off to the next cycle"] in told
    assert groups(build_chart(ENTRY), "row") == []


def test_every_arrow_is_drawn_once() -> None:
    """Whatever is folded, each arrow is in one label or row, and each state in one box."""
    for drawn in CHARTS.values():
        for shape in SHAPES:
            shown = [
                each
                for group in groups(drawn, "label", shape=shape)
                for each in group.get("data-arrows", "").split()
            ]
            assert sorted(shown) == sorted(arrow.id for arrow in drawn.arrows)
            states = [group.get("data-state") for group in groups(drawn, "state", shape=shape)]
            assert sorted(map(str, states)) == sorted(node.id for node in drawn.nodes)


def test_reminders_are_drawn() -> None:
    """A state shows the reminder that is sent from it, by its title, or how many there are."""
    found = [texts(group) for group in groups(build_chart(AWARD), "reminder")]
    assert ["Remind in grace", "grace_reminder"] in found
    assert ["3 reminders", "card_reminder · half_way ·", "renewal_opens"] in found
    assert groups(build_chart(TRAINER), "reminder") == []


def test_titles_are_drawn_in_the_locale_that_is_asked_for() -> None:
    """In Indonesian the titles are Indonesian; code names stay."""
    drawn = build_chart(AWARD, locale="id")
    assert build_chart(AWARD).translate(AWARD, "id") == drawn
    assert drawn.title == "Penghargaan LazSA"
    shown = {text for group in groups(drawn, "state") for text in texts(group)}
    assert {"Sedang ditinjau", "under_review"} <= shown


def test_everything_is_within_the_size() -> None:
    """No box leaves the picture, in neither shape, and no text is smaller than ten pixels."""
    for drawn in CHARTS.values():
        for shape in SHAPES:
            root = ET.fromstring(svg(drawn, shape=shape))
            width, height = float(root.get("width", "")), float(root.get("height", ""))
            inner = next(g for g in root.iter(f"{NS}g") if g.get("class") == "drawing")
            right, down = map(float, re.findall(r"[0-9.]+", inner.get("transform", "")))
            for group in inner.iter(f"{NS}g"):
                if set(group.get("class", "").split()) & set(BOXES):
                    box = area(group)
                    assert box[0] + right >= 0
                    assert box[2] + right <= width
                    assert box[1] + down >= 0
                    assert box[3] + down <= height
            assert min(float(t.get("font-size", "")) for t in root.iter(f"{NS}text")) >= 10
            assert width <= {"narrow": 430, "tall": 700, "wide": 1130}[shape]


def test_it_is_read_out_from_above() -> None:
    """States and labels stand in the file as a reader goes down the picture."""
    root = ET.fromstring(svg(build_chart(TRAINER)))
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
        final = AWARD.state(texts(group)[1]).final
        assert len(list(group.iter(f"{NS}rect"))) == (2 if final else 1)


def test_figures_stand_in_states_and_labels() -> None:
    """Counts and flows are shown with thousands apart, and the next date of a timer."""
    from datetime import date

    drawn = build_chart(table()).counting(
        {"ajar": 1234}, {"a1": 56}, {"evening": date(2026, 10, 1)}
    )
    states = [texts(group) for group in groups(drawn, "state")]
    assert states == [["Ajar", "ajar", "1,234"], ["Shut", "shut", "0"]]
    labels = [texts(group) for group in groups(drawn, "label")]
    assert labels[1][:3] == ["Close", "close", "56"]
    assert "at Evening ·" in labels[1]
    assert "2026-10-01" in labels[1]


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
    assert [texts(group) for group in groups(drawn, "visited")] == [
        ["Ajar", "ajar"],
        ["Shut", "shut"],
    ]


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
