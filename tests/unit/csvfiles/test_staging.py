"""Rows that wait in a temporary file, in the order in which they were added or of a key."""

from __future__ import annotations

from random import Random

from lazsa_flow.csvfiles.staging import RUN, SLICE, StagedRows


def test_rows_are_sorted_in_runs() -> None:
    """Rows of several runs come in the order of their keys; the batches stay as they were."""
    size = SLICE // 10
    rows = list(range(size * (2 * RUN + 1)))
    Random(1).shuffle(rows)
    batches = [rows[start : start + size] for start in range(0, len(rows), size)]
    with StagedRows[int]() as staged:
        for batch in batches:
            staged.add(batch)
        assert list(staged.sort_by(lambda row: -row)) == sorted(rows, reverse=True)
        assert (list(staged), len(staged)) == (batches, 2 * RUN + 1)
    with StagedRows[int]() as staged:
        assert list(staged.sort_by(lambda row: row)) == []
