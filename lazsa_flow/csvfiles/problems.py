"""Problems of an imported file: gathered row by row, and reported together."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Final, Self

from lazsa_flow.errors import InputError, Problem, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

PROBLEMS_SHOWN: Final = 20
"""How many problems one error names."""
_ADD_ALL: Final = "INSERT OR IGNORE INTO seen SELECT value, ? + key FROM json_each(?)"


class Problems:
    """What is wrong with one file, gathered in a ``with`` block and raised at its end.

    Args:
        file: The file's name as it was given.
        private: Columns of free text: personal data, which no error shows.
        keep_all: Whether every problem is kept, for a file of rejected rows; otherwise reading
            ends when :data:`PROBLEMS_SHOWN` are reached.
        partial: Whether rows without a problem count although others have one; then nothing is
            raised for a row's problem, only for one of the file as a whole.
        defer: Whether the end of the block raises nothing, since more may be found in the rows
            after they were read: then :meth:`raise_if_any` is to be called.

    Raises:
        InputError: At the end of the block if there was a problem; within it at once when
            :data:`PROBLEMS_SHOWN` are reached and not all are kept. The problems stand in the
            order of the lines.
    """

    def __init__(
        self,
        file: str | Path,
        private: Collection[str] = (),
        *,
        keep_all: bool = False,
        partial: bool = False,
        defer: bool = False,
    ) -> None:
        self.file: str = str(file)
        self.private = private
        self.partial = partial
        self._defer = defer
        self._keep_all = keep_all or partial
        self._found: list[tuple[int, Problem]] = []
        self._whole = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if kind is None and not self._defer:
            self.raise_if_any()

    def __bool__(self) -> bool:
        return bool(self._found)

    def raise_if_any(self) -> None:
        """Raise what was found, unless only rows are wrong and the others count.

        Raises:
            InputError: There is a problem that refuses the file.
        """
        if self._found and (self._whole or not self.partial):
            raise self.error()

    def error(self) -> InputError:
        """Return the first problems as one error, and how many more there are."""
        in_order = [problem for _, problem in sorted(self._found, key=lambda it: it[0])]
        listed, more = in_order[:PROBLEMS_SHOWN], len(in_order) - PROBLEMS_SHOWN
        if more > 0:
            listed.append(Problem(self.file, "", f"{more} more problems", "none"))
        return InputError(listed)

    @property
    def refused(self) -> Mapping[int, list[Problem]]:
        """The problems of each refused row, by its line."""
        found: dict[int, list[Problem]] = {}
        for line, problem in sorted(self._found, key=lambda it: it[0]):
            found.setdefault(line, []).append(problem)
        return found

    def __iter__(self) -> Iterator[Problem]:
        return (problem for problems in self.refused.values() for problem in problems)

    def report_file(self, line: int, field: str, got: str, expected: str) -> None:
        """Add a problem of the file as a whole, such as one of its header.

        Args:
            line: The line at fault; 0 where there is none.
            field: The column; empty for none.
            got: What was found.
            expected: What was expected.
        """
        self._whole = True
        self.report(line, field, got, expected)

    def report(self, line: int, field: str, got: str, expected: str) -> None:
        """Add a problem of a row.

        Args:
            line: Where the row begins.
            field: The column; empty for the row as a whole.
            got: What was found.
            expected: What was expected.
        """
        where = f"{self.file}:{line}" if line else self.file
        self._found.append((line, Problem(where, field, got, expected)))
        if not self._keep_all and len(self._found) == PROBLEMS_SHOWN:
            raise self.error()

    def refuse(self, line: int, field: str, text: str, expected: str) -> None:
        """Add a problem with a field's text, which is shown unless the column is private."""
        hidden = text and field in self.private
        self.report(line, field, "(text)" if hidden else shown(text), expected)


class Seen:
    """Finds keys that come twice, in bounded memory: they lie in a temporary database on disk.

    Args:
        problems: Gathers the rows whose key came before.
        field: The column to report.
        once: What may stand in the file only once, in words.
    """

    def __init__(self, problems: Problems, field: str, once: str) -> None:
        self._field = field
        self._once = once
        self._problems = problems
        # Never used by two threads at a time; a generator may be closed by another than opened it.
        self._db = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA cache_size = -2048")
        self._db.execute(
            "CREATE TABLE seen (key TEXT PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID"
        )
        self._db.execute("BEGIN")
        self._insert = self._db.cursor().execute

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._db.close()

    def add(self, line: int, *key: str) -> bool:
        """Note the key of a row; report it and return ``False`` where it came before."""
        joined = "\n".join(key)  # the parts hold no control characters
        if self._insert("INSERT OR IGNORE INTO seen VALUES (?, ?)", (joined, line)).rowcount:
            return True
        query = "SELECT line FROM seen WHERE key = ?"
        [first] = self._db.execute(query, (joined,)).fetchone()
        if first == line:
            return True  # noted by add_all
        expected = f"{self._once} once; it stands on line {first} already"
        self._problems.refuse(line, self._field, ", ".join(key), expected)
        return False

    def add_all(self, first: int, keys: Sequence[str]) -> bool:
        """Note the keys of rows that follow one another; return whether all of them are new.

        Where they are not, each row is to be added by itself, which reports those at fault.

        Args:
            first: The line of the first.
            keys: A key of each row, of one part.
        """
        added = self._insert(_ADD_ALL, (first, json.dumps(keys)))
        return bool(added.rowcount == len(keys))
