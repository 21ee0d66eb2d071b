"""What if PostgreSQL falls over under load, or cuts the line in the midst of a commit?

A host nominates sellers, each by a key, and again by the same key until it is told that it is done.
What it was told must be there, once.
"""

from __future__ import annotations

import random
import signal
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import psycopg
import sqlalchemy as sa

from lazsa_flow.award.programme import Programme
from lazsa_flow.award.store import schema as award_tables
from lazsa_flow.clock import SystemClock
from lazsa_flow.errors import LazsaError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.store import schema
from tests import factories
from tests.chaos.audit import Audit, audit, reading
from tests.chaos.fault import Fault, Outcome

if TYPE_CHECKING:
    from tests.chaos.stage import Stage

COMMIT_MS: Final = 10
_IN_COMMIT: Final = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'active' AND query = 'COMMIT'
"""


class Host(threading.Thread):
    """Nominates sellers one after the other, each by a key, until it is told that it is done.

    Args:
        programme: On the database; it is closed at the end.
        sellers: How many.
    """

    def __init__(self, programme: Programme, sellers: int) -> None:
        super().__init__(daemon=True)
        self._programme = programme
        self._sellers = [f"host-{number}" for number in range(sellers)]
        facts = [factories.facts(seller=seller) for seller in self._sellers]
        factories.record_facts(programme, facts)
        self.over = threading.Event()
        self.told: dict[str, str] = {}
        """The path that it was told of, by seller."""
        self.failures = 0

    def run(self) -> None:
        """Nominate until all are done, or it is told to end."""
        for seller in self._sellers:
            while seller not in self.told and not self.over.is_set():
                try:
                    self.told[seller] = self.nominate(seller)
                except LazsaError:
                    self.failures += 1
                    time.sleep(0.05)

    def nominate(self, seller: str) -> str:
        """Nominate a seller by its key; return the path."""
        actor = Actor("employee", "emp-2")
        return self._programme.nominate(
            seller, actor=actor, statement="Helps.", key=f"nominate {seller}"
        ).path

    def opened(self) -> dict[str, list[int]]:
        """Return the numbers of the paths that its sellers have got."""
        found: dict[str, list[int]] = {}
        paths = schema.paths
        query = sa.select(paths.c.subject, paths.c.id).where(paths.c.subject.like("host-%"))
        with self._programme._runtime.store.begin(write=False) as transaction:
            for row in transaction._connection.execute(query):
                found.setdefault(row.subject, []).append(row.id)
        return found

    def judge(self, result: Audit) -> None:
        """Count what it was told of and is not there, and what is there twice; try again by key."""
        opened = self.opened()
        for seller, path in self.told.items():
            result.lost += int(path.removeprefix("award-")) not in opened.get(seller, ())
            result.check(self.nominate(seller) == path, f"the key of {seller} gave another result")
        result.doubled += sum(len(paths) - 1 for paths in opened.values())
        result.check(self.opened() == opened, "a retry by its key opened a path")


def restart(stage: Stage, seed: int, rounds: int) -> Outcome:
    """Restart PostgreSQL as after a power cut, again and again, while workers and a host work."""
    chance, pause_s = random.Random(seed), stage.sized(3, 1)
    begin = SystemClock().now() + timedelta(seconds=stage.sized(15, 3))
    span_s, sellers = rounds * (pause_s + 1), stage.sized(3000, 60)
    instants = [begin + timedelta(seconds=chance.uniform(0, span_s)) for _ in range(sellers)]
    url, wanted = stage.boundaries("postgresql", sorted(instants))
    with Programme.open(url) as programme, stage.crew(url) as crew:
        host = Host(programme, stage.sized(20_000, 1000))
        crew.work(2)
        host.start()
        for _ in range(rounds):
            time.sleep(chance.uniform(0.3, pause_s))
            stage.postgres.stop(signal.SIGQUIT)
            stage.postgres.start()
        time.sleep(max(1.0, (max(instants) - SystemClock().now()).total_seconds()))
        host.over.set()
        host.join()
        done_s = crew.finish()
        crew.stop()
        ours = {number for numbers in host.opened().values() for number in numbers}
        result = audit(url, wanted, besides=ours)
        host.judge(result)
    return Outcome.of(
        rounds,
        result,
        f"{sellers} transitions; {len(host.told)} commands acknowledged, {host.failures} failed "
        f"and were sent again; all done {done_s:.1f} s after the last was due",
    )


class _Cut:
    """Cuts the line of whoever commits, at a random moment of the commit.

    Attributes:
        hits: How many were cut while they committed.
        committed: Of them, how many had committed when they were cut.
    """

    def __init__(self, url: str, chance: random.Random) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._chance = chance
        self._thread = threading.Thread()
        self.hits = self.committed = 0
        self._cut = self._hit = False
        self._writes = 0

    def __call__(self, point: str) -> None:
        if point == "write.open":
            self._writes += 1
        if point == "commit.before" and self._writes and not self._cut:
            self._cut = True
            self._thread = threading.Thread(target=self._end, args=(self._after_s(),))
            self._thread.start()

    def _after_s(self) -> float:
        return self._chance.uniform(0, COMMIT_MS / 1000)

    def _end(self, after_s: float) -> None:
        time.sleep(after_s)
        row: Any = self._connection.execute(_IN_COMMIT).fetchone()
        self.hits += row[0]
        self._hit = bool(row[0])

    def done(self) -> None:
        """Take note that the command is acknowledged."""
        self._thread.join()
        self.committed += self._hit and self._writes == 1
        self._cut, self._writes = False, 0

    def close(self) -> None:
        """Close the connection that cuts."""
        self._connection.close()


def terminate(stage: Stage, seed: int, rounds: int) -> Outcome:
    """Cut the line of a command while it commits; it is run again by its key."""
    url, _ = stage.boundaries("postgresql", [SystemClock().now()])
    with psycopg.connect(url, autocommit=True) as connection:
        name = url.rpartition("/")[2]
        connection.execute(f"ALTER DATABASE {name} SET commit_delay = {COMMIT_MS * 1000}")
        connection.execute(f"ALTER DATABASE {name} SET commit_siblings = 0")
    cut = _Cut(url, random.Random(seed))
    with Programme.open(url, probe=cut) as programme:
        host = Host(programme, rounds * 3)
        for seller in [f"host-{number}" for number in range(rounds * 3)]:
            if cut.hits < rounds:
                host.told[seller] = host.nominate(seller)
                cut.done()
        result = Audit()
        cut.close()
        result.check(cut.hits >= rounds, f"only {cut.hits} were cut")
        programme.verify_journal()
    with Programme.open(url) as programme:
        host._programme = programme
        host.judge(result)
    nominations = sa.select(sa.func.count()).select_from(award_tables.nominations)
    with reading(url) as connection:
        count = connection.scalar(nominations) or 0
    result.check(count == len(host.told) + 1, f"{count} nominations")
    return Outcome.of(
        rounds,
        result,
        f"{len(host.told)} commands acknowledged, {cut.hits} cut while they committed; "
        f"{cut.committed} of them had committed and were told so by their key",
    )


FAULTS: Final = (
    Fault(
        "postgresql-restart",
        restart,
        rounds=20,
        dose=1,
        fsync=True,
        unit="immediate restarts of PostgreSQL under load, fsync on",
        holds="what was acknowledged is there, a retry by key doubles nothing",
    ),
    Fault(
        "commit-cut",
        terminate,
        rounds=200,
        dose=3,
        fsync=True,
        unit="pg_terminate_backend during COMMIT",
        holds="what was acknowledged is there, a retry by key doubles nothing",
    ),
)
