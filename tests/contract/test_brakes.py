"""Every writer asks the brakes in its own transaction: pauses, clock, schema, lifecycle tables.

Each database here has years of work due: sellers who were nominated in 2020.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.config import Config
from lazsa_flow.errors import (
    ClockError,
    ConflictError,
    InputError,
    LazsaError,
    NotFoundError,
    PausedError,
    SchemaError,
)
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.runner.in_process import LocalRunner
from lazsa_flow.store.connect import connect
from lazsa_flow.store.schema_revision import HEAD
from tests.chaos.population import START, fill_backlog
from tests.factories import facts, record_facts
from tests.servers import copy_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lazsa_flow.engine.sweep_result import ChunkResult

NOW = START.replace(year=START.year + 4)
OPERATOR = Actor("operator", "ops-1")
APRIL = date(2020, 4, 1)
SELLERS = 72
CHUNK = 5


@pytest.fixture(scope="session")
def backlog(make: Callable[[], str]) -> str:
    """A database with years of work due."""
    fill_backlog(url := make(), SELLERS)
    return url


@pytest.fixture
def due(backlog: str, make: Callable[[], str]) -> str:
    """A copy of it."""
    copy_database(backlog, url := make())
    return url


@pytest.fixture
def programme(due: str) -> Iterator[Programme]:
    """The programme, years late."""
    with Programme.open(due, clock=VirtualClock(NOW)) as opened:
        yield opened


def execute(url: str, statement: str) -> None:
    """Run a statement past the library."""
    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


def states(programme: Programme, country: str) -> Counter[str]:
    """Count a country's paths by state."""
    with programme._runtime.store.begin(write=False) as transaction:
        paths = transaction.paths_in("award", [state.name for state in AWARD.states])
    return Counter(path.state for path in paths if path.country == country)


def pausing(due: str, **scope: Any) -> Callable[[ChunkResult], bool]:
    """Return what lets another process pause as soon as one chunk has fired."""
    chunks: list[ChunkResult] = []

    def done(did: ChunkResult) -> bool:
        chunks.append(did)
        if len(chunks) == 1:
            with Programme.open(due, clock=VirtualClock(NOW)) as elsewhere:
                elsewhere.pause(actor=OPERATOR, reason="wrong facts", **scope)
        return False

    return done


# -- pauses


def test_a_night_under_way_stops_with_the_chunk_in_hand(programme: Programme, due: str) -> None:
    """A pause is obeyed by the next chunk, whoever committed it, and lifted by nobody else."""
    assert programme.sweep(chunk=CHUNK, done=pausing(due)).total <= CHUNK
    assert programme.sweep().total == 0
    assert (programme.paused(), programme.next_due()) == (True, None)
    programme.resume(actor=OPERATOR)
    assert programme.sweep().total > 5 * CHUNK
    assert not [book for book in programme.books() if book.unexplained]


def test_the_runner_in_one_process_stops_with_the_chunk_in_hand(due: str) -> None:
    """What ``run`` and every worker do with a message asks for itself."""
    clock = VirtualClock(NOW)
    with Programme.open(due, clock=clock) as programme, LocalRunner(programme) as runner:
        programme.pause(actor=OPERATOR, reason="night")
        runner.wake()
        runner.wait()
        assert programme.states() == {"nominated": SELLERS}
        programme.resume(actor=OPERATOR)
        runner.wake()
        runner.wait()
        assert "nominated" not in programme.states()


@pytest.mark.parametrize(
    ("scope", "stopped"),
    [
        ({"country": "PH"}, {"PH"}),
        ({"country": "PH", "cycle": APRIL}, {"PH"}),
        ({"cycle": APRIL}, {"SG", "MY", "ID", "PH", "TH", "VN"}),
    ],
)
def test_a_part_is_paused_alone(
    programme: Programme, scope: dict[str, Any], stopped: set[str]
) -> None:
    """A country's or a cycle date's timers wait, with whatever follows them on their paths."""
    programme.pause(actor=OPERATOR, reason="facts of one country", **scope)
    programme.sweep(chunk=CHUNK)
    for country in ("SG", "PH"):
        left = states(programme, country)
        waits = left["nominated"] + left["under_review"]
        assert bool(waits) == (country in stopped), (country, left)
    if "cycle" in scope and len(stopped) == 1:
        assert states(programme, "PH")["under_review"]  # what fell due before, in other books
    programme.resume(actor=OPERATOR, **scope)
    programme.sweep()
    assert not states(programme, "PH")["under_review"]
    assert not [book for book in programme.books() if book.unexplained]


