"""Perks: what ambassadors and members of Reconnect are entitled to, and from when to when.

One-off perks come with the award and stay what they were. Standing ones end the instant the award
ends: the badge is a promise to buyers. Lasting ones outlive it; the year in the Hall of Fame needs
the seller's consent, which can be revoked. Members of Reconnect have two of their own.

Source:
    programme.md, "Perks".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from lazsa_flow.lifecycle.model import Path, Period

ONE_OFF: Final = ("award_kit", "executive_certificate", "recognition_day", "immersion_trip")
STANDING: Final = (
    "badge_and_logo",
    "early_access",
    "product_updates",
    "product_discussion",
    "ambassador_events",
    "invitations",
    "channel_recognition",
    "case_study_videos",
    "networking",
)
MEMBERSHIP: Final = ("networking", "campaign_updates")
"""What members of Reconnect have, from joining to leaving. Source: FAQ, Reconnect."""
LASTING: Final = ("training_and_certification", "hall_of_fame_year")
BADGE: Final = "badge_and_logo"

LIFECYCLE: Final = "award"
"""The lifecycle whose paths give perks."""

Kind = Literal["one_off", "standing", "lasting", "membership"]


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One perk of one tenure or membership.

    Attributes:
        perk: The perk, by code.
        kind: How long it lasts: ``one_off``, ``standing``, ``lasting`` or ``membership``.
        path: The path of the tenure or membership.
        begins_at: When it begins.
        ends_at: When it ended, exclusive; ``None`` while it lasts.

    Units:
        Instants are aware, in UTC.
    """

    perk: str
    kind: Kind
    path: str
    begins_at: datetime
    ends_at: datetime | None


def entitlements_at(
    paths: Iterable[Path], at: datetime, *, consented: bool
) -> tuple[Entitlement, ...]:
    """Return what a seller is entitled to at an instant.

    Args:
        paths: The seller's paths, of any lifecycle.
        at: The instant.
        consented: Whether the seller's consent to the Hall of Fame stands.
    """
    found: list[Entitlement] = []
    for path in _award_paths(paths):
        for tenure in tenures_of(path):
            found += _perks_of_tenure(path, tenure, at, consented)
        member = path.period("membership", at)
        if member is not None:
            found += (
                Entitlement(perk, "membership", path.ref, member.began_at, member.ended_at)
                for perk in MEMBERSHIP
            )
    return tuple(found)


def is_entitled(paths: Iterable[Path], perk: str, at: datetime) -> bool:
    """Return whether a seller has a perk at an instant that ends with an award or a membership.

    Args:
        paths: The seller's paths, of any lifecycle.
        perk: One of :data:`STANDING` or :data:`MEMBERSHIP`.
        at: The instant.
    """
    return any(
        (perk in STANDING and path.period("award", at))
        or (perk in MEMBERSHIP and path.period("membership", at))
        for path in _award_paths(paths)
    )


def _award_paths(paths: Iterable[Path]) -> Iterable[Path]:
    """Leave out paths of other lifecycles, which may use the same names for their periods."""
    return (path for path in paths if path.lifecycle == LIFECYCLE)


def tenures_of(path: Path) -> list[Period]:
    """Return a path's tenures: award periods that touch or overlap are one.

    An award that was reinstated before :class:`~lazsa_flow.lifecycle.effects.Reopen` has two of
    them.
    """
    found: list[Period] = []
    for span in path.periods.get("award", ()):
        last = found[-1] if found else None
        if last is not None and last.ended_at is not None and span.began_at <= last.ended_at:
            found[-1] = replace(
                last, ended_on=span.ended_on, ended_at=span.ended_at, reason=span.reason
            )
        else:
            found.append(span)
    return found


def _perks_of_tenure(
    path: Path, span: Period, at: datetime, consented: bool
) -> Iterable[Entitlement]:
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
