"""Interface of a desk: what knows, for the relay, what notices are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lazsa_flow.engine.outbox_values import Claimed
    from lazsa_flow.notices.ports import NoticeContext


class Desk(Protocol):
    """Knows what notices are about."""

    def look_up(self, notices: Sequence[Claimed]) -> None:
        """Read at once what a batch of notices needs in addition to what came with them."""
        ...

    def matter(self, notice: Claimed) -> NoticeContext:
        """Return what a notice is about; it is one of those that were looked up last."""
        ...

    def applies(self, notice: Claimed) -> bool:
        """Return whether a notice is still true of its path; it was looked up as above."""
        ...

    def reviewers_missing(self, notices: Sequence[Claimed]) -> Mapping[str, Sequence[str]]:
        """Return, by the key of each notice, the seated reviewers whose card is missing now."""
        ...
