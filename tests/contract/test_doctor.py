"""Doctor finds what is broken in a database, names it, and finds nothing in a sound one."""

from __future__ import annotations

import random
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.application import AwardApplication
from lazsa_flow.award.programme import Programme
from lazsa_flow.award.store.store import AwardStore
from lazsa_flow.clock import VirtualClock
from lazsa_flow.runner.doctor import examine
from lazsa_flow.service.runtime import Runtime
from lazsa_flow.store.host_transaction import BoundStore
from tests import row_harm
from tests.examined import faults, shipped, undone
from tests.golden.schemas import HINT, SNAPSHOTS, made_by_migrations
from tests.row_harm import KINDS, defenceless
from tests.schema_harm import ALTERATIONS, drop, harms
from tests.sound import OPERATOR, make_sound

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import sqlalchemy as sa

SAMPLE = 3
"""How many objects of each kind are dropped here; ``./dev chaos doctor`` drops them all."""
SEED = 1
OF_ITS_OWN = (
    *(row_harm.malformed_instant, row_harm.malformed_date, row_harm.malformed_spans),
    *(row_harm.deleted_timers, row_harm.shifted_instant, row_harm.dangling_row),
)
"""Harm that is looked for on PostgreSQL by statements of its own, or in parts."""


def pending(connection: sa.Connection) -> list[tuple[Any, ...]]:
    """Return every timer that waits, but for whether it was set again."""
    query = (
        "SELECT path_id, name, due_at, due_on, zone, country, book_on, status FROM lazsa_timers"
        " WHERE status IN ('pending', 'parked') ORDER BY 1, 2, 3"
    )
    return [tuple(row) for row in connection.exec_driver_sql(query)]


@pytest.fixture(scope="module")
def sound(make: Callable[[], str]) -> tuple[str, datetime]:
    """A sound database in the midst of grace, and the instant at which it stands."""
    url = make()
    return url, make_sound(url, SEED)


def test_a_sound_database_has_no_fault(sound: tuple[str, datetime], dialect: str) -> None:
    """Suspended cycles, grace, parked and paused paths, entries and trainers: all is sound."""
    url, now = sound
    found = list(examine(url, None, None, clock=VirtualClock(now)))
    assert [each for each in found if each.status == "fault"] == []
    checks = {each.name for each in found}
    assert {"schema", "storage", "references", "dates", "words", "timers", "instants"} <= checks
    assert ("SQLite" in checks, "disk" in checks, "file" in checks) == (dialect == "sqlite",) * 3
    assert ("sequences" in checks) is (dialect == "postgresql")


def test_the_snapshot_is_what_the_migrations_make(make: Callable[[], str], dialect: str) -> None:
    """Databases are compared with what the migrations of this release make."""
    assert made_by_migrations(make()) == (SNAPSHOTS / f"{dialect}.json").read_text("utf-8"), HINT


@pytest.mark.parametrize("kind", ["table", "column", "constraint", "index", "trigger"])
def test_what_is_dropped_is_named(sound: tuple[str, datetime], dialect: str, kind: str) -> None:
    """Every object of the schema that is missing is named."""
    url, now = sound
    every = [harm for harm in harms(dialect) if harm.kind == kind]
    for harm in random.Random(SEED).sample(every, min(SAMPLE, len(every))):
        with undone(url) as connection:
            drop(connection, harm)
            told = faults(connection, now, "schema")
        assert any(harm.told in each for each in told), (harm, told)


def test_what_is_altered_is_named(sound: tuple[str, datetime], dialect: str) -> None:
    """An object that has its name and not its definition is named: disabled triggers, too."""
    url, now = sound
    for name, statements in ALTERATIONS[dialect].items():
        with undone(url) as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
            told = faults(connection, now, "schema")
        assert any(f"{name} " in each and "was altered" in each for each in told), (name, told)


def test_harm_to_rows_is_named(sound: tuple[str, datetime], dialect: str) -> None:
    """Each kind of harm is named, with the rows."""
    url, now = sound
    for plant in KINDS if dialect == "sqlite" else OF_ITS_OWN:
        with undone(url) as connection:
            defenceless(connection)
            named = plant(connection, random.Random(SEED))
            told = " | ".join(faults(connection, now)).replace('"', "'")
        for name in named:
            assert name in told, plant.__name__


def test_what_was_lost_or_shifted_is_put_right(sound: tuple[str, datetime]) -> None:
    """``replan_timers`` sets each timer to where it was, in one journaled step for each path."""
    url, now = sound
    chance = random.Random(SEED)
    with undone(url) as connection, closing(AwardStore(url)) as own:
        before = pending(connection)
        for plant in (row_harm.deleted_timer, row_harm.shifted_instant, row_harm.other_zone) * 2:
            plant(connection, chance)
        programme = Programme(
            Runtime(
                BoundStore(connection, like=own), shipped(), VirtualClock(now), AwardApplication()
            )
        )
        planned = programme.replan_timers(actor=OPERATOR)
        row = programme.history(planned[0].path)[-1]
        assert (row["trigger"], row["reason"]) == (None, "timers_replanned")
        assert row["actor"] == str(OPERATOR)
        assert programme.replan_timers(actor=OPERATOR) == []
        assert pending(connection) == before
        assert faults(connection, now) == []
