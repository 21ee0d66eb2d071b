"""Personal data within one transaction: free text, contacts, and who was erased.

Free text and contacts stand in one table, where they can be deleted. Of an erased person a keyed
hash of the id is kept, so that a file which is imported later brings nobody back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from lazsa_flow.store import decode, schema
from lazsa_flow.store.closed_books import BookSide
from lazsa_flow.store.dialect import upsert
from lazsa_flow.store.fast.driver import rows_of
from lazsa_flow.store.rows import PATH_COLUMNS
from lazsa_flow.store.subject_paths import is_recorded

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from lazsa_flow.lifecycle.model import Path

CONTACT: Final = "contact"
"""The kind of text that says how a person is reached."""


class PersonalSide(BookSide):
    """One transaction on a SQL database, as far as it concerns personal data."""

    def knows_person(self, person: str) -> bool:
        """Return whether anything at all is recorded of a person: in evidence, paths or texts."""
        return is_recorded(self._connection, person, self.sources)

    def erase_texts(self, person: str) -> int:
        """Delete every text that a person is the subject or the author of; return how many."""
        table, names = schema.texts, self.names_of(person)
        return self._delete_texts(table.c.subject.in_(names) | table.c.author.in_(names))

    def set_contacts(self, contacts: Mapping[str, str], at: datetime) -> None:
        """Put persons' contacts into the erasable table, in place of those there were."""
        table = schema.texts
        theirs = (table.c.kind == CONTACT) & table.c.subject.in_(list(contacts))
        self._connection.execute(sa.delete(table).where(theirs))
        rows = [
            {
                "subject": person,
                "author": person,
                "kind": CONTACT,
                "body": body,
                "path_id": None,
                "keep_until": None,
                "recorded_at": at,
                "batch_id": self.batch_id,
            }
            for person, body in contacts.items()
        ]
        self._connection.execute(sa.insert(table), rows)

    def contacts_of(self, persons: Collection[str]) -> dict[str, str]:
        """Return the contacts of those of these persons who have one.

        Of a person with several ids it is that of the id that holds, or of another where that one
        has none.
        """
        names = self.names_of_all(persons)
        found = self._contacts_of({*persons, *(name for each in names.values() for name in each)})
        contacts: dict[str, str] = {}
        for person in persons:
            own = [found[name] for name in names.get(person, [person]) if name in found]
            if own:
                contacts[person] = own[0]
        return contacts

    def _contacts_of(self, names: Collection[str]) -> dict[str, str]:
        table = schema.texts
        query = sa.select(table.c.subject, table.c.body).where(
            table.c.kind == CONTACT, table.c.subject.in_(list(names))
        )
        return {row.subject: row.body for row in self._connection.execute(query)}

    def purge_texts(self, today: date) -> int:
        """Delete the texts whose day has come; return how many."""
        return self._delete_texts(schema.texts.c.keep_until <= today)

    def documents(self) -> list[tuple[Path, int]]:
        """Return the turnover documents that are kept: each one's path and text id."""
        texts, paths = schema.texts, schema.paths
        query = (
            sa.select(*PATH_COLUMNS, texts.c.id.label("text_id"))
            .join(texts, texts.c.path_id == paths.c.id)
            .where(texts.c.kind == "turnover")
        )
        return [(decode.path(row[:-1]), row[-1]) for row in rows_of(self._connection, query)]

    def delete_text(self, text_id: int) -> int:
        """Delete one text; return how many were there."""
        return self._delete_texts(schema.texts.c.id == text_id)

    def _delete_texts(self, which: sa.ColumnElement[bool]) -> int:
        return self._connection.execute(sa.delete(schema.texts).where(which)).rowcount

    # -- who was erased

    def add_erasure(self, keyed_by: str, fingerprint: str, at: datetime) -> None:
        """Keep the keyed hash of an erased person's id, unless it is kept already."""
        row = {"keyed_by": keyed_by, "fingerprint": fingerprint, "recorded_at": at}
        insert = upsert(self._connection.dialect.name)(schema.erasures).values(row)
        self._connection.execute(insert.on_conflict_do_nothing())

    def remove_erasures(self, fingerprints: Collection[str]) -> int:
        """Forget that a person was erased, by the hashes of the id; return how many there were."""
        table = schema.erasures
        theirs = sa.delete(table).where(table.c.fingerprint.in_(list(fingerprints)))
        return self._connection.execute(theirs).rowcount

    def erasure_keys(self) -> dict[str, int]:
        """Count the erased persons by what their hashes were keyed by."""
        table = schema.erasures
        query = sa.select(table.c.keyed_by, sa.func.count()).group_by(table.c.keyed_by)
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def erased_fingerprints(self, fingerprints: Collection[str]) -> set[str]:
        """Return those of these hashes that are of an erased person."""
        table = schema.erasures
        query = sa.select(table.c.fingerprint).where(table.c.fingerprint.in_(list(fingerprints)))
        return set(self._connection.scalars(query))
