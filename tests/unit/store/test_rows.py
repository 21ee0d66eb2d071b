"""Rows: their fields stand in the order of their table's columns."""

from __future__ import annotations

from lazsa_flow.store import schema
from lazsa_flow.store.fast.writer import written_columns
from lazsa_flow.store.rows import FIELDS, MOVED, StoredJournalRow


def test_rows_have_every_column_in_its_place() -> None:
    """A row of a path and of a journal names the columns of its table, all and in their order."""
    for table in (schema.paths, schema.journal):
        assert FIELDS[table.name] == tuple(table.columns.keys())
        assert written_columns(table) == list(FIELDS[table.name])


def test_a_move_names_columns_of_a_path() -> None:
    """What a move may change is a column of a path; its number and when it opened are not."""
    assert set(MOVED) < set(schema.paths.columns.keys())
    assert not {"id", "lifecycle", "subject", "opened_at"} & set(MOVED)


def test_what_is_a_paths_own_in_a_journal_row_stands_together() -> None:
    """Verdicts, the hash before and the row's hash are replaced as one stretch in many rows."""
    first = StoredJournalRow._fields.index("verdicts")
    assert StoredJournalRow._fields[first : first + 3] == ("verdicts", "prev_hash", "hash")
