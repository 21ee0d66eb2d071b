"""What store and engine hand to each other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lazsa_flow.engine.evidence_row import EvidenceRow
from lazsa_flow.engine.values import Change, Claim
from lazsa_flow.store.evidence_rows import SqlEvidenceRow
from tests.factories import CYCLE, midnight, path
from tests.fakes import MemorySight

DUE = midnight(CYCLE)


def test_a_reminder_that_changes_nothing_writes_no_path() -> None:
    """Without a journal row a path is written only where something of it has changed."""
    before = path()
    told = Change(before=before, after=path(), recorded_at=DUE, row=None)
    assert not told.moves
    assert told._replace(after=replace(before, parked=True)).moves


def test_a_claim_without_some_of_its_paths() -> None:
    """The others stay; where there are none, there is no claim."""
    claim = Claim(DUE, "SG", CYCLE, {1: "cycle_date", 2: "review_opens"})
    assert claim.without({1, 3}) == Claim(DUE, "SG", CYCLE, {2: "review_opens"})
    assert claim.without({1, 2}) is None


@pytest.mark.parametrize("kind", [SqlEvidenceRow, MemorySight])
def test_what_a_store_shows_has_all_that_is_read(kind: type[SqlEvidenceRow | MemorySight]) -> None:
    """The SQL store's sights, and those in memory, have every member that a decision asks for."""
    members = {
        *EvidenceRow.__annotations__,
        *(name for name in vars(EvidenceRow) if name[0] != "_"),
    }
    assert {"group_key", "rows", "snapshot"} <= members
    assert members <= {*dir(kind), *kind.__init__.__code__.co_names}
