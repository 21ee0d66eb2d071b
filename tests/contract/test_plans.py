"""What is hot costs as much as what is due, never as much as there is.

Every statement of a cycle night, of a single fire, of an idle look and of the relay is explained by
its database: none reads through a table that grows with the sellers.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import sqlalchemy as sa

from lazsa_flow.clock import VirtualClock
from lazsa_flow.engine.sweep_result import SweepResult
from lazsa_flow.errors import NotFoundError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.store import night_runs
from lazsa_flow.store.fast.writer_postgresql import FEW
from lazsa_flow.store.schema_revision import VERSION_TABLE
from tests.factories import CYCLE, facts, midnight, record_facts, record_night_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lazsa_flow.award.programme import Programme

SELLERS = FEW + 8
"""More than go by arrays, so that every kind of statement is seen."""
SMALL = {
    *("lazsa_policies", "lazsa_countries", "lazsa_suspensions", "lazsa_lifecycles"),
    *("lazsa_pauses", "lazsa_failures", "lazsa_lifted_suspensions", "lazsa_open_imports"),
    *("lazsa_night_runs", "lazsa_night_rules", "lazsa_requests", "lazsa_request_ends"),
    *(VERSION_TABLE, "CONSTANT", "stamp", "read", "names"),
}
"""What does not grow with the sellers: rules, what persons ask for, and what is set aside now."""
FOUND = ("lazsa_stage_", "anon_", "walk_")
"""How names begin of what a statement has found already: the chunk, rounds, and rows to list."""
DUE = midnight(CYCLE)


class Plans:
    """Explains every statement that an engine's connections run."""

    def __init__(self) -> None:
        self.told: dict[str, list[str]] = {}

    def scanned(self) -> dict[str, list[str]]:
        """Return the statements that read through a growing table, with their plans."""
        return {
            statement: plan
            for statement, plan in self.told.items()
            if any(map(_reads_through, plan))
        }


def _reads_through(line: str) -> bool:
    """Tell whether a line of a plan reads through more than is due, a whole index included."""
    found = re.search(
        r"Seq Scan on (\w+)"
        r"|^SCAN (\w+)(?! USING INDEX lazsa_timers_due)\b"
        r"|^SEARCH (\w+) USING (?:COVERING )?INDEX \w+$",  # without bounds: the whole of it
        line,
    )
    if found is None:
        return False
    name = found[1] or found[2] or found[3]
    return name not in SMALL and not name.startswith(FOUND)


@contextmanager
def explained(programme: Programme, engine: sa.Engine | None = None) -> Iterator[Plans]:
    """Explain what the programme, or another engine of its own, runs, as if tables were large."""
    engine, plans = engine or programme._runtime.store._engine, Plans()
    watch = {"sqlite": _watch_sqlite, "postgresql": _watch_postgresql}[engine.dialect.name]

    def checkout(driver: Any, _record: Any, _proxy: Any) -> None:
        watch(driver, plans.told)

    sa.event.listen(engine, "checkout", checkout)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(psycopg, "RawCursor", _explaining(psycopg.RawCursor, plans.told))
            yield plans
    finally:
        sa.event.remove(engine, "checkout", checkout)
        engine.dispose()


_EXPLAINED = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)


def _watch_sqlite(driver: Any, told: dict[str, list[str]]) -> None:
    """Explain each statement once it has run: what it reads through depends on no row."""

    def trace(statement: str) -> None:
        if _EXPLAINED.match(statement) and statement not in told:
            told[statement] = []
            rows = driver.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
            told[statement] = [row[3] for row in rows]

    driver.set_trace_callback(trace)


def _watch_postgresql(driver: Any, told: dict[str, list[str]]) -> None:
    driver.cursor_factory = _explaining(psycopg.Cursor, told)


def _explaining(kind: type[Any], told: dict[str, list[str]]) -> type[Any]:
    """Return a kind of cursor that explains each statement before it runs it."""

    class Explaining(kind):  # type: ignore[misc]
        def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
            text = str(query)
            if _EXPLAINED.match(text):
                super().execute("SET enable_seqscan = off")  # as if it were large
                super().execute("SET debug_parallel_query = on")
                super().execute(f"EXPLAIN {text}", params)
                told[text] = [str(row[0]).strip() for row in self.fetchall()]
                super().execute("SET debug_parallel_query = off")
            return super().execute(query, params, **options)

    return Explaining


