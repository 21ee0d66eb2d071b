"""The lines of a file for the :mod:`csv` module, a block or a row of them in memory."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import io

ROW_CHARS: Final = 65_536
"""The longest row, line breaks within quotes included."""
BLOCK_CHARS: Final = 65_536
"""About so many characters are read at once."""
_LINE_CHARS: Final = ROW_CHARS + 3
"""So much of a line is read at once: one character too many, and CRLF."""


class TooLongError(Exception):
    """A row is longer than :data:`ROW_CHARS`."""


class Lines:
    """The lines of a file: handed out in blocks, or one at a time to a reader of rows.

    Attributes:
        first: The number of the line on which the row or the block begins that is being read.
    """

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._readline = stream.readline
        self._waiting: deque[str] = deque()
        self._row: list[str] = []
        self._size = 0
        self.first: int = 1

    def begin_row(self) -> None:
        """Count the size of a row, and its lines, from here."""
        self.first += len(self._row)
        self._row.clear()
        self._size = 0

    @property
    def taken(self) -> int:
        """How many lines the row has taken so far."""
        return len(self._row)

    @property
    def are_waiting(self) -> bool:
        """Whether lines that were read wait to be taken one at a time."""
        return bool(self._waiting)

    def peek(self) -> str:
        """Return the next line without taking it; empty at the end of the file."""
        if not self._waiting:
            self._waiting.append(self._readline(_LINE_CHARS))
        return self._waiting[0]

    def read_block(self) -> list[str]:
        """Return the lines that come next, none at the end of the file; all of them wait."""
        block: list[str] = []
        size = 0
        while size < BLOCK_CHARS and (line := self._readline(_LINE_CHARS)):
            block.append(line)
            size += len(line)
        self._waiting.extend(block)
        return block

    def take_block(self) -> int:
        """Take all lines that wait, each of them a row; return the number of the first."""
        self.begin_row()
        first = self.first
        self.first += len(self._waiting)
        self._waiting.clear()
        return first

    def put_back(self) -> None:
        """Read all lines of the row but its first once more."""
        self._waiting.extendleft(reversed(self._row[1:]))
        del self._row[1:]

    def _next_piece(self) -> str:
        return self._waiting.popleft() if self._waiting else self._readline(_LINE_CHARS)

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = self._next_piece()
        if not line:
            raise StopIteration
        row = self._row
        row.append(line)
        if len(row) == 1 and len(line) <= ROW_CHARS:
            return line  # nearly every row: one line, and not a long one
        if len(row) == 2:
            self._size = len(row[0].rstrip("\r\n"))
        self._size += len(line.rstrip("\r\n"))
        if self._size > ROW_CHARS:
            if not line.endswith(("\n", "\r")):
                self._row[-1] += "\n"  # its end is dropped, so that it can be put back
                while line and not line.endswith(("\n", "\r")):
                    line = self._next_piece()
            raise TooLongError
        return line
