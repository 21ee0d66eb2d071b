"""What if somebody hands over what nobody would? Any value to a parameter, any text to an option.

Entrances are found by looking: the public methods of the programme, and the commands of the command
line with their parameters, so that a new one is tried without being named here.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import logging
import os
import random
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

import typer

from lazsa_flow.award.cli.app import app, main
from lazsa_flow.award.commands.turnover_record import TurnoverRecord
from lazsa_flow.award.programme import Programme
from lazsa_flow.config import Config
from lazsa_flow.errors import LazsaError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.store.connect import connect
from lazsa_flow.terminal_text import escape_controls
from tests.acceptance.test_cli import facts_file
from tests.arguments import FILES, arguments_of
from tests.chaos.fault import Fault, Outcome
from tests.integration.world import World, convene, shipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.chaos.stage import Stage

TEXTS: Final = (
    *("", " ", " a", "a ", "\0", "a\0b", "a\nb", "a\rb", "\t", "\x7f", "\x9b31m"),
    *("\x1b[2J", "\x1b]0;pwn\x07", "x\x1b]8;;http://x\x1b\\y", "\ud800", "a\udcffb", "\ufffe"),
    *("\u202eabc", "a\u200bb", "\u2066x", "\ufeff", "\u3164", "a\ufe0f", "\uff41", "e\u0301"),
    *(
        "x" * 129,
        "x" * 5000,
        "é" * 70_000,
        "9" * 5000,
        "-1",
        "1e400",
        "NaN",
        "0x10",
        "\uff11\uff12",
    ),
    *("award-0", "award-01", "award-99999999999999999999", "award-1\n", "trainer-1", "nobody-1"),
    *("programme:timers", "books:SG:2020-04-01", "panel:SG:2020-04-01", "hashed:" + "0f" * 32),
    *("'; DROP TABLE lazsa_journal; --", "%s%n%(x)s", "{0.__class__}", "{{ 7*7 }}", "[/red]"),
    *("[link=x]y[/link]", "=1+1", "../a", "a/b", "sqlite:///a\0b", "postgresql://u:p@[", "://"),
    *("0000-00-00", "0001-01-01", "9999-12-31", "2026-02-30", "9999-12-31T23:59:59.999999-12:00"),
    *(
        "0001-01-01T00:00:00+14:00",
        "employee:",
        ":x",
        "employee:\x1b[2J",
        "host:a\0b",
        "seller:s 1 ",
    ),
    *("r-1=", "=team", "expertise=\x1b", "--help", "-", "--", "😀", "ร้าน", "İ"),
)
DEEP: list[Any] = []
for _ in range(5000):
    DEEP = [DEEP]


def _record_all(value: Any) -> TurnoverRecord:
    """Return a record with one value in all its fields."""
    return TurnoverRecord(value, value, value, value, value)


VALUES: Final = (
    *(None, 17, -1, 0, True, 1.5, float("nan"), float("inf"), 10**400, 2**63, b"x", b"\xff"),
    *([], ["a\0"], [None], {}, {"a\0": 1}, {1: 2}, {"a": object()}, set(), object(), object),
    *(io.StringIO("x"), io.BytesIO(b"x"), lambda *_: None, "employee:x", ("a",), range(3)),
    *(date.min, date.max, date(2020, 10, 1), datetime.min, datetime.max, datetime(2020, 10, 1)),  # noqa: DTZ001, DTZ901
    *(Actor("system", "x"), Actor("host", "e\u0301"), Decimal("NaN"), Fraction(1, 3)),
    *([_record_all(each)] for each in (None, "a\0", 7, b"x", Decimal("1E+999999"))),
    *({"expertise": 10**400}, {"r-1": "t\0"}, {"policy": 7, "verdicts": {}}),
    *({"policy": "", "verdicts": [7]}, {"verdicts": [], "policy": "\ud800"}, {"a": DEEP}),
    *({"a" * 500: 1}, {"a": ["x" * 200_000]}, DEEP, ["award-1", "s1"], {"files": object()}),
    *(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), timedelta(1), 3 + 4j),
)
UNASKED: Final = {"close", "on_path", "dry_run"}
"""Methods that take nothing, or run what they are given."""
SERVE: Final = (
    *(
        "lazsa_flow.runner.in_process.run_in_process",
        "lazsa_flow.runner.supervisor.supervise_processes",
        "webbrowser.open",
    ),
    *(
        "lazsa_flow.runner.worker.serve_workers",
        "lazsa_flow.runner.scheduler_process.serve_scheduler",
        "lazsa_flow.cli.view._serve",
    ),
)
"""What would go on until a signal, or would open a window."""
WORDS: Final = {
    "seller": "s1",
    "path": "award-2",
    "name": "s1",
    "who": "operator:op-1",
    "trigger": "withdraw",
    "statement": "Helps.",
    "comment": "As discussed.",
    "scores": "expertise=4",
    "team": "books",
    "reason": "nominee",
    "country": "SG",
    "cycle": "2020-10-01",
    "cycle_date": "2020-10-01",
    "on": "2020-10-01",
    "reviewers": "r-1=books",
    "lifecycle": "award",
    "case_id": "c-1",
    "code": "SG",
    "kind": "awarded",
}
"""What is typed for a parameter that must be given."""
FLAGS: Final = {"--dry-run", "--once"}


@dataclass(frozen=True)
class Try:
    """One entrance, one parameter of it, one value."""

    entrance: str
    parameter: str
    value: Any

    def __str__(self) -> str:
        return f"{self.entrance} {self.parameter}={ascii(self.value)[:60]}"


def pairs() -> list[tuple[str, str]]:
    """Return every entrance with every parameter of it that takes a value."""
    found = [
        (f"Programme.{name}", parameter)
        for name, method in inspect.getmembers(Programme, callable)
        if not name.startswith("_") and name not in UNASKED
        for parameter in inspect.signature(method).parameters
        if parameter != "self"
    ]
    return found + [
        (f"lazsa-flow {' '.join(words)}", parameter.name)
        for words, command in commands(typer.main.get_command(app))
        for parameter in command.params
        if not getattr(parameter, "is_flag", False)
    ]


def commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every command that can be typed, with its words."""
    inner = getattr(command, "commands", {})
    for name, each in inner.items():
        yield from commands(each, (*words, name))
    if words and (not inner or command.invoke_without_command):
        yield words, command


