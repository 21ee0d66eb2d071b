"""Counted timers on either store: their sums say what pends, whoever has set or ended it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.runner.doctor.registry import examine
from lazsa_flow.store import migrate, schema_revision, timer_counts
from lazsa_flow.store.connect import connect
from tests.chaos.population import fill_backlog
from tests.contract.conftest import START
from tests.contract.test_flows import programme_rows, stand_at, url_of_store
from tests.contract.test_path_statistics import SEPTEMBER, candidate, step
from tests.contract.test_verify import tamper
from tests.factories import failure, midnight, timer, utc

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from lazsa_flow.award.store.store import AwardStore
    from lazsa_flow.config import Config

HOST, OPERATOR = Actor("host", "h"), Actor("operator", "op")
SELLERS = 14


def differences(store: Any) -> list[str]:
    """Return what is counted otherwise than it pends."""
    with store.begin(write=False) as transaction:
        return list(map(str, transaction.inspect().timer_counts()))


def sums(url: str) -> Counter[tuple[Any, ...]]:
    """Return the counts of a database, added up by place."""
    found: Counter[tuple[Any, ...]] = Counter()
    for _, *place, timers in programme_rows(url, "lazsa_timer_counts"):
        found[tuple(place)] += timers
    return Counter({place: timers for place, timers in found.items() if timers})


def test_they_are_what_the_migration_counts(make: Callable[[], str], config: Config) -> None:
    """Openings, sweeps, single fires and moves to another country are counted as they are made.

    The same database without them gets the same by its migration, and shows the same picture.
    """
    fill_backlog(url := make(), SELLERS)
    clock = VirtualClock(utc(2020, 2, 20))
    with Programme.open(url, config=config, clock=clock) as programme:
        store, pending = programme._runtime.store, set()
        for month in ("2020-02", "2020-03", "2020-04", "2021-05", "2022-04"):
            clock.move_to(datetime.fromisoformat(f"{month}-20T00:00+00:00"))
            programme.sweep()
            assert differences(store) == [], month
            pending |= {(state, name) for _, _, state, _, name in sums(url)}
            if month == "2020-03":
                found = programme.find_all(limit=99).rows
                for subject in sorted(each.subject for each in found)[:4]:
                    programme.move_country(subject, "TH", actor=HOST)
                assert differences(store) == []
                assert any(country == "TH" for _, country, *_ in sums(url))
        shown = programme.picture()
    assert pending >= {("nominated", "cycle_date"), ("under_review", "cycle_date")}
    assert {state for state, _ in pending} >= {"awarded", "renewed", "renewal_due"}
    written = sums(url)
    assert written
    engine = connect(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE lazsa_timer_counts")
        connection.exec_driver_sql("DROP INDEX lazsa_paths_entered")
        stand_at(connection, "0020")
    migrate.upgrade(engine, "0021")
    with engine.begin() as connection:
        stand_at(connection, schema_revision.HEAD)
    engine.dispose()
    assert sums(url) == written
    with Programme.open(url, config=config, clock=clock) as programme:
        assert programme.picture() == shown


def test_a_timer_that_is_kept_counts_in_the_new_state(store: AwardStore) -> None:
    """One row takes it off where its path was, and one adds it where its path is."""
    stands, due = candidate(store, 1), timer("cycle_date", path_id=1)
    after = replace(stands, seq=3, state="awarded")
    with store.begin() as transaction:
        transaction.write_chunk([step(stands, after, SEPTEMBER, "award", kept=(due,))])
    assert differences(store) == []
    with store.read_statistics("award") as statistics:
        assert [(each.state, each.times) for each in statistics.count_pending_timers()] == [
            ("awarded", 1)
        ]


def test_parked_timers_do_not_count_until_they_go_on(store: AwardStore) -> None:
    """One that was set while its path was parked counts once."""
    stands, due = candidate(store, 1), timer("cycle_date", path_id=1)
    with store.begin() as transaction:
        transaction.set_aside(failure(due))
    assert differences(store) == []
    with store.begin() as transaction:
        transaction.set_timer(timer("due_date", midnight(date(2027, 4, 1)), path_id=1))
        parked = replace(stands, parked=True, seq=3)
        # the same timer again stays parked
        transaction.write_chunk([step(stands, parked, SEPTEMBER, None, scheduled=(due,))])
    assert differences(store) == []
    with store.begin() as transaction:
        assert transaction.unpark(1) == 2
    assert differences(store) == []
    with store.read_statistics("award") as statistics:
        assert sorted(each.name for each in statistics.count_pending_timers()) == [
            "cycle_date",
            "due_date",
        ]


def test_a_timer_that_is_over_is_not_set_again(store: AwardStore) -> None:
    """One of the same path, name and instant that has ended stays as it is, and is not counted."""
    stands, due = candidate(store, 1), timer("cycle_date", path_id=1)
    refused = replace(stands, seq=3)
    with store.begin() as transaction:
        ended = due.ended("refused", 3)
        transaction.write_chunk([step(stands, refused, due.due_at, None, fired=ended)])
    again = replace(refused, seq=4)
    late = midnight(date(2027, 4, 1))
    assert late > due.due_at
    with store.begin() as transaction:
        transaction.write_chunk([step(refused, again, late, None, scheduled=(due,))])
    assert differences(store) == []
    with store.read_statistics("award") as statistics:
        assert statistics.count_pending_timers() == []


def test_a_timer_is_set_and_cancelled_alone(store: AwardStore) -> None:
    """What a command sets beside a move counts, too; a reminder never does."""
    candidate(store, 1)
    with store.begin() as transaction:
        transaction.set_timer(timer("cycle_date", midnight(date(2027, 4, 1)), path_id=1))
        transaction.set_timer(timer("note", midnight(date(2027, 4, 1)), path_id=1, decides=False))
    assert differences(store) == []
    with store.begin() as transaction:
        transaction.cancel_timer(1, "cycle_date")
    assert differences(store) == []
    assert sum(sums(url_of_store(store)).values()) == 0


def test_a_sweep_replaces_many_rows_by_their_sums(
    make: Callable[[], str], config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read stays small; the sums are the same."""
    fill_backlog(url := make(), SELLERS)
    clock = VirtualClock(utc(2020, 3, 20))
    with Programme.open(url, config=config, clock=clock) as programme:
        programme.sweep()
        store, before = programme._runtime.store, sums(url)
        assert len(programme_rows(url, "lazsa_timer_counts")) > len(before) > 0
        monkeypatch.setattr(timer_counts, "MOST_ROWS", 3)
        with store.begin() as transaction:
            transaction.claim(clock.now(), 1)
        assert sums(url) == before
        assert len(programme_rows(url, "lazsa_timer_counts")) == len(before)
        clock.move_to(utc(2020, 4, 20))
        programme.sweep()
        assert differences(store) == []


def test_doctor_names_counts_that_differ_and_replan_puts_them_right(
    make: Callable[[], str], config: Config
) -> None:
    """Rows that were changed, removed or added are told by place, and no longer after replan."""
    fill_backlog(url := make(), SELLERS)
    with Programme.open(url, config=config, clock=VirtualClock(START)) as programme:
        tamper(
            programme,
            "UPDATE lazsa_timer_counts SET timers = timers + 2 WHERE id ="
            " (SELECT min(id) FROM lazsa_timer_counts WHERE country = 'SG')",
            "DELETE FROM lazsa_timer_counts WHERE country = 'MY'",
        )
        told = differences(programme._runtime.store)
        assert told[-1].startswith("award SG: ")
        assert all(" 0 counted, " in each for each in told if each.startswith("award MY"))
        assert len(told) > 1
        [check] = [
            each
            for each in examine(url, None, None, clock=VirtualClock(START))
            if each.name == "timers" and each.status == "warning"
        ]
        assert told[0] in check.found
        assert programme.replan_timers(actor=OPERATOR) == []
        assert differences(programme._runtime.store) == []
