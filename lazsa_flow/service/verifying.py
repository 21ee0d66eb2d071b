"""The verification of all journals: a walk over every path that counts as it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lazsa_flow.engine.journal import JournalFault, find_path_faults
from lazsa_flow.engine.journal_text import ChainReader
from lazsa_flow.errors import shown
from lazsa_flow.service.counted_flows import FlowRecount

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.service.counted_flows import FlowDifference
    from lazsa_flow.store.audit import AuditedPath


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification of all journals came to.

    Attributes:
        paths: How many paths were replayed.
        rows: How many journal rows.
        faults: Every fault, by path and number.
        flows: Every kind of move that is not counted as the journal has it.
    """

    paths: int
    rows: int
    faults: tuple[JournalFault, ...]
    flows: tuple[FlowDifference, ...] = ()


class JournalWalk:
    """Replays paths one after the other.

    Args:
        audited: Every path with its rows, which are read as they come.
        lifecycles: The tables, by name.

    Attributes:
        paths: How many paths have been replayed so far.
        rows: How many rows.
        recount: Their moves, counted.
    """

    def __init__(self, audited: Iterator[AuditedPath], lifecycles: Mapping[str, Lifecycle]) -> None:
        self._audited = audited
        self._lifecycles = lifecycles
        self._readers: dict[str | None, ChainReader] = {}
        self.paths: int = 0
        self.rows: int = 0
        self.recount: FlowRecount = FlowRecount()

    def faults(self) -> Iterator[JournalFault]:
        """Yield every fault of every path, by number."""
        for path in self._audited:
            self.paths += path.lifecycle is not None
            self.rows += len(path.stored)
            reader = self._reader(path.lifecycle)
            shared = reader.share(path.stored)
            self.recount.add(path, [each.kind for each in shared])
            if path.data or reader.find_end(path.ref, path.stored, shared) != path.stands:
                yield from self._faults_of(path)

    def _reader(self, lifecycle: str | None) -> ChainReader:
        if lifecycle not in self._readers:
            table = self._lifecycles.get(lifecycle or "")
            self._readers[lifecycle] = ChainReader(table)
        return self._readers[lifecycle]

    def _faults_of(self, path: AuditedPath) -> Iterator[JournalFault]:
        """Yield what is wrong with a path; its text alone does not show that nothing is."""
        table = self._lifecycles.get(path.lifecycle or "")
        if table is not None:
            yield from find_path_faults(table, path.ref, path.stands, path.rows)
        elif path.lifecycle is None:
            what = f"{len(path.stored)} journal rows of a path that is not there"
            yield JournalFault(f"path {path.path_id}", 1, what)
        else:
            what = f"no lifecycle {shown(path.lifecycle)} is installed"
            yield JournalFault(path.ref, 1, what)
