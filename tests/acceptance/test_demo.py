"""Does the main job do what it promises, may it be killed, and does anyone else agree?

The journal is verified and replayed here by :mod:`hashlib` and :mod:`json` alone: whoever has the
file needs nothing of ours. Two runs are shared by most tests: three years on the real sellers, and
one year on a few of the sample.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.programme import Programme
from tests.acceptance.shell import REAL, SAMPLE, SCRIPT, SELLERS, Shell, eventually, lines_of

if TYPE_CHECKING:
    from pathlib import Path

COUNTRIES = {"ID", "MY", "SG", "PH", "TH", "VN"}
STATES = {
    "nominated",
    "under_review",
    "awarded",
    "renewal_due",
    "renewed",
    "retired",
    "reconnect",
    "removed",
    "declined",
    "withdrawn",
}
PROMISED = {
    "path",
    "seq",
    "effective_at",
    "recorded_at",
    "trigger",
    "source",
    "dest",
    "actor",
    "reason",
    "policy",
    "verdicts",
    "prev_hash",
    "hash",
}
TEXTS = ("Helps other sellers.", "Seconded.", "Added later.", "As discussed.", "Sorry for the")
FEW = 60


@dataclass(frozen=True)
class Run:
    """A demo that has ended: its directory, and what it printed."""

    out: Path
    told: dict[str, Any]

    @property
    def bytes(self) -> bytes:
        """The journal as it stands."""
        return (self.out / "journal.jsonl").read_bytes()

    @property
    def journal(self) -> list[dict[str, Any]]:
        """The journal's rows."""
        return [json.loads(line) for line in self.bytes.splitlines()]


def argv(out: Path, sellers: Path, *more: str) -> list[str]:
    """Return the command line of a demo."""
    return [str(SCRIPT), "demo", "--sellers", str(sellers), "--out", str(out), "--json", *more]


def demo(shell: Shell, sellers: Path, *more: str) -> Run:
    """Run a demo in a shell's directory to its end."""
    out = shell.directory / "story"
    done = shell("demo", "--sellers", sellers, "--out", out, "--json", *more)
    assert done.code == 0, done.err
    (line,) = done.out.splitlines()
    return Run(out, json.loads(line))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Three years on the real sellers, or on the whole sample where they are absent."""
    return demo(Shell(tmp_path_factory.mktemp("real")), SELLERS, "--years", "3")


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first sellers of the sample."""
    file = tmp_path_factory.mktemp("few") / "sellers.csv"
    file.write_text(lines_of(SAMPLE, FEW), "utf-8")
    return file


@pytest.fixture(scope="module")
def unkilled(
    few: Path, zygote: subprocess.Popen[str], tmp_path_factory: pytest.TempPathFactory
) -> Run:
    """One year on a few sellers, told without a break."""
    return demo(Shell(tmp_path_factory.mktemp("unkilled"), zygote), few, "--years", "1")