def test_what_follows_a_paused_timer_on_its_path_waits_too(programme: Programme) -> None:
    """Within a path the order holds: no later timer fires before one that is paused."""
    october = date(2019, 10, 1)  # in its books review opens
    programme.pause(actor=OPERATOR, reason="x", cycle=october)
    assert programme.sweep().total == 0
    assert programme.states() == {"nominated": SELLERS}


def test_a_pause_says_who_since_when_and_why(programme: Programme) -> None:
    """Pauses are listed with all that is known of them; lifted ones, too, on demand."""
    first = programme.pause(actor=OPERATOR, reason="wrong facts", country="PH", key="k-1")
    assert first == programme.pause(actor=OPERATOR, reason="wrong facts", country="PH", key="k-1")
    again = programme.pause(actor=Actor("operator", "ops-2"), reason="other", country="PH")
    assert again == first  # one that stands is not made twice
    assert [str(each) for each in programme.pauses()] == [
        f"PH, since {NOW:%Y-%m-%d %H:%M} UTC by operator:ops-1: wrong facts"
    ]
    assert not programme.paused()
    programme.resume(actor=Actor("operator", "ops-2"), reason="facts are right", country="PH")
    assert programme.pauses() == []
    [lifted] = programme.pauses(lifted=True)
    assert (lifted.lifted_by, lifted.lifted_reason) == ("operator:ops-2", "facts are right")
    assert lifted.lifted_at == NOW


def test_what_is_not_paused_cannot_be_resumed(programme: Programme) -> None:
    """Whoever resumes something else than was paused is told what is."""
    programme.pause(actor=OPERATOR, reason="all")
    with pytest.raises(ConflictError, match="in force: everything"):
        programme.resume(actor=OPERATOR, country="PH")
    assert programme.paused()
    programme.pause(actor=OPERATOR, paused=False)
    assert not programme.paused()
    programme.pause(actor=OPERATOR, paused=False)  # nothing to do


@pytest.mark.parametrize(
    ("scope", "error"),
    [
        ({"country": "XX"}, NotFoundError),
        ({"cycle": date(2020, 4, 2)}, InputError),
        ({"reason": "a\0b"}, InputError),
    ],
)
def test_a_pause_of_what_there_is_not_is_refused(
    programme: Programme, scope: dict[str, Any], error: type[Exception]
) -> None:
    """A mistyped country or cycle date would pause nothing at all."""
    with pytest.raises(error):
        programme.pause(**{"actor": OPERATOR, "reason": "x", **scope})
    assert programme.pauses() == []


def test_a_command_that_needs_an_overdue_timer_is_refused_while_it_is_paused(
    programme: Programme,
) -> None:
    """The path is named; compliance's commands are carried out, and so are those on other paths."""
    programme.pause(actor=OPERATOR, reason="x", country="SG")
    (path,) = programme.paths("s0")
    with pytest.raises(PausedError) as raised:
        programme.fire(path.ref, "withdraw", actor=Actor("seller", "s0"), reason="nominee")
    assert (raised.value.path, raised.value.scope) == (path.ref, "SG")
    assert programme.find(path.ref).state == "nominated"
    compliance = Actor("compliance", "com-1")
    programme.fire(path.ref, "disqualify", actor=compliance, reason="code_of_conduct")
    assert programme.find(path.ref).state == "declined"
    (other,) = programme.paths("s6")
    assert other.country == "MY"
    with pytest.raises(LazsaError, match=r"an overdue timer fired|overdue timers fired") as fired:
        programme.fire(other.ref, "withdraw", actor=Actor("seller", "s6"), reason="nominee")
    assert fired.value.fired > 0
    assert programme.find(other.ref).state != "nominated"


# -- the clock


def test_nothing_fires_ahead_of_the_clock(due: str) -> None:
    """``now`` chooses among what is due already; an instant to come is refused."""
    clock = VirtualClock(START)
    with Programme.open(due, clock=clock) as programme:
        with pytest.raises(InputError, match="not later than now"):
            programme.sweep(now=NOW)
        assert programme.sweep(now=START + timedelta(seconds=29)).total == 0
        clock.move_to(NOW)
        assert programme.sweep(now=START).total == 0
        assert programme.sweep(now=NOW - timedelta(days=1200)).total > 0
        recorded = {row["recorded_at"] for row in programme.journal() if row["seq"] > 1}
        assert recorded == {NOW.isoformat().replace("+00:00", ".000000Z")}


