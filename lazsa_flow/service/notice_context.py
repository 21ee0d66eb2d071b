"""Notice contexts of any lifecycle: what a notice may say, from path and journal row alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.lifecycle.calendar import parse_instant
from lazsa_flow.notices.ports import NoticeContext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazsa_flow.engine.outbox_values import Claimed
    from lazsa_flow.service.context import Context


class PathNoticeContexts:
    """Knows what notices are about, for a lifecycle of which the application knows no more.

    Args:
        context: Whose paths, by whose rules; set again where rules were released.
    """

    def __init__(self, context: Context) -> None:
        self.context = context

    def look_up(self, notices: Sequence[Claimed]) -> None:
        """Do nothing: the notice has all that its text needs."""
        del notices

    def applies(self, notice: Claimed) -> bool:
        """Return that a notice is still true of its path: it says what has happened."""
        del notice
        return True

    def reviewers_missing(self, notices: Sequence[Claimed]) -> dict[str, list[str]]:
        """Return nobody: no lifecycle but the application's has reviewers."""
        del notices
        return {}

    def matter(self, notice: Claimed) -> NoticeContext:
        """Return what a notice is about."""
        path, row = notice.path, notice.row
        calendar = self.context.rulebook.calendar(path.country)
        return NoticeContext(
            notice.kind,
            path.ref,
            path.subject,
            self.context.country(path.country),
            calendar.local_date(parse_instant(row["effective_at"])),
            cycle_on=notice.cycle_on,
            reason=row["reason"],
        )
