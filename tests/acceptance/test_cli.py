"""Does the command line do, print and refuse what it says?

The shared night: two sellers are nominated, scored and decided by typed commands alone, on a clock
that stands at one instant after the other.
"""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
from datetime import date, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest
from typer.main import get_command

from lazsa_flow.award.cli.app import app
from lazsa_flow.award.imports.facts import FACTS_COLUMNS
from lazsa_flow.award.programme import Programme
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.clock import SystemClock, VirtualClock
from lazsa_flow.lifecycle.calendar import TICK
from lazsa_flow.lifecycle.model import Actor
from tests.acceptance.shell import SCRIPT, Shell, eventually
from tests.factories import midnight, noon

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.shell import Done

MARKUP = "[bold]x[/bold]"
HEAVY = ("sqlalchemy", "alembic", "pendulum", "transitions", "dramatiq")
"""What --help does not load; pydantic is not among it, for typer itself loads it since 0.29."""


def commands(group: Any = None, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command there is."""
    group = group or get_command(app)
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*words, name))
        else:
            yield (*words, name)


COMMANDS = sorted(commands())


def facts_file(file: Path, as_of: date, **sellers: str) -> Path:
    """Write sound facts of sellers in Singapore, each with its own share of GMV."""
    months = ";".join(["0.004"] * 9)
    rows = [
        f"{seller},SG,2018-01-15,{as_of},0,true,1000.00,{gmv},0.93,{months},,false,"
        for seller, gmv in sellers.items()
    ]
    file.write_text("\n".join([",".join(FACTS_COLUMNS), *rows, ""]))
    return file


class Night:
    """Two sellers' way to a cycle date, by typed commands.

    Attributes:
        cycle: The cycle date that nominations made now belong to.
        steps: The output of each step, by name.
    """

    def __init__(self, shell: Shell) -> None:
        self.shell, folder = shell, shell.directory
        now = SystemClock().now()
        years = (now.year, now.year + 1)
        dates = [date(year, month, 1) for year in years for month in (4, 10)]
        self.cycle = next(on for on in dates if now < midnight(on - timedelta(days=30)))
        cycle, closes = str(self.cycle), self.cycle - timedelta(days=30)
        shell.now = noon(closes - timedelta(days=1))
        facts = facts_file(
            folder / "facts.csv",
            closes - timedelta(days=2),
            **{"s1": "0.35", MARKUP: "0.10"},
        )
        nominations = folder / "nominations.csv"
        nominations.write_text(
            "seller_id,source,nominator_id,statement\n"
            f's1,employee,emp-1,"Helps, always."\n{MARKUP},seller,{MARKUP},I help.\n'
        )
        cards = folder / "cards.csv"
        head = ["seller_id", "reviewer_id", "team", *ITEMS, "comment", "recusal_reason"]
        rows = [
            ",".join([seller, f"r-{n}", f"team-{n}", *["4"] * len(ITEMS), "Good.", ""])
            for seller in ("s1", MARKUP)
            for n in range(3)
        ]
        cards.write_text("\n".join([",".join(head), *rows, ""]))
        seats = [f"r-{n}=team-{n}" for n in range(3)]
        self.steps: dict[str, Done] = {
            "migrate": shell("migrate"),
            "facts": shell("import", "facts", facts, "--json"),
            "assign": shell("assign", "SG", cycle, *seats, "--as", "team:t-1", "--country", "SG"),
            "nominations": shell("import", "nominations", nominations, "--json"),
        }
        shell.now = midnight(closes)
        self.steps["close"] = shell("sweep", "--json")
        shell.now += TICK
        self.steps["scorecards"] = shell("import", "scorecards", cards, "--json")
        self.steps["early"] = shell("sweep", "--json")
        shell.now = midnight(self.cycle)
        self.steps["award"] = shell("sweep", "--json")


@pytest.fixture(scope="module")
def night(zygote: subprocess.Popen[str], tmp_path_factory: pytest.TempPathFactory) -> Night:
    """The shared night."""
    return Night(Shell(tmp_path_factory.mktemp("night"), zygote))


class TestHelp:
    """design.md, layout: --help is quick, and shows an example."""

    @pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
    def test_example(self, bare: Shell, words: tuple[str, ...]) -> None:
        """Every command's --help exits 0 and shows an example of that command (design, layout)."""
        done = bare(*words, "--help")
        assert (done.code, done.err) == (0, "")
        assert "Example: " in done.out
        assert f"lazsa-flow {' '.join(words)}" in done.out.partition("Example: ")[2]

    def test_loads_little(self) -> None:
        """No --help loads SQLAlchemy, pendulum, or ours beyond the cli (design, layout)."""
        script = f"""
import sys
from typer.main import get_command
from lazsa_flow.award.cli.app import app
command = get_command(app)
for words in {[list(words) for words in COMMANDS]!r}:
    try:
        command([*words, "--help"])
    except SystemExit as ended:
        assert not ended.code, words
    heavy = set({HEAVY!r}) & set(sys.modules)
    ours = [name for name in sys.modules if name.startswith("lazsa_flow.")]
    light = ("lazsa_flow.cli", "lazsa_flow.award.cli", "lazsa_flow.terminal_text")
    passed_through = {{"lazsa_flow.award", "lazsa_flow.lazy_modules"}}
    heavy |= {{name for name in ours if not name.startswith(light)}} - passed_through
    assert not heavy, (words, heavy)
"""
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def test_script(self) -> None:
        """The console script itself prints its commands, and exits 0 (design, layout)."""
        done = subprocess.run([SCRIPT, "--help"], capture_output=True, text=True, check=True)
        for words in COMMANDS:
            assert words[0] in done.stdout


class TestNight:
    """A cycle by typed commands: programme.md, "Nomination and the award cycle"."""

    def test_steps(self, night: Night) -> None:
        """Each step exits 0, writes no error, and counts what it did."""
        for name, done in night.steps.items():
            assert (done.code, done.err) == (0, ""), name
        assert night.steps["migrate"].out == "The schema is this release's.\n"
        for name, rows in (("facts", 2), ("nominations", 2), ("scorecards", 6)):
            found = night.steps[name].json
            assert (found["imported"], found["rows"], found["refused"]) == (name, rows, 0)
        nothing = {"moved": 0, "refused": 0, "parked": 0, "reminded": 0, "failed": 0}
        assert night.steps["close"].json == {**nothing, "moved": 2}
        assert night.steps["early"].json == nothing
        assert night.steps["award"].json == {**nothing, "moved": 2, "reminded": 2}

    def test_again(self, night: Night) -> None:
        """Sweeping or migrating again moves nothing."""
        shell = night.shell
        again = shell("sweep", "--now", f"{night.cycle}T00:00+08:00", "--yes")
        assert again.out == "0 moved, 0 refused, 0 parked, 0 reminded, 0 failed.\n"
        assert shell("migrate").code == 0

    def test_show(self, night: Night) -> None:
        """``show`` tells a seller's path with every move, its chain of hashes, and why."""
        (path,) = night.shell("show", "s1", "--json").json
        assert (path["path"], path["subject"], path["state"]) == ("award-1", "s1", "awarded")
        assert path["cycle_on"] == str(night.cycle.replace(year=night.cycle.year + 1))
        rows = path["history"]
        assert [row["trigger"] for row in rows] == ["nominate", "open_review", "award"]
        assert [row["prev_hash"] for row in rows[1:]] == [row["hash"] for row in rows[:-1]]
        assert night.shell("show", "award-1", "--json").json == [path]
        told = night.shell("show", "s1").out
        assert "award-1: seller s1, Seller Ambassador in SG, now awarded" in told
        midnight = f"{night.cycle} 00:00 +08:00 Singapore"
        assert f"{midnight}  award → awarded, by system:cycle_date" in told

    def test_show_unmet(self, night: Night) -> None:
        """``show`` names the bar that was not met, with figure and requirement (tenure)."""
        told = night.shell("show", MARKUP).out
        assert "decline → declined (not_selected)" in told
        assert "gmv does not hold (0.10; required gmv_rate of at least 0.20)" in told

    def test_explain(self, night: Night) -> None:
        """``explain`` tells every exit: by whom, by which timer, and each guard."""
        told = night.shell("explain", "s1", "--json").json
        assert (told["path"], told["state"]) == ("award-1", "awarded")
        by = {(one["trigger"], *one["reasons"]): one for one in told["exits"]}
        (timer,) = by[("fall_due",)]["timers"]
        assert timer["due_on"] == str(night.cycle.replace(year=night.cycle.year + 1))
        assert "seller" in by[("retire", "account_closed", "resigned")]["by"]
        told = night.shell("explain", "award-1", "fall_due").out
        assert "fall_due → renewal_due" in told
        assert "retire" not in told

    def test_explain_guards(self, night: Night) -> None:
        """``explain`` gives each guard with measure, requirement and earliest date."""
        told = night.shell("explain", MARKUP, "reinstate", "--json").json
        (exit_,) = told["exits"]
        guards = {guard["name"]: guard for guard in exit_["guards"]}
        assert guards["within_appeal"]["held"]
        assert not guards["appeal_granted"]["held"]
        assert guards["appeal_granted"]["measured"] == "0 of 2 persons"
        assert {"required", "changed_by", "earliest", "source", "wording"} <= set(
            guards["appeal_granted"]
        )

    def test_due(self, night: Night) -> None:
        """``due --until`` lists what falls due by the end of a date in its own zone."""
        falls_due = night.cycle.replace(year=night.cycle.year + 1)
        until = night.shell("due", "--until", str(falls_due), "--json").json
        assert [row["name"] for row in until] == ["half_way", "renewal_opens", "due_date"]
        assert until[2]["triggers"] == ["fall_due"]
        assert until[2]["due_on"] == str(falls_due)
        before = str(falls_due - timedelta(days=1))
        told = night.shell("due", "--until", before, "--json").json
        assert [row["name"] for row in told] == ["half_way", "renewal_opens"]
        assert night.shell("due", "--json").json == []
        assert "3 timers." in night.shell("due", "--until", str(falls_due)).out

    def test_ledger(self, night: Night) -> None:
        """``ledger`` has a row for each country and cycle date, zeros too (the books)."""
        at = f"{night.cycle}T00:00+08:00"
        books = night.shell("ledger", "--now", at, "--json").json
        assert {book["country"] for book in books} == {"ID", "MY", "PH", "SG", "TH", "VN"}
        assert sum(book["due"] for book in books) == 4
        for book in books:
            assert book["due"] == book["moved"] + book["refused"] + book["parked"]
            assert (book["unexplained"], book["due"] == 0) == (0, book["country"] != "SG")
        assert "Unexplained" in night.shell("ledger", "--now", at).out
        rows = list(csv.DictReader(io.StringIO(night.shell("ledger", "--now", at, "--csv").out)))
        assert [(row["cycle"], row["country"]) for row in rows] == [
            (book["on"], book["country"]) for book in books
        ]
        alone = night.shell("ledger", "--now", at, "--country", "PH", "--json").json
        assert alone == [book for book in books if book["country"] == "PH"]
        assert "no country 'XX'" in night.shell("ledger", "--country", "XX").err
        assert "award/2020-1" in night.shell("policy", "list", "--csv").out.splitlines()[1]

    @pytest.mark.parametrize("command", ["show", "explain"])
    def test_markup(self, night: Night, command: str) -> None:
        """An id that looks like markup is printed as it stands (design, tests)."""
        done = night.shell(command, MARKUP)
        assert done.code == 0
        assert night.shell("show", MARKUP).out.count(MARKUP) >= 1

    def test_markup_in_tables(self, shell: Shell, tmp_path: Path) -> None:
        """A table too prints an id that looks like markup as it stands (design, tests)."""
        today = SystemClock().now().date()
        assert shell("import", "facts", facts_file(tmp_path / "f.csv", today, **{MARKUP: "1"}))
        done = shell("nominate", MARKUP, "--as", f"seller:{MARKUP}", "--statement", "I help.")
        assert done.code == 0
        assert MARKUP in shell("due", "--until", str(today + timedelta(days=400))).out


class TestOutput:
    """Whatever reads the command line's output, it speaks."""

    def test_version(self, bare: Shell) -> None:
        """``--version`` names the package and its version."""
        assert bare("--version").out == f"lazsa-flow {version('lazsa-flow')}\n"

    def test_completion(self, bare: Shell) -> None:
        """The shell completes commands, sub-commands and options."""
        for words, wanted in (
            ("se", "seller"),
            ("cycle s", "suspend"),
            ("purge --dr", "--dry-run"),
        ):
            line = f"lazsa-flow {words}"
            asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
            done = bare(_LAZSA_FLOW_COMPLETE="complete_bash", **asked)
            assert done.out.split() == [wanted]

    @pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
    def test_encoding(self, night: Night, encoding: str) -> None:
        """Where an arrow cannot be encoded, it is written as ``->``."""
        done = Shell(night.shell.directory)("show", "s1", PYTHONIOENCODING=encoding)
        assert (done.code, done.err) == (0, "")
        assert "award -> awarded" in done.out

    def test_closed_pipe(self, bare: Shell) -> None:
        """Whoever has read enough may close the pipe: no traceback."""
        words = ("graph", "award", "--format", "html")
        with subprocess.Popen(
            [SCRIPT, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.read(1)
            process.stdout.close()
            assert process.stderr.read() == b""


class TestKeys:
    """design.md, rule 4: the same key again does nothing twice."""

    def test_import(self, shell: Shell, tmp_path: Path) -> None:
        """A file under the same key is taken once; another file under it is refused."""
        file = facts_file(tmp_path / "f.csv", date(2026, 3, 1), s1="0.3")
        for _ in range(2):
            assert shell("import", "facts", file, "--key", "k", "--json").json["rows"] == 1
        facts_file(file, date(2026, 3, 1), s2="0.3")
        done = shell("import", "facts", file, "--key", "k")
        assert done.code == 1
        assert "idempotency key 'k' was used for another command" in done.err


class TestGraph:
    """``graph`` draws the table."""

    @pytest.mark.parametrize(
        ("format_", "starts"),
        [
            ("mermaid", "stateDiagram-v2"),
            ("dot", "digraph"),
            ("svg", "<svg"),
            ("html", "<!doctype html>"),
            ("xstate", "{"),
        ],
    )
    def test_formats(self, bare: Shell, format_: str, starts: str) -> None:
        """Each format goes to standard output, or the same into a file (design, layout)."""
        shown = bare("graph", "award", "--format", format_)
        assert shown.code == 0
        assert shown.out.startswith(starts)
        assert "renewal_due" in shown.out
        done = bare("graph", "award", "--format", format_, "-o", "award.out")
        assert (done.code, done.out) == (0, "")
        assert (bare.directory / "award.out").read_text("utf-8") == shown.out

    def test_locale(self, bare: Shell) -> None:
        """Titles are in the locale that is asked for; code names stay."""
        for format_, title in (
            ("svg", "Sedang ditinjau"),
            ("dot", "Sedang ditinjau\\nunder_review"),
        ):
            shown = bare("graph", "award", "--format", format_, "--locale", "id").out
            assert title in shown
            assert "under_review" in shown

    def test_png(self, bare: Shell) -> None:
        """A PNG image is written into a file, on light paper or on dark."""
        for words in ((), ("--dark",)):
            assert bare("graph", "trainer", "--format", "png", "-o", "a.png", *words).code == 0
            assert (bare.directory / "a.png").read_bytes().startswith(b"\x89PNG\r\n")

    def test_figures_and_a_story(self, shell: Shell) -> None:
        """With a database the picture has its figures, and the story of the path asked for."""
        today = SystemClock().now().date()
        facts_file(shell.directory / "f.csv", today, s1="0.3", s2="0.3")
        assert shell("import", "facts", "f.csv").code == 0
        for seller in ("s1", "s2"):
            done = shell("nominate", seller, "--as", "employee:e-1", "--statement", "Helps.")
            assert done.code == 0, done
        words = ("graph", "award", "--database", shell.url, "--format")
        drawn = shell(*words, "mermaid", "--path", "s2")
        assert 'state "Nominated<br/>nominated#32;#40;2#41;" as s0' in drawn.out
        assert "    class s0 visited" in drawn.out
        page = shell(*words, "html").out
        assert '"subject":"s1"' in page
        told = shell(*words, "html", "--path", "s2").out
        assert '"opens_on":"award-2"' in told
        refused = shell(*words, "svg", "--path", "nobody")
        assert (refused.code, refused.out) == (1, "")
        assert "no seller or path 'nobody'" in refused.err


SECRET = "correct-horse"
FAILURES = {
    "unknown seller": (("show", "nobody"), "no seller or path 'nobody'"),
    "unknown path": (("explain", "award-99"), "no seller or path 'award-99'"),
    "markup": (("show", MARKUP), f"no seller or path '{MARKUP}'"),
    "instant without offset": (("sweep", "--now", "2026-10-01T00:00"), "--now: got '2026-10-01T"),
    "instant in words": (("sweep", "--now", "now"), "an instant with its offset"),
    "instant as date": (("ledger", "--now", "2026-10-01"), "an instant with its offset"),
    "instant that is none": (("explain", "x", "--now", "2027-02-29T00:00Z"), "--now: got '2027"),
    "date in words": (("due", "--until", "tomorrow"), "a date that exists, as YYYY-MM-DD"),
    "compact date": (("due", "--until", "20261001"), "a date that exists, as YYYY-MM-DD"),
    "unknown lifecycle": (("graph", "knighthood"), "no lifecycle 'knighthood'"),
    "dark text": (("graph", "award", "--dark"), "--dark: got 'mermaid', expected a format"),
    "no folder": (
        ("demo", "--out", "-"),
        "--out: got '-', expected a folder: the result is several",
    ),
    "no such folder": (("graph", "award", "-o", "/nowhere/a.mmd"), "/nowhere/a.mmd: No such file"),
    "no URL": (("show", "x", "--database", "lazsa.db"), "a URL such as sqlite:///lazsa.db"),
    "no such database": (
        ("show", "x", "--database", "sqlite:////nowhere/lazsa.db"),
        "the database has no lazsa_flow schema; run: lazsa-flow migrate",
    ),
    "no such configuration": (("sweep", "--config", "/nowhere"), "/nowhere: got nothing"),
}


class TestFailures:
    """A failure is one message on standard error, and a code other than 0 (design, tests)."""

    @pytest.mark.parametrize("name", FAILURES)
    def test_message(self, shell: Shell, name: str) -> None:
        """The message says what was wrong, and nothing else is printed."""
        words, told = FAILURES[name]
        done = shell(*words)
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith("error: ")
        assert told in done.err
        assert "Traceback" not in done.err

    @pytest.mark.parametrize(
        "words", [("show", "x"), ("sweep",), ("due",), ("ledger",), ("run",)], ids=" ".join
    )
    def test_no_schema(self, bare: Shell, words: tuple[str, ...]) -> None:
        """Without a schema every command says how to make one, and makes none itself."""
        done = bare(*words)
        assert (done.code, done.out) == (1, "")
        assert "run: lazsa-flow migrate" in done.err

    def test_no_database(self, bare: Shell) -> None:
        """A file that is no database is said to be none."""
        bare.database.write_text("Dear diary, " * 100)
        for words in (("show", "x"), ("migrate",)):
            done = bare(*words)
            assert done.code == 1
            assert "the file is not an SQLite database" in done.err

    @pytest.mark.parametrize(
        "url",
        [
            f"sqlite://user:{SECRET}@host/lazsa.db",
            f"mysql://user:{SECRET}@host/lazsa",
            f"postgresql://user:{SECRET}@host:port/lazsa",
            f"sqlite+other://user:{SECRET}@host/lazsa.db",
            f"user:{SECRET}@host",
        ],
    )
    @pytest.mark.parametrize("words", [("show", "x"), ("migrate",)], ids=" ".join)
    def test_password(self, bare: Shell, words: tuple[str, ...], url: str) -> None:
        """A URL with a password is refused without echoing it (design, rule 8)."""
        for done in (bare(*words, "--database", url), bare(*words, LAZSA_DATABASE_URL=url)):
            assert done.code == 1
            assert done.err.startswith("error: ")
            assert SECRET not in done.err + done.out

    def test_usage(self, shell: Shell) -> None:
        """What is no command or option is a usage error, code 2."""
        assert shell("dance").code == 2
        assert shell("screen", "file.csv").code == 2


def test_database_url(bare: Shell, tmp_path: Path) -> None:
    """LAZSA_DATABASE_URL names the database, and --database comes before it."""
    other = tmp_path / "other.db"
    assert bare("migrate").code == 0
    assert bare("migrate", LAZSA_DATABASE_URL=f"sqlite:///{other}").code == 0
    assert other.exists()
    bare.database.unlink()
    done = bare("ledger", "--database", f"sqlite:///{other}", "--json")
    assert done.json == []
    assert not bare.database.exists()


def test_run(shell: Shell) -> None:
    """``run`` sweeps what is overdue at once, and ends on SIGTERM with code 0 (design, rule 5).

    Whatever happened while no worker ran takes effect at its own instant (programme.md, tenure).
    """
    file = facts_file(shell.directory / "f.csv", date(2020, 2, 20), s1="0.3")
    clock = VirtualClock(noon(date(2020, 2, 20)))
    with Programme.open(shell.url, clock=clock) as programme:
        programme.import_facts(file)
        programme.nominate("s1", actor=Actor("employee", "emp-1"), statement="Helps.")
    with (shell.directory / "log").open("w") as log:
        process = subprocess.Popen(
            [SCRIPT, "run", "--database", shell.url, "--logs", "json"], stderr=log
        )
    try:
        eventually(
            "the sweep", lambda: shell("show", "s1", "--json").json[0]["state"] != "nominated"
        )
        eventually("the end", lambda: shell("show", "s1", "--json").json[0]["state"] == "declined")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.wait()
    (path,) = shell("show", "s1", "--json").json
    assert [row["trigger"] for row in path["history"]] == [
        "nominate",
        "open_review",
        "carry_over",
        "decline",
    ]
    effective = [row["effective_at"][:10] for row in path["history"]]
    assert effective == ["2020-02-20", "2020-03-01", "2020-03-31", "2020-09-30"]
    assert all(row["recorded_at"] > "2026" for row in path["history"][1:])
    events = [json.loads(line) for line in (shell.directory / "log").read_text().splitlines()]
    told = [event["event"] for event in events]
    assert told[0] == "run.started"
    assert told[-2:] == ["run.stopping", "run.ended"]
    assert "sweep.chunk" in told
