"""Does the audit see what a fault could do? Who finds everything in order judges nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from lazsa_flow.store import schema
from lazsa_flow.store.connect import connect
from tests.chaos.audit import Snapshot, audit, undisturbed
from tests.chaos.population import fill_backlog

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def done(tmp_path: Path) -> tuple[str, Snapshot]:
    """A small population for which all is done, and what came of it."""
    url = f"sqlite:///{tmp_path / 'lazsa.db'}"
    fill_backlog(url, 6)
    return url, undisturbed(url)


def tamper(url: str, statement: Any) -> None:
    """Do to a database what no command does, its triggers being gone."""
    engine = connect(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for name in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).scalars():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.execute(statement)
    engine.dispose()


def test_what_nothing_disturbed_holds(done: tuple[str, Snapshot]) -> None:
    """A run that nothing disturbed loses and doubles nothing."""
    assert audit(*done).holds


def test_a_lost_move_is_found(done: tuple[str, Snapshot]) -> None:
    """A journal row that is gone is lost, and the journal no longer leads to the state."""
    journal = schema.journal
    tamper(done[0], sa.delete(journal).where(journal.c.path_id == 1, journal.c.seq == 4))
    found = audit(*done)
    assert found.lost == 1
    assert "does not verify" in str(found.problems)


def test_a_lost_notice_is_found(done: tuple[str, Snapshot]) -> None:
    """A notice that is gone is lost."""
    outbox = schema.outbox
    tamper(done[0], sa.delete(outbox).where(outbox.c.path_id == 1, outbox.c.kind == "awarded"))
    assert audit(*done).lost == 1


def test_a_doubled_notice_is_found(done: tuple[str, Snapshot]) -> None:
    """A notice that nobody had to write is doubled."""
    columns = [column for column in schema.outbox.columns if column.name != "key"]
    one = sa.select(sa.literal("again"), *columns).where(schema.outbox.c.kind == "awarded").limit(1)
    names = ["key", *(column.name for column in columns)]
    tamper(done[0], sa.insert(schema.outbox).from_select(names, one))
    assert audit(*done).doubled == 1


def test_another_outcome_is_found(done: tuple[str, Snapshot]) -> None:
    """A timer that is pending again is told, and stands unexplained in the books."""
    timers = schema.timers
    fired = (timers.c.path_id == 1) & (timers.c.name == "grace_end")
    tamper(done[0], sa.update(timers).where(fired).values(status="pending", seq=None))
    problems = str(audit(*done).problems)
    assert "1 timers ended otherwise" in problems
    assert "unexplained" in problems


def test_an_early_move_is_found(done: tuple[str, Snapshot]) -> None:
    """A move that was recorded before it took effect is told."""
    journal = schema.journal
    award = (journal.c.path_id == 1) & (journal.c.trigger == "award")
    early = sa.update(journal).where(award).values(recorded_at=sa.text("'2020-01-01'"))
    tamper(done[0], early)
    assert "1 moves were recorded before" in str(audit(*done).problems)
