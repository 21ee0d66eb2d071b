"""The second look at a journal row, before it is written: read back from its own text.

The journal is append-only, so a row that does not verify stays for ever. Whatever a table of the
host's brings, a row whose text is no JSON, or has another hash, sets its path aside instead.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from lazsa_flow.engine.journal import canonical
from lazsa_flow.errors import JournalError

if TYPE_CHECKING:
    from lazsa_flow.engine.journal import JournalRow
    from lazsa_flow.lifecycle.table import Lifecycle


def reread_row(lifecycle: Lifecycle, row: JournalRow) -> None:
    """Read a row back, unless it is of a table that ships with the package.

    Raises:
        JournalError: It does not read back as it is.
    """
    if lifecycle.rereads_rows:
        read_back(row.path, row.seq, row.text(), row.hash)


def read_back(path: str, seq: int, text: bytes, row_hash: str) -> None:
    """Read a row back from its canonical bytes, as anyone who verifies it later will.

    Raises:
        JournalError: They are no JSON, are not canonical, or have another hash.
    """
    try:
        again = canonical(json.loads(text, parse_constant=_refuse_constant))
    except ValueError:
        raise JournalError(path, seq, "its text cannot be read; nothing was written") from None
    if again != text or hashlib.sha256(again).hexdigest() != row_hash:
        raise JournalError(path, seq, "it does not read back as it is; nothing was written")


def _refuse_constant(constant: str) -> Any:
    raise ValueError(constant)