@pytest.fixture
def season(play: Callable[..., Programme]) -> Programme:
    """Return a programme with more nominees than one statement takes by arrays."""
    programme = play()
    employee = Actor("employee", "emp-1")
    record_facts(
        programme, [facts(seller=f"s{n}", as_of=date(2026, 5, 31)) for n in range(SELLERS)]
    )
    for n in range(SELLERS):
        programme.nominate(f"s{n}", actor=employee, statement="helps")
    return programme


def at_night(programme: Programme) -> Programme:
    """Move the programme's clock to the cycle night."""
    assert isinstance(programme.clock, VirtualClock)
    programme.clock.move_to(DUE)
    return programme


def test_a_cycle_night_reads_through_no_growing_table(season: Programme) -> None:
    """From the first claim to the last notice, each statement goes by index: reminders, too."""
    with explained(season) as plans:
        swept = at_night(season).sweep()
    assert swept == SweepResult(moved=2 * SELLERS, reminded=SELLERS)
    assert len(plans.told) > 12
    assert plans.scanned() == {}
    # what pends of a chunk is asked so that no plan reads all that pends for each of its paths
    chunks = [text for text in plans.told if re.search(r"JOIN lazsa_timers ON .*\.id", text)]
    assert chunks
    assert [
        text for text in chunks if "CASE WHEN (lazsa_timers.status = 'pending')" not in text
    ] == []


def test_a_fire_reads_through_no_growing_table(season: Programme) -> None:
    """A command, its idempotency key and the clock's word before it, each goes by index."""
    with explained(season) as plans:
        season.fire("award-1", "withdraw", actor=Actor("seller", "s0"), reason="nominee", key="w")
    assert len(plans.told) > 2
    assert plans.scanned() == {}


LOOK_UPS: dict[str, Callable[[Programme], object]] = {
    "badge": lambda p: p.badge("s0"),
    "badge of one without a path": lambda p: p.badge("rev-1"),
    "find by subject": lambda p: p.find("s0"),
    "find by reference": lambda p: p.find("award-2"),
}
"""What is asked about one id."""
_SOUGHT_LAST = re.compile(r"(SCAN|Seq Scan on) lazsa_(nominations|scorecards)\b")
"""Only of an id that nothing else names is it asked who has nominated and who has scored."""


def test_a_look_up_is_one_statement_by_index(season: Programme) -> None:
    """Each asks the rules, the paths and whether the id is known at once, each part by index.

    What looks whether an import is under way, on SQLite, comes before it.
    """
    panel = Actor("team", "t", "SG")
    season.assign_reviewers("SG", CYCLE, {"rev-1": "pay"}, actor=panel)
    season.open_case("s0", "case-1", actor=Actor("compliance", "c-1"))
    engine = season._runtime.store._asking
    assert season.find("award-2") == season.find("s1")
    for name, ask in LOOK_UPS.items():
        with explained(season, engine) as plans:
            try:
                ask(season)
            except NotFoundError:
                assert name == "badge of one without a path"
        sent = [each for each in plans.told if "lazsa_open_imports" not in each]
        assert len(sent) == 1, name
        [plan] = [plans.told[each] for each in sent]
        through = [line for line in plan if _reads_through(line)]
        assert [line for line in through if not _SOUGHT_LAST.search(line)] == [], name


def test_seating_a_panel_reads_through_no_growing_table(season: Programme) -> None:
    """Who sits, whom they judge and who has nominated these is found by index."""
    team = Actor("team", "t", "SG")
    with explained(season) as plans:
        season.assign_reviewers("SG", CYCLE, {"rev-1": "pay"}, actor=team)
        season.unassign_reviewer("SG", CYCLE, "rev-1", actor=team)
    assert len(plans.told) > 4
    assert plans.scanned() == {}


def test_what_is_due_is_listed_by_index(season: Programme) -> None:
    """A list of what is due costs as much as it names, whatever the planner takes to be due.

    No other process is started for it: that takes longer than a thousand rows.
    """
    with explained(season) as plans:
        assert len(season.due(until=DUE)) == 3 * SELLERS
    assert plans.told
    assert plans.scanned() == {}
    assert not [line for plan in plans.told.values() for line in plan if "Gather" in line]


