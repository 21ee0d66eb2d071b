"""Interfaces of notices: what the relay needs of the world, and what its channels get.

A host adds a channel with one class, a resolver with one callable; both may be found by their entry
points (groups ``lazsa_flow.channels`` and ``lazsa_flow.resolvers``) or be handed in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from lazsa_flow.lifecycle.values import EMPTY, value

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from pydantic import BaseModel

    from lazsa_flow.engine.outbox_values import Claimed, Waiting
    from lazsa_flow.lifecycle.contact import Contact
    from lazsa_flow.lifecycle.path_data import PathData
    from lazsa_flow.lifecycle.policy import Country
    from lazsa_flow.notices.figures import BarFigure


class Resolver(Protocol):
    """Knows how persons are reached: the host's own, or the contacts that were imported."""

    def __call__(self, ids: Collection[str], /) -> Mapping[str, Contact]:
        """Return the contacts of those of these persons who have one."""
        ...


@dataclass(frozen=True, slots=True)
class Unmet:
    """One bar that a subject did not meet.

    Attributes:
        name: The guard's.
        measured: The subject's own figure, as the journal has it; none where it is not theirs.
        bar: What the policy asks, as the policy has it.
        wording: The guard's own words, in English, for locales without their own.
    """

    name: str
    measured: str | int | None
    bar: str | None
    wording: str


@value
class NoticeContext:
    """What a notice is about: all that its words may say.

    Attributes:
        on: The local date from which the move takes effect.
        cycle_on: The cycle date that the path's next decision belonged to after the move.
        reason: The reason code, if there is one.
        unmet: Which bars were not met.
        facts_as_of: The date of the facts that were judged.
        appeal_until: The last day on which an appeal can be granted, where one can.
        grace_until: The last day of grace, were ``cycle_on`` the date of a renewal.
        nominations: How many stand.
        by_self: Whether the subject alone has proposed them.
        app: The chat app of Reconnect.
        steps: Reconnect's steps, the team's last one included.
        figures: The subject's own figures against the bars, where the notice tells of them.
        round_opens_on: When the renewal round opens.
        closes_on: The day on which the window to propose somebody closes.
        received: The turnover in US dollars of each month of an application that is judged, as
            ``YYYY-MM`` and a figure.
        set_aside: The months of its other records.
        expires_on: The day on which an application expires.
        headline: The title of an announcement.
        announcement: What it says.
        link: Where to read more, ``https`` alone.
        countries: The countries that a notice about a night is about, by their codes.
        data: The path's data, as it was opened with.
        path_data: What was handed over with its triggers until the move, oldest first, without
            personal fields.
    """

    kind: str
    path: str
    seller: str
    country: Country
    on: date
    cycle_on: date | None = None
    reason: str | None = None
    unmet: tuple[Unmet, ...] = ()
    facts_as_of: date | None = None
    appeal_until: date | None = None
    grace_until: date | None = None
    nominations: int = 0
    by_self: bool = False
    app: str = ""
    steps: tuple[str, ...] = ()
    figures: tuple[BarFigure, ...] = ()
    round_opens_on: date | None = None
    closes_on: date | None = None
    received: tuple[tuple[str, str], ...] = ()
    set_aside: tuple[str, ...] = ()
    expires_on: date | None = None
    headline: str = ""
    announcement: str = ""
    link: str | None = None
    countries: tuple[str, ...] = ()
    data: Mapping[str, Any] = EMPTY
    path_data: tuple[PathData, ...] = ()


class Outbox(Protocol):
    """What waits to be sent. Each call commits by itself: nothing is sent inside a transaction.

    A claim is a lease, never a lock.
    """

    def claim(
        self, now: datetime, until: datetime, limit: int, *, without: Collection[str] = ()
    ) -> Sequence[Claimed]:
        """Take the notices that have waited longest, for nobody else until the lease ends.

        Args:
            now: The present instant.
            until: When the lease ends.
            limit: At most so many.
            without: Whose notices are left: a recipient, or ``recipient/kind``; ``reviewers``
                stands for each of them by name as well.
        """
        ...

    def waiting(self, now: datetime, to: Collection[str]) -> Sequence[Waiting]:
        """Return what may be tried now for these recipients, without taking it."""
        ...

    def take(self, keys: Collection[str], now: datetime, until: datetime) -> Sequence[Claimed]:
        """Take just these notices; none at all where one of them is no longer to be had."""
        ...

    def postpone(self, notices: Collection[Claimed | Waiting], at: datetime) -> None:
        """Let notices wait until an instant, as they have not been tried."""
        ...

    def delivered(self, notices: Collection[Claimed], channel: str, at: datetime) -> None:
        """Take notices out that a channel has accepted, and record that they were delivered."""
        ...

    def withdraw(self, notices: Collection[Claimed]) -> None:
        """Take notices out that are held and are not to be sent."""
        ...

    def address(
        self, notices: Collection[Claimed], to: Mapping[str, Sequence[str]], now: datetime
    ) -> None:
        """Put notices for single persons in place of notices that are held, all or none.

        Args:
            notices: What is held, for a class of recipients.
            to: By the key of each, whom it is for; for nobody, it is taken out.
            now: From when they may be tried.
        """
        ...

    def failed(self, notices: Collection[Claimed], error: str, again_at: datetime | None) -> None:
        """Count an attempt that failed.

        Args:
            notices: What was tried.
            error: Its code; no address, no text.
            again_at: When to try again; ``None`` parks them.
        """
        ...

    def next_at(self) -> datetime | None:
        """Return when the next notice may be tried."""
        ...


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice in words, as a channel gets it.

    Attributes:
        key: Stable for ever: the same again is a repeat.
        kind: The kind of notice.
        to: The recipient's class, such as ``subject`` or ``country_lead``
        country: The country's code.
        locale: The locale that it is written in.
        reply_to: The mailbox of the country's team; empty where it has none.
        sender: The team's name.
        subject: The subject line.
        text: The letter as plain text.
        html: The letter as HTML.
        sent_at: When it is sent, by the relay's clock.
        person: The id of the person who is notified; none where a role is.
        mailbox: The role's mailbox, where a role is notified.
        contact: How they are reached; only for a channel that asks for it.

    Units:
        Instants are aware, in UTC.
    """

    key: str
    kind: str
    to: str
    country: str
    locale: str
    reply_to: str
    sender: str
    subject: str
    text: str
    html: str
    sent_at: datetime
    person: str | None = None
    mailbox: str | None = None
    contact: Contact | None = field(default=None, repr=False)


class Channel(Protocol):
    """A way to tell somebody something.

    One that has a method ``check()`` is asked by ``lazsa-flow doctor`` whether it would work now:
    it returns, sending nothing, or raises an error of ours that says why not.

    Attributes:
        needs_contact: Whether a person's contact must be known; else it is not even asked for.
    """

    needs_contact: bool

    def send(self, letter: Letter) -> None:
        """Hand a letter over; return when it was accepted.

        Args:
            letter: The letter.

        Raises:
            DeliveryError: It was not.
        """
        ...

    def close(self) -> None:
        """Release what it holds; it may be used again after that."""
        ...


class ChannelKind(Protocol):
    """A channel's class, as its entry point names it.

    Attributes:
        Settings: What it needs to know, as its table in ``lazsa.toml`` has it.
    """

    Settings: type[BaseModel]

    def __call__(self, settings: Any) -> Channel:
        """Make the channel; connect to nothing yet."""
        ...