@pytest.mark.parametrize("behind", [timedelta(hours=1), timedelta(days=400)])
def test_a_clock_that_was_set_back_writes_nothing(
    programme: Programme, due: str, behind: timedelta
) -> None:
    """What is on record of a path is not followed by what was recorded before it."""
    programme.sweep()
    sitting = next(path for path in _open(programme) if path.state == "retired" or path.seq > 2)
    before = list(programme.journal())
    with Programme.open(due, clock=VirtualClock(NOW - behind)) as late:
        for write in (
            lambda: late.fire(
                sitting.ref, "revoke_standing", actor=Actor("compliance", "c"), reason="x"
            ),
            lambda: late.move_country(sitting.subject, "TH", actor=Actor("host", "h")),
        ):
            with pytest.raises(ClockError, match="behind"):
                write()
    assert list(programme.journal()) == before


def _open(programme: Programme) -> list[Any]:
    with programme._runtime.store.begin(write=False) as transaction:
        paths = transaction.paths_in("award", [state.name for state in AWARD.states])
    return list(paths)


def test_a_clock_a_little_behind_records_in_order(due: str) -> None:
    """Two machines' clocks stand seconds apart: rows of a path are in order all the same."""
    with (
        Programme.open(due, clock=VirtualClock(NOW)) as first,
        Programme.open(due, clock=VirtualClock(NOW - timedelta(seconds=20))) as second,
    ):
        (path,) = first.paths("s0")
        first.sweep(chunk=CHUNK, done=lambda did: True)
        second.sweep()
        rows = first.history(path.ref)
        assert len(rows) > 2
        recorded = [row["recorded_at"] for row in rows]
        assert recorded == sorted(recorded)
        effective = [row["effective_at"] for row in rows]
        assert effective == sorted(effective)


# -- schema and tables


def test_a_schema_of_another_release_stops_an_open_programme(
    programme: Programme, due: str
) -> None:
    """A process that was forgotten over an upgrade writes nothing, until all is as it was."""
    execute(due, "UPDATE lazsa_alembic_version SET version_num = '9999'")
    actor = Actor("seller", "s0")
    (path,) = programme.paths("s0")
    for write in (
        programme.sweep,
        programme.next_due,
        lambda: programme.fire(path.ref, "withdraw", actor=actor, reason="nominee"),
        lambda: programme.nominate("s0", actor=Actor("employee", "e"), statement="x"),
        programme.purge,
        lambda: programme._runtime.store.outbox().claim(NOW, NOW, 10),
    ):
        with pytest.raises(SchemaError, match="9999"):
            write()
    execute(due, f"UPDATE lazsa_alembic_version SET version_num = '{HEAD}'")
    assert programme.sweep().moved


def test_a_table_that_differs_fires_nothing_of_its_lifecycle(due: str) -> None:
    """An old worker beside a new one does no harm; the new one's migration says what changed."""
    edges = tuple(edge for edge in AWARD.edges if edge.trigger != "close_account")
    changed = replace(AWARD, edges=edges)
    old, new = Config.load(lifecycles=[AWARD]), Config.load(lifecycles=[changed])
    with Programme.open(due, config=old, clock=VirtualClock(NOW)) as worker:
        told = Programme.migrate(due, config=new, clock=VirtualClock(NOW))
        assert any("close_account" in line and "removed" in line for line in told.tables["award"])
        assert worker.sweep().total == 0
        assert worker.next_due() is None
        (path,) = worker.paths("s0")
        with pytest.raises(SchemaError, match="lifecycle award"):
            worker.fire(path.ref, "withdraw", actor=Actor("seller", "s0"), reason="nominee")
        with Programme.open(due, config=new, clock=VirtualClock(NOW)) as upgraded:
            assert upgraded.sweep().moved
        assert Programme.migrate(due, config=new, clock=VirtualClock(NOW)).tables["award"] == ()


def test_a_seller_of_any_name_lifts_no_pause(programme: Programme) -> None:
    """Pauses are no records about sellers: whoever is called as they once were says nothing."""
    name = "programme:timers"
    record_facts(programme, [facts(seller=name)])
    programme.pause(actor=OPERATOR, reason="x")
    programme.consent(name, given=True, actor=Actor("seller", name))
    assert (programme.paused(), programme.sweep().total) == (True, 0)