def tries(chance: random.Random, count: int) -> Iterator[Try]:
    """Draw values for entrances and parameters, each of them as often as any other."""
    every = pairs()
    chance.shuffle(every)
    for entrance, parameter in islice(cycle(every), count):
        choices: Sequence[object] = TEXTS
        if entrance.startswith("Programme.") and chance.random() < 0.5:
            choices = VALUES
        yield Try(entrance, parameter, chance.choice(choices))


class Target:
    """A world that is tried, with a folder of its own.

    Args:
        url: An empty database.
        folder: The folder.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        folder.mkdir()
        Programme.migrate(url, config=shipped())
        with mock.patch.dict(os.environ, LAZSA_SECRET="sixteen-bytes-at-least"):
            self.world = World(url)
        convene(self.world.programme)
        self.world.ambassador("s1")
        self.world.now(date(2020, 8, 10)).nominate("s2")
        self.world.go(date(2020, 9, 20))
        self.facts = facts_file(folder / "facts.csv", date(2020, 9, 1), s4="0.3")
        self._engine = connect(url)
        self._words = dict(commands(typer.main.get_command(app)))

    def close(self) -> None:
        """Close what is open."""
        self.world.programme.close()
        self._engine.dispose()

    def fault_of(self, it: Try) -> str | None:
        """Try it; return what was wrong with what came of it."""
        kind, _, name = it.entrance.partition(".")
        run = self._call if kind == "Programme" else self._type
        try:
            said = run(it, name)
        except LazsaError as error:
            said = str(error).replace("\n", " ")
        except Exception as error:
            return f"{it}: {type(error).__name__}: {ascii(str(error))[:100]}"
        return None if said == escape_controls(said) else f"{it}: told {ascii(said)[:200]}"

    # -- the library, half of the time within a transaction of the host's, which is rolled back

    def _call(self, it: Try, name: str) -> str:
        method = getattr(Programme, name)
        if name == "verdicts":
            given = {"path": self.world.path("award-1"), "row": self.world.last("award-1")}
        elif name in ("open", "migrate", "restore", "bind"):
            given = {"url": self.url, "file": "none"}
        else:
            given = arguments_of(name, method)
        parameters = inspect.signature(method).parameters
        if name.startswith("import_"):
            file = self.folder / f"{name}.csv"
            file.write_text(FILES.get(name, self.facts.read_text()))
            given["file"] = file
        given = {key: value for key, value in given.items() if key in parameters}
        given[it.parameter] = it.value
        if len(str(type(it.value))) % 2 or name in ("open", "migrate", "restore", "bind"):
            _use(getattr(self.world.programme, name)(**given))
            return ""
        with self._engine.connect() as connection, connection.begin() as own:
            try:
                _use(getattr(self.world.programme.bind(connection), name)(**given))
            finally:
                own.rollback()
        return ""

    # -- the command line, within this process

    def _type(self, it: Try, _name: str) -> str:
        words = tuple(it.entrance.split()[1:])
        command = self._words[words]
        argv = [*words, *self._typed(command, it)]
        out = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
        with (
            mock.patch.object(sys, "argv", ["lazsa-flow", *argv]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(out),
            contextlib.suppress(SystemExit),
        ):
            main()
        return out.buffer.getvalue().decode("utf-8", "replace")

    def _typed(self, command: Any, it: Try) -> list[str]:
        options, arguments = [], []
        for each in command.params:
            if each.name == it.parameter:
                word = str(it.value)
            elif getattr(each, "is_flag", False):
                options += [name for name in each.opts if name in FLAGS]
                continue
            elif each.name == "database":
                word = self.url
            elif each.name in ("file", "sellers"):
                word = str(self.facts)
            elif each.name == "years":
                word = "1"
            elif each.required:
                word = WORDS.get(each.name, "x")
            else:
                continue
            if each.param_type_name == "argument":
                arguments.append(word)
            else:
                options += [each.opts[0], word]
        return [*options, *(["--"] if arguments else []), *arguments]


def _use(found: Any) -> None:
    """Use what a method returned to its end."""
    if inspect.isgenerator(found):
        list(found)
    elif hasattr(found, "close"):
        found.close()


@contextlib.contextmanager
def quiet(folder: Path, clock: Any) -> Iterator[None]:
    """Let commands run in this process: nothing goes on, and nothing of it is left behind."""
    command = typer.main.get_command(app)  # made once: it takes as long as five commands
    logger, handlers = logging.getLogger("lazsa_flow"), logging.getLogger("lazsa_flow").handlers
    kept = logger.level, logger.propagate
    signals = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    load, before = Config.load, Path.cwd()

    def cheap(directory: Any = None, **options: Any) -> Config:
        return shipped() if directory is None and not options else load(directory, **options)

    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(command, "info", app.info, create=True))
        stack.enter_context(mock.patch("lazsa_flow.award.cli.app.app", command))
        stack.enter_context(
            mock.patch("lazsa_flow.cli.next_command.get_command", return_value=command)
        )
        for name in SERVE:
            stack.enter_context(mock.patch(name, return_value=0))
        stack.enter_context(mock.patch("lazsa_flow.cli.common.make_clock", return_value=clock))
        stack.enter_context(mock.patch.object(Config, "load", cheap))
        stack.enter_context(mock.patch.object(sys, "stdin", io.StringIO()))
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)
            logger.handlers, (level, logger.propagate) = handlers, kept
            logger.setLevel(level)
            for each, handler in signals.items():
                signal.signal(each, handler)


def hostile_input(stage: Stage, seed: int, rounds: int) -> Outcome:
    """Hand hostile values to every entrance, on both stores in turn."""
    chance = random.Random(seed)
    targets = [
        Target(stage.empty(dialect), stage.folder / f"hostile-{dialect}")
        for dialect in ("sqlite", "postgresql")
    ]
    try:
        with quiet(targets[0].folder, targets[0].world.clock):
            faults = _all_faults(targets, list(tries(chance, rounds)))
    finally:
        for target in targets:
            target.close()
    covered = f"{rounds} values at {len(pairs())} parameters"
    detail = "; ".join([covered, f"{len(faults)} faults", *faults[:20]])
    return Outcome(rounds, 0, 0, not faults, detail)


def _all_faults(targets: Sequence[Target], every: Sequence[Try]) -> list[str]:
    found = [targets[n % len(targets)].fault_of(each) for n, each in enumerate(every)]
    return [each for each in found if each is not None]


FAULTS: Final = (
    Fault(
        name="hostile-input",
        run=hostile_input,
        rounds=5000,
        dose=80,
        unit="a hostile value at a parameter of a method or command",
        holds="every error is one of ours, and no output holds what a terminal obeys",
    ),
)
