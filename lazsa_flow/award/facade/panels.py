"""Commands of a panel, of the team that convenes it, and of those who judge its appeals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.award import commands
from lazsa_flow.award.permissions import check_command
from lazsa_flow.service.move_json import move_from_json
from lazsa_flow.service.part import Part

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from lazsa_flow.award.commands.appeals import Appeal
    from lazsa_flow.award.commands.reviewing import Reminded
    from lazsa_flow.award.commands.scoring import CardReceipt
    from lazsa_flow.award.commands.seats import Assigned
    from lazsa_flow.award.commands.set_aside import CardSetAside
    from lazsa_flow.award.rules.panel import RecordedCard
    from lazsa_flow.lifecycle.model import Actor, Move


class Panels(Part):
    """The commands of panels and appeals."""

    def assign_reviewers(
        self,
        country: str,
        cycle_on: date,
        reviewers: Mapping[str, str],
        *,
        actor: Actor,
        key: str | None = None,
        dry_run: bool = False,
    ) -> Assigned:
        """Assign reviewers, each id with its team, to the panel of a country and cycle.

        Args:
            country: Of which country.
            cycle_on: Of which cycle date.
            reviewers: Each reviewer's id with the team that their cards will count for.
            actor: The local team, or a manager.
            key: The idempotency key.
            dry_run: Return what would come of it, and write nothing.

        Returns:
            Who sits on the panel, and which sellers the new reviewers may not review.

        Raises:
            InputError: The date is no cycle date of the country, or a team is missing.
            NotAllowedError: The actor may not, or a reviewer may not sit on this panel: they hold
                a sitting award, are a nominee of it, or have nominated everyone that it judges.
            ConflictError: A reviewer sits on the panel under another spelling of their id.
            KeyReusedError: The key was used for another command.
        """
        if dry_run:
            return self._dry_run(
                lambda own: own.assign_reviewers(country, cycle_on, reviewers, actor=actor, key=key)
            )
        return self._runtime.run_command(
            lambda context: commands.seats.assign_reviewers(
                context, country, cycle_on, reviewers, actor=actor, key=key
            )
        )

    def unassign_reviewer(
        self,
        country: str,
        cycle_on: date,
        reviewer: str,
        *,
        actor: Actor,
        key: str | None = None,
        dry_run: bool = False,
    ) -> dict[str, str]:
        """End a reviewer's seat on a panel: cards until now count, later ones are refused.

        Args:
            country: Of which country.
            cycle_on: Of which cycle date.
            reviewer: Whose seat; they can be assigned again.
            actor: The local team, or a manager.
            key: The idempotency key.
            dry_run: Return what would come of it, and write nothing.

        Returns:
            Who sits on the panel from now on, each with their team.

        Raises:
            NotFoundError: The reviewer does not sit on this panel.
            NotAllowedError: The actor may not.
            KeyReusedError: The key was used for another command.
        """
        if dry_run:
            return self._dry_run(
                lambda own: own.unassign_reviewer(country, cycle_on, reviewer, actor=actor, key=key)
            )
        return self._runtime.run_command(
            lambda context: commands.seats.unassign_reviewer(
                context, country, cycle_on, reviewer, actor=actor, key=key
            )
        )

    def remind_reviewers(
        self,
        country: str,
        cycle_on: date,
        *,
        actor: Actor,
        key: str | None = None,
        dry_run: bool = False,
    ) -> Reminded:
        """Remind the reviewers of a round whose cards are missing, through the outbox.

        Args:
            country: Of which country.
            cycle_on: Of which cycle date.
            actor: The local team, or a manager.
            key: The idempotency key.
            dry_run: Return who would be reminded, and write nothing.

        Returns:
            How many candidates wait for a card, and who is reminded.

        Raises:
            InputError: The date is no cycle date of the country.
            NotAllowedError: The actor may not.
            KeyReusedError: The key was used for another command.
        """
        if dry_run:
            return self._dry_run(
                lambda own: own.remind_reviewers(country, cycle_on, actor=actor, key=key)
            )
        return self._runtime.run_command(
            lambda context: commands.reviewing.remind_reviewers(
                context, country, cycle_on, actor=actor, key=key
            )
        )

    def set_aside_card(
        self,
        path: str,
        reviewer: str,
        *,
        actor: Actor,
        reason: str,
        key: str | None = None,
        dry_run: bool = False,
    ) -> CardSetAside:
        """Take a reviewer's card out of a path's open round; the quorum is counted again.

        The reviewer gives no other card in that round; another reviewer can.

        Args:
            path: The path's reference.
            reviewer: Whose card.
            actor: A manager or compliance who is not of that panel.
            reason: A code, such as ``conflict``; no personal data.
            key: The idempotency key.
            dry_run: Return what would come of it, and write nothing.

        Returns:
            What is left of the round.

        Raises:
            NotFoundError: There is no such path, or no card of the reviewer counts on it.
            NotAllowedError: The actor may not, or is of that panel.
            ConflictError: No round is open.
            KeyReusedError: The key was used for another command.
        """
        if dry_run:
            return self._dry_run(
                lambda own: own.set_aside_card(path, reviewer, actor=actor, reason=reason, key=key)
            )
        return self._runtime.run_on_path(
            lambda context: commands.set_aside.set_aside_card(
                context, path, reviewer, actor=actor, reason=reason, key=key
            )
        )

    def score(
        self,
        path: str,
        *,
        actor: Actor,
        scores: Mapping[str, int],
        comment: str,
        key: str | None = None,
    ) -> CardReceipt:
        """Record a reviewer's scorecard in the path's open round.

        Args:
            path: The path's reference.
            actor: A reviewer who sits on the panel. A team that they name is compared with the
                seat's, which counts.
            scores: Eleven whole numbers, 0 to 5, by item.
            comment: Required.
            key: The idempotency key.

        Returns:
            The team that counts, and the one that was named where it is another.

        Raises:
            InputError: A score or the comment is missing or wrong.
            NotAllowedError: They do not sit on the panel, hold a sitting award, or have a conflict
                of interest.
            ConflictError: No round is open, or a card of theirs in it was set aside.
            KeyReusedError: The key was used for another command.
            NotFoundError: There is no path of this reference.
        """
        return self._runtime.run_on_path(
            lambda context: commands.scoring.record_card(
                context, path, actor=actor, scores=scores, comment=comment, key=key
            )
        )

    def recuse(
        self, path: str, *, actor: Actor, reason: str, note: str = "", key: str | None = None
    ) -> CardReceipt:
        """Record that a reviewer recuses themselves; an earlier card of theirs no longer counts.

        Args:
            path: The path's reference.
            actor: Who acts.
            reason: A reason code, such as ``same_family``.
            note: More about it, which staff alone may read.
            key: The idempotency key.

        Returns:
            The team that counts, and the one that was named where it is another.

        Raises:
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
            NotFoundError: There is no path of this reference.
        """
        return self._runtime.run_on_path(
            lambda context: commands.scoring.record_recusal(
                context, path, actor=actor, reason=reason, note=note, key=key
            )
        )

    def appeal(
        self, path: str, *, actor: Actor, grant: bool = True, key: str | None = None
    ) -> Move | None:
        """Record a manager's voice on an appeal; the second grant reinstates the path.

        The first decision files the appeal, and the local team is notified; the second rejection
        closes it, and the seller is notified.

        Args:
            path: The path's reference.
            actor: A manager outside the panel: in no round of the path seated, scoring or recused,
                not its convener, not a nominator of the seller, not the seller.
            grant: Whether they grant it; ``False`` rejects it.
            key: The idempotency key.

        Returns:
            The move that reinstated the path, if this voice sufficed.

        Raises:
            NotAllowedError: The actor is no manager outside the panel.
            ConflictError: There is nothing to appeal, or the appeal is closed.
            RefusedError: The days of the appeal are over, or a newer candidacy decides.
            KeyReusedError: The key was used for another command.
            NotFoundError: There is no path of this reference.
        """
        found = self._runtime.run_on_path(
            lambda context: commands.appeals.give_voice(
                context, path, actor=actor, grant=grant, key=key
            )
        )
        return move_from_json(found) if found else None

    def appeals(
        self,
        country: str | None = None,
        *,
        actor: Actor | None = None,
        unfiled: bool = False,
        after: str | None = None,
        limit: int | None = None,
    ) -> list[Appeal]:
        """List the open appeals of a country, or of all, with days left and voices.

        Args:
            country: Of which country; of all by default.
            actor: Who asks. The local team, managers and compliance see who gave which voice;
                without an actor there are only numbers.
            unfiled: Whether decisions are listed, too, on which nobody has given a voice and that
                can still be appealed.
            after: The path of the last appeal of the page before.
            limit: At most so many; all by default.

        Raises:
            NotFoundError: There is no such country.
            InputError: ``after`` is no path of the list.
            NotAllowedError: The actor is no staff of the country.
        """
        context = self._runtime.context
        codes = sorted(context.rulebook.countries) if country is None else [country]
        for code in codes:
            context.country(code)
        if actor is not None:
            check_command("see_panel", actor, country=country)
        return commands.appeal_list.open_appeals(
            context,
            codes,
            self._runtime.clock.now(),
            unfiled=unfiled,
            named=actor is not None,
            after=after,
            limit=limit,
        )

    def panel_cards(self, path: str, *, actor: Actor) -> list[RecordedCard]:
        """Return the cards, recusals and cards set aside of a path's rounds, oldest first.

        Args:
            path: The path's reference.
            actor: The local team, a manager or compliance.

        Raises:
            NotFoundError: There is no such path.
            NotAllowedError: The actor is no staff of the country.
        """
        return commands.set_aside.cards_of(
            self._runtime.context, path, actor=actor, now=self._runtime.clock.now()
        )
