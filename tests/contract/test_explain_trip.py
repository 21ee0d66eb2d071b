"""Questions and commands read what they need at once, by few statements in one round trip."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import psycopg
import sqlalchemy as sa

from lazsa_flow.lifecycle.model import Actor
from tests.factories import CYCLE, facts, record_facts

if TYPE_CHECKING:
    import pytest

    from lazsa_flow.award.programme import Programme

FACTS_ON = date(CYCLE.year, 5, 31)


def watch_queries(programme: Programme, patch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """Return where queries will stand as they run, each with whether it waited for an answer."""
    engine, asked = programme._runtime.store._engine, list[tuple[str, bool]]()

    def add(text: str, *, alone: bool) -> None:
        if text.startswith("SELECT") and "lazsa_open_imports" not in text:  # SQLite's own look-up
            asked.append((text, alone))

    if engine.dialect.name == "sqlite":
        sa.event.listen(
            engine,
            "checkout",
            lambda driver, *_: driver.set_trace_callback(lambda text: add(text, alone=False)),
        )
        return asked
    execute: Any = psycopg.Cursor.execute

    def watched(self: Any, query: Any, *args: Any, **options: Any) -> Any:
        add(str(query), alone=self.connection._pipeline is None)
        return execute(self, query, *args, **options)

    patch.setattr(psycopg.Cursor, "execute", watched)
    return asked


def test_an_explanation_takes_one_round_trip(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Path, evidence and whether the rules still hold are asked for together, of an open path.

    A seller's latest path is looked up before; no connection is taken twice.
    """
    programme: Programme = play()
    record_facts(programme, [facts(seller="s1", as_of=FACTS_ON)])
    path = programme.nominate("s1", actor=Actor("employee", "e-1"), statement="helps").path
    told = programme.explain(path)
    asked = watch_queries(programme, monkeypatch)
    assert programme.explain(path) == told
    assert len(asked) == 2
    assert not any(alone for _, alone in asked)
    asked.clear()
    assert programme.explain("s1") == told
    assert len(asked) <= 4


def test_a_nomination_reads_in_two_round_trips(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is recorded comes by three statements in one trip, the numbers of its rows by one."""
    programme: Programme = play()
    record_facts(programme, [facts(seller=each, as_of=FACTS_ON) for each in ("s1", "s2")])
    nominator = Actor("employee", "e-1")
    programme.nominate("s1", actor=nominator, statement="helps", key="k1")
    asked = watch_queries(programme, monkeypatch)
    programme.nominate("s2", actor=nominator, statement="helps", key="k2")
    together, alone = [[text for text, alone in asked if alone is each] for each in (False, True)]
    if programme._runtime.store._engine.dialect.name == "sqlite":
        assert len(together) == 5
    else:
        assert (len(together), len(alone)) == (3, 1)
        assert "nextval" in alone[0]
