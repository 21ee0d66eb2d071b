"""Idempotency keys: a command runs once, and the same key again returns the first result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lazsa_flow.engine.journal import digest
from lazsa_flow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from lazsa_flow.store.transaction import SqlTransaction


def run_once(
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
    digest_now = request_digest(key, request)
    found = transaction.recall(key, digest_now)
    if found is not None:
        return found
    result = run()
    transaction.remember(key, digest_now, result, now)
    return result


def request_digest(key: str | None, request: Mapping[str, Any]) -> str:
    """Return the digest that distinguishes requests under an idempotency key.

    Raises:
        InputError: The key is empty or longer than 200 characters.
    """
    if key is None:
        return ""
    if not 0 < len(key) <= 200 or not key.isprintable():
        raise InputError.of("command", "key", key, "1 to 200 printable characters")
    return digest(request)
