"""Runs of the demo's story, which can be resumed after an interruption.

A virtual clock is turned from act to act; between them the ticker rings at each due instant, and
the worker fires what is due. After each act a bookmark is written. A story that was killed goes on
from its bookmark: an act that was half done is run again, and its commands, each under its own
idempotency key, do the rest and no more.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.award.demo.story import Story
from lazsa_flow.award.imports.facts import read_facts
from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.config import Config
from lazsa_flow.errors import InputError
from lazsa_flow.graph.chart import build_chart
from lazsa_flow.graph.mermaid import mermaid
from lazsa_flow.notices.files import FileChannel, FileSettings
from lazsa_flow.private_files import create_folder, open_file
from lazsa_flow.runner.in_process import LocalRunner
from lazsa_flow.runner.scheduler import turn_virtual_clock
from lazsa_flow.service.part import runtime_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lazsa_flow.award.rules.facts import Facts
    from lazsa_flow.engine.ledger import Book

DATABASE: Final = "lazsa.db"
JOURNAL: Final = "journal.jsonl"
LIFECYCLE: Final = "lifecycle.md"
NOTICES: Final = "notices"
BOOKMARK: Final = "demo.json"


@dataclass(frozen=True, slots=True)
class Told:
    """The result of a story.

    Attributes:
        sellers: How many sellers' facts were imported.
        transitions: How many triggers fired.
        states: Paths in each state, zeros too.
        books: A row for each country and cycle date.
        refused: How many commands were refused (since the last resume).
        drifted: How many times drifted facts were imported.
        out: Where the files are.
        longest: The path with the longest story.
        ended_at: The instant at which the story ends: its own present.
    """

    sellers: int
    transitions: int
    states: dict[str, int]
    books: list[Book]
    refused: int
    drifted: int
    out: Path
    longest: str
    ended_at: datetime


def run_story(
    out: Path,
    *,
    sellers: Path | None,
    years: int,
    seed: int,
    resume: bool,
    notices: bool = False,
    progress: Callable[[int, int, str], None] = lambda done, of, what: None,
) -> Told:
    """Run the programme for some years.

    Args:
        out: The directory for the SQLite file, the journal and the graph; it must be empty.
        sellers: A facts file; the made-up sample by default.
        years: How many years; two cycles each.
        seed: Seed of everything that is drawn.
        resume: Go on in a directory that an earlier run of the same story has left.
        notices: Write everybody's notices to files.
        progress: Called with acts done, acts in all, and the present act.

    Raises:
        InputError: The directory is not empty, or is another story's; the sellers' file is wrong.
    """
    config = Config.load()
    facts, digest = _read_sellers(config, sellers)
    bookmark = _Bookmark(out, {"seed": seed, "years": years, "sellers": digest})
    done = bookmark.open(resume=resume)
    url = f"sqlite:///{out / DATABASE}"
    start, cycles, end = plan_story(config, max(each.as_of for each in facts), years)
    clock = VirtualClock(start)
    Programme.migrate(url, config=config, clock=clock)
    with Programme.open(url, config=config, clock=clock) as programme:
        acts = Story(programme, facts, seed=seed, start=start, cycles=cycles).acts()
        if done:
            clock.move_to(acts[done - 1].at)
        refused = 0
        with LocalRunner(programme) as runner:
            for number, act in enumerate(acts[done:], start=done):
                progress(number, len(acts), act.name)
                turn_virtual_clock(programme, clock, runner.wake, runner.wait, until=act.at)
                refused += act.run()[1]
                bookmark.write(number + 1)
            progress(len(acts), len(acts), "the last timers")
            turn_virtual_clock(programme, clock, runner.wake, runner.wait, until=end)
        if notices:
            progress(len(acts), len(acts), "the notices")
            _send_notices(programme, clock, out / NOTICES)
        return _export_story(programme, out, refused=refused, drifted=len(cycles) - 1)


def _read_sellers(config: Config, sellers: Path | None) -> tuple[list[Facts], str]:
    """Return the facts of the sellers' file, and its digest.

    Raises:
        InputError: The file is wrong, or names nobody.
    """
    with _sellers_file(sellers) as file:
        facts = list(read_facts(file, {country.code for country in config.countries}))
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
    if not facts:
        raise InputError.of(str(sellers), "", "no sellers", "at least one seller")
    return facts, digest


def plan_story(config: Config, as_of: date, years: int) -> tuple[datetime, list[date], datetime]:
    """Compute the first instant, the cycle dates and the last instant of a story.

    It starts at the first midnight of a date in any country, and has two cycles a year from the
    first whose nomination window is still open a day later; it ends when the grace of the last
    cycle is over, or ``years`` after its start if that is later.
    """
    calendars = [country.calendar for country in config.countries]
    start = min(calendar.start(as_of).at for calendar in calendars)
    first = calendars[0].first_open_cycle(start + timedelta(hours=20), lambda _: 30)
    cycles = [first]
    per_year = len(calendars[0].cycle_days)
    while len(cycles) < per_year * years:
        cycles.append(calendars[0].following(cycles[-1]))
    last = max(calendar.start(cycles[-1]).at for calendar in calendars) + timedelta(days=62)
    try:
        anniversary = start.replace(year=start.year + years)
    except ValueError:  # 29 February
        anniversary = start.replace(year=start.year + years, day=28)
    return start, cycles, max(last, anniversary)


@contextmanager
def _sellers_file(sellers: Path | None) -> Iterator[Path]:
    if sellers is not None:
        yield sellers
        return
    with as_file(files("lazsa_flow") / "defaults" / "sample" / "sellers.csv") as file:
        yield file


class _Bookmark:
    """How far a story has run, in a file of its directory."""

    def __init__(self, out: Path, story: dict[str, Any]) -> None:
        self._out = out
        self._file = out / BOOKMARK
        self._story = story

    def open(self, *, resume: bool) -> int:
        """Prepare the directory; return how many acts are done."""
        create_folder(self._out)
        found = {file.name for file in self._out.iterdir()}
        if found and not resume:
            expected = "an empty directory, or --resume to go on with the story in it"
            raise InputError.of("demo", "--out", str(self._out), expected)
        if BOOKMARK not in found:
            if found - {BOOKMARK + ".new"}:
                raise InputError.of("demo", "--out", str(self._out), "a directory of the demo's")
            self.write(0)  # before anything else, so that no other story ever goes on here
            return 0
        stands = json.loads(self._file.read_text("utf-8"))
        for field, value in self._story.items():
            if stands[field] != value:
                expected = f"the {field} that the story was begun with, {stands[field]}"
                raise InputError.of("demo", f"--{field}", value, expected)
        return int(stands["done"])

    def write(self, done: int) -> None:
        """Record how many acts are done, whole or not at all."""
        text = json.dumps({**self._story, "done": done})
        write_whole(self._file, [text])


def write_whole(file: Path, lines: Any) -> None:
    """Write a file under another name and then rename it, so that it is never incomplete."""
    new = file.with_name(file.name + ".new")
    with open_file(new, encoding="utf-8", newline="\n") as out:
        for line in lines:
            out.write(line + "\n")
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)


def _send_notices(programme: Programme, clock: VirtualClock, folder: Path) -> None:
    """Write every notice into a file, the clock going on to each morning that one waits for."""
    channel = FileChannel(FileSettings(directory=str(folder)))
    with programme.open_relay(channels={"files": channel}) as relay:
        while (at := runtime_of(programme).store.outbox().next_at()) is not None:
            clock.move_to(at)
            relay.drain()


def _export_story(programme: Programme, out: Path, *, refused: int, drifted: int) -> Told:
    programme.verify_journal()
    transitions = 0
    lengths: dict[str, int] = {}

    def journal_lines() -> Iterator[str]:
        nonlocal transitions
        for row in programme.journal():
            transitions += row["trigger"] is not None
            lengths[row["path"]] = row["seq"]
            yield json.dumps(row, ensure_ascii=False)

    write_whole(out / JOURNAL, journal_lines())
    table = runtime_of(programme).rulebook.lifecycle("award")
    graph = f"# {table.title}\n\n```mermaid\n{mermaid(build_chart(table)).rstrip()}\n```"
    write_whole(out / LIFECYCLE, [graph])
    counts = programme.states()
    with runtime_of(programme).store.listing() as listing:
        sellers = listing.count_sellers()
    return Told(
        sellers=sellers,
        transitions=transitions,
        states={state.name: counts.get(state.name, 0) for state in table.states},
        books=programme.books(),
        refused=refused,
        drifted=drifted,
        out=out,
        longest=max(lengths, key=lambda ref: lengths[ref]) if lengths else "",
        ended_at=programme.clock.now(),
    )
