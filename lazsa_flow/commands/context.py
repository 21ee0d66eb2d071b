"""What does every command need, and how does it run once only?

A command runs in one write transaction, after the clock has had its word. With an idempotency key
its result is stored in that transaction: the same key again returns the first result, the same key
with another request is an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.domain.cycles import instant_text, parse_instant
from lazsa_flow.domain.model import Move
from lazsa_flow.engine import sweep as sweeping
from lazsa_flow.engine.fire import load_one
from lazsa_flow.engine.journal import digest
from lazsa_flow.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from lazsa_flow.domain.model import Actor, Evidence
    from lazsa_flow.engine.ports import Clock
    from lazsa_flow.engine.rules import Rulebook
    from lazsa_flow.store.sqlstore import SqlStore
    from lazsa_flow.store.transaction import SqlTransaction

_REF: Final = re.compile(r"([a-z][a-z0-9_]*)-([1-9][0-9]{0,17})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Context:
    """Where state is, whose rules hold, and what time it is."""

    store: SqlStore
    rulebook: Rulebook
    clock: Clock

    def path_id(self, ref: str) -> int:
        """Return the number in a path's reference.

        Raises:
            NotFoundError: It is no reference of a known lifecycle's path.
        """
        match = _REF.fullmatch(ref)
        if match is None or match[1] not in self.rulebook.lifecycles:
            raise NotFoundError("path", ref)
        return int(match[2])

    def settle(self, path_id: int, now: datetime) -> None:
        """Fire the overdue timers of one path."""
        sweeping.sweep(self.store, self.rulebook, now, path_id=path_id)

    def load(self, transaction: SqlTransaction, ref: str, now: datetime) -> Evidence:
        """Load all that is recorded about a path.

        Raises:
            NotFoundError: There is no such path.
        """
        try:
            seen = load_one(transaction, self.path_id(ref), now.date())
        except NotFoundError:
            raise NotFoundError("path", ref) from None
        if seen.path.ref != ref:
            raise NotFoundError("path", ref)
        return seen

    def on_path(
        self,
        ref: str,
        run: Callable[[SqlTransaction, Evidence, datetime], Any],
        *,
        request: Mapping[str, Any],
        key: str | None,
        settle: bool = True,
    ) -> Any:
        """Run a command on one path: the clock first, then the command, in a transaction.

        Args:
            ref: The path.
            run: The command: transaction, evidence and instant in, a JSON value out.
            request: What tells this command from another, as JSON values.
            key: The idempotency key.
            settle: Whether overdue timers fire first.
        """
        now = self.clock.now()
        if settle:
            self.settle(self.path_id(ref), now)
        with self.store.begin() as transaction:
            return once(
                transaction,
                key,
                {**request, "path": ref},
                now,
                lambda: run(transaction, self.load(transaction, ref, now), now),
            )


def once(
    transaction: SqlTransaction,
    key: str | None,
    request: Mapping[str, Any],
    now: datetime,
    run: Callable[[], Any],
) -> Any:
    """Run a command, unless its idempotency key has a result already.

    Raises:
        KeyReusedError: The key was used for another request.
        InputError: The key is empty or longer than 200 characters.
    """
    if key is None:
        return run()
    if not 0 < len(key) <= 200:
        raise InputError.of("command", "key", key, "1 to 200 characters")
    request_digest = digest(request)
    found = transaction.recall(key, request_digest)
    if found is not None:
        return found
    result = run()
    transaction.remember(key, request_digest, result, now)
    return result


def actor_fields(actor: Actor) -> dict[str, Any]:
    """Return an actor as JSON values."""
    return {"role": actor.role, "id": actor.id, "country": actor.country, "team": actor.team}


def move_fields(move: Move) -> dict[str, Any]:
    """Return a move as JSON values."""
    return {
        "path": move.path,
        "seq": move.seq,
        "effective_at": instant_text(move.effective_at),
        "recorded_at": instant_text(move.recorded_at),
        "trigger": move.trigger,
        "source": move.source,
        "dest": move.dest,
        "actor": move.actor,
        "reason": move.reason,
        "verdicts": [dict(verdict) for verdict in move.verdicts],
    }


def move_of(fields: Mapping[str, Any]) -> Move:
    """Read a move from its JSON values."""
    return Move(
        **{
            **fields,
            "effective_at": parse_instant(fields["effective_at"]),
            "recorded_at": parse_instant(fields["recorded_at"]),
            "verdicts": tuple(fields["verdicts"]),
        }
    )
