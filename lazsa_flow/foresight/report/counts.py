"""Counts of a rehearsal: the small tables that its report and the viewer show."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lazsa_flow.foresight.rehearsed_date import PathOutcome, RehearsedDate

TOTAL: Final = "Total"


class CrossTable(NamedTuple):
    """How many paths are of each pair of values.

    Attributes:
        heads: The heading of each column of figures.
        rows: The name of each row, with a figure for each column.
    """

    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]


def count_pairs(
    outcomes: Iterable[PathOutcome],
    row_of: Callable[[PathOutcome], str],
    column_of: Callable[[PathOutcome], str],
) -> CrossTable:
    """Count paths by two of their values, with sums at the right and below.

    Args:
        outcomes: The paths.
        row_of: Returns the value that a path's row is of.
        column_of: Returns the value that its column is of.
    """
    pairs = Counter((row_of(each), column_of(each)) for each in outcomes)
    columns = [name for name, _ in _count_places(pairs, 1)]
    rows = [
        (name, (*(pairs[name, column] for column in columns), total))
        for name, total in sorted(_count_places(pairs, 0))
    ]
    if len(rows) > 1:
        rows.append((TOTAL, tuple(map(sum, zip(*(figures for _, figures in rows), strict=True)))))
    return CrossTable((*columns, TOTAL), rows)


def _count_places(pairs: Counter[tuple[str, str]], place: int) -> list[tuple[str, int]]:
    """Count one value of each pair, the most frequent first."""
    found: Counter[str] = Counter()
    for pair, count in pairs.items():
        found[pair[place]] += count
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


def count_under_others(rehearsal: RehearsedDate) -> CrossTable:
    """Count the outcomes under every other assumption that changes any."""
    givens = sorted({given for each in rehearsal.outcomes for given in each.instead})
    runs = {
        given: Counter(each.instead.get(given, each.outcome) for each in rehearsal.outcomes)
        for given in givens
    }
    names = sorted({name for run in runs.values() for name in run})
    return CrossTable(
        names, [(given, [run[name] for name in names]) for given, run in runs.items()]
    )


def write_margin(outcome: PathOutcome) -> str:
    """Say what each guard on figures lacks: its margin, and before when it cannot hold."""
    told = (each for each in outcome.shortfalls if each.margin or each.until)
    return "; ".join(
        f"{each.guard} {each.margin or ''}{f' (not before {each.until})' if each.until else ''}"
        for each in told
    )