LISTS: dict[str, Callable[[Programme], object]] = {
    "all": lambda p: p.find_all(limit=5),
    "next page": lambda p: p.find_all(after=f"award-{SELLERS}", limit=5),
    "country": lambda p: p.find_all(country="SG"),
    "state": lambda p: p.find_all(country="SG", state="nominated"),
    "reason": lambda p: p.find_all(reason="not_selected"),
    "unmet": lambda p: p.find_all(country="SG", unmet="gmv"),
    "facts": lambda p: p.find_all(country="SG", facts=("stale", "current")),
    "reviewer": lambda p: p.find_all(country="SG", missing_reviewer="rev-1"),
    "since": lambda p: p.find_all(country="SG", state="nominated", since=DUE),
    "none": lambda p: p.find_all(country="SG", cycle=CYCLE, reason="lapsed"),
    "sellers": lambda p: p.find_sellers(country="SG", after="s1"),
    "today": lambda p: p.today("SG"),
    "facts gaps": lambda p: [p.facts_gaps("SG"), p.facts_gaps("SG", CYCLE)],
    "reviewers": lambda p: p.reviewers("SG", CYCLE),
    "stats": lambda p: p.stats("SG", CYCLE),
    "cases": lambda p: p.cases("SG"),
    "appeals": lambda p: [p.appeals("SG"), p.appeals(unfiled=True)],
    "panel": lambda p: p.panel("SG", CYCLE),
    "panel page": lambda p: p.panel("SG", CYCLE, after="award-1", limit=2),
    "fame": lambda p: [p.hall_of_fame("SG"), p.hall_of_fame("SG", limit=2)],
    "fame page": lambda p: p.hall_of_fame("SG", after="2026-10-01 s1", limit=2),
    "members": lambda p: p.members("SG"),
    "cards": lambda p: p.panel_cards("award-1", actor=Actor("manager", "m")),
    "sellers with facts": lambda p: p.find_sellers(facts=("stale",), without_path=True),
}
"""Lists, each by filters of its own."""


def test_lists_read_through_no_growing_table(season: Programme) -> None:
    """What a country team lists is found by index, whatever the filter."""
    for number, step in ((0, "get_app"), (0, "register"), (1, "get_app")):
        season.reconnect_step(f"s{number}", step, actor=Actor("seller", f"s{number}"))
    season.open_case("s1", "case-1", actor=Actor("compliance", "c-1"))
    season.assign_reviewers("SG", CYCLE, {"rev-1": "pay"}, actor=Actor("team", "t", "SG"))
    with explained(season) as plans:
        for ask in LISTS.values():
            ask(season)
    assert len(plans.told) > len(LISTS)
    assert plans.scanned() == {}


def test_the_relay_reads_through_no_growing_table(season: Programme) -> None:
    """Claim, lease, what the notices are about, and mark: each goes by index."""
    at_night(season).sweep()
    outbox, later = season._runtime.store.outbox(), DUE + timedelta(hours=1)
    with explained(season, outbox._engine) as plans:
        claimed = outbox.claim(DUE, later, 3 * SELLERS, without=("panel",))
        assert len(claimed) >= 2 * SELLERS
        outbox.delivered(claimed[:1], "file", DUE)
        outbox.failed(claimed[1:2], "451", later)
        assert outbox.next_at() is not None
    assert len(plans.told) > 4
    assert plans.scanned() == {}


def test_what_is_due_is_counted_by_index(season: Programme) -> None:
    """What a sweep and a rehearsal count first costs as much as is due, not as there are timers."""
    store = season._runtime.store
    at_night(season)
    with explained(season) as plans:
        assert season.due_by_country(DUE) == {"SG": 3 * SELLERS}
        overdue = store.overdue_timers(DUE)
        earlier = store.overdue_timers(DUE, CYCLE)
    assert [each for each in overdue if each not in earlier] != []
    lines = [line for plan in plans.told.values() for line in plan]
    assert [line for line in lines if "lazsa_timers_book" in line] == []
    assert plans.scanned() == {}


def test_a_rehearsal_copies_by_numbers_of_the_columns_type(season: Programme) -> None:
    """PostgreSQL hashes an array of the column's type; of any other it compares each element."""
    store = season._runtime.store
    with explained(season, store._reading) as plans:
        assert len(season.rehearse(on=CYCLE).outcomes) == SELLERS
    arrays = {
        kind for plan in plans.told.values() for line in plan for kind in _ARRAY.findall(line)
    }
    assert arrays == (set() if store._engine.dialect.name == "sqlite" else {"bigint", "text"})


