"""Erased persons: keyed hashes of their ids, so that a file imported later brings nobody back.

The hashes are keyed by ``LAZSA_SECRET``, or by a key that the database makes for itself where there
is no secret. Two ids are one person's if they are equal after trimming, NFC and case folding.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import ConfigError, Problem
from lazsa_flow.lifecycle.ids import fold

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.service.context import Context

_SECRET: Final = "secret:"
_DATABASE: Final = "database:"
_KEY_BYTES: Final = 32


class Erasures:
    """The persons who were erased, as one transaction sees them.

    Args:
        context: Whose secret keys the hashes.
        transaction: The transaction to read them in.
    """

    def __init__(self, context: Context, transaction: AwardTransaction) -> None:
        self._transaction = transaction
        self._secret = context.secret
        self._counts = transaction.erasure_keys()
        self._keys = {name: key for name in self._counts if (key := self._key(name)) is not None}

    def check_keys(self) -> None:
        """Check that this process can recognize everybody who was erased.

        Raises:
            ConfigError: Persons were erased under a secret that it does not have.
        """
        unknown = sum(count for name, count in self._counts.items() if name not in self._keys)
        if unknown:
            expected = f"the secret under which {unknown} persons were erased"
            got = "nothing" if self._secret is None else "another secret"
            raise ConfigError([Problem("environment", "LAZSA_SECRET", got, expected)])

    def among(self, persons: Collection[str]) -> set[str]:
        """Return those of these persons who were erased."""
        if not self._keys:
            return set()
        hashes = {person: self._fingerprints(person) for person in persons}
        found = self._transaction.erased_fingerprints(
            {one for each in hashes.values() for one in each}
        )
        return {person for person, own in hashes.items() if not found.isdisjoint(own)}

    def add(self, person: str, at: datetime) -> None:
        """Record that a person was erased."""
        name = self._own_name()
        key = self._key(name)
        assert key is not None
        self._transaction.add_erasure(name, _hash_person(key, person), at)

    def remove(self, person: str) -> bool:
        """Delete the record that a person was erased; return whether there was one."""
        return self._transaction.remove_erasures(self._fingerprints(person)) > 0

    def _fingerprints(self, person: str) -> list[str]:
        return [_hash_person(key, person) for key in self._keys.values()]

    def _own_name(self) -> str:
        """Return the name of the key for new hashes."""
        if self._secret is not None:
            return _name_secret(self._secret)
        own = (name for name in self._keys if name.startswith(_DATABASE))
        return next(own, f"{_DATABASE}{secrets.token_hex(_KEY_BYTES)}")

    def _key(self, name: str) -> bytes | None:
        """Return the key of this name, if this process has it."""
        if name.startswith(_DATABASE):
            return bytes.fromhex(name.removeprefix(_DATABASE))
        if self._secret is not None and name == _name_secret(self._secret):
            return self._secret
        return None


def _name_secret(secret: bytes) -> str:
    """Return a name that identifies a secret without revealing it."""
    digest = hmac.new(secret, b"lazsa_flow erasures", hashlib.sha256).hexdigest()
    return f"{_SECRET}{digest[:16]}"


def _hash_person(key: bytes, person: str) -> str:
    return hmac.new(key, fold(person).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
