"""Flow pictures: bands from the states before a date to the outcomes of it, as SVG."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lazsa_flow.foresight.rehearsed_date import PathOutcome

_BANDS: Final = 200
"""So wide are the bands."""
_BAR: Final = 14
_LETTER: Final = 9.2
"""So wide is a letter of a label, on average."""
_TALL: Final = 260
"""So high are all bands together."""
_GAP: Final = 30
"""So much room is between two bars: the two lines of a label fit."""
_TOP: Final = 34
_HUES: Final = 6
"""So many colours there are; names beyond them begin again."""


class _Bar(NamedTuple):
    """A bar: its place, and how much of it the bands take."""

    top: float
    height: float


def draw_flow(outcomes: Iterable[PathOutcome]) -> str:
    """Draw how many paths go from which state to which outcome.

    The picture has no colours of its own: its classes ``hue-0`` to ``hue-5`` are the page's.

    Args:
        outcomes: The paths; at least one.
    """
    flows: Counter[tuple[str, str]] = Counter((each.before, each.outcome) for each in outcomes)
    sources, targets = _sum_places(flows, 0), _sum_places(flows, 1)
    scale = _TALL / flows.total()
    left, right = _place_bars(sources, scale), _place_bars(targets, scale)
    begin = 8 + round(_LETTER * max(map(len, ("Before", *sources))))
    end = begin + 2 * _BAR + _BANDS
    width = end + 8 + round(_LETTER * max(map(len, ("Outcome", *targets))))
    height = max(bar.top + bar.height for bar in (*left.values(), *right.values())) + _GAP
    hues = {name: f"hue-{at % _HUES}" for at, name in enumerate(targets)}
    told = "; ".join(f"{count:,} from {a} to {b}" for (a, b), count in flows.most_common())
    size = f'viewBox="0 0 {width} {height:.0f}"'
    parts = [
        f'<svg class="flow" {size} role="img" aria-label="{escape(f"Flows: {told}")}">',
        _write_text("Before", begin - 8, 16, "end", "head"),
        _write_text("Outcome", end + 8, 16, "start", "head"),
        *_draw_bands(flows, left, right, scale, hues, begin + _BAR),
        *_draw_bars(sources, left, begin, "end", {}),
        *_draw_bars(targets, right, end - _BAR, "start", hues),
        "</svg>",
    ]
    return "".join(parts)


def _sum_places(flows: Mapping[tuple[str, str], int], place: int) -> dict[str, int]:
    """Sum the flows of each name on one side, the largest first."""
    sums: Counter[str] = Counter()
    for pair, count in flows.items():
        sums[pair[place]] += count
    return dict(sorted(sums.items(), key=lambda each: (-each[1], each[0])))


def _place_bars(sums: Mapping[str, int], scale: float) -> dict[str, _Bar]:
    top, bars = float(_TOP), {}
    for name, count in sums.items():
        bars[name] = _Bar(top, max(1.5, count * scale))
        top += bars[name].height + _GAP
    return bars


def _draw_bands(
    flows: Mapping[tuple[str, str], int],
    left: Mapping[str, _Bar],
    right: Mapping[str, _Bar],
    scale: float,
    hues: Mapping[str, str],
    begin: int,
) -> Sequence[str]:
    """Draw a band for each flow, in the order of the bars on both sides."""
    starts = {name: bar.top for name, bar in left.items()}
    ends = {name: bar.top for name, bar in right.items()}
    end = begin + _BANDS
    middle = (begin + end) / 2
    drawn = []
    for source in left:
        for target in right:
            if not (count := flows.get((source, target), 0)):
                continue
            thick = max(1.5, count * scale)
            a, b = starts[source], ends[target]
            starts[source] += thick
            ends[target] += thick
            drawn.append(
                f'<path class="band {hues[target]}" d="M{begin} {a:.1f}C{middle:.0f} {a:.1f} '
                f"{middle:.0f} {b:.1f} {end} {b:.1f}V{b + thick:.1f}C{middle:.0f} {b + thick:.1f} "
                f'{middle:.0f} {a + thick:.1f} {begin} {a + thick:.1f}Z"><title>'
                f"{count:,}: {escape(source)} to {escape(target)}</title></path>"
            )
    return drawn


def _draw_bars(
    sums: Mapping[str, int],
    bars: Mapping[str, _Bar],
    x: float,
    anchor: str,
    hues: Mapping[str, str],
) -> Iterable[str]:
    """Draw the bars of one side, each with its name and its number of paths."""
    text_x = x - 8 if anchor == "end" else x + _BAR + 8
    for name, count in sums.items():
        top, height = bars[name]
        hue = hues.get(name, "plain")
        box = f'x="{x}" y="{top:.1f}" width="{_BAR}" height="{height:.1f}"'
        yield f'<rect class="bar {hue}" {box}/>'
        line = top + max(height / 2 - 3, 8)
        yield _write_text(name, text_x, line, anchor, "name")
        yield _write_text(f"{count:,}", text_x, line + 16, anchor, "count")


def _write_text(text: str, x: float, y: float, anchor: str, kind: str) -> str:
    return (
        f'<text class="{kind}" x="{x:.0f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
    )
