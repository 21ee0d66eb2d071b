"""Announcements: sent once to each ambassador or member who is entitled to them.

Each goes through the outbox like any other notice. Whether the seller has the perk that the kind
requires is decided when it is announced, and checked again when the notice is sent.

Source:
    programme.md, "The year between".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.award.announcement import (
    AMBASSADORS,
    MEMBERS,
    AnnouncementText,
    audience_at,
    audiences_of,
)
from lazsa_flow.award.permissions import check_command
from lazsa_flow.award.rules.perks import LIFECYCLE
from lazsa_flow.errors import NotFoundError
from lazsa_flow.service.requests import request_fields

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.engine.outbox_values import Claimed
    from lazsa_flow.lifecycle.model import Actor, Path
    from lazsa_flow.service.context import Context

KIND: Final = "announcement"
IN_GROUP: Final = "announcement_in_group"
_STATES: Final = ("awarded", "renewed", "renewal_due", "reconnect")
"""The states in which an award or a membership runs."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """An announcement as it is recorded.

    Attributes:
        number: Its number, from 1.
        kind: What kind of announcement it is.
        audience: Whom it is for: ambassadors, members, or both.
        country: Whose ambassadors and members it is for; ``None``: those of all countries.
        title: Its headline.
        text: What it says.
        link: Where to read more, if anywhere.
        sender: Who announced it, as ``role:id``.
        recorded_at: When it was recorded.
        ambassadors: How many sitting ambassadors it was for.
        members: How many members of Reconnect it was for.
        delivered: How many of these notices a channel has accepted.
        waiting: How many wait in the outbox.

    Units:
        Instants are aware, in UTC.
    """

    number: int
    kind: str
    audience: str
    country: str | None
    title: str
    text: str
    link: str | None
    sender: str
    recorded_at: datetime
    ambassadors: int
    members: int
    delivered: int = 0
    waiting: int = 0

    @property
    def withheld(self) -> int:
        """How many were not sent, since the perk had ended by then."""
        return self.ambassadors + self.members - self.delivered - self.waiting


@dataclass(frozen=True, slots=True)
class AnnouncementRecipient:
    """A seller who gets an announcement, with their path and audience."""

    seller: str
    path: str
    country: str
    audience: str


@dataclass(frozen=True, slots=True)
class Announced:
    """The result of an announcement.

    Attributes:
        number: Its number; ``announcement show`` takes it.
        groups: The countries in whose Reconnect group it is posted as well.
        recipients: Each seller once.
    """

    number: int
    groups: tuple[str, ...]
    recipients: tuple[AnnouncementRecipient, ...]


def send_announcement(
    context: Context,
    title: str,
    text: str,
    *,
    audience: str,
    kind: str,
    link: str | None,
    country: str | None,
    actor: Actor,
    key: str | None,
) -> Announced:
    """Put an announcement into the outbox, once for each seller who has its perk now.

    A team announces to its own country, a manager to one or to all.
    """
    said = AnnouncementText(title, text, link)
    asked = audiences_of(audience, kind)
    if country is None and actor.role == "team":
        country = actor.country
    if country is not None:
        context.country(country)
    check_command("announce", actor, country=country)
    now = context.clock.now()

    row = {
        "kind": kind,
        "audience": audience,
        "country": country,
        "title": said.title,
        "body": said.text,
        "link": said.link,
    }

    def queue_announcement(transaction: AwardTransaction) -> dict[str, Any]:
        paths = _paths_in(transaction, country)
        context.check_settled(transaction, [path.id for path in paths], now)
        found = _find_recipients(paths, asked, now)
        recorded = {**row, "actor": str(actor), "recorded_at": now}
        return _queue_notices(transaction, recorded, found, now)

    given = {("text" if name == "body" else name): value for name, value in row.items()}
    request = request_fields("announce", actor, **given)
    with context.fire_overdue():
        done = context.run_idempotent(key, request, now, queue_announcement)
    recipients = tuple(AnnouncementRecipient(*each) for each in done["recipients"])
    return Announced(done["number"], tuple(done["groups"]), recipients)


def _paths_in(transaction: AwardTransaction, country: str | None) -> list[Path]:
    """Return the paths of ambassadors and members, in a country or in all."""
    return [
        path
        for path in transaction.paths_in(LIFECYCLE, _STATES)
        if country is None or path.country == country
    ]


def _queue_notices(
    transaction: AwardTransaction,
    row: Mapping[str, Any],
    found: Sequence[tuple[str, Path]],
    now: datetime,
) -> dict[str, Any]:
    """Record an announcement, and put its notices into the outbox.

    Args:
        transaction: The transaction.
        row: What is recorded of it, but for how many it is for.
        found: The audience and path of each recipient.
        now: The present instant.

    Returns:
        Its number, the countries in whose group it is posted, and the recipients.
    """
    ambassadors, members = (
        sum(each == name for each, _ in found) for name in (AMBASSADORS, MEMBERS)
    )
    number = transaction.add_announcement({**row, "ambassadors": ambassadors, "members": members})
    groups: dict[str, Path] = {}
    for name, path in found:
        transaction.add_notice(path, f"{KIND}-{number}.{path.ref}", KIND, "seller", now)
        if name == MEMBERS:
            groups.setdefault(path.country, path)
    for code, path in groups.items():
        transaction.add_notice(path, f"{KIND}-{number}.group.{code}", IN_GROUP, "group", now)
    recipients = [[path.subject, path.ref, path.country, name] for name, path in found]
    return {"number": number, "groups": sorted(groups), "recipients": recipients}


def _find_recipients(
    paths: Iterable[Path], asked: dict[str, str], at: datetime
) -> list[tuple[str, Path]]:
    """Return each seller once, with the path by which they get it, in the order of the paths."""
    by_seller: dict[str, list[Path]] = {}
    for path in paths:
        by_seller.setdefault(path.subject, []).append(path)
    found = (audience_at(own, asked, at) for own in by_seller.values())
    return [each for each in found if each is not None]


def find_announcements(context: Context, country: str | None = None) -> list[Announcement]:
    """List announcements, newest first: those for one country, or all."""
    if country is not None:
        context.country(country)
    with context.store.begin(write=False) as transaction:
        return [
            _read_announcement(transaction, row)
            for row in transaction.announcements()
            if country is None or row.country == country
        ]


def find_announcement(context: Context, number: int) -> Announcement:
    """Return one announcement.

    Raises:
        NotFoundError: There is none of this number.
    """
    with context.store.begin(write=False) as transaction:
        for row in transaction.announcements(number):
            return _read_announcement(transaction, row)
    raise NotFoundError("announcement", str(number))


def _read_announcement(transaction: AwardTransaction, row: Any) -> Announcement:
    delivered, waiting = transaction.announcement_progress(row.id)
    return Announcement(
        number=row.id,
        kind=row.kind,
        audience=row.audience,
        country=row.country,
        title=row.title,
        text=row.body,
        link=row.link,
        sender=row.actor,
        recorded_at=row.recorded_at,
        ambassadors=row.ambassadors,
        members=row.members,
        delivered=delivered,
        waiting=waiting,
    )


@dataclass(frozen=True, slots=True)
class AnnouncedNotice:
    """An announcement about to be sent to one seller, and whether they still have its perk."""

    title: str
    text: str
    link: str | None
    entitled: bool

    @property
    def fields(self) -> dict[str, Any]:
        """The fields that its templates may use."""
        return {"headline": self.title, "announcement": self.text, "link": self.link}


def look_up_announced(
    context: Context, transaction: AwardTransaction, notices: Collection[Claimed]
) -> dict[str, AnnouncedNotice]:
    """Read the text of announcements and who is still entitled to them, by notice key."""
    found, rows, now = {}, {}, context.clock.now()
    for notice in notices:
        if notice.kind not in (KIND, IN_GROUP):
            continue
        number = int(notice.key.partition(".")[0].rpartition("-")[2])
        if number not in rows:
            rows[number] = transaction.announcements(number)[0]
        row = rows[number]
        paths = transaction.paths_of(notice.path.subject)
        still = audience_at(paths, audiences_of(row.audience, row.kind), now)
        entitled = notice.kind == IN_GROUP or still is not None
        found[notice.key] = AnnouncedNotice(row.title, row.body, row.link, entitled)
    return found
