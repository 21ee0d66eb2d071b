"""Applications: what one adds to the library for its own lifecycles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from lazsa_flow.lifecycle.values import FrozenDict
from lazsa_flow.notices.ports import Desk
from lazsa_flow.service.permissions import OPERATING_COMMANDS
from lazsa_flow.store.listing import FactsAge
from lazsa_flow.store.store import SqlStore

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date, datetime

    from lazsa_flow.lifecycle.model import Path, Statement
    from lazsa_flow.lifecycle.table import Permit
    from lazsa_flow.service.assumptions import Assumption
    from lazsa_flow.service.context import Context
    from lazsa_flow.service.gauges import Gauge
    from lazsa_flow.store.transaction import SqlTransaction


class NoticeContexts(Desk, Protocol):
    """Knows what notices are about, by the rules of a context that is set again after a release."""

    context: Context


class Application:
    """What an application adds to the library; this base class adds nothing.

    Attributes:
        permits: Who may give which administrative command.
        opened_by: By lifecycle, the command of the application that opens its paths, where
            ``open_path`` is not enough.
        main_lifecycle: The lifecycle that is meant where none is named.
        store_class: The store, with the application's own rows.
        states_with_reviews: The states in which the round of a path can be open for cards.
        assumptions: What a rehearsal can take as given.
        never: What the class of a path is called that no condition can bring to its goal.
    """

    permits: Mapping[str, tuple[Permit, ...]] = OPERATING_COMMANDS
    opened_by: Mapping[str, str] = FrozenDict()
    main_lifecycle: str | None = None
    store_class: type[SqlStore[Any, Any]] = SqlStore
    states_with_reviews: tuple[str, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    never: str = "cannot succeed"

    def title_of(self, context: Context, path: Path, at: datetime) -> str | None:
        """Return the title of a path's subject at an instant; by default none."""
        del context, path, at
        return None

    def notice_contexts(self, context: Context) -> NoticeContexts | None:
        """Return what knows what notices are about; ``None`` for what every path has."""
        del context
        return None

    def opening_round(
        self,
        context: Context,
        transaction: SqlTransaction,
        lifecycle: str,
        subject: str,
        country: str,
        now: datetime,
    ) -> tuple[date | None, tuple[Statement, ...]]:
        """Return what a path that were opened now would start with, besides what is recorded.

        Returns:
            Its cycle date, and statements about the subject that are recorded elsewhere.
        """
        del context, transaction, lifecycle, subject, country, now
        return None, ()

    def assume(
        self, context: Context, given: Mapping[str, str], on: date, path_ids: Collection[int]
    ) -> None:
        """Write into a scratch database what a rehearsal takes as given.

        Args:
            context: On the scratch database, at the instant at which the rehearsal begins.
            given: The values of :attr:`assumptions` that differ from the record, by their names.
            on: The date that is rehearsed.
            path_ids: The paths that are due on it.
        """
        del context, given, on, path_ids

    def gauges(self, context: Context) -> Iterable[Gauge]:
        """Return figures of its own for the workers' metrics; by default none."""
        del context
        return ()

    def facts_age(self, context: Context, rounds: Iterable[tuple[str, date]]) -> FactsAge:
        """Return from which date on facts count in each of these rounds, and today."""
        del rounds
        today = context.clock.now().date()
        return FactsAge(today, today, {})
