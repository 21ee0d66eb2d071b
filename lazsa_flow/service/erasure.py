"""Erasure: personal data that was handed over with triggers, and contacts, are deleted.

The journal holds ids, reason codes and digests alone, and is kept; paths stay where they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.errors import NotFoundError
from lazsa_flow.service.part import Part
from lazsa_flow.service.requestable import requestable
from lazsa_flow.service.requests import request_fields

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.context import Context
    from lazsa_flow.store.transaction import SqlTransaction


class Erasure(Part):
    """The commands that delete personal data."""

    @requestable("erase")
    def erase(
        self, subject: str, /, *, actor: Actor, key: str | None = None, dry_run: bool = False
    ) -> int:
        """Delete a person's personal data; no path of theirs moves.

        Where the deleted texts can still be read is returned by :meth:`deleted_texts_remain`.

        Args:
            subject: Whose; every id of theirs counts.
            actor: Who asks: the host.
            key: The idempotency key.
            dry_run: Return how many texts it would be, and write nothing.

        Returns:
            How many texts were deleted.

        Raises:
            NotFoundError: Nothing is recorded of such a person.
            NotAllowedError: The actor may not.
            KeyReusedError: The key was used for another command.
        """
        if dry_run:
            return self._dry_run(lambda own: own.erase(subject, actor=actor, key=key))
        return self._runtime.run_command(
            lambda context: _erase_subject(context, subject, actor, key)
        )

    def deleted_texts_remain(self) -> str:
        """Say where texts that were erased or purged can still be read.

        Returns:
            A sentence for the person who asked for the erasure.
        """
        return self._runtime.store.deleted_texts_remain()


def _erase_subject(context: Context, subject: str, actor: Actor, key: str | None) -> int:
    def delete_texts(transaction: SqlTransaction) -> int:
        country = transaction.home_of(subject)
        context.check_command("erase", actor, subject=subject, country=country)
        if not transaction.knows_person(subject):
            raise NotFoundError("person", subject)
        return transaction.erase_texts(subject)

    request = request_fields("erase", actor, subject=subject)
    count: int = context.run_idempotent(key, request, context.clock.now(), delete_texts)
    context.store.clear_log()
    return count
