"""Lists of paths, by filters that any lifecycle has, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow import service
from lazsa_flow.service.part import Part

if TYPE_CHECKING:
    from datetime import date, datetime

    from lazsa_flow.service.list_rows import Listed, Page


class Lists(Part):
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
        since: datetime | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[Listed]:
        """List paths, newest first, a page at a time.

        Args:
            lifecycle: Of this lifecycle.
            state: In this state.
            country: In this country.
            cycle: With this cycle date.
            reason: Whose last move has this reason code.
            unmet: On which this guard is unmet: of an open path today, on its way to the state
                that is hoped for; of another at its last move.
            since: Which entered their state at or after this instant, aware.
            after: The reference of the last path of the page before.
            limit: At most so many, up to 1,000.

        Returns:
            The page: a sequence of rows, with ``after`` for the next page, and ``why_empty``.

        Raises:
            NotFoundError: There is no such lifecycle, state, country, reason, guard or path.
            InputError: Another argument is wrong.
        """
        filters = service.listing.Filters(
            lifecycle,
            state,
            country,
            cycle,
            reason,
            unmet,
            since=since,
        )
        return service.listing.find_paths(self._runtime.context, filters, after=after, limit=limit)
