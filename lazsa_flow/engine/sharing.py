"""How do two processes share a night where only one may write at a time?

Each judges paths of its own, on what one reading transaction shows, while the other writes; then it
takes the lock, and writes what it decided only if all that it read still stands: the timers pend,
and the paths, with the subjects' other paths, have the versions that were judged. What else a
decision reads was recorded before the timers' instant, and is never changed. So both processes'
judging, which is the most of a night's time, goes on at once, and an instant is still finished
before a later one begins, since neither takes anything but what fell due first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.engine.garbage import uncollected
from lazsa_flow.engine.rules import RulesChangedError
from lazsa_flow.engine.sweep import CHUNK, Chunk, Swept, judge, tell, write

if TYPE_CHECKING:
    from datetime import datetime

    from lazsa_flow.engine.ports import Clock, Store, Transaction
    from lazsa_flow.engine.rules import Rulebook
    from lazsa_flow.engine.sweep import Share


def sweep_share(
    store: Store,
    rulebook: Rulebook,
    clock: Clock,
    share: Share,
    *,
    until: datetime | None = None,
    chunk: int = CHUNK,
) -> Chunk | None:
    """Fire one chunk of a share of what fell due first.

    Args:
        store: Where the state is.
        rulebook: Whose rules hold.
        clock: Tells when a timer is due, and when it is recorded.
        share: Of which paths.
        until: Fire only what fell due at or before this instant.
        chunk: How many timers are taken at most.

    Returns:
        What was done: nothing where another was faster; ``None`` where the share has nothing due.
    """
    try:
        with uncollected():
            did = _fire(store, rulebook, clock, share, until, chunk)
    except RulesChangedError:  # the next look decides by those of now
        return Chunk(Swept())
    if did is not None and did.swept.total:
        tell(did)
    return did


def _fire(
    store: Store,
    rulebook: Rulebook,
    clock: Clock,
    share: Share,
    until: datetime | None,
    chunk: int,
) -> Chunk | None:
    now = clock.now()
    with store.begin(write=False) as transaction:
        judged = judge(transaction, rulebook, now, chunk, share=share, until=until)
    if judged is None:
        return None

    def commit(transaction: Transaction) -> Chunk:
        if rulebook.version is not None:
            transaction.check_rules(rulebook.version)
        if not transaction.stands(judged.claim, judged.versions):
            return Chunk(Swept())
        return write(transaction, judged, now)

    return store.transact(commit)
