"""Sample sellers: the rows of one seller of each kind, in every table.

The programme itself plays each kind's story in a small SQLite database, under a virtual clock, up
to the midnight of 1 April 2021 in Singapore. :mod:`benchmarks.population.multiply` makes as many
sellers as are wanted from the rows that it wrote.

Units:
    Each due path has exactly one decision to come at that midnight: for renewals and retirements
    ``fall_due`` has been told, as it has in the middle of a real sweep.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow import Actor, Facts, Programme
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.clock import VirtualClock
from lazsa_flow.engine import sweep as sweeping
from lazsa_flow.lifecycle.calendar import instant_text
from tests.factories import record_facts

if TYPE_CHECKING:
    from collections.abc import Mapping

COUNTRY: Final = "SG"
MIDNIGHT: Final = datetime(2021, 3, 31, 16, tzinfo=UTC)
"""The first instant of 1 April 2021 in Singapore."""
NOW: Final = datetime(2021, 3, 31, 16, 0, 30, tzinfo=UTC)
"""When the sweep comes: half a minute after midnight."""
DUE_KINDS: Final = (
    *("award", "decline", "renew", "award", "carry_over"),
    *("decline", "retire", "award", "decline", "renew"),
)
"""What becomes of ten due paths, in their order."""
IDLE_KINDS: Final = ("sitting", "declined", "sitting", "nominated")
"""How four paths stand that are not due."""
TABLES: Final = (
    *("paths", "slots", "facts", "texts", "nominations"),
    *("scorecards", "records", "timers", "journal"),
)
"""The tables that hold rows about a seller, in an order that foreign keys allow."""

_REVIEWERS: Final = {f"rev-{team}": team for team in ("books", "events", "care")}
_APRIL_2020, _OCTOBER_2020 = date(2020, 4, 1), date(2020, 10, 1)
_APRIL_2021, _OCTOBER_2021 = date(2021, 4, 1), date(2021, 10, 1)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SampleSeller:
    """One seller's rows by table, as the programme wrote them; ``lazsa_`` left off the names."""

    kind: str
    rows: Mapping[str, list[Row]]

    def varies(self, table: str, index: int) -> bool:
        """Tell whether a row is evidence of a decision that is still to come."""
        if self.kind not in DUE_KINDS or table not in ("facts", "scorecards"):
            return False
        row = self.rows[table][index]
        return bool(row["as_of"] == self.rows[table][-1]["as_of"])


@dataclass(frozen=True, slots=True)
class SampleSellers:
    """A sample of every kind, each table's columns, and the rows that belong to no seller."""

    by_kind: Mapping[str, SampleSeller]
    columns: Mapping[str, tuple[str, ...]]
    common: Mapping[str, list[Row]]


def make_samples() -> SampleSellers:
    """Play every kind's story and read its rows."""
    with TemporaryDirectory(prefix="lazsa-samples-") as folder:
        file = Path(folder) / "samples.db"
        url = f"sqlite:///{file}"
        Programme.migrate(url)
        clock = VirtualClock(_noon(2020, 2, 10))
        with Programme.open(url, clock=clock) as programme:
            _play(programme, clock)
        connection = sqlite3.connect(file)
        connection.row_factory = sqlite3.Row
        try:
            return _read(connection)
        finally:
            connection.close()


def _noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 4, tzinfo=UTC)


class _Stage:
    def __init__(self, programme: Programme, clock: VirtualClock) -> None:
        self.programme = programme
        self._clock = clock

    def go(self, to: datetime) -> None:
        while (due := self.programme.next_due()) is not None and due <= to:
            self._clock.move_to(due)
            self.programme.sweep()
        self._clock.move_to(to)

    def facts(self, kind: str, as_of: date) -> None:
        facts = Facts(
            seller=kind,
            country=COUNTRY,
            as_of=as_of,
            joined_on=date(2018, 1, 15),
            ncp_points=0,
            policy_compliant=True,
            gmv_usd=Decimal("41250.00"),
            gmv_rate=Decimal("0.11" if kind in ("decline", "declined") else "0.31"),
            chat_response_rate=Decimal("0.93"),
            monthly_cancellation_rates=(Decimal("0.004"),) * 9,
            retention_rate=Decimal("0.27"),
            is_lazstar=False,
            activities=frozenset({"help", "writing"}),
        )
        record_facts(self.programme, [facts])

    def nominate(self, kind: str) -> str:
        actor = Actor("employee", "emp-1")
        statement = "Helps other sellers, answers on the channels, and shares what works."
        seller = Actor("seller", kind)
        self.programme.consent(kind, given=True, actor=seller)
        return self.programme.nominate(kind, actor=actor, statement=statement).path

    def score(self, path: str, cards: int, score: int) -> None:
        for reviewer, team in list(_REVIEWERS.items())[:cards]:
            self.programme.score(
                path,
                actor=Actor("reviewer", reviewer, COUNTRY, team),
                scores=dict.fromkeys(ITEMS, score),
                comment="Seen at work all year; see the minutes.",
            )


