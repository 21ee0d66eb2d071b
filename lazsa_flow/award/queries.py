"""Public queries: what the public, a shop page or another seller may see.

They never show an ambassador's own contact, but the team's mailbox.

Source:
    programme.md, "Who and where" and "Perks".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.award.rules.criteria import CRITERIA
from lazsa_flow.award.rules.perks import LIFECYCLE, Entitlement, entitlements_at, tenures_of
from lazsa_flow.award.titles import title_in
from lazsa_flow.errors import no_seller

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from lazsa_flow.award.commands.appeals import Appeal
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.lifecycle.guards import Verdict
    from lazsa_flow.lifecycle.model import Path, Statement
    from lazsa_flow.service.context import Context

CONSENT: Final = "hall_of_fame"
CRITERIA_NAMES: Final = frozenset(criterion.name for criterion in CRITERIA)
ASKED_NAMES: Final = CRITERIA_NAMES | {"nomination_complete", "quorum", "panel_approval"}
"""The guards whose verdicts a seller may see."""


@dataclass(frozen=True, slots=True)
class Fame:
    """One tenure in the Hall of Fame.

    Attributes:
        since: The day of the award.
        year: Its year.
        sitting: Whether the award is still held.
        until: The day on which it ended, where it has.
    """

    seller: str
    title: str
    since: date
    year: int
    sitting: bool
    until: date | None


@dataclass(frozen=True, slots=True)
class Badge:
    """Whether the badge may be shown at an instant.

    Attributes:
        valid: Whether an award covers the instant.
        title: The title in the seller's country, where it is valid.
        ends_at: When it ended or will end for certain, if it does; no cache may outlive it.
    """

    valid: bool
    title: str | None = None
    ends_at: datetime | None = None


def list_fame(context: Context, country: str) -> list[Fame]:
    """List everyone who held the award in a country and consents, by year, the earliest first.

    Whose standing was lost is left out.
    """
    title = title_in(context, country)
    now = context.clock.now()
    found: list[Fame] = []
    with context.store.begin(write=False) as transaction:
        for seller in transaction.subjects_recorded("consent", "given"):
            records = transaction.records_of(seller)
            if not _has_consented(records) or _lost_standing(records):
                continue
            for path in transaction.paths_of(seller, LIFECYCLE):
                if path.country == country:
                    found += _fame_of(path, title, now)
    return sorted(found, key=lambda fame: (fame.since, fame.seller))


def _fame_of(path: Path, title: str, now: datetime) -> Iterable[Fame]:
    for span in tenures_of(path):
        since = span.began_on
        yield Fame(path.subject, title, since, since.year, span.covers(now), span.ended_on)


def _lost_standing(records: Iterable[Statement]) -> bool:
    said = [record.value for record in records if record.kind == "good_standing"]
    return said[-1:] == ["ended"]


def find_badge(context: Context, seller: str, at: datetime) -> Badge:
    """Return whether a seller's badge is valid at an instant; one index look-up."""
    with context.store.begin(write=False) as transaction:
        for path in transaction.paths_of(seller, LIFECYCLE):
            span = path.period("award", at)
            if span is not None:
                return Badge(True, title_in(context, path.country), span.ended_at)
        _check_known(transaction, seller)
    return Badge(False)


def _check_known(transaction: AwardTransaction, seller: str) -> None:
    """Check that something is recorded of a seller.

    Raises:
        NotFoundError: Nothing is.
    """
    if not transaction.knows_person(seller):
        raise no_seller(seller)


def find_contact(context: Context, seller: str, *, regional: bool = False) -> str:
    """Return the mailbox of the seller's local team, or the programme's regional one.

    Never the seller's own. Where a country has no regional mailbox, it is the team's.

    Raises:
        NotFoundError: The seller is not known.
    """
    with context.store.begin(write=False) as transaction:
        country = transaction.home_of(seller)
    if country is None:
        raise no_seller(seller)
    configured = context.country(country)
    return (regional and configured.regional_mailbox) or configured.need_mailbox()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a seller may see of the latest decision on a path of theirs.

    Attributes:
        reason: The reason code, if there is one.
        unmet: The wording of each bar that was not met, with the seller's own figure; no reviewer,
            no single score, no other seller.
        facts_as_of: The date of the facts that were judged.
        appeal_until: The last day on which an appeal can be granted, where one can.
        contact: The mailbox to object at: the local team's.
        appeal: The state of an appeal on the decision: ``open``, ``granted``, ``rejected`` (it is
            closed) or ``expired``; ``None`` where there is nothing to appeal.
    """

    path: str
    state: str
    trigger: str | None
    reason: str | None
    unmet: tuple[str, ...]
    facts_as_of: date | None
    appeal_until: date | None
    contact: str
    appeal: str | None = None


def describe_outcome(
    context: Context,
    path: Path,
    row: Mapping[str, Any],
    verdicts: Iterable[Verdict],
    appeal: Appeal | None,
) -> Outcome:
    """Return what a seller may see of a decision, and how to object.

    Args:
        context: By whose rules.
        path: The path.
        row: The journal row of the decision.
        verdicts: Its verdicts, dressed.
        appeal: The state of the appeal on it, if it can be appealed.
    """
    as_of = row["facts_as_of"]
    return Outcome(
        path=path.ref,
        state=path.state,
        trigger=row["trigger"],
        reason=row["reason"],
        unmet=tuple(each.wording for each in unmet_bars(verdicts)),
        facts_as_of=as_of and date.fromisoformat(as_of),
        appeal_until=appeal.until if appeal and appeal.state in ("open", "expired") else None,
        contact=context.country(path.country).need_mailbox(),
        appeal=None if appeal is None else appeal.state,
    )


def unmet_bars(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return what a seller may see of a decision's verdicts: the bars that were not met."""
    return [each for each in verdicts if each.name in ASKED_NAMES and not each.held]


def list_members(context: Context, country: str) -> list[str]:
    """List the sellers who are in Reconnect in a country, who get its updates."""
    context.country(country)
    with context.store.begin(write=False) as transaction:
        paths = transaction.paths_in(LIFECYCLE, ("reconnect",), country=country)
    return sorted(path.subject for path in paths)


def list_entitlements(context: Context, seller: str, at: datetime) -> tuple[Entitlement, ...]:
    """Return what a seller is entitled to at an instant."""
    with context.store.begin(write=False) as transaction:
        paths = transaction.paths_of(seller)
        if not paths:
            _check_known(transaction, seller)
        consented = _has_consented(transaction.records_of(seller), at)
    return entitlements_at(paths, at, consented=consented)


def _has_consented(records: Iterable[Statement], at: datetime | None = None) -> bool:
    said = [
        record.value
        for record in records
        if (record.kind, record.name) == ("consent", CONSENT)
        and (at is None or record.recorded_at <= at)
    ]
    return said[-1:] == ["given"]
