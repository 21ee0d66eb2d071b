"""The lists that a country team works by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.award.commands.cases import find_cases
from lazsa_flow.award.commands.country_day import plan_day
from lazsa_flow.award.commands.facts_gaps import find_facts_gaps
from lazsa_flow.award.commands.reviewing import find_reviewers
from lazsa_flow.award.commands.round_stats import compute_stats
from lazsa_flow.service import listing
from lazsa_flow.service.base import Facade

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from lazsa_flow.award.commands.cases import Case
    from lazsa_flow.award.commands.country_day import CountryDay
    from lazsa_flow.award.commands.facts_gaps import FactsGap
    from lazsa_flow.award.commands.reviewing import ReviewerWork
    from lazsa_flow.award.commands.round_stats import RoundStats
    from lazsa_flow.service.list_rows import Listed, Page


class Lists(Facade):
    """The lists."""

    def find_all(
        self,
        *,
        lifecycle: str | None = None,
        state: str | None = None,
        country: str | None = None,
        cycle: date | None = None,
        reason: str | None = None,
        unmet: str | None = None,
        facts: Sequence[str] = (),
        missing_reviewer: str | None = None,
        since: datetime | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[Listed]:
        """List paths, newest first, a page at a time.

        Args:
            lifecycle: Of this lifecycle.
            state: In this state.
            country: In this country.
            cycle: In the round of this cycle date.
            reason: Whose last move has this reason code.
            unmet: On which this guard is unmet: of an open path today, before its next award or
                renewal; of another at its last move.
            facts: Open paths whose seller's facts are, on the date judged, one of ``missing``,
                ``stale``, ``incomplete`` and ``current``.
            missing_reviewer: Paths in an open round that this reviewer, who sits on its panel, has
                neither scored nor stood back from.
            since: Which entered their state at or after this instant, aware.
            after: The reference of the last path of the page before.
            limit: At most so many, up to 1,000.

        Returns:
            The page: a sequence of rows, with ``after`` for the next page, and ``why_empty``.

        Raises:
            NotFoundError: There is no such lifecycle, state, country, reason, guard or path.
            InputError: Another argument is wrong.
        """
        filters = listing.Filters(
            lifecycle,
            state,
            country,
            cycle,
            reason,
            unmet,
            tuple(facts),
            missing_reviewer,
            since,
        )
        return listing.find_paths(self.context, filters, after=after, limit=limit)

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
        return listing.find_sellers(
            self.context,
            listing.Filters(lifecycle=lifecycle, country=country, facts=tuple(facts)),
            without_path=without_path,
            after=after,
            limit=limit,
        )

    def today(self, country: str) -> CountryDay:
        """Tell what is new, late and waiting for the team in a country.

        Raises:
            NotFoundError: There is no such country.
        """
        return plan_day(self.context, country)

    def facts_gaps(self, country: str, cycle_on: date | None = None) -> Page[FactsGap]:
        """List the open paths of a country whose facts could not be judged on their cycle date.

        Args:
            country: Of which country.
            cycle_on: In the round of this date; by default in the next one, or one before it.

        Raises:
            NotFoundError: There is no such country.
        """
        return find_facts_gaps(self.context, country, cycle_on)

    def reviewers(self, country: str, cycle_on: date) -> Page[ReviewerWork]:
        """List a panel's reviewers: cards done, and the paths that wait for one.

        Raises:
            NotFoundError: There is no such country.
        """
        return find_reviewers(self.context, country, cycle_on)

    def stats(self, country: str, cycle_on: date) -> RoundStats:
        """Count who was nominated for a cycle date, and what became of everybody.

        Raises:
            NotFoundError: There is no such country.
            InputError: The date is no cycle date of it.
        """
        return compute_stats(self.context, country, cycle_on)

    def cases(self, country: str | None = None, *, closed: bool = False) -> Page[Case]:
        """List the open compliance cases, the longest standing first.

        Args:
            country: Of sellers of this country; of all by default.
            closed: Whether closed ones are listed, too.

        Raises:
            NotFoundError: There is no such country.
        """
        return find_cases(self.context, country, closed=closed)
