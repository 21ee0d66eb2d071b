"""Idempotency keys: which commands have run already, and with what result."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.errors import KeyReusedError, MalformedError
from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.store import schema
from lazsa_flow.store.fast.driver import fetch_all

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lazsa_flow.store.fast.writer import RowWriter

_OURS: Final = 0x6C617A7361  # "lazsa": keeps our advisory locks apart from the host's
_KEY: Final = sa.bindparam("key", type_=sa.Text())
STORED: Final = sa.select(schema.keys.c.request, schema.keys.c.result).where(
    schema.keys.c.key == _KEY
)
KEY_LOCK: Final = sa.func.pg_advisory_xact_lock(
    sa.func.hashtextextended(_KEY, sa.literal(_OURS, sa.BigInteger()))
)
"""Holds the key, on PostgreSQL: who has the same one waits, and then finds the first's result."""
_LOCK: Final = sa.select(KEY_LOCK)


def recall(connection: sa.Connection, key: str, request: str) -> Any | None:
    """Return the result stored under an idempotency key, or ``None``.

    Args:
        connection: In a transaction.
        key: The key.
        request: A digest of the command.

    Raises:
        KeyReusedError: The key was used for another command.
    """
    *_, found = fetch_all(connection, asked(connection.dialect.name), {"key": key})
    return result_of(found, key, request)


def asked(dialect: str) -> list[sa.ClauseElement]:
    """Return the statements that hold a key and ask for its result, the result last."""
    return [_LOCK, STORED] if dialect == "postgresql" else [STORED]


def result_of(found: Sequence[Sequence[str]], key: str, request: str) -> Any | None:
    """Return the result that :data:`STORED` has found, or ``None``.

    Raises:
        KeyReusedError: The key was used for another command.
        MalformedError: The stored result is not JSON.
    """
    if not found:
        return None
    [(stored, result)] = found
    if stored != request:
        raise KeyReusedError(key)
    try:
        return json.loads(result)
    except (TypeError, ValueError):
        raise MalformedError("result of an idempotency key") from None


def remember(to: RowWriter, key: str, request: str, result: Any, at: datetime) -> None:
    """Store a command's result under its idempotency key."""
    row = (key, request, json.dumps(result), instant_text(at))
    to.insert(schema.keys, [row])