class TestThreeYears:
    """The main job: three years of the programme."""

    def test_document(self, real: Run) -> None:
        """It prints one JSON document: sellers, transitions, states, cycles (design, tests)."""
        assert {"sellers", "transitions", "states", "cycles"} <= set(real.told)
        with SELLERS.open(encoding="utf-8") as stream:
            assert real.told["sellers"] == sum(1 for _ in stream) - 1
        fired = [row for row in real.journal if row["trigger"] is not None]
        assert real.told["transitions"] == len(fired) > 1000

    def test_every_state(self, real: Run) -> None:
        """Every state of the table is reached (award path)."""
        assert set(real.told["states"]) == STATES
        reached = {row["dest"] for row in real.journal}
        assert reached == STATES if SELLERS == REAL else reached <= STATES

    def test_books_balance(self, real: Run) -> None:
        """In every row due = moved + refused + parked, and nothing is unexplained (the books)."""
        for row in real.told["cycles"]:
            assert row["due"] == row["moved"] + row["refused"] + row["parked"], row
            assert row["unexplained"] == 0
            assert row["parked"] == 0
        assert sum(row["due"] for row in real.told["cycles"]) > 1000

    def test_books_grid(self, real: Run) -> None:
        """Each country has a row for each cycle date, zeros too (the books)."""
        found = Counter((row["country"], row["on"]) for row in real.told["cycles"])
        dates = sorted({date.fromisoformat(on) for _, on in found})
        wanted = [
            date(year, month, 1)
            for year in range(dates[0].year, dates[-1].year + 1)
            for month in (4, 10)
        ]
        assert dates == [on for on in wanted if dates[0] <= on <= dates[-1]]
        assert len(dates) >= 6
        assert found == Counter((code, str(on)) for code in COUNTRIES for on in dates)

    def test_books_counted_again(self, real: Run) -> None:
        """``due`` is what stands in the timer rows; the outcomes stand in the journal (books)."""
        with closing(sqlite3.connect(real.out / "lazsa.db")) as database:
            query = (
                "SELECT status, count(*) FROM lazsa_timers WHERE decides "
                "AND status NOT IN ('cancelled', 'pending') GROUP BY status"
            )
            timers = dict(database.execute(query).fetchall())
        told = {
            name: sum(row[name] for row in real.told["cycles"])
            for name in ("due", "moved", "refused")
        }
        assert told["due"] == sum(timers.values())
        assert told["refused"] == sum(row["trigger"] is None for row in real.journal)
        clock = [row for row in real.journal if row["actor"].startswith("system:")]
        moved = [row for row in clock if row["trigger"] and "-" not in row["actor"]]
        assert told["moved"] == len(moved)

    def test_rows(self, real: Run) -> None:
        """Every journal row has what was promised of it (versions and data; design, rule 8)."""
        for row in real.journal:
            assert set(row) >= PROMISED, row
            assert row["effective_at"] <= row["recorded_at"]
            for verdict in row["verdicts"]:
                assert {"name", "held", "measured", "earliest"} == set(verdict)

    def test_chains(self, real: Run) -> None:
        """Each path's chain of hashes verifies, and replays to ``states`` (design, rule 8)."""
        assert Counter(replay(real.journal).values()) == Counter(
            {state: count for state, count in real.told["states"].items() if count}
        )

    def test_chains_notice(self, real: Run) -> None:
        """A row that was changed, dropped or doubled breaks its chain (design, rule 8)."""
        rows = real.journal[:200]
        replay(rows)
        changed = [{**row, "reason": "left"} if n == 100 else row for n, row in enumerate(rows)]
        for broken in (changed, rows[:1] + rows[2:], [*rows, rows[-1]]):
            with pytest.raises(AssertionError):
                replay(broken)

    def test_no_personal_text(self, real: Run) -> None:
        """Free text is never in the journal (versions and data)."""
        journal = real.bytes.decode()
        with closing(sqlite3.connect(real.out / "lazsa.db")) as database:
            bodies = {body for (body,) in database.execute("SELECT body FROM lazsa_texts")}
        assert len(bodies) >= 4
        for text in (*TEXTS, *bodies):
            assert text not in journal

    def test_instants(self, real: Run) -> None:
        """On a cycle night awards take effect at 16:00Z and 17:00Z of the eve (who and where)."""
        awards = {row["effective_at"] for row in real.journal if row["trigger"] == "award"}
        assert {at[4:] for at in awards} == {
            f"-{day}T{hour}:00:00.000000Z" for day in ("03-31", "09-30") for hour in (16, 17)
        }

    def test_graph(self, real: Run) -> None:
        """``lifecycle.md`` holds the table as Mermaid."""
        text = (real.out / "lifecycle.md").read_text("utf-8")
        assert "```mermaid\n" in text
        for state in STATES:
            assert state in text


