"""Staged rows: what was read of a file, kept in a temporary file until it is taken.

A file is read to its end before a transaction begins, so that nobody waits for its reader. Small
files stay in memory; of a large one no more than a batch is in memory at a time, or a run where it
is sorted.
"""

from __future__ import annotations

import heapq
import marshal
import pickle
import tempfile
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

from lazsa_flow.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_Row = TypeVar("_Row")
MEMORY_BYTES: Final = 1024 * 1024
"""Up to so much is kept in memory."""
RUN: Final = 5
"""So many batches are sorted at a time."""
SLICE: Final = 250
"""So many rows of each sorted run are in memory while the runs are merged."""
_PLAIN: Final = b"m"
"""Begins a batch of tuples of texts and numbers."""


class StagedRows(Generic[_Row]):
    """Rows in batches, in the order in which they were added.

    The file has no name and is this process's alone: personal data in it is gone with the process,
    however that ends.
    """

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115
        self._places: list[tuple[int, int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        """Return how many batches there are."""
        return len(self._places)

    def add(self, batch: list[_Row]) -> None:
        """Add a batch.

        Raises:
            UnavailableError: The temporary file cannot be written.
        """
        data = _encode_batch(batch)
        place = self._file.tell(), len(data)
        try:
            self._file.write(data)
        except OSError as error:
            msg = f"the rows that were read cannot be kept in {tempfile.gettempdir()}: "
            raise UnavailableError(msg + str(error.strerror)) from None
        self._places.append(place)

    def __iter__(self) -> Iterator[list[_Row]]:
        """Yield every batch; more than once, if need be."""
        return self._load(self._places)

    def sort_by(self, key: Callable[[_Row], Any]) -> Iterator[_Row]:
        """Yield every row in the order of its key.

        The rows are sorted in runs, which are kept as the rows are, and merged.

        Raises:
            UnavailableError: The temporary file cannot be written.
        """
        batches, starts = iter(self), [0]
        with StagedRows[_Row]() as staged:
            while run := sorted(chain.from_iterable(islice(batches, RUN)), key=key):
                for first in range(0, len(run), SLICE):
                    staged.add(run[first : first + SLICE])
                starts.append(len(staged))
            runs = (staged.rows_of(start, end) for start, end in pairwise(starts))
            yield from heapq.merge(*runs, key=key)

    def rows_of(self, start: int, end: int) -> Iterator[_Row]:
        """Yield the rows of some batches, by their numbers."""
        return chain.from_iterable(self._load(self._places[start:end]))

    def _load(self, places: Iterable[tuple[int, int]]) -> Iterator[list[_Row]]:
        for start, size in places:
            self._file.seek(start)
            data = self._file.read(size)
            # our own file, which has no name
            yield (marshal if data.startswith(_PLAIN) else pickle).loads(data[1:])


def _encode_batch(batch: list[Any]) -> bytes:
    """Return a batch as bytes: plain tuples as :mod:`marshal` has them, which is fastest."""
    try:
        return _PLAIN + marshal.dumps(batch)
    except ValueError:  # a row of another type
        return b" " + pickle.dumps(batch, pickle.HIGHEST_PROTOCOL)