_ARRAY = re.compile(r"ANY \('\{[^}]*\}'::(\w+)\[\]\)")


def test_an_idle_look_reads_through_no_growing_table(season: Programme) -> None:
    """The doorbell's question, and a sweep of nothing, each step one look-up in an index."""
    with explained(season) as plans:
        assert season.next_due() is not None
        assert season.sweep() == SweepResult()
    assert plans.told
    assert plans.scanned() == {}


def test_the_newest_record_is_found_without_reading_the_journal(season: Programme) -> None:
    """What the doctor compares the clock with is read from the end of the journal alone."""
    with explained(season) as plans:
        assert season._runtime.store.latest_record() == season.clock.now()
    assert plans.scanned() == {}
    [plan] = [plan for statement, plan in plans.told.items() if "lazsa_journal" in statement]
    assert [line for line in plan if "(rowid=?)" in line or "Tid Range Scan" in line]


def test_what_a_night_asks_reads_through_no_growing_table(season: Programme) -> None:
    """Requests that wait, reminders, the first path of a date, and what is pending of a night."""
    record_night_rule(season, required=True)
    operator = Actor("operator", "o-1")
    season.pause(actor=operator)
    number = season.request_command("resume", {}, actor=operator).number
    season.request_command("resume", {"reason": "checked"}, actor=operator)
    season.refuse_request(number, actor=Actor("operator", "o-2"), reason="not yet")
    season.resume(actor=operator)
    season.save_rehearsal("october", on=CYCLE, actor=operator)
    for id_ in ("m-1", "m-2"):
        season.approve_night("october", actor=Actor("manager", id_))
    at_night(season).start_night("october", actor=operator)
    with explained(season) as plans, season._runtime.store.begin(write=False) as transaction:
        assert len(transaction.requests(ended=False)) == 1
        assert transaction.night_reminders([CYCLE]) == set()
        assert transaction.first_path_due("SG", DUE) == 1
        assert transaction.count_night("SG", DUE) == SELLERS
        [run] = transaction.night_runs(CYCLE)
        connection = transaction._connection
        assert night_runs.countries_waiting(connection, run) == {"SG"}
        assert night_runs.paths_waiting(connection, [1, 2], DUE) == {1, 2}
        assert connection.scalars(night_runs.UNDER_WAY).all() == [run.id]
    assert len(plans.told) > 6
    assert plans.scanned() == {}


def pause_a_country(season: Programme) -> None:
    """Pause a country."""
    season.pause(actor=Actor("operator", "o-1"), country="TH")


def pause_a_date(season: Programme) -> None:
    """Pause a date of a country."""
    season.pause(actor=Actor("operator", "o-1"), country="TH", cycle=CYCLE)


def let_the_night_wait(season: Programme) -> None:
    """Let no cycle date begin without two persons."""
    record_night_rule(season, required=True)


@pytest.mark.parametrize("hold", [pause_a_country, pause_a_date, let_the_night_wait])
def test_what_is_passed_by_is_looked_up_by_path(
    season: Programme, hold: Callable[[Programme], None]
) -> None:
    """Whether a path is under a pause, or of a night that waits, is read of its own timers.

    Never of all those of the country or of the night, which each due timer would read once more.
    """
    hold(season)
    with explained(season) as plans:
        at_night(season).sweep()
        season.next_due()
    assert plans.scanned() == {}
    asked = [plan for plan in plans.told.values() if any(map(_EARLIER.search, plan))]
    assert len(asked) >= 2
    for plan in asked:
        for number in (number for number, line in enumerate(plan) if _EARLIER.search(line)):
            assert any(map(_BY_PATH.search, plan[number : number + 4])), plan


_EARLIER = re.compile(r"(SEARCH|Scan .*on lazsa_timers) earlier")
_BY_PATH = re.compile(r"\(path_id=\?\)$|lazsa_timers_pkey")


def test_a_scan_would_be_found(season: Programme) -> None:
    """The tests above can fail: a question that no index answers is seen."""
    with explained(season) as plans, season._runtime.store.begin() as transaction:
        transaction.subjects_recorded("case", "open")
    assert len(plans.scanned()) == 1
