"""Commands of the award: nominate, score, open and end paths.

Every command takes an idempotency key: the same key again returns the first result and does nothing
twice; the same key with another request is an error. Who may give a command is checked against the
permits of the lifecycle's table, or those of :data:`lazsa_flow.award.permissions.COMMANDS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow import award
from lazsa_flow.award import commands
from lazsa_flow.service.move_json import move_from_json
from lazsa_flow.service.part import Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazsa_flow.award.commands.nomination_group import Nominated
    from lazsa_flow.award.commands.store_entry_receipts import EntryReceipt
    from lazsa_flow.award.commands.turnover_record import TurnoverRecord
    from lazsa_flow.lifecycle.model import Actor, Move


class Nominations(Part):
    """The commands."""

    def nominate(
        self, seller: str, *, actor: Actor, statement: str = "", key: str | None = None
    ) -> Nominated:
        """Nominate a seller, or support a candidacy that is open for nominations.

        Args:
            seller: The nominee.
            actor: An employee, a sitting ambassador, or the seller.
            statement: Why; without it the nomination is incomplete.
            key: The idempotency key.

        Returns:
            The path, the nomination's number, and whether it supports a path that was open already.

        Raises:
            NotFoundError: No facts of the seller are known.
            NotAllowedError: The actor may not nominate this seller.
            RefusedError: The seller holds the award, or is barred; it names the date.
            ConflictError: Review of the open candidacy has begun, or the actor has nominated.
            KeyReusedError: The key was used for another command.
        """
        return self._runtime.run_on_path(
            lambda context: commands.nominations.nominate_seller(
                context, seller, actor=actor, statement=statement, key=key
            )
        )

    def complete_nomination(
        self, path: str, *, actor: Actor, statement: str, key: str | None = None
    ) -> None:
        """Complete the actor's own nomination; after the window's close, review opens at once.

        Args:
            path: The path's reference.
            actor: Who acts.
            statement: The reason for the nomination, which was missing.
            key: The idempotency key.

        Raises:
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
            NotFoundError: There is no path of this reference.
        """
        self._runtime.run_on_path(
            lambda context: commands.nominations.complete_nomination(
                context, path, actor=actor, statement=statement, key=key
            )
        )

    def withdraw_nomination(
        self, path: str, *, actor: Actor, key: str | None = None
    ) -> Move | None:
        """Withdraw the actor's own nomination; with the last one, the path is withdrawn.

        Args:
            path: The path's reference.
            actor: Who acts.
            key: The idempotency key.

        Returns:
            The move that withdrew the path; ``None`` while another nomination stands.

        Raises:
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
            NotFoundError: There is no path of this reference.
        """
        found = self._runtime.run_on_path(
            lambda context: commands.nominations.withdraw_nomination(
                context, path, actor=actor, key=key
            )
        )
        return move_from_json(found) if found else None

    def open_case(self, seller: str, case: str, *, actor: Actor, key: str | None = None) -> None:
        """Open a compliance case: it postpones award or renewal, and holds joining Reconnect.

        Args:
            seller: The seller's id.
            case: The id of the case, of the caller's choice.
            actor: Who acts.
            key: The idempotency key.

        Raises:
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        self._runtime.run_command(
            lambda context: commands.statements.set_case(
                context, seller, case, "open", actor=actor, key=key
            )
        )

    def close_case(self, seller: str, case: str, *, actor: Actor, key: str | None = None) -> None:
        """Close a compliance case.

        Args:
            seller: The seller's id.
            case: The id of the case.
            actor: Who acts.
            key: The idempotency key.

        Raises:
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        self._runtime.run_command(
            lambda context: commands.statements.set_case(
                context, seller, case, "closed", actor=actor, key=key
            )
        )

    def reconnect_step(
        self, seller: str, step: str, *, actor: Actor, key: str | None = None
    ) -> Move | None:
        """Record one of Reconnect's steps; the last, by the local team, adds the member.

        Args:
            seller: The seller's id.
            step: The step, as the policy names it.
            actor: Who acts.
            key: The idempotency key.

        Returns:
            The move that made the seller a member; ``None`` for the steps before.

        Raises:
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        found = self._runtime.run_command(
            lambda context: commands.statements.record_reconnect_step(
                context, seller, step, actor=actor, key=key
            )
        )
        return move_from_json(found) if found else None

    def consent(self, seller: str, *, given: bool, actor: Actor, key: str | None = None) -> None:
        """Record that a seller consents to the Hall of Fame, or no longer does.

        Args:
            seller: The seller's id.
            given: Whether consent is given, or withdrawn.
            actor: Who acts.
            key: The idempotency key.

        Raises:
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        value = "given" if given else "revoked"
        self._runtime.run_command(
            lambda context: commands.statements.record_statement(
                context,
                seller,
                "consent",
                "consent",
                award.queries.CONSENT,
                value,
                actor=actor,
                key=key,
            )
        )

    def invite_trainer(
        self, seller: str, *, shown: Sequence[str] = (), actor: Actor, key: str | None = None
    ) -> Move:
        """Invite a seller to become a LazStar trainer, recording what they have shown.

        Args:
            seller: The seller's id.
            shown: What the seller has shown, by code, as the policy lists it.
            actor: Who acts.
            key: The idempotency key.

        Returns:
            The move of the trainer's path.

        Raises:
            RefusedError: Teaching or speaking has not been shown.
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        return move_from_json(
            self._runtime.run_command(
                lambda context: commands.trainers.invite_trainer(
                    context, seller, shown, actor=actor, key=key
                )
            )
        )

    def record_shown(self, seller: str, what: str, *, actor: Actor, key: str | None = None) -> None:
        """Record that an employee has seen a prospect teach or speak.

        Args:
            seller: The seller's id.
            what: What was shown, by code, as the policy lists it.
            actor: Who acts.
            key: The idempotency key.

        Raises:
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        self._runtime.run_command(
            lambda context: commands.trainers.record_shown(
                context, seller, what, actor=actor, key=key
            )
        )

    def apply_entry(
        self,
        applicant: str,
        *,
        country: str,
        category: str,
        records: Sequence[TurnoverRecord],
        provenance: str,
        consent: bool = False,
        actor: Actor,
        key: str | None = None,
    ) -> EntryReceipt:
        """Apply for a store on records of turnover.

        Args:
            applicant: Who applies.
            country: Where the store will be.
            category: What it will sell.
            records: The months' turnover; USD, or with the host's rate and its date.
            provenance: ``own``, ``relative`` or ``bought``.
            consent: Whether the relative's consent is recorded.
            actor: The applicant or the host.
            key: The idempotency key.

        Returns:
            The opening move, with what was received.

        Raises:
            InputError: A field is wrong; every problem is named.
            ConfigError: The deployment has no secret for the fingerprints.
            ConflictError: An application of theirs is open.
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        application = commands.store_entry.Application(
            applicant, country, category, tuple(records), provenance, consent
        )
        return commands.store_entry_receipts.receipt_of(
            self._runtime.run_command(
                lambda context: commands.store_entry.open_application(
                    context, application, actor=actor, key=key
                )
            )
        )
