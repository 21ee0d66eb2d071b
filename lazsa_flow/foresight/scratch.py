"""Scratch databases: a copy of what falls due, and runtimes on copies of that copy.

The copy has the path numbers, rules, pauses and evidence of the source, so that what is decided on
it is what would be decided on the source, hash for hash.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Final

from lazsa_flow.engine.tables import digest_of
from lazsa_flow.foresight.scratch_folder import scratch_folder
from lazsa_flow.lifecycle.table import table_migrations
from lazsa_flow.lifecycle.values import FrozenDict
from lazsa_flow.logs import bound_fields
from lazsa_flow.private_files import write_file
from lazsa_flow.service.runtime import Runtime
from lazsa_flow.store.brakes import Brakes
from lazsa_flow.store.scratch.faults import reporting_scratch
from lazsa_flow.store.scratch.indexes import drop_list_indexes
from lazsa_flow.store.scratch.narrowing import find_subjects, keep_subjects
from lazsa_flow.store.scratch.policy import store_policy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from lazsa_flow.clock import Clock
    from lazsa_flow.lifecycle.evidence import Source
    from lazsa_flow.lifecycle.policy import PolicyText
    from lazsa_flow.store.scratch.copying import Due
    from lazsa_flow.store.store import SqlStore

_VIA: Final = "rehearsal"


class Scratch:
    """A copy of what falls due, as often as it is needed.

    Args:
        runtime: Of the source.
        file: The copy.
        paths: How many paths were copied.
    """

    def __init__(self, runtime: Runtime, file: Path, paths: int) -> None:
        self._source = runtime
        self._file = file
        self._numbers = count(1)
        self.paths = paths

    @contextmanager
    def advance(self, clock: Clock) -> Iterator[Runtime]:
        """Return what a service runs on that changes the copy itself, for the block."""
        source = self._source
        store = _open_store(source, self._file, clock)
        try:
            # what is logged did not happen
            with bound_fields(via=_VIA), reporting_scratch(self._file.parent):
                yield _runtime_on(store, source, clock)
        finally:
            store.close()

    @contextmanager
    def branch(self) -> Iterator[Scratch]:
        """Return a copy of the copy, for the block."""
        file = self._file.with_name(f"{self._file.stem}-{next(self._numbers)}.db")
        try:
            with reporting_scratch(file.parent):
                shutil.copyfile(self._file, file)
            yield Scratch(self._source, file, self.paths)
        finally:
            file.unlink(missing_ok=True)

    def find_subjects(self, path_ids: Collection[int]) -> frozenset[str]:
        """Return the subjects of these paths."""
        return find_subjects(self._file, path_ids)

    def keep_subjects(self, subjects: Collection[str]) -> None:
        """Leave only the timers of these subjects."""
        keep_subjects(self._file, subjects)

    def store_policy(
        self, text: PolicyText, *, begins: datetime, ends: datetime, alone: bool
    ) -> None:
        """Store a policy version in the copy; see :mod:`lazsa_flow.store.scratch.policy`."""
        store_policy(self._file, text, begins=begins, ends=ends, alone=alone)


@contextmanager
def copy_due(runtime: Runtime, due: Due) -> Iterator[Scratch]:
    """Copy what falls due, and remove every copy at the end of the block.

    Args:
        runtime: Of the source, which is only read.
        due: What is copied, with all that its decisions may read.

    Raises:
        UnavailableError: The source cannot be read, or there is no room for the copy.
        ContendedError: Another process holds the source's lock for itself.
        DamagedError: The source is damaged.
        SchemaError: The source is another release's, or run by other lifecycle tables.
    """
    runtime.check_tables()
    with scratch_folder() as folder:
        file = folder / "scratch.db"
        with reporting_scratch(folder):
            migrations = table_migrations(runtime.config.lifecycles)
            store_class = runtime.application.store_class
            content = _make_schema(store_class, FrozenDict(migrations), runtime.store.sources)
            write_file(file, content)
        yield Scratch(runtime, file, runtime.store.copy_due(file, due))


@lru_cache(maxsize=4)
def _make_schema(
    store_class: type[SqlStore], migrations: Mapping[str, str], sources: tuple[Source, ...]
) -> bytes:
    """Return an SQLite database that the migrations have made, as the content of its file."""
    with scratch_folder() as folder, reporting_scratch(folder):
        file = folder / "schema.db"
        store = store_class(f"sqlite:///{file}", lasting=False)
        try:
            store.migrate(migrations)
        finally:
            store.close()
        drop_list_indexes(file, sources)
        return file.read_bytes()


def _runtime_on(store: SqlStore, source: Runtime, clock: Clock) -> Runtime:
    return Runtime(store, source.config, clock, source.application, secret=source.secret, via=_VIA)


def _open_store(runtime: Runtime, file: Path, clock: Clock) -> SqlStore:
    tables = {table.name: digest_of(table) for table in runtime.config.lifecycles}
    return runtime.application.store_class(
        f"sqlite:///{file}",
        brakes=Brakes(clock, tables),
        sources=runtime.store.sources,
        lasting=False,
    )
