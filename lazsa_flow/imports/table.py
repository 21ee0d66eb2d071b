"""What stands in a table that a host hands over, and at which lines is it wrong?

The reader is strict and streams: one line at a time, so that a file of a million sellers imports
in bounded memory. It is stricter than the :mod:`csv` module: a line is a row, a quote that is not
closed on its line is an error, and so are control characters and bytes that are no UTF-8.

Faults are gathered by one :class:`Problems`, shared by all that reads the file, and raised together
at its end, so that people can mend several at once. Rows before the fault have been handed out by
then: nothing of a file counts until its reader has come to the end, and the importer works in one
transaction.

Source:
    RFC 4180, narrowed; decimal comma and other dialects are not guessed.
"""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import InputError, Problem, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

LINE_BYTES: Final = 65_536
"""The longest line. Units: bytes, without the line's end."""

PROBLEMS_SHOWN: Final = 20
"""How many problems are gathered before the reader gives up."""

BATCH_ROWS: Final = 1_000
"""How many keys :class:`Seen` looks up at a time."""

_BOM: Final = b"\xef\xbb\xbf"
_BYTE: Final = re.compile("[\ud800-\udfff]")
_UNFIT: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_FIELD: Final = re.compile(r'(?:"([^"]*+(?:""[^"]*+)*+)"|([^",]*+))(?=,|\Z)')


class Problems:
    """What is wrong with one file, gathered in a ``with`` block and raised at its end.

    Attributes:
        file: The file's name as it was given.
        private: Columns of free text: personal data, which no error shows.

    Raises:
        InputError: At the end of the block if there was a problem; within it at once when
            :data:`PROBLEMS_SHOWN` are reached. The problems stand in the order of the lines.
    """

    def __init__(self, file: str | Path, private: Collection[str] = ()) -> None:
        self.file = str(file)
        self.private = private
        self._found: list[tuple[int, Problem]] = []

    def __enter__(self) -> Problems:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if kind is None and self._found:
            raise self._error()

    def __bool__(self) -> bool:
        return bool(self._found)

    def _error(self) -> InputError:
        return InputError([problem for _, problem in sorted(self._found, key=lambda it: it[0])])

    def report(self, line: int, field: str, got: str, expected: str) -> None:
        """Add a problem in words; line 0 is the file as a whole."""
        where = f"{self.file}:{line}" if line else self.file
        self._found.append((line, Problem(where, field, got, expected)))
        if len(self._found) == PROBLEMS_SHOWN:
            raise self._error()

    def refuse(self, line: int, field: str, text: str, expected: str) -> None:
        """Add a problem with a field's text, which is shown unless the column is private."""
        hidden = text and field in self.private
        self.report(line, field, "(text)" if hidden else shown(text), expected)


