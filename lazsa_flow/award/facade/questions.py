"""Questions about sellers, panels and what an award gives; none of it changes anything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lazsa_flow import award
from lazsa_flow.award import commands
from lazsa_flow.service.lookups import Lookups
from lazsa_flow.service.part import Part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from lazsa_flow.award.commands.panels import Candidate, PanelGap
    from lazsa_flow.award.commands.store_entry_checks import EntryCheck
    from lazsa_flow.award.commands.turnover_record import TurnoverRecord
    from lazsa_flow.award.queries import Badge, Fame, Outcome
    from lazsa_flow.award.rules.perks import Entitlement
    from lazsa_flow.lifecycle.model import Actor


class AwardQuestions(Part):
    """The questions."""

    def panel(
        self,
        country: str,
        cycle_on: date,
        *,
        after: str | None = None,
        limit: int | None = None,
        classes: bool = False,
    ) -> list[Candidate]:
        """List the sellers that a panel has to judge in a cycle, and what each one lacks.

        Candidates stand in the order of their paths' numbers.

        Args:
            country: Of which country.
            cycle_on: In which cycle.
            after: The path of the last candidate of the page before.
            limit: At most so many; all by default.
            classes: Whether the cycle date is rehearsed, so that each has the class of its outcome.

        Raises:
            NotFoundError: There is no such country, or ``after`` is no path.
            InputError: Classes are asked for of a date that cannot be rehearsed.
        """
        found = commands.panels.list_candidates(
            self._runtime.context, country, cycle_on, after=after, limit=limit
        )
        if not classes:
            return found
        from lazsa_flow.foresight.rehearse import Foresight

        rehearsed = Foresight(self._runtime).rehearse(on=cycle_on, country=country)
        foreseen = {each.path: each.class_ for each in rehearsed.outcomes}
        return [replace(each, class_=foreseen.get(each.path)) for each in found]

    def panel_gaps(self) -> list[PanelGap]:
        """Return by country how many candidates of the coming cycle have no quorum yet."""
        return commands.panels.panel_gaps(self._runtime.context)

    def entitlements(self, seller: str, *, at: datetime | None = None) -> tuple[Entitlement, ...]:
        """Return what a seller is entitled to at an instant, with begin and end.

        Args:
            seller: The seller's id.
            at: The instant, aware; now by default.
        """
        return award.queries.list_entitlements(
            self._runtime.context, seller, self._runtime.now(at, "at")
        )

    def badge(self, seller: str, *, at: datetime | None = None) -> Badge:
        """Return whether a seller's badge is valid at an instant: one index look-up.

        Args:
            seller: The seller's id.
            at: The instant, aware; now by default.
        """
        return award.queries.find_badge(self._runtime, seller, self._runtime.now(at, "at"))

    def hall_of_fame(
        self, country: str, *, after: str | None = None, limit: int | None = None
    ) -> list[Fame]:
        """List who ever held the award in a country and consents to be named; no contact data.

        Args:
            country: Of which country.
            after: The ``place`` of the last tenure of the page before.
            limit: At most so many, all by default; more only where ids that were merged share the
                last one's place.

        Returns:
            Each tenure, by year. Current ambassadors are marked, and sellers who lost their
            standing are left out.

        Raises:
            NotFoundError: There is no such country.
            InputError: ``after`` is no place.
        """
        return award.queries.list_fame(self._runtime.context, country, after=after, limit=limit)

    def contact(self, seller: str, *, regional: bool = False) -> str:
        """Return the mailbox of the seller's local team, or the regional one; never their own.

        Args:
            seller: The seller's id.
            regional: Whether the region's mailbox is wanted.
        """
        return award.queries.find_contact(self._runtime.context, seller, regional=regional)

    def outcome(self, name: str) -> Outcome:
        """Return what a seller may see of the latest decision on a path, and how to object.

        Args:
            name: The path's reference, or the seller's id.
        """
        asking = Lookups(self._runtime)
        path = asking.find(name)
        rows = asking.history(path.ref)
        row = commands.decision_row.decision_row(rows) or rows[-1]
        appeal = commands.appeals.appeal_on(
            self._runtime.context, path.ref, self._runtime.clock.now(), row
        )
        return award.queries.describe_outcome(
            self._runtime.context, path, row, asking.verdicts(path, row), appeal
        )

    def members(self, country: str) -> list[str]:
        """List the sellers in Reconnect in a country, who receive updates.

        Args:
            country: The country's code.
        """
        return award.queries.list_members(self._runtime.context, country)

    def check_entry(
        self,
        applicant: str,
        *,
        country: str,
        category: str,
        records: Sequence[TurnoverRecord],
        provenance: str,
        consent: bool = False,
        actor: Actor,
    ) -> EntryCheck:
        """Return the findings on an application for a store without writing anything.

        Args:
            applicant: Who would apply.
            country: Where the store would be.
            category: What it would sell.
            records: The months' turnover, as for ``apply_entry``.
            provenance: ``own``, ``relative`` or ``bought``.
            consent: Whether the relative's consent is recorded.
            actor: The applicant or the host.

        Raises:
            InputError: A field is wrong; every problem is named.
            ConfigError: The deployment has no secret for the fingerprints.
            NotAllowedError: The actor may not do this.
        """
        application = commands.store_entry.Application(
            applicant, country, category, tuple(records), provenance, consent
        )
        return commands.store_entry_checks.check_entry(
            self._runtime.context, application, actor=actor
        )
