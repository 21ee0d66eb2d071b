"""Letters made of notices: the recipient, the locale and the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lazsa_flow.errors import DeliveryError
from lazsa_flow.lifecycle.contact import Contact
from lazsa_flow.lifecycle.stored_recipients import recipient_class
from lazsa_flow.notices.faults import fault_of
from lazsa_flow.notices.ports import Letter
from lazsa_flow.notices.settings import SUBJECTS, role_mailbox

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from lazsa_flow.engine.outbox_values import Claimed
    from lazsa_flow.lifecycle.policy import Country
    from lazsa_flow.notices.desk import Desk
    from lazsa_flow.notices.ports import NoticeContext, Resolver
    from lazsa_flow.notices.render import Rendered, Renderer


class Composer:
    """Writes letters.

    Args:
        desk: Knows what notices are about.
        resolve: Knows how persons are reached.
        renderer: Has the words.
    """

    def __init__(self, desk: Desk, resolve: Resolver, renderer: Renderer) -> None:
        self._desk = desk
        self._resolve = resolve
        self._renderer = renderer

    def look_up(self, notices: Sequence[Claimed]) -> None:
        """Read at once what a batch of notices is about."""
        self._desk.look_up(notices)

    def contacts(self, notices: Sequence[Claimed]) -> Mapping[str, Contact | None]:
        """Return the known contacts of the persons that these notices are for.

        ``None`` stands for a person for whom the resolver returned something invalid.

        Raises:
            DeliveryError: The resolver raised, or returned what is no mapping.
        """
        persons = frozenset(filter(None, map(person_of, notices)))
        if not persons:
            return {}
        try:
            return _contacts_of(self._resolve(persons), persons)
        except Exception as error:
            raise fault_of(error, "resolver") from None

    def letter(
        self,
        notice: Claimed,
        contacts: Mapping[str, Contact | None],
        *,
        needs_contact: bool,
        at: datetime,
    ) -> Letter:
        """Write one notice.

        Args:
            notice: The notice.
            contacts: How persons are reached.
            needs_contact: Whether the channel asks for it; else the letter shows none of it.
            at: When it is sent.

        Raises:
            DeliveryError: How the person is reached is asked for, and not known, or no contact.
        """
        matter = self._context_of(notice)
        person = person_of(notice)
        contact = self._contact(person, contacts, needs_contact=needs_contact)
        to = recipient_class(notice.to)
        if needs_contact and person is None:
            _check_mailbox(matter.country, to)
        locale = (contact and contact.locale) or matter.country.locale
        rendered = self._renderer.notice(matter, locale, contact.name if contact else "")
        return self._written(notice.key, notice.kind, to, matter, rendered, at, person, contact)

    def digest(
        self,
        notices: Sequence[Claimed],
        key: str,
        *,
        at: datetime,
        needs_contact: bool = False,
    ) -> Letter:
        """Write many notices for one mailbox or person, looked up before, as one letter.

        What several of them say of one path is said once.

        Raises:
            DeliveryError: As in :meth:`letter`.
        """
        matters = [self._context_of(notice) for notice in notices]
        distinct = list({(each.kind, each.path): each for each in matters}.values())
        first = notices[0]
        person = person_of(first)
        contacts = self.contacts([first]) if needs_contact else {}
        contact = self._contact(person, contacts, needs_contact=needs_contact)
        locale = (contact and contact.locale) or matters[0].country.locale
        to, name = recipient_class(first.to), contact.name if contact else ""
        if needs_contact and person is None:
            _check_mailbox(matters[0].country, to)
        rendered = self._renderer.digest(distinct, locale, to=to, name=name)
        return self._written(key, "digest", to, matters[0], rendered, at, person, contact)

    def applies(self, notice: Claimed) -> bool:
        """Return whether a notice is still true; otherwise it is not sent."""
        return self._desk.applies(notice)

    def reviewers_missing(self, notices: Sequence[Claimed]) -> Mapping[str, Sequence[str]]:
        """Return, by the key of each notice, the seated reviewers whose card is missing now."""
        return self._desk.reviewers_missing(notices)

    def _context_of(self, notice: Claimed) -> NoticeContext:
        """Return what a notice is about, with the data of its path."""
        found = self._desk.matter(notice)
        if not notice.path.data and not notice.data:
            return found
        return replace(found, data=notice.path.data, path_data=notice.data)

    @staticmethod
    def _contact(
        person: str | None, contacts: Mapping[str, Contact | None], *, needs_contact: bool
    ) -> Contact | None:
        if person is None or not needs_contact:
            return None
        if person not in contacts:
            raise DeliveryError("no_contact", permanent=True)
        contact = contacts[person]
        if contact is None:
            raise DeliveryError("resolver_contact")
        return contact

    def _written(
        self,
        key: str,
        kind: str,
        to: str,
        matter: NoticeContext,
        rendered: Rendered,
        at: datetime,
        person: str | None = None,
        contact: Contact | None = None,
    ) -> Letter:
        return Letter(
            key=key,
            kind=kind,
            to=to,
            country=matter.country.code,
            locale=rendered.locale,
            reply_to=matter.country.mailbox or "",
            sender=self._renderer.team(matter.country.name, rendered.locale),
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            sent_at=at,
            person=person,
            mailbox=None if person else _find_role_mailbox(matter.country, to),
            contact=contact,
        )


def _contacts_of(found: Any, persons: Collection[str]) -> dict[str, Contact | None]:
    """Return what a resolver found for these persons, each checked separately.

    Raises:
        DeliveryError: It is no mapping.
    """
    if not issubclass(type(found), Mapping):
        raise DeliveryError(f"resolver_returned_{type(found).__name__}")
    contacts = {}
    for person in persons:
        contact = found.get(person)
        if contact is not None:
            contacts[person] = _check_contact(contact)
    return contacts


def _check_contact(contact: Any) -> Contact | None:
    """Return a plain contact of the same fields; ``None`` where it is none."""
    if not issubclass(type(contact), Contact):
        return None
    try:
        return Contact(contact.address, contact.name, contact.locale)
    except Exception:
        return None


def person_of(notice: Claimed) -> str | None:
    """Return the id of the person that a notice is for; ``None`` if it is for a role."""
    if notice.to in SUBJECTS:
        return notice.path.subject
    return notice.to.partition(":")[2] or None


def _check_mailbox(country: Country, to: str) -> None:
    """Make sure that a role can be written to.

    Raises:
        DeliveryError: The country has no mailbox for it.
    """
    if _find_role_mailbox(country, to) is None:
        raise DeliveryError("no_mailbox", permanent=True)


def _find_role_mailbox(country: Country, to: str) -> str | None:
    """Return where a role reads mail; the team reads for those who have no mailbox."""
    return role_mailbox(country, to) or country.mailbox
