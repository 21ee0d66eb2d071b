"""Notices about nights: what they say, and whether they still apply when they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.lifecycle.stored_recipients import MANAGER
from lazsa_flow.notices.ports import NoticeContext
from lazsa_flow.service.night_reminders import KIND, find_lacking, list_coming_dates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lazsa_flow.engine.outbox_values import Claimed
    from lazsa_flow.service.context import Context, NoticeContexts
    from lazsa_flow.service.night_reminders import ComingDate


class NightNoticeContexts:
    """Knows what notices about nights are about, and asks another one about all else.

    Args:
        others: Knows what the notices of paths are about.
    """

    def __init__(self, others: NoticeContexts) -> None:
        self._others = others
        self._lacking: Sequence[ComingDate] = ()

    @property
    def context(self) -> Context:
        """Whose paths, by whose rules; set again where rules were released."""
        return self._others.context

    @context.setter
    def context(self, context: Context) -> None:
        self._others.context = context

    def look_up(self, notices: Sequence[Claimed]) -> None:
        """Read for which coming dates no rehearsal is approved, if a notice is about one."""
        self._others.look_up(notices)
        if any(each.kind == KIND for each in notices):
            with self.context.store.begin(write=False) as transaction:
                dates = list_coming_dates(self.context, transaction)
                self._lacking = find_lacking(self.context, transaction, dates)

    def applies(self, notice: Claimed) -> bool:
        """Return whether a notice is still true."""
        if notice.kind != KIND:
            return self._others.applies(notice)
        return bool(self._find_countries(notice))

    def reviewers_missing(self, notices: Sequence[Claimed]) -> Mapping[str, Sequence[str]]:
        """Return, by the key of each notice, the seated reviewers whose card is missing now."""
        return self._others.reviewers_missing(notices)

    def matter(self, notice: Claimed) -> NoticeContext:
        """Return what a notice is about; one about a night says nothing of its path."""
        if notice.kind != KIND or notice.cycle_on is None:
            return self._others.matter(notice)
        calendar = self.context.rulebook.calendar(notice.path.country)
        return NoticeContext(
            notice.kind,
            "",
            "",
            self.context.country(notice.path.country),
            calendar.local_date(notice.created_at),
            cycle_on=notice.cycle_on,
            countries=self._find_countries(notice),
        )

    def _find_countries(self, notice: Claimed) -> tuple[str, ...]:
        """Return the countries that a notice is about, in which its date is not approved."""
        own = None if notice.to == MANAGER else notice.path.country
        return tuple(
            each.country
            for each in self._lacking
            if each.on == notice.cycle_on and own in (None, each.country)
        )
