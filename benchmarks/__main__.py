"""``./dev bench``: run benchmarks, and tell their figures."""

from __future__ import annotations

import signal
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from benchmarks.harness import registry
from benchmarks.harness.bench import FULL, QUICK, opened
from benchmarks.harness.report import table, write_docs, write_json

if TYPE_CHECKING:
    from benchmarks.harness.figures import Figure
    from benchmarks.harness.registry import Benchmark

_DOCS = Path(__file__).parent.parent / "docs"


def main(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Which ones; all by default.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the figures there.")
    ] = None,
    quick: Annotated[bool, typer.Option(help="Small, to see that all of them run.")] = False,
    large: Annotated[
        int | None, typer.Option(metavar="PATHS", min=40, help="Size of the largest population.")
    ] = None,
    docs: Annotated[bool, typer.Option(help="Write docs/benchmarks.md and its plot.")] = False,
) -> None:
    """Take each figure compared with its reference, in one run, and hold it to its goal."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # ends the servers
    known = registry.names()
    if unknown := [name for name in names or () if name not in known]:
        raise typer.BadParameter(f"no benchmark {unknown[0]}; there are: {', '.join(known)}")
    console = Console(width=None if sys.stdout.isatty() else 160)
    ran: list[tuple[Benchmark, list[Figure]]] = []
    failed: list[str] = []
    figures: list[Figure] = []
    scale = QUICK if quick else FULL
    if large is not None:
        scale = replace(scale, large=large)
    with opened(scale) as bench:
        for name in names or known:
            print(f"{name} …", file=sys.stderr)
            taken: list[Figure] = []
            try:
                benchmark = registry.load(name)
                ran.append((benchmark, taken))
                for figure in benchmark.figures(bench):
                    taken.append(figure)
                    print(f"  {figure.name}: {figure.ours:.4g} {figure.unit}", file=sys.stderr)
            except Exception:  # the others are run all the same
                traceback.print_exc()
                failed.append(name)
            figures = [figure for _, taken in ran for figure in taken]
            if json_file is not None:  # after each of them, for all of them take long
                write_json(figures, json_file)
            if docs:
                write_docs(ran, _DOCS)
    console.print(table(figures))
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
