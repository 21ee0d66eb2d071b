"""``lazsa-flow demo``: years of the programme on a virtual clock."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lazsa_flow.award.cli.options import (
    DemoFacts,
    DemoOut,
    DemoSeed,
    DemoYears,
    ResumeDemo,
    WriteNotices,
)
from lazsa_flow.cli import common
from lazsa_flow.cli.common import console, print_json
from lazsa_flow.cli.inspect import print_story
from lazsa_flow.cli.ledger import book_document, books_table
from lazsa_flow.cli.options import Json

if TYPE_CHECKING:
    from lazsa_flow.award.demo.run import Told


def demo(
    sellers: DemoFacts = None,
    years: DemoYears = 3,
    seed: DemoSeed = 1,
    out: DemoOut = None,
    resume: ResumeDemo = False,
    notices: WriteNotices = False,
    as_json: Json = False,
) -> None:
    """Run years of the programme: real timers, worker and engine on a virtual clock.

    Example: lazsa-flow demo --years 3 --seed 1 --out story
    """
    import tempfile
    import time

    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from lazsa_flow.award.demo.run import run_story
    from lazsa_flow.errors import InputError

    if str(out) == "-":
        raise InputError.of("demo", "--out", "-", "a folder: the result is several files")
    began = time.perf_counter()
    if out is None:
        out = Path(tempfile.mkdtemp(prefix="lazsa-demo-"))
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("starting", total=None)
        summary = run_story(
            out,
            sellers=sellers,
            years=years,
            seed=seed,
            resume=resume,
            notices=notices,
            progress=lambda done, of, what: bar.update(
                task, completed=done, total=of, description=what
            ),
        )
    if as_json:
        print_json(_summary_document(summary))
        return
    _print_summary(summary, time.perf_counter() - began, notices=notices)


def _summary_document(summary: Told) -> dict[str, Any]:
    return {
        "sellers": summary.sellers,
        "transitions": summary.transitions,
        "states": summary.states,
        "cycles": [book_document(book) for book in summary.books],
        "ended_at": summary.ended_at,
    }


def _print_summary(summary: Told, seconds: float, *, notices: bool) -> None:
    from lazsa_flow.award.demo.run import DATABASE, JOURNAL, LIFECYCLE, NOTICES
    from lazsa_flow.award.programme import Programme
    from lazsa_flow.cli.tables import new_table
    from lazsa_flow.lifecycle.calendar import instant_text

    screen = console()
    for on in sorted({book.on for book in summary.books}):
        screen.print(books_table(f"Cycle {on}", [book for book in summary.books if book.on == on]))
    states = new_table("State", "Paths", title="Where the paths stand")
    for state, paths in summary.states.items():
        states.add_row(state, str(paths))
    screen.print(states)
    url = f"sqlite:///{summary.out / DATABASE}"
    with Programme.open(url, clock=common.make_clock()) as programme:
        if summary.longest:
            screen.print("One seller's story, in full:\n")
            path = programme.find(summary.longest)
            print_story(screen, programme, path, programme.title(path))
    screen.print(
        f"{summary.sellers} sellers, {summary.transitions} transitions, {summary.refused} commands "
        f"refused as they should be, in {seconds:.1f} s. The journal verifies."
    )
    screen.print(
        "Facts of the first cycle are the file's own; before each later cycle they were drifted by "
        f"a seeded generator and imported as new dated facts ({summary.drifted} times)."
    )
    files = (DATABASE, JOURNAL, LIFECYCLE, *([f"{NOTICES}/"] if notices else []))
    screen.print(f"Files in {summary.out}: {', '.join(files)}")
    now = instant_text(summary.ended_at)
    view = shlex.join(["lazsa-flow", "view", "--database", url, "--now", now])
    screen.print(f"See it on its own date: {view}", soft_wrap=True)
