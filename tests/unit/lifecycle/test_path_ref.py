"""References of paths: read and written in one place, with one answer to a wrong one."""

from __future__ import annotations

import pytest

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
