"""Staged rows: what was read of a file, kept in a temporary file until it is taken.

A file is read to its end before a transaction begins, so that nobody waits for its reader. Small
files stay in memory; of a large one no more than a batch is in memory at a time.
"""

from __future__ import annotations

import pickle
import tempfile
from typing import TYPE_CHECKING, Final, Generic, Self, TypeVar

from lazsa_flow.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

_Row = TypeVar("_Row")
MEMORY_BYTES: Final = 1024 * 1024
"""Up to so much is kept in memory."""


class StagedRows(Generic[_Row]):
    """Rows in batches, in the order in which they were added.

    The file has no name and is this process's alone: personal data in it is gone with the process,
    however that ends.
    """

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115
        self._batches = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        """Return how many batches there are."""
        return self._batches

    def add(self, batch: list[_Row]) -> None:
        """Add a batch.

        Raises:
            UnavailableError: The temporary file cannot be written.
        """
        try:
            pickle.dump(batch, self._file, pickle.HIGHEST_PROTOCOL)
        except OSError as error:
            msg = f"the rows that were read cannot be kept in {tempfile.gettempdir()}: "
            raise UnavailableError(msg + str(error.strerror)) from None
        self._batches += 1

    def __iter__(self) -> Iterator[list[_Row]]:
        """Yield every batch; more than once, if need be."""
        self._file.seek(0)
        for _ in range(self._batches):
            yield pickle.load(self._file)  # noqa: S301 - our own file, which has no name
