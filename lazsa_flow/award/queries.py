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
from lazsa_flow.errors import InputError, no_seller

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from lazsa_flow.award.commands.appeals import Appeal
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.lifecycle.guards import Verdict
    from lazsa_flow.lifecycle.model import Path, Statement
    from lazsa_flow.service.context import Context
    from lazsa_flow.service.runtime import Runtime

CONSENT: Final = "hall_of_fame"
_SAME_PLACE: Final = 16
"""More ids than one seller has had, each with an award of the same day."""
CRITERIA_NAMES: Final = frozenset(criterion.name for criterion in CRITERIA)
ASKED_NAMES: Final = CRITERIA_NAMES | {"nomination_complete", "quorum", "panel_approval"}
"""The guards whose verdicts a seller may see."""


@dataclass(frozen=True, slots=True)
class Fame:
    """One tenure in the Hall of Fame.

    Attributes:
        seller: The seller's id.
        title: The title that was held.
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

    @property
    def place(self) -> str:
        """Its place in the list: what to give as ``after`` for the tenures that come after it."""
        return f"{self.since} {self.seller}"


@dataclass(frozen=True, slots=True)
class Badge:
    """Whether the badge may be shown at an instant.

    Attributes:
        valid: Whether an award covers the instant.
        title: The title in the seller's country, where it is valid.
        ends_at: When it ended or will end for certain, if it does; no cache may outlive it.

    Units:
        Instants are aware, in UTC.
    """

    valid: bool
    title: str | None = None
    ends_at: datetime | None = None


def list_fame(
    context: Context, country: str, *, after: str | None = None, limit: int | None = None
) -> list[Fame]:
    """List everyone who held the award in a country and consents, by year, the earliest first.

    Whose standing was lost is left out.

    Args:
        context: By whose rules.
        country: Of which country.
        after: Only those after this place; see :attr:`Fame.place`.
        limit: At most so many; more only where they share the last one's place.

    Raises:
        InputError: ``after`` is no place.
    """
    title, now = title_in(context, country), context.clock.now()
    start = None if after is None else _read_place(after)
    with context.store.begin(write=False) as transaction:
        if limit is None:
            paths = transaction.awarded_paths(country, CONSENT)
            found = [each for path in paths for each in _fame_of(path, title, now)]
        else:
            more = limit + _SAME_PLACE
            paths = transaction.awarded_paths(country, CONSENT, after=start, limit=more)
            found = [each for path in paths for each in _fame_of(path, title, now)[:1]]
            for path in transaction.appealed_paths(country, CONSENT):
                found += _fame_of(path, title, now)[1:]  # only an appeal gives a path another one
    found = sorted(found, key=_place_of)
    if start is not None:
        found = [each for each in found if _place_of(each) > start]
    return found if limit is None else _cut_page(found, limit)


def _fame_of(path: Path, title: str, now: datetime) -> list[Fame]:
    return [
        Fame(
            path.subject, title, span.began_on, span.began_on.year, span.covers(now), span.ended_on
        )
        for span in tenures_of(path)
    ]


def _place_of(fame: Fame) -> tuple[date, str]:
    return fame.since, fame.seller


def _read_place(text: str) -> tuple[date, str]:
    """Read a place in the Hall of Fame.

    Raises:
        InputError: It is none.
    """
    day, _, seller = text.partition(" ")
    try:
        if seller:
            return date.fromisoformat(day), seller
    except ValueError:
        pass
    expected = "the place of a tenure, such as 2020-04-01 seller-1"
    raise InputError.of("hall_of_fame", "after", text, expected)


def _cut_page(found: list[Fame], limit: int) -> list[Fame]:
    """Return the first of these, and those that share the last one's place with it."""
    page = found[:limit]
    for each in found[limit:]:
        if not page or _place_of(each) != _place_of(page[-1]):
            break
        page.append(each)
    return page


def find_badge(runtime: Runtime, seller: str, at: datetime) -> Badge:
    """Return whether a seller's badge is valid at an instant; one index look-up.

    Raises:
        NotFoundError: Nothing is recorded of the seller.
    """
    found = runtime.store.look_up(seller)
    context = runtime.context_at(found.stamp)
    for path in found.paths:
        span = path.period("award", at) if path.lifecycle == LIFECYCLE else None
        if span is not None:
            return Badge(True, title_in(context, path.country), span.ended_at)
    if not found.paths and not found.recorded:
        raise no_seller(seller)
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
        path: The path's reference.
        state: The path's state.
        trigger: The trigger of the decision; ``None`` where there is none yet.
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
        members: list[str] = transaction.subjects_in(LIFECYCLE, "reconnect", country)
    return members


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
