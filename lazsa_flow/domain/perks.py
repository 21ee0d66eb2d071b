"""What is an ambassador entitled to, and from when to when?

One-off perks come with the award and stay what they were. Standing ones end the instant the award
ends: the badge is a promise to buyers. Lasting ones outlive it; the year in the Hall of Fame needs
the seller's consent, which can be revoked.

Source:
    programme.md, "Perks".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from lazsa_flow.domain.model import Path, Span

ONE_OFF: Final = ("award_kit", "executive_certificate", "recognition_day", "immersion_trip")
STANDING: Final = (
    "badge_and_logo",
    "early_access",
    "product_updates",
    "product_discussion",
    "ambassador_events",
    "invitations",
    "channel_recognition",
    "networking",
)
LASTING: Final = ("training_and_certification", "hall_of_fame_year")
BADGE: Final = "badge_and_logo"

Kind = Literal["one_off", "standing", "lasting"]


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One perk of one tenure.

    Attributes:
        ends_at: When it ended, exclusive; ``None`` while it lasts.
    """

    perk: str
    kind: Kind
    path: str
    begins_at: datetime
    ends_at: datetime | None


def entitlements(
    paths: Iterable[Path], at: datetime, *, consented: bool
) -> tuple[Entitlement, ...]:
    """Return what a seller is entitled to at an instant.

    Args:
        paths: The seller's paths.
        at: The instant.
        consented: Whether the seller's consent to the Hall of Fame stands.
    """
    found: list[Entitlement] = []
    for path in paths:
        for span in path.spans.get("award", ()):
            found += _of(path, span, at, consented)
    return tuple(found)


def _of(path: Path, span: Span, at: datetime, consented: bool) -> Iterable[Entitlement]:
    if at < span.began_at:
        return
    for perk in ONE_OFF:
        yield Entitlement(perk, "one_off", path.ref, span.began_at, None)
    if span.covers(at):
        for perk in STANDING:
            yield Entitlement(perk, "standing", path.ref, span.began_at, span.ended_at)
    for perk in LASTING:
        if perk != "hall_of_fame_year" or consented:
            yield Entitlement(perk, "lasting", path.ref, span.began_at, None)
