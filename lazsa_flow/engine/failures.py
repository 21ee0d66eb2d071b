"""What becomes of a path on which a decision raised: it is tried again, and in the end parked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from lazsa_flow.lifecycle.model import Failure
from lazsa_flow.logs import log

if TYPE_CHECKING:
    from datetime import datetime

    from lazsa_flow.engine.ports import Transaction
    from lazsa_flow.engine.values import Claim

DECISION_ATTEMPTS: Final = 5
"""How often a decision on a path is tried before the path is parked."""
BACK_OFF: Final = timedelta(seconds=1)
"""The pause after the first attempt; each later one is four times as long."""


def fail_path(
    transaction: Transaction, claim: Claim, path_id: int, now: datetime, error: str
) -> str:
    """Set a path aside, until its next attempt or parked; return which."""
    name = claim.names[path_id]
    before = transaction.failure_of(path_id)
    attempts = before.attempts + 1 if before else 1
    last = attempts == DECISION_ATTEMPTS
    retry_at = None if last else now + BACK_OFF * 4 ** (attempts - 1)
    transaction.set_aside(Failure(path_id, name, claim.due_at, error, attempts, now, retry_at))
    fields = {"path_id": path_id, "timer": name, "error": error, "attempts": attempts}
    if last:
        log.error("path.parked", **fields)
        return "parked"
    log.warning("path.failed", **fields)
    return "failed"
