"""What the driver runs for many rows has parameters that every version of Python takes."""

from __future__ import annotations

import re

from lazsa_flow.store import schema
from lazsa_flow.store.fast import writer_sqlite


def test_parameters_are_plain() -> None:
    """Each parameter is a ``?``: a numbered one with a sequence is refused from Python 3.14 on."""
    inserts = [writer_sqlite._insert(table) for table in schema.METADATA.sorted_tables]
    texts = [text for text in vars(writer_sqlite).values() if isinstance(text, str) and "?" in text]
    for text in (*texts, *inserts):
        assert not re.search(r"\?\d", text)
    assert any("UPDATE" in text for text in texts)