class Seen:
    """Finds keys that come twice, in bounded memory: the keys lie in a temporary database on disk.

    Keys are looked up in batches, so a doubled one may be reported up to :data:`BATCH_ROWS` rows
    late, at the latest at the end of the ``with`` block.

    Attributes:
        field: The column to report.
        once: What may stand in the file only once, in words.
    """

    def __init__(self, problems: Problems, field: str, once: str) -> None:
        self.field = field
        self.once = once
        self._problems = problems
        self._batch: list[tuple[str, int]] = []
        # Never used by two threads at a time; a generator may be closed by another than opened it.
        self._db = sqlite3.connect("", check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA cache_size = -2048")
        self._db.execute(
            "CREATE TABLE seen (key TEXT PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID"
        )

    def __enter__(self) -> Seen:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._look_up()
        finally:
            self._db.close()

    def add(self, line: int, *key: str) -> None:
        """Note the key of a line; its parts hold no control characters."""
        self._batch.append(("\n".join(key), line))
        if len(self._batch) == BATCH_ROWS:
            self._look_up()

    def _look_up(self) -> None:
        batch, self._batch = self._batch, []
        before = self._db.total_changes
        self._db.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", batch)
        if self._db.total_changes - before == len(batch):
            return
        for key, line in batch:
            row = self._db.execute("SELECT line FROM seen WHERE key = ?", (key,)).fetchone()
            if row[0] != line:
                expected = f"{self.once} once; it stands on line {row[0]} already"
                self._problems.refuse(line, self.field, key.replace("\n", ", "), expected)


def read_table(
    file: str | Path, columns: Sequence[str], problems: Problems
) -> Iterator[tuple[int, dict[str, str]]]:
    """Read a CSV file row by row: the line's number, and its fields by column.

    A header without rows is a table of no rows. A row with a fault is reported and left out; a
    fault of the header ends the reading.

    Args:
        file: The file, in UTF-8; a byte order mark at its start is dropped, and lines may end in
            LF or CRLF.
        columns: The names that the header must have, in any order, and no others.
        problems: Gathers what is wrong, and raises it.

    Raises:
        InputError: Twenty problems were found. With fewer, ``problems`` raises at its end.
    """
    lines = _lines(file, problems)
    first, header = next(lines, (0, ""))
    if first != 1 or not header:
        if not problems:
            problems.report(1, "", "an empty file", f"a header of {', '.join(columns)}")
        return
    names = _split(header)
    if names is None:
        problems.report(1, "", "quotes that do not pair", "a header whose quotes pair")
        return
    _check_header(names, columns, problems)
    if problems:
        return
    for line, text in lines:
        fields = _split(text)
        if fields is None:
            expected = 'fields whose quotes pair on their line, a quote within doubled: "a ""b"" c"'
            problems.report(line, "", "quotes that do not pair", expected)
        elif len(fields) != len(names):
            problems.report(line, "", f"{len(fields)} fields", f"{len(names)} fields")
        else:
            row = dict(zip(names, fields, strict=True))
            if not _UNFIT.search(text) or _check_row(line, row, problems):
                yield line, row


def _lines(file: str | Path, problems: Problems) -> Iterator[tuple[int, str]]:
    """Yield number and text of each line that is not too long; bad bytes become surrogates."""
    number = 0
    try:
        with open(file, "rb") as stream:
            while chunk := stream.readline(LINE_BYTES + len(b"\r\n")):
                number += 1
                end = 2 if chunk.endswith(b"\r\n") else int(chunk.endswith(b"\n"))
                body = chunk[: len(chunk) - end]
                if len(body) > LINE_BYTES:
                    expected = f"a line of at most {LINE_BYTES} bytes"
                    problems.report(number, "", f"more than {LINE_BYTES} bytes", expected)
                    while chunk and not chunk.endswith(b"\n"):
                        chunk = stream.readline(LINE_BYTES)
                    continue
                if number == 1:
                    body = body.removeprefix(_BOM)
                yield number, body.decode("utf-8", "surrogateescape")
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        problems.report(0, "", str(getattr(error, "strerror", None) or error), "a readable file")


def _split(text: str) -> list[str] | None:
    """Split a line at its commas; ``None`` where its quotes do not pair."""
    if '"' not in text:
        return text.split(",")
    fields: list[str] = []
    at = 0
    while match := _FIELD.match(text, at):
        quoted, plain = match.groups()
        fields.append(plain if quoted is None else quoted.replace('""', '"'))
        if match.end() == len(text):
            return fields
        at = match.end() + 1
    return None


def _check_header(names: Sequence[str], columns: Sequence[str], problems: Problems) -> None:
    for name in dict.fromkeys(names):
        if name not in columns:
            problems.report(1, "", f"the column {shown(name)}", f"only {', '.join(columns)}")
        elif names.count(name) > 1:
            problems.report(1, name, f"the column {names.count(name)} times", "the column once")
    for name in columns:
        if name not in names:
            problems.report(1, name, "no such column", "the column")


def _check_row(line: int, row: dict[str, str], problems: Problems) -> bool:
    """Report the fields with bytes that are no UTF-8 or with control characters."""
    fit = True
    for name, text in row.items():
        if _UNFIT.search(text):
            fit = False
            expected = "UTF-8" if _BYTE.search(text) else "text without control characters"
            problems.refuse(line, name, text, expected)
    return fit
