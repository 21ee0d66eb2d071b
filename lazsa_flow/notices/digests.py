"""Digests: which notices one recipient gets together, once a day."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from lazsa_flow.lifecycle.stored_recipients import REVIEWERS, recipient_class

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lazsa_flow.engine.outbox_values import Claimed

TEAM_NEWS: Final = ("ambassador_awarded", "ambassador_renewed", "ambassador_retired")
DIGESTED: Final = ("panel", "country_lead", REVIEWERS, *(f"team/{kind}" for kind in TEAM_NEWS))
"""Recipients whose notices are combined in a digest, or a recipient and a kind. ``reviewers`` also
covers each reviewer by name."""


def is_digested(to: str, kind: str) -> bool:
    """Return whether a notice of this kind reaches this recipient in a digest."""
    named = recipient_class(to)
    return named in DIGESTED or f"{named}/{kind}" in DIGESTED


def digest_key(notices: Sequence[Claimed], due: datetime) -> str:
    """Return the key of a digest, made of those of its notices."""
    joined = "\n".join(sorted(notice.key for notice in notices))
    digest = hashlib.sha256(joined.encode()).hexdigest()[:12]
    first = notices[0]
    return f"digest.{first.path.country}.{recipient_class(first.to)}.{due:%Y-%m-%d}.{digest}"
