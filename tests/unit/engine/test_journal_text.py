"""Chains read by their stored text: what is taken for sound is what a replay finds sound."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import pytest

from lazsa_flow.engine import journal_text
from lazsa_flow.engine.journal import JournalRow, RulesStamp, canonical, find_faults
from lazsa_flow.engine.journal_text import ChainReader, MoveKind, StoredRow
from tests.factories import found, table
from tests.unit.engine.test_journal import LOCKED, REFUSED, ROW, chain

DEEP = {
    "ready": found(True, 'a "quote", \\ and a\tstop', date(2026, 10, 2)),
    "count": found(False, -12),
    "open": found(True, False),
    "none": found(True, None),
    "zero": found(True, 0),
}


def stored(fields: dict[str, Any]) -> StoredRow:
    """Return a row of ``chain`` as the database has it."""
    row = {**fields, "verdicts": canonical(fields["verdicts"]).decode(), "path_id": 1}
    del row["path"]
    data = row.pop("data", None)
    return StoredRow(**row, data_digest=data and data["sha256"])


def end(rows: list[StoredRow], ref: str = "door-1") -> RulesStamp | None:
    """Return where rows of the tiny table lead."""
    reader = ChainReader(table())
    return reader.find_end(ref, rows, reader.share(rows))


def hashed(row: StoredRow) -> StoredRow:
    """Return a row with the hash that follows from its text, whatever its verdicts say."""
    fields = {**row._asdict(), "path": "door-1", "verdicts": "@"}
    for name in ("path_id", "hash", "data_digest"):
        del fields[name]
    text = canonical(fields).replace(b'"@"', row.verdicts.encode())
    return row._replace(hash=hashlib.sha256(text).hexdigest())


def test_a_sound_chain_ends_where_a_replay_ends() -> None:
    """Every kind of value that a guard measures may stand in it."""
    rows = chain({**REFUSED, "verdicts": DEEP}, {**LOCKED, "verdicts": {}, "facts_as_of": None})
    replay = find_faults(table(), "door-1", rows)
    with pytest.raises(StopIteration) as ended:
        next(replay)
    assert end(list(map(stored, rows))) == ended.value.value


@pytest.mark.parametrize("field", [name for name in StoredRow._fields if name != "path_id"])
def test_each_field_that_is_changed_is_noticed(field: str) -> None:
    """A row of which anything is another is not sound; nor is one of another type."""
    rows = [stored(each) for each in chain(REFUSED, LOCKED)]
    for other in ("other", b"x", "\udcff", 2.5, None):
        if rows[1]._asdict()[field] == other:
            continue
        assert end([rows[0], rows[1]._replace(**{field: other}), rows[2]]) is None, other


def test_what_is_no_chain_of_the_path_is_noticed() -> None:
    """Another path's rows, rows that lack, stand twice or in another order, and none at all."""
    one, two, three = (stored(each) for each in chain(REFUSED, LOCKED))
    assert end([one, two, three]) == RulesStamp("shut", 3, three.hash)
    assert end([one, two, three], "door-2") is None
    for rows in ([], [one, three], [two, three], [one, two, two], [two, one, three]):
        assert end(rows) is None


@pytest.mark.parametrize(
    "text",
    ["[", "[ ]", '[{"held":true}]', "{}", '[],"more":[]', "[-0]", '[{"b":1,"a":2}]', '"x"', "[,]"],
)
def test_verdicts_of_another_form_are_left_to_a_replay(text: str) -> None:
    """A hash that follows from a text that is not canonical is not taken for sound."""
    [row] = map(stored, chain())
    forged = hashed(row._replace(verdicts=text))
    assert hashed(row) == row
    assert end([forged]) is None


def test_a_move_that_the_table_lacks_is_noticed() -> None:
    """Its hash follows all the same; without a table no move is known."""
    flown = [stored(each) for each in chain({**LOCKED, "trigger": "fly"})]
    assert end(flown) is None
    sound, reader = [stored(each) for each in chain()], ChainReader(None)
    assert reader.find_end("door-1", sound, reader.share(sound)) is None


def test_rows_with_data_are_left_to_a_replay() -> None:
    """Their text has one field more, and the data is to be looked at."""
    row = JournalRow(**{**_arguments(), "data_digest": "d" * 64})
    assert end([stored({**row.fields(), "hash": row.hash})]) is None


def _arguments() -> dict[str, Any]:
    names = (*JournalRow.__init__.__annotations__,)
    return {name: getattr(ROW, name) for name in names if name != "return"}


def test_what_rows_share_is_kept_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal of any number of kinds of rows is read in the same memory."""
    monkeypatch.setattr(journal_text, "_KEPT", 2)
    rows = [stored(each) for each in chain(REFUSED, LOCKED)]
    reader = ChainReader(table())
    assert [each.kind for each in reader.share([*rows, *rows])] == [
        MoveKind("2026-09-30", "open", None, "ajar", None),
        MoveKind("2026-09-30", None, "ajar", "ajar", "refused"),
        MoveKind("2026-09-30", "lock", "ajar", "shut", "leaving"),
    ] * 2
    assert len(reader._shared) <= 2
