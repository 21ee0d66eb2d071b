"""The lists that a country team works by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow import service
from lazsa_flow.award import commands
from lazsa_flow.award.store.case_listing import CaseQuery
from lazsa_flow.service.part import Part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from lazsa_flow.award.commands.cases import Case
    from lazsa_flow.award.commands.country_day import CountryDay
    from lazsa_flow.award.commands.facts_gaps import FactsGap
    from lazsa_flow.award.commands.reviewing import ReviewerWork
    from lazsa_flow.award.commands.round_stats import RoundStats
    from lazsa_flow.service.list_rows import Listed, Page


class AwardLists(Part):
    """The lists."""

    def find_sellers(
        self,
        *,
        country: str | None = None,
        facts: Sequence[str] = (),
        without_path: bool = False,
        lifecycle: str = "award",
        after: str | None = None,
        limit: int = 50,
    ) -> Page[Listed]:
        """List the sellers whose facts were ever imported, by id, each with their latest path.

        Args:
            country: In this country.
            facts: Whose facts are, as of today, one of ``missing``, ``stale``, ``incomplete`` and
                ``current``.
            without_path: Only those who have no path.
            lifecycle: Of which lifecycle the latest path is shown.
            after: The id of the last seller of the page before.
            limit: At most so many, up to 1,000.

        Raises:
            NotFoundError: There is no such country or lifecycle.
            InputError: Another argument is wrong.
        """
        return commands.seller_lists.find_sellers(
            self._runtime.context,
            service.listing.Filters(lifecycle=lifecycle, country=country, facts=tuple(facts)),
            without_path=without_path,
            after=after,
            limit=limit,
        )

    def today(self, country: str) -> CountryDay:
        """Return what is new, late and waiting for the team in a country.

        Args:
            country: The country's code.

        Raises:
            NotFoundError: There is no such country.
        """
        return commands.country_day.plan_day(self._runtime.context, country)

    def facts_gaps(self, country: str, cycle_on: date | None = None) -> Page[FactsGap]:
        """List the open paths of a country whose facts could not be judged on their cycle date.

        Args:
            country: Of which country.
            cycle_on: In the round of this date; by default in the next one, or one before it.

        Raises:
            NotFoundError: There is no such country.
        """
        return commands.facts_gaps.find_facts_gaps(self._runtime.context, country, cycle_on)

    def reviewers(self, country: str, cycle_on: date) -> Page[ReviewerWork]:
        """List a panel's reviewers: cards done, and the paths that wait for one.

        Args:
            country: The country's code.
            cycle_on: The cycle date, local to the country.

        Raises:
            NotFoundError: There is no such country.
        """
        return commands.reviewing.find_reviewers(self._runtime.context, country, cycle_on)

    def stats(self, country: str, cycle_on: date) -> RoundStats:
        """Count who was nominated for a cycle date, and what became of everybody.

        Args:
            country: The country's code.
            cycle_on: The cycle date, local to the country.

        Returns:
            The counts.

        Raises:
            NotFoundError: There is no such country.
            InputError: The date is no cycle date of it.
        """
        return commands.round_stats.compute_stats(self._runtime.context, country, cycle_on)

    def cases(
        self,
        country: str | None = None,
        *,
        closed: bool = False,
        search: str | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> Page[Case]:
        """List the open compliance cases, the longest standing first.

        Args:
            country: Of sellers of this country; of all by default.
            closed: Whether closed ones are listed, too.
            search: Only those whose id, or whose seller's id, contains this text, in any case.
            after: The ``after`` of the page before.
            limit: At most so many; all by default.

        Raises:
            NotFoundError: There is no such country.
            InputError: ``after`` is no place in the list.
        """
        query = CaseQuery(
            country, None if closed else "open", search or "", after=after, limit=limit
        )
        return commands.cases.find_cases(self._runtime.context, query)
