"""One-off perks: which are due, and which were given, by whom and when; each once per tenure.

A tenure is one path's award, renewals included; an award that was reinstated goes on as the same.

Source:
    programme.md, "Perks" and "The year between".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.award.commands.statements import append_statement
from lazsa_flow.award.permissions import check_command
from lazsa_flow.award.rules.perks import LIFECYCLE, ONE_OFF
from lazsa_flow.award.titles import title_in
from lazsa_flow.errors import ConflictError, InputError, no_seller
from lazsa_flow.lifecycle.calendar import instant_text, parse_instant
from lazsa_flow.service.requests import request_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.lifecycle.model import Actor, Path, Statement
    from lazsa_flow.service.context import Context

KIND: Final = "perk"
_STATES: Final = ("awarded", "renewed", "renewal_due", "retired", "reconnect", "removed")
"""The states of paths that hold or have held an award."""


@dataclass(frozen=True, slots=True)
class OneOffPerk:
    """A one-off perk of a tenure.

    Attributes:
        seller: The seller's id.
        path: The path's reference.
        country: The country's code.
        title: The title of the seller.
        perk: The perk, by code.
        since: When the tenure began, which made it due.
        given_by: Who recorded that it was given; ``None`` while it is due.
        given_at: When that was recorded.

    Units:
        Instants are aware, in UTC.
    """

    seller: str
    path: str
    country: str
    title: str
    perk: str
    since: date
    given_by: str | None = None
    given_at: datetime | None = None


def perks_due(context: Context, country: str, *, given: bool = False) -> list[OneOffPerk]:
    """List a country's one-off perks that are still to be given, the oldest tenures first.

    Args:
        context: Where and by whose rules.
        country: Which country's.
        given: Whether to list those that were given as well.
    """
    title = title_in(context, country)
    found: list[OneOffPerk] = []
    with context.store.begin(write=False) as transaction:
        given_to = transaction.records_by_subject(KIND)
        for path in transaction.paths_in(LIFECYCLE, _STATES, country=country):
            if path.periods.get("award"):
                found += _of_tenure(path, given_to.get(path.subject, ()), title)
    listed = (each for each in found if given or each.given_by is None)
    return sorted(listed, key=lambda each: (each.since, each.seller, ONE_OFF.index(each.perk)))


def _of_tenure(path: Path, records: Iterable[Statement], title: str) -> Iterable[OneOffPerk]:
    given = {record.name: record for record in records}
    for perk in ONE_OFF:
        record = given.get(_record_name(perk, path))
        yield OneOffPerk(
            seller=path.subject,
            path=path.ref,
            country=path.country,
            title=title,
            perk=perk,
            since=path.periods["award"][0].began_on,
            given_by=record.actor if record else None,
            given_at=record.recorded_at if record else None,
        )


def _record_name(perk: str, path: Path) -> str:
    return f"{perk}.{path.ref}"


def give_perk(
    context: Context, seller: str, perk: str, *, actor: Actor, key: str | None
) -> OneOffPerk:
    """Record that a one-off perk of a seller's latest tenure was given.

    Raises:
        InputError: There is no such one-off perk.
        NotFoundError: The seller is not known.
        NotAllowedError: The actor may not.
        ConflictError: The seller has never held the award, or the perk of this tenure was given;
            it names by whom and when.
    """
    if perk not in ONE_OFF:
        raise InputError.of("perk", "perk", perk, f"one of {', '.join(ONE_OFF)}")
    now = context.clock.now()
    with context.store.begin(write=False) as transaction:
        ids = [path.id for path in transaction.paths_of(seller, LIFECYCLE)]

    def record_given(transaction: AwardTransaction) -> dict[str, Any]:
        country = transaction.home_of(seller)
        if country is None:
            raise no_seller(seller)
        check_command("give_perk", actor, subject=seller, country=country)
        context.check_settled(transaction, ids, now)
        path = _latest_tenure(transaction, seller)
        _check_not_given(transaction, seller, perk, path)
        name = _record_name(perk, path)
        append_statement(
            context, transaction, path.subject, country, KIND, name, "given", actor, now
        )
        return {
            "seller": path.subject,
            "path": path.ref,
            "country": country,
            "since": str(path.periods["award"][0].began_on),
            "given_at": instant_text(now),
        }

    request = request_fields("give_perk", actor, seller=seller, perk=perk)
    with context.fire_overdue(ids):
        done = context.run_idempotent(key, request, now, record_given)
    return _read_given(context, done, perk, actor)


def _read_given(context: Context, done: Mapping[str, Any], perk: str, actor: Actor) -> OneOffPerk:
    """Read the stored result of giving a perk."""
    return OneOffPerk(
        seller=done["seller"],
        path=done["path"],
        country=done["country"],
        title=title_in(context, done["country"]),
        perk=perk,
        since=date.fromisoformat(done["since"]),
        given_by=str(actor),
        given_at=parse_instant(done["given_at"]),
    )


def _latest_tenure(transaction: AwardTransaction, seller: str) -> Path:
    """Return the seller's latest path that has held the award.

    Raises:
        ConflictError: None has.
    """
    tenures = [
        path for path in transaction.paths_of(seller, LIFECYCLE) if path.periods.get("award")
    ]
    if not tenures:
        raise ConflictError(seller, "has never held the award; no perk is due")
    return tenures[-1]


def _check_not_given(transaction: AwardTransaction, seller: str, perk: str, path: Path) -> None:
    """Check that a perk was not given in a path's tenure.

    Raises:
        ConflictError: It was; the message says by whom and when.
    """
    for record in transaction.records_of(seller):
        if (record.kind, record.name) == (KIND, _record_name(perk, path)):
            what = f"{perk} of {path.ref} was given by {record.actor} on {record.as_of}"
            raise ConflictError(seller, what)
