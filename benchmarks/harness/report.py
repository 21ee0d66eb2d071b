"""Reports: figures as a table, as JSON, and as a page of the docs with a plot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from rich.table import Table

from benchmarks.harness import registry
from benchmarks.harness.figures import Figure
from benchmarks.harness.machine import describe
from benchmarks.harness.page_order import arrange
from benchmarks.harness.plot import draw

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from benchmarks.harness.registry import Benchmark

_HEAD: Final = ("figure", "ours", "reference", "unit", "ratio", "in words", "goal", "holds")
_INTRODUCTION: Final = """\
# Benchmarks

What people wait for, and what a cycle night takes, each compared with the least that could do the
same work: a file read by `csv`, a transaction of the bare driver, one statement. Made by
`./dev bench --docs`, whole or by benchmark; the figures are in
[results.json](benchmarks/results.json), the machine is described in
[machine.json](benchmarks/machine.json).

A ratio is our figure over the reference's, both from one run. It says more than the figures: they
change with the machine and the hour, the ratio hardly does. At 1 we take exactly what the reference
takes; the words next to each ratio say which way it goes. A goal is a bound that work on such a
machine can keep. Where there is none, the figure is there to be known, not to be reached.

Each figure is taken in turns with its reference, after a round to warm up, and is the median of
five rounds or more. Both stores are durable: SQLite writes with `synchronous = FULL`, PostgreSQL
with `fsync` and `synchronous_commit` on. Where both sides write, they write the same rows, bytes
and hashes included: the tables are compared.

The population is what the programme itself writes, multiplied: sellers with facts, nominations,
scorecards, records, timers and a chained journal, the figures of each their own. Of ten that are
due, three are awarded, three declined, one carried over, two renewed and one retired. The peers are
written as their own documents tell, and are spared much: their messages are put in before the clock
starts, and what they are to write for a path lies ready in memory, so they neither read evidence
nor judge it. Their best setup of several is the one that counts; it is named.

Where a goal is missed, [What bounds it](benchmarks/bounds.md) shows what the time goes into.

![Every figure as a share of its goal](benchmarks/results.svg)
"""


def table(figures: Iterable[Figure]) -> Table:
    """Lay figures out for a terminal."""
    laid = Table(title="Benchmarks", show_lines=False)
    for name in _HEAD:
        right = name in ("ours", "reference", "ratio")
        laid.add_column(name, justify="right" if right else "left", overflow="fold")
    for figure in figures:
        laid.add_row(*_cells(figure), style=None if figure.holds else "bold red")
    return laid


def write_json(figures: Iterable[Figure], file: Path) -> None:
    """Write figures as a JSON list."""
    _write([figure.fields() for figure in figures], file)


def write_docs(ran: Sequence[tuple[Benchmark, Sequence[Figure]]], docs: Path) -> None:
    """Write the page, its plot as SVG and PNG, and its data.

    What was not run this time stays as it was.
    """
    folder = docs / "benchmarks"
    folder.mkdir(exist_ok=True)
    told = _read(folder / "results.json") | {each.name: list(taken) for each, taken in ran}
    told = {name: told[name] for name in registry.names() if name in told}
    fields = [{"benchmark": name, **each.fields()} for name in told for each in told[name]]
    _write(fields, folder / "results.json")
    machine = describe()
    _write(machine, folder / "machine.json")
    draw([figure for taken in told.values() for figure in taken], folder / "results")
    lines = [_INTRODUCTION, "| machine | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in machine.items()]
    for section, names in arrange(told):
        lines += ["", f"## {section.title}", "", section.about]
        for name in names:
            lines += _describe(registry.load(name))
            lines += _markdown(told[name])
    (docs / "benchmarks.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _describe(benchmark: Benchmark) -> list[str]:
    """Return a benchmark's heading, what its figures mean, and how they are taken."""
    heading, _, rest = benchmark.told.replace("``", "`").partition("\n")
    lines = ["", f"### {heading.rstrip('.')}", ""]
    if benchmark.meaning:
        lines += [f"**{benchmark.meaning}**", ""]
    return [*lines, rest.strip(), ""]


def _read(file: Path) -> dict[str, list[Figure]]:
    """Read the figures that the page was last made of, by benchmark."""
    told: dict[str, list[Figure]] = {}
    for fields in json.loads(file.read_text("utf-8")) if file.exists() else ():
        told.setdefault(fields["benchmark"], []).append(Figure.read(fields))
    return told


def _write(values: Any, file: Path) -> None:
    file.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _markdown(figures: Iterable[Figure]) -> list[str]:
    rows = [f"| {' | '.join(_cells(figure))} |" for figure in figures]
    return [f"| {' | '.join(_HEAD)} |", "|---|--:|--:|---|--:|---|---|---|", *rows]


def _cells(figure: Figure) -> tuple[str, ...]:
    return (
        figure.name,
        _number(figure.ours),
        _number(figure.reference),
        figure.unit,
        _number(figure.ratio),
        figure.in_words or "–",
        figure.goal or "–",
        ("yes" if figure.holds else "no") if figure.goal else "–",
    )


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
