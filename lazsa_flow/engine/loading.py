"""Loads what is recorded about one path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.errors import NotFoundError

if TYPE_CHECKING:
    from datetime import date, datetime

    from lazsa_flow.engine.ports import Transaction
    from lazsa_flow.lifecycle.model import Snapshot


def load_one(
    transaction: Transaction, path_id: int, on: date, before: datetime | None = None
) -> Snapshot:
    """Load all that is recorded about one path, or all that was before an instant.

    Raises:
        NotFoundError: There is no such path.
    """
    found = transaction.load_chunk([path_id], before=before, on=on)
    if not found:
        raise NotFoundError("path", str(path_id))
    return found[0]
