"""A row of a table that does not ship is read back from its own text before it is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.entry import ENTRY
from lazsa_flow.award.lifecycles.trainer import TRAINER
from lazsa_flow.clock import VirtualClock
from lazsa_flow.engine import journal
from lazsa_flow.engine.batch import codegen
from lazsa_flow.engine.journal_check import read_back
from lazsa_flow.engine.sweep import sweep
from lazsa_flow.engine.sweep_result import SweepResult
from lazsa_flow.errors import JournalError
from tests.factories import CYCLE, guard, midnight, path, rulebook, table, timer
from tests.fakes import MemoryStore

DUE = midnight(CYCLE)


@pytest.mark.parametrize(
    "text", [b"{", b"", b'{"a":NaN}', b'{"a":1e400}', b'{"b":1,"a":1}', b"\xff\xff"]
)
def test_what_does_not_read_back_is_refused(text: bytes) -> None:
    """No JSON, no number, another order, or no text at all."""
    with pytest.raises(JournalError, match="nothing was written"):
        read_back("door-1", 2, text, "0" * 64)


def test_another_hash_is_refused() -> None:
    """The text reads back, and the hash is another's."""
    with pytest.raises(JournalError, match="it does not read back as it is"):
        read_back("door-1", 2, b'{"a":1}', "0" * 64)


@pytest.mark.parametrize(
    ("rereads", "reads"), [(True, None), (True, frozenset[str]()), (False, None)]
)
def test_a_row_that_would_not_verify_sets_its_path_aside(
    monkeypatch: pytest.MonkeyPatch, rereads: bool, reads: frozenset[str] | None
) -> None:
    """Were the writing of verdicts ever at fault, nothing of it would reach the journal."""

    def broken(names: tuple[str, ...]) -> Any:
        return lambda findings: "[NaN]" if list(findings) else "[]"

    monkeypatch.setattr(journal, "writer", broken)
    monkeypatch.setattr(codegen, "writer", broken)
    store = MemoryStore(paths={1: path("ajar", lifecycle="door")})
    store.slots["door", "seller-1"] = 1
    store.timers.append(timer())
    ready = replace(guard(), reads=reads)
    rules = rulebook(table(guards={"ready": ready}, rereads_rows=rereads))
    swept = sweep(store, rules, VirtualClock(DUE))
    assert swept == (SweepResult(failed=1) if rereads else SweepResult(moved=1))
    assert bool(store.journal) is not rereads


def test_tables_that_ship_go_without() -> None:
    """Their guards are tested here, and a night of theirs is what is measured."""
    assert not any(shipped.rereads_rows for shipped in (AWARD, ENTRY, TRAINER))
    assert table().rereads_rows
