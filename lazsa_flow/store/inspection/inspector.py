"""Inspection of one database, within one transaction: every question of this package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lazsa_flow.store import path_numbers, schema, schema_revision
from lazsa_flow.store.batches import Batch
from lazsa_flow.store.fast.driver import driver_connection
from lazsa_flow.store.inspection import notices, references, subjects, timers, values, vocabulary
from lazsa_flow.store.inspection.catalog import compare_catalogs, expected_catalog, read_catalog
from lazsa_flow.store.integrity import find_damage
from lazsa_flow.store.timer_counts import find_count_differences

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from lazsa_flow.engine.needed_timers import History
    from lazsa_flow.store.inspection.catalog import Difference
    from lazsa_flow.store.inspection.notices import Backlog
    from lazsa_flow.store.inspection.rows import Rows
    from lazsa_flow.store.inspection.timers import StoredInstant, WaitingTimer
    from lazsa_flow.store.timer_counts import TimerCountDifference


class Inspection:
    """Asks a database what ``lazsa-flow doctor`` wants to know.

    Args:
        connection: In a transaction.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._connection.dialect.name

    def revision(self) -> str | None:
        """Return the revision that the schema stands at; ``None`` where it does not say."""
        columns = read_catalog(self._connection).get(schema_revision.VERSION_TABLE, {})
        says = "column version_num" in columns
        return schema_revision.revision_on(self._connection) if says else None

    def has_tables(self) -> bool:
        """Return whether there is anything of ours."""
        return bool(read_catalog(self._connection))

    def differences(self) -> list[Difference]:
        """Return every object of the schema that is not as the migrations make it."""
        return list(
            compare_catalogs(expected_catalog(self.dialect), read_catalog(self._connection))
        )

    def quick_check(self) -> list[str]:
        """Return what SQLite's own check of the file finds; nothing on PostgreSQL."""
        if self.dialect != "sqlite":
            return []
        with driver_connection(self._connection) as driver:
            return find_damage(driver)

    def orphans(self) -> list[Rows]:
        """Return the rows that refer to a row that does not exist."""
        return list(references.find_orphans(self._connection))

    def misplaced_slots(self, open_states: Collection[tuple[str, str]]) -> list[Rows]:
        """Return open paths that hold no slot, and slots of paths that are not open."""
        return list(references.misplaced_slots(self._connection, open_states))

    def malformed(self) -> list[Rows]:
        """Return what is stored as an instant or a date and is none."""
        found = [*values.find_malformed(self._connection)]
        return [*found, *values.unreadable_paths(self._connection)]

    def unknown_words(self, known: vocabulary.Known) -> list[Rows]:
        """Return the rows that say what no table, country or list of ours knows."""
        return list(vocabulary.unknown_words(self._connection, known))

    def stored_instants(self) -> list[StoredInstant]:
        """Return the instants of the timers that wait, each once."""
        return timers.stored_instants(self._connection)

    def timers_at(self, stored: StoredInstant) -> list[WaitingTimer]:
        """Return the timers that wait for an instant as it is stored."""
        return timers.timers_at(self._connection, stored)

    def ended_at(self, path_id: int, name: str, due_at: Any) -> bool:
        """Return whether a path has a timer of this name and instant that is over."""
        return timers.ended_at(self._connection, path_id, name, due_at)

    def histories(self, places: Collection[tuple[str, str]]) -> Iterator[History]:
        """Yield what journal and timers say of every path in some states."""
        return timers.read_histories(self._connection, places)

    def timer_counts(self) -> list[TimerCountDifference]:
        """Return the places whose timers are counted otherwise than they pend."""
        return list(find_count_differences(self._connection))

    def sequences_behind(self) -> list[tuple[str, int, int]]:
        """Return each sequence of PostgreSQL whose next number is taken already."""
        return list(timers.sequences_behind(self._connection))

    def bucket(self) -> int:
        """Return the bucket in which paths are numbered."""
        return path_numbers.read_bucket(self._connection)

    def open_imports(self) -> list[Batch]:
        """Return the imports that are under way, or were ended half-way, oldest first."""
        batches = schema.batches
        query = sa.select(batches).join(schema.open_imports).order_by(batches.c.id)
        return [Batch(*row) for row in self._connection.execute(query)]

    def backlog(self, until: datetime) -> Backlog:
        """Count the notices that wait, and those that might have gone by an instant."""
        return notices.count_backlog(self._connection, until)

    def contacts(self) -> tuple[int, int]:
        """Count the subjects with an open path, and those of them who have no contact."""
        return notices.count_contacts(self._connection)

    def open_places(self) -> Iterator[tuple[str, str]]:
        """Yield lifecycle and subject of every open path, in the order of their characters."""
        return subjects.open_places(self._connection)
