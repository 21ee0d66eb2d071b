"""References of paths: read and written in one place, with one answer to a wrong one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

import lazsa_flow
from lazsa_flow.errors import NotFoundError
from lazsa_flow.lifecycle.path_ref import PathRef, parse_ref, write_ref


@pytest.mark.parametrize("text", ["invoice-17", "store_entry2-999999999999999999"])
def test_reference_is_written_as_it_was_read(text: str) -> None:
    """Name and number are read, and written as they were."""
    ref = parse_ref(text)
    assert (str(ref), write_ref(ref.lifecycle, ref.number)) == (text, text)
    assert parse_ref("invoice-17") == PathRef("invoice", 17)


@pytest.mark.parametrize(
    "text",
    [
        *("", "invoice", "invoice-", "-17", "17", "invoice-0", "invoice-017", "Invoice-17"),
        *("invoice-17 ", "invoice-17\n", "invoice--17", "invoice-1_7", "in voice-17", "invoice-x"),
        *("invoice-\N{FULLWIDTH DIGIT ONE}7", "invoice-1000000000000000000", "2invoice-17"),
    ],
)
def test_wrong_reference_is_no_path(text: str) -> None:
    """What is no reference is answered like a path that does not exist."""
    with pytest.raises(NotFoundError, match="path"):
        parse_ref(text)


WRITTEN_BY_HAND: Final = {
    "lifecycle/path_ref.py": "writes it",
    "lifecycle/running_guards.py": "of a path whose number is not known it is no reference",
    "store/audit.py": "of a row whose path is missing it is no reference",
    "engine/batch/identical_moves.py": "a sweep writes it for every path: a call would take longer",
    "store/fast/batch_rows.py": "a sweep writes it for every path: a call would take longer",
}


def test_references_are_written_in_one_place() -> None:
    """Nothing else puts a lifecycle's name and a number together, but for these."""
    by_hand = re.compile(r'f"\{[\w.]*lifecycle\}-\{')
    package = Path(lazsa_flow.__file__).parent
    found = {
        file.relative_to(package).as_posix()
        for file in package.rglob("*.py")
        if by_hand.search(file.read_text("utf-8"))
    }
    assert found == WRITTEN_BY_HAND.keys()
