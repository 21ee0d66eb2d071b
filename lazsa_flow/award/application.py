"""The award's application: what it adds to the library for its own lifecycles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from lazsa_flow.award import commands
from lazsa_flow.award.assumptions import ASSUMPTIONS
from lazsa_flow.award.permissions import COMMANDS
from lazsa_flow.award.rules.perks import LIFECYCLE
from lazsa_flow.award.store.store import AwardStore
from lazsa_flow.award.titles import title_of
from lazsa_flow.lifecycle.values import FrozenDict
from lazsa_flow.service.context import Application

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from lazsa_flow.award.notice_context import NoticeContextBuilder
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.lifecycle.model import Path, Statement
    from lazsa_flow.lifecycle.table import Permit
    from lazsa_flow.runner.doctor.examination import ListedCheck
    from lazsa_flow.service.assumptions import Assumption
    from lazsa_flow.service.context import Context
    from lazsa_flow.service.gauges import Gauge
    from lazsa_flow.store.listing import FactsAge
    from lazsa_flow.store.store import SqlStore
    from lazsa_flow.store.transaction import SqlTransaction


class AwardApplication(Application):
    """The award's permits, titles, notices and rounds."""

    permits: Mapping[str, tuple[Permit, ...]] = COMMANDS
    opened_by: Mapping[str, str] = FrozenDict(
        award="nominate", entry="apply_entry", trainer="invite_trainer"
    )
    main_lifecycle: str | None = LIFECYCLE
    assumptions: tuple[Assumption, ...] = ASSUMPTIONS
    never: str = "cannot be awarded"
    store_class: type[SqlStore[Any, Any]] = AwardStore
    states_with_reviews: tuple[str, ...] = ("under_review", "renewal_due", "awarded", "renewed")

    def title_of(self, context: Context, path: Path, at: datetime) -> str | None:
        """Return the title of a path's seller; none without a sitting award."""
        return title_of(context, path, at)

    def notice_contexts(self, context: Context) -> NoticeContextBuilder:
        """Return what knows what the award's notices are about."""
        from lazsa_flow.award.notice_context import NoticeContextBuilder

        return NoticeContextBuilder(context)

    def opening_round(
        self,
        context: Context,
        transaction: SqlTransaction,
        lifecycle: str,
        subject: str,
        country: str,
        now: datetime,
    ) -> tuple[date | None, tuple[Statement, ...]]:
        """Return the round that is open for nominations, and bars that survived an erasure."""
        if lifecycle != LIFECYCLE:
            return None, ()
        bars = commands.conduct_bars.surviving_bars(
            context, cast("AwardTransaction", transaction), subject
        )
        return commands.nomination_window.open_cycle(context, country, now), tuple(bars)

    def assume(
        self,
        store: SqlStore[Any, Any],
        rulebook: Rulebook,
        given: Mapping[str, str],
        *,
        on: date,
        now: datetime,
        path_ids: Collection[int],
    ) -> Collection[int] | None:
        """Let facts hold, or the panel decide, in a scratch database."""
        return commands.assuming.assume(store, rulebook, given, on=on, now=now, path_ids=path_ids)

    def gauges(self, context: Context) -> Iterable[Gauge]:
        """Return how far each country's panel is from its quorums."""
        return commands.panel_gauges.panel_gauges(context)

    def facts_age(self, context: Context, rounds: Iterable[tuple[str, date]]) -> FactsAge:
        """Return from which date on facts count in each round, by the award's policy."""
        return commands.facts_age.facts_age(context, rounds)

    def doctor_checks(self) -> Sequence[ListedCheck]:
        """Return the checks of ``lazsa-flow doctor`` that look at facts."""
        from lazsa_flow.award.doctor import CHECKS

        return CHECKS
