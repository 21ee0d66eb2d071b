"""The verification of all journals: a walk over every path that counts as it goes."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lazsa_flow.engine.journal import JournalFault, find_path_faults
from lazsa_flow.errors import shown

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.store.audit import AuditedPath


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification of all journals came to.

    Attributes:
        paths: How many paths were replayed.
        rows: How many journal rows.
        faults: Every fault, by path and number.
    """

    paths: int
    rows: int
    faults: tuple[JournalFault, ...]


class JournalWalk:
    """Replays paths one after the other.

    Args:
        audited: Every path with its rows, which are read as they come.
        lifecycles: The tables, by name.

    Attributes:
        paths: How many paths have been replayed so far.
        rows: How many rows.
    """

    def __init__(
        self, audited: Generator[AuditedPath, None, None], lifecycles: Mapping[str, Lifecycle]
    ) -> None:
        self._audited = audited
        self._lifecycles = lifecycles
        self.paths: int = 0
        self.rows: int = 0

    def faults(self) -> Generator[JournalFault, None, None]:
        """Yield every fault of every path, by number."""
        with closing(self._audited) as audited:
            for path in audited:
                self.paths += path.lifecycle is not None
                yield from self._faults_of(path)

    def _faults_of(self, path: AuditedPath) -> Iterator[JournalFault]:
        rows = self._counted(path.rows)
        table = self._lifecycles.get(path.lifecycle or "")
        if table is not None:
            yield from find_path_faults(table, path.ref, path.stands, rows)
            return
        count = sum(1 for _ in rows)
        if path.lifecycle is None:
            what = f"{count} journal rows of a path that is not there"
            yield JournalFault(f"path {path.path_id}", 1, what)
        else:
            what = f"no lifecycle {shown(path.lifecycle)} is installed"
            yield JournalFault(path.ref, 1, what)

    def _counted(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        for row in rows:
            self.rows += 1
            yield row