def _play(programme: Programme, clock: VirtualClock) -> None:
    stage = _Stage(programme, clock)
    team = Actor("team", "team-sg", COUNTRY)
    for cycle_on in (_APRIL_2020, _OCTOBER_2020, _APRIL_2021, _OCTOBER_2021):
        programme.assign_reviewers(COUNTRY, cycle_on, _REVIEWERS, actor=team)
    ambassadors = _candidacies(stage, ("renew", "retire"), date(2020, 3, 20))
    stage.go(_noon(2020, 5, 4))
    _candidacies(stage, ("sitting", "declined"), date(2020, 9, 18))
    stage.go(_noon(2020, 11, 9))
    kinds = ("award", "decline", "carry_over")
    _candidacies(stage, kinds, date(2021, 3, 20))
    stage.facts("nominated", date(2021, 3, 20))
    stage.nominate("nominated")
    for kind, path in ambassadors.items():
        stage.facts(kind, date(2021, 3, 20))
        stage.score(path, 3, 4 if kind == "renew" else 2)
    stage.go(MIDNIGHT - timedelta(minutes=1))  # so that no reminder is left
    clock.move_to(MIDNIGHT)
    for path in ambassadors.values():
        sweeping.sweep(
            programme._runtime.store,
            programme._runtime.rulebook,
            clock,
            path_id=int(path.rpartition("-")[2]),
            done=lambda swept: True,  # fall_due alone
        )


def _candidacies(stage: _Stage, kinds: tuple[str, ...], judged: date) -> dict[str, str]:
    """Nominate sellers and, a few days before the cycle date, score them."""
    for kind in kinds:
        stage.facts(kind, judged.replace(day=1))
    paths = {kind: stage.nominate(kind) for kind in kinds}
    stage.go(_noon(judged.year, judged.month, judged.day))
    for kind, path in paths.items():
        stage.facts(kind, judged)
        stage.score(path, 2 if kind == "carry_over" else 3, 4)
    return paths


def _read(connection: sqlite3.Connection) -> SampleSellers:
    kinds = dict.fromkeys((*DUE_KINDS, *IDLE_KINDS))
    paths = {row["subject"]: row["id"] for row in connection.execute("SELECT * FROM lazsa_paths")}
    tables = {name: _rows(connection, name) for name in TABLES}
    by_kind = {}
    for kind in kinds:
        own = {
            name: [row for row in rows if _whose(row, kind, paths[kind])]
            for name, rows in tables.items()
        }
        if kind in IDLE_KINDS:  # no reminder of theirs falls due with the others' decisions
            own["timers"] = [row for row in own["timers"] if not _is_due(row)]
        by_kind[kind] = SampleSeller(kind, own)
    common = {"seats": _rows(connection, "seats")}
    columns = {name: tuple(rows[0]) for name, rows in (tables | common).items()}
    return SampleSellers(by_kind, columns, common)


def _is_due(timer: Row) -> bool:
    return bool(timer["status"] == "pending" and timer["due_at"] <= instant_text(NOW))


def _rows(connection: sqlite3.Connection, table: str) -> list[Row]:
    return [dict(row) for row in connection.execute(f"SELECT * FROM lazsa_{table} ORDER BY 1, 2")]


def _whose(row: Row, seller: str, path_id: int) -> bool:
    if "subject" in row or "seller" in row:
        return bool(row.get("subject", row.get("seller")) == seller)
    return bool(row["path_id"] == path_id)
