"""Look-ups by subject within one transaction; each goes by every id that the subject has.

Paths stand under the id that holds, so they are looked for under that one. What is append-only
stands under the id that it was recorded of, and is looked for under all of them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

import sqlalchemy as sa

from lazsa_flow.lifecycle.merged_ids import MergedIds
from lazsa_flow.store import decode, evidence_queries, merges, schema, subject_countries
from lazsa_flow.store import subject_prefetch as prefetching
from lazsa_flow.store.engine_transaction import EngineTransaction
from lazsa_flow.store.fast.driver import count_few, fetch, ids_table, ids_value, rows_of
from lazsa_flow.store.rows import PATH_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import date, datetime

    from lazsa_flow.lifecycle.model import Path, Statement
    from lazsa_flow.store.merges import Merge
    from lazsa_flow.store.subject_prefetch import SubjectPrefetch, SubjectSeen

_PATHS_OF: Final = (
    sa.select(*PATH_COLUMNS)
    .where(schema.paths.c.subject == merges.current_id_of(sa.bindparam("subject", type_=sa.Text())))
    .order_by(schema.paths.c.id)
)


@lru_cache
def _select_paths_of_all(dialect: str, at_most: int | None) -> sa.Select[Any]:
    """Select each of ``ids`` with the paths of a lifecycle that stand under the id that holds."""
    asked, table = ids_table(dialect, sa.Text, at_most=at_most), schema.paths
    theirs = table.c.subject == merges.current_id_of(asked.c.id)
    return (
        sa.select(asked.c.id, *PATH_COLUMNS)
        .select_from(asked.join(table, theirs))
        .where(table.c.lifecycle == sa.bindparam("lifecycle", type_=sa.Text()))
        .order_by(table.c.id)
    )


@lru_cache
def _select_open_paths(dialect: str, at_most: int | None) -> sa.Select[Any]:
    """Select each of ``ids`` with the number of its open path in a lifecycle, if it has one.

    Asked for each id by itself: in a join SQLite would go through every open path there is.
    """
    asked, table = ids_table(dialect, sa.Text, at_most=at_most), schema.slots
    path_id = sa.select(table.c.path_id).where(
        table.c.lifecycle == sa.bindparam("lifecycle", type_=sa.Text()),
        table.c.subject == merges.current_id_of(asked.c.id),
    )
    return sa.select(asked.c.id, path_id.scalar_subquery())


def _select_records(dialect: str, at_most: int | None) -> sa.Select[Any]:
    """Select what is recorded about the subjects ``ids``, oldest first."""
    return evidence_queries.opening_queries(dialect, (), at_most=at_most).records


class SubjectSide(EngineTransaction):
    """One transaction on a SQL database, as far as it concerns a subject."""

    def paths_of(self, subject: str, lifecycle: str | None = None) -> list[Path]:
        """Return all paths of a subject, or those in one lifecycle, oldest first."""
        if not subject.isprintable():
            return []
        rows = fetch(self._connection, _PATHS_OF, {"subject": subject})
        paths = map(decode.path, rows)
        return [path for path in paths if lifecycle is None or path.lifecycle == lifecycle]

    def paths_of_all(self, subjects: Collection[str], lifecycle: str) -> dict[str, list[Path]]:
        """Return all paths of these subjects in a lifecycle, oldest first, by subject."""
        found: dict[str, list[Path]] = {each: [] for each in subjects}
        for subject, *row in self._fetch_by_ids(
            _select_paths_of_all, subjects, lifecycle=lifecycle
        ):
            found[subject].append(decode.path(tuple(row)))
        return found

    def open_paths(self, lifecycle: str, subjects: Collection[str]) -> dict[str, int]:
        """Return the number of each subject's open path in a lifecycle, of those who have one."""
        found = dict(self._fetch_by_ids(_select_open_paths, subjects, lifecycle=lifecycle))
        return {each: path_id for each in subjects if (path_id := found.get(each)) is not None}

    def records_of(self, subject: str) -> list[Statement]:
        """Return what is recorded about a subject, oldest first."""
        return list(map(decode.record, self._fetch_by_ids(_select_records, self.names_of(subject))))

    def records_by_subject(self, kind: str) -> dict[str, list[Statement]]:
        """Return what is recorded under a name of a kind, by subject, oldest first.

        Subjects are named by the ids that hold.
        """
        table = schema.records
        query = sa.select(table).where(
            table.c.kind == kind, table.c.name != sa.literal_column("''")
        )
        rows = [
            (row[1], decode.record(row))
            for row in rows_of(self._connection, query.order_by(table.c.id))
        ]
        held = self.current_ids_of({subject for subject, _ in rows})
        found: dict[str, list[Statement]] = {}
        for subject, record in rows:
            found.setdefault(held.get(subject, subject), []).append(record)
        return found

    def _fetch_by_ids(
        self,
        select: Callable[[str, int | None], sa.Select[Any]],
        names: Collection[str],
        **values: Any,
    ) -> list[tuple[Any, ...]]:
        """Run a query by names; what cannot be printed names nobody.

        Args:
            select: Returns the query for a dialect and a number of ``ids``; see :func:`ids_table`.
            names: The names.
            values: Its other parameters.
        """
        dialect = self._lent.dialect.name
        ids = [each for each in dict.fromkeys(names) if each.isprintable()]
        query = select(dialect, count_few(ids))
        return fetch(self._connection, query, {"ids": ids_value(dialect, ids), **values})

    # -- what a command on subjects reads first

    def prefetch_subjects(
        self, names: Mapping[str, Collection[str]], *, key: str | None = None, request: str = ""
    ) -> SubjectPrefetch:
        """Ask all that a command on subjects asks first; lock their paths.

        Args:
            names: Every id of each subject, by the id under which it is asked for.
            key: The command's idempotency key.
            request: A digest of the command.

        Raises:
            KeyReusedError: The key was used for another command.
        """
        self.flush()
        found = prefetching.prefetch_subjects(
            self._lent, names, lock=self._write, key=key, request=request
        )
        self._pass(found.stamp)
        return found

    def read_subjects(self, names: Mapping[str, Collection[str]]) -> dict[str, SubjectSeen]:
        """Return what is recorded about subjects, whose paths are locked; see ``names`` above."""
        return prefetching.read_subjects(self._connection, names, lock=self._write)

    # -- the country on record

    def country_of(self, subject: str) -> str | None:
        """Return the country that is on record for a subject; ``None`` where none is."""
        return self.countries_of([subject]).get(subject)

    def home_of(self, person: str) -> str | None:
        """Return the country on record, or of one without facts that of the latest path."""
        country = self.country_of(person)
        if country is None and (paths := self.paths_of(person)):
            return paths[-1].country
        return country

    def countries_of(self, subjects: Collection[str]) -> dict[str, str]:
        """Return the country of each of these subjects who has one on record."""
        return subject_countries.countries_of(self._connection, subjects)

    def country_history(self, subject: str) -> list[dict[str, Any]]:
        """Return the record of a subject's country; see :mod:`.subject_countries`."""
        return subject_countries.read_history(self._connection, self.names_of(subject))

    def add_country_of(
        self,
        subject: str,
        country: str,
        *,
        actor: str,
        as_of: date,
        recorded_at: datetime,
        source: Literal["move", "merge"] = "move",
    ) -> None:
        """Append that a subject, by whatever id, is in a country by a move or a merge."""
        subject_countries.add_row(
            self._bulk,
            self.current_ids_of([subject]).get(subject, subject),
            country,
            source=source,
            actor=actor,
            as_of=as_of,
            recorded_at=recorded_at,
        )

    # -- merges

    def merges_in_force(self) -> dict[str, Merge]:
        """Return the merges that are in force, by the id that became an alias."""
        return merges.in_force(self._connection)

    def merged_ids(self) -> MergedIds:
        """Return which ids are one subject's."""
        return MergedIds(merges.read_aliases(self._connection))

    def add_merge_event(
        self,
        event: Literal["merged", "undone"],
        old: str,
        new: str,
        *,
        old_paths: Mapping[int, int],
        new_paths: Mapping[int, int],
        actor: str,
        as_of: date,
        recorded_at: datetime,
    ) -> None:
        """Append that an id was merged into another, or parted from it again.

        Args:
            event: Which of the two.
            old: The id that becomes an alias, or was one.
            new: The other.
            old_paths: The versions of the paths of ``old``, by their numbers.
            new_paths: Those of ``new``.
            actor: Who asked.
            as_of: The local date.
            recorded_at: The present instant.
        """
        merges.add_event(
            self._connection,
            event,
            old,
            new,
            old_paths=old_paths,
            new_paths=new_paths,
            actor=actor,
            as_of=as_of,
            recorded_at=recorded_at,
        )

    def rename_paths(self, path_ids: Collection[int], subject: str) -> None:
        """Put paths, with the places that they hold, under another id of the subject."""
        merges.rename_paths(self._connection, path_ids, subject)

    def has_moved(self, path_id: int, since: int) -> bool:
        """Return whether a trigger has fired on a path after a version of it."""
        return merges.has_moved(self._connection, path_id, since)