def replay(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Verify every chain from its rows alone; return each path's last state."""
    stand: dict[str, tuple[int, str | None, str]] = {}
    for row in rows:
        seq, state, head = stand.get(row["path"], (0, None, "0" * 64))
        assert row["seq"] == seq + 1
        assert row["source"] == state
        assert row["prev_hash"] == head
        rest = {name: value for name, value in row.items() if name != "hash"}
        text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(text.encode()).hexdigest() == row["hash"]
        if row["trigger"] is None:
            assert row["dest"] == state
        stand[row["path"]] = (row["seq"], row["dest"], row["hash"])
    return {path: str(state) for path, (_, state, _) in stand.items()}


class TestSeeds:
    """A story told twice is the same story (design, rule 11)."""

    def test_same_seed(self, unkilled: Run, few: Path, bare: Shell) -> None:
        """Two runs with one seed write the same journal, byte for byte."""
        again = demo(bare, few, "--years", "1", "--seed", "1")
        assert again.bytes == unkilled.bytes
        assert again.told == unkilled.told

    def test_another_seed(self, unkilled: Run, few: Path, bare: Shell) -> None:
        """Another seed tells another story."""
        other = demo(bare, few, "--years", "1", "--seed", "2")
        assert other.bytes != unkilled.bytes
        assert replay(other.journal)


class TestKill:
    """A kill -9 at any moment loses nothing and doubles nothing (design, rules 4 and 5)."""

    def kill(self, out: Path, few: Path, when: Any, *more: str) -> bool:
        """Start a demo, kill -9 it when told to; return whether it was still running."""
        process = subprocess.Popen(
            argv(out, few, "--years", "1", *more),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            when(process)
        finally:
            os.kill(process.pid, signal.SIGKILL)
            code = process.wait(timeout=30)
        return code == -signal.SIGKILL

    @pytest.mark.parametrize("file", ["demo.json", "lazsa.db-wal"])
    def test_at_first(self, unkilled: Run, few: Path, bare: Shell, file: str) -> None:
        """Killed as soon as its first files appear, a story goes on with --resume."""
        out = bare.directory / "story"
        assert self.kill(out, few, lambda _: eventually(file, (out / file).exists))
        resumed = demo(bare, few, "--years", "1", "--resume")
        assert resumed.bytes == unkilled.bytes
        assert resumed.told == unkilled.told

    @pytest.mark.parametrize("seed", [1])
    def test_again_and_again(self, unkilled: Run, few: Path, bare: Shell, seed: int) -> None:
        """Killed at random moments, each time it is resumed, it still ends in the same journal."""
        out, chance = bare.directory / "story", random.Random(seed)
        killed = 0
        for attempt in range(5):

            def moment(process: subprocess.Popen[bytes]) -> None:
                eventually("the database", (out / "lazsa.db").exists)
                until = time.monotonic() + chance.uniform(0.3, 0.9)
                while time.monotonic() < until and process.poll() is None:
                    time.sleep(0.005)

            killed += self.kill(out, few, moment, *(["--resume"] if attempt else []))
        assert killed
        resumed = demo(bare, few, "--years", "1", "--resume")
        assert resumed.bytes == unkilled.bytes
        assert resumed.told == unkilled.told
        replay(resumed.journal)


class TestRefusals:
    """What the demo does not begin."""

    def test_full_directory(self, unkilled: Run, few: Path, bare: Shell) -> None:
        """A directory that is not empty is refused without --resume, and left as it is."""
        before = unkilled.bytes
        done = bare("demo", "--sellers", few, "--years", "1", "--out", unkilled.out)
        assert done.code == 1
        assert "an empty directory, or --resume" in done.err
        assert unkilled.bytes == before

    def test_somebody_elses_directory(self, few: Path, bare: Shell) -> None:
        """A directory that no demo has made is refused with --resume too."""
        out = bare.directory / "mine"
        out.mkdir()
        (out / "diary.txt").write_text("Dear diary")
        done = bare("demo", "--sellers", few, "--out", out, "--resume")
        assert done.code == 1
        assert "a directory of the demo's" in done.err
        assert [file.name for file in out.iterdir()] == ["diary.txt"]

    @pytest.mark.parametrize(
        ("field", "value"), [("--seed", "2"), ("--years", "2"), ("--sellers", str(SAMPLE))]
    )
    def test_another_story(
        self, unkilled: Run, few: Path, bare: Shell, field: str, value: str
    ) -> None:
        """--resume with another seed, other years or other sellers is refused."""
        before = unkilled.bytes
        options = {"--sellers": str(few), "--years": "1", "--seed": "1", field: value}
        words = [word for option in options.items() for word in option]
        done = bare("demo", "--out", unkilled.out, "--resume", *words)
        assert done.code == 1
        assert field in done.err
        assert "begun with" in done.err
        assert unkilled.bytes == before

    def test_finished(self, unkilled: Run, few: Path, bare: Shell) -> None:
        """--resume of a story that has been told to its end tells the same end."""
        before = unkilled.bytes
        done = bare(
            "demo", "--sellers", few, "--years", "1", "--out", unkilled.out, "--resume", "--json"
        )
        assert done.json == unkilled.told
        assert unkilled.bytes == before

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            ("seller_id\nx\n", "sellers.csv:1: country: got no such column"),
            (lines_of(SAMPLE, 5).replace("2020-03-01", "20200301"), "sellers.csv:2: as_of: got"),
            (lines_of(SAMPLE, 0), "no sellers"),
            (None, "sellers.csv: got 'No such file"),
        ],
        ids=["columns", "dates", "none", "absent"],
    )
    def test_bad_sellers(self, bare: Shell, content: str | None, told: str) -> None:
        """A bad sellers' file is told clearly, and nothing is half made."""
        file, out = bare.directory / "sellers.csv", bare.directory / "story"
        if content is not None:
            file.write_text(content)
        done = bare("demo", "--sellers", file, "--out", out, "--json")
        assert (done.code, done.out) == (1, "")
        assert "Traceback" not in done.err
        assert told.replace("'", "") in done.err.replace("'", "")
        assert not out.exists()


def test_for_people(unkilled: Run, few: Path, bare: Shell) -> None:
    """Without --json it prints a table a cycle, the states, and one seller's story.

    It does so of a story that has been told before, too.
    """
    out = unkilled.out
    done = bare("demo", "--sellers", few, "--years", "1", "--out", out, "--resume")
    assert done.code == 0
    for part in ("Cycle 2020-04-01", "Unexplained", "renewal_due", "One seller's story", str(out)):
        assert part in done.out
    [view] = re.findall(r"lazsa-flow view --database \S+ --now (\S+)", done.out)
    assert view.startswith("2021-02-")


def test_notices(few: Path, unkilled: Run, bare: Shell) -> None:
    """With --notices everybody is told, each notice in a file; the journal is the same."""
    told = demo(bare, few, "--years", "1", "--notices")
    out = told.out
    assert told.bytes == unkilled.bytes
    files = list((out / "notices").rglob("*.eml"))
    with Programme.open(f"sqlite:///{out / 'lazsa.db'}") as programme:
        assert programme.outbox() == []
        delivered = programme.deliveries()
    with Programme.open(f"sqlite:///{unkilled.out / 'lazsa.db'}") as programme:
        waiting = Counter(each.to == "reviewers" for each in programme.outbox())
    reminded = sum(n for (_, to, _), n in delivered.items() if to == "reviewers")
    assert waiting[False] == sum(delivered.values()) - reminded
    assert reminded <= waiting[True]  # of those, some had no card missing when they were told
    digested = sum(n for (_, to, _), n in delivered.items() if to in ("panel", "country_lead"))
    assert sum(delivered.values()) - digested < len(files) < sum(delivered.values())
