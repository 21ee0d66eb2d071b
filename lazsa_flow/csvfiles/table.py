"""CSV tables made by people: read strictly, row by row, in bounded memory.

What carries no data is no fault: a byte order mark, a first line ``sep=,``, empty lines and rows,
columns without name and value. Another dialect (semicolons, tabs, UTF-16) is not guessed at but
named, with how to save the file. Everything else that is not a plain CSV table in UTF-8 is a
problem of its row, gathered by :class:`~lazsa_flow.csvfiles.problems.Problems`.

Rows are handed out before the end of the file is known: nothing of a file counts until its reader
has come to the end, and the importer works in one transaction.

Source:
    RFC 4180; the :mod:`csv` module.
"""

from __future__ import annotations

import csv
import io
import re
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lazsa_flow.csvfiles.lines import ROW_CHARS, Lines, TooLongError
from lazsa_flow.errors import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lazsa_flow.csvfiles.formats import FileFormat
    from lazsa_flow.csvfiles.problems import Problems

REASON_COLUMNS: Final = ("line", "problem")
"""The columns that a file of rejected rows adds to the file's own; not read as data."""

_SAVE_AS: Final = 'in a spreadsheet, save it as "CSV UTF-8 (comma delimited)"'
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_DIALECTS: Final = {";": "semicolons", "\t": "tabs"}
_BYTE: Final = re.compile("[\ud800-\udfff]")
_UNFIT: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_UNFIT_TEXT: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

Block = tuple[int, "Sequence[Sequence[str]]"]
"""The line on which the first of some rows begins, and their fields; of several, each is a line."""


def read_table(
    file: str | Path, form: FileFormat, problems: Problems
) -> Iterator[tuple[int, dict[str, str]]]:
    """Read a CSV file row by row, as :func:`read_blocks` does, with the fields by column."""
    columns = form.header
    return (
        (line, dict(zip(columns, fields, strict=True)))
        for first, rows in read_blocks(file, form, problems)
        for line, fields in enumerate(rows, first)
    )


def read_blocks(file: str | Path, form: FileFormat, problems: Problems) -> Iterator[Block]:
    """Read a CSV file: many rows at a time where they are plain, otherwise row by row.

    A header without rows is a table of no rows. A row with a fault is reported and left out; a
    fault of the header ends the reading. Nothing is reported of a row before all those above it
    were handed out.

    Args:
        file: The file, in UTF-8; lines may end in LF, CRLF or CR.
        form: The columns that the header must name, in any order, and no others; and which of
            them may hold line breaks within quotes.
        problems: Gathers what is wrong, and raises it.

    Yields:
        Rows, with the fields in the order of the format's columns, whatever the file's is. A row
        of several lines comes alone.

    Raises:
        InputError: Twenty problems were found. With fewer, ``problems`` raises at its end.
    """
    try:
        with (
            Path(file).open("rb") as stream,
            io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="") as decoded,
        ):
            if stream.peek(2)[:2] in _UTF16:
                problems.report_file(1, "", "a file in UTF-16", f"UTF-8: {_SAVE_AS}")
            else:
                yield from _read_named_rows(decoded, form, problems)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        problems.report_file(
            0, "", str(getattr(error, "strerror", None) or error), "a readable file"
        )


def _read_named_rows(
    stream: io.TextIOWrapper, form: FileFormat, problems: Problems
) -> Iterator[Block]:
    columns = form.header
    lines = Lines(stream)
    if not _check_dialect(lines.peek(), columns, problems):
        return
    rows = _read_filled_rows(lines, problems)
    header = next((row for row in rows if not _is_preamble(row[1])), None)
    if header is None:
        if not problems:
            problems.report_file(1, "", "an empty file", f"a header of {', '.join(columns)}")
        return
    first, names = header
    _check_header(first, names, columns, problems)
    if problems:
        return
    wanted, has_unnamed = len(names), "" in names
    positions = [names.index(name) for name in columns]
    in_order = itemgetter(*positions) if len(positions) > 1 else tuple
    while block := lines.read_block():
        plain = None if has_unnamed else _read_plain_rows(block, wanted)
        if plain is not None:
            yield lines.take_block(), list(map(in_order, plain))
            continue
        for line, fields in rows:
            fits = len(fields) == wanted and not has_unnamed
            if (fits or _fit_row(line, names, fields, problems)) and _check_text(
                line, names, fields, form, problems
            ):
                yield line, [in_order(fields)]
            if not lines.are_waiting:
                break


def _read_plain_rows(lines: list[str], wanted: int) -> list[list[str]] | None:
    """Return the rows of lines that are a row each, none of them empty or at fault.

    ``None`` where that is not certain. What can be printed holds no control characters; so a row
    of several lines, whose breaks are in a field, cannot.
    """
    try:
        rows = list(csv.reader(lines, strict=True))
    except csv.Error:
        return None
    texts = list(map("".join, rows))
    plain = (
        max(map(len, lines)) <= ROW_CHARS
        and set(map(len, rows)) == {wanted}
        and "".join(texts).isprintable()
        and all(map(str.strip, texts))
    )
    return rows if plain else None


def _read_filled_rows(lines: Lines, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not empty, with the line on which it begins."""
    parsed = csv.reader(lines, strict=True)
    while True:
        lines.begin_row()
        try:
            fields = next(parsed)
        except StopIteration:
            return
        except TooLongError:
            if lines.taken == 1:
                expected = f"a row of at most {ROW_CHARS} characters"
                problems.report(lines.first, "", f"more than {ROW_CHARS} characters", expected)
            else:
                _report_quotes(lines, problems)
        except csv.Error:
            _report_quotes(lines, problems)
        else:
            if any(map(str.strip, fields)):
                yield lines.first, fields


def _report_quotes(lines: Lines, problems: Problems) -> None:
    """Report quotes that do not pair, and read on with the line after the one that began the row.

    Where a quote is not closed, the rows after it were taken for its text.
    """
    expected = 'fields whose quotes pair, a quote within doubled: "a ""b"" c"'
    problems.report(lines.first, "", "quotes that do not pair", expected)
    lines.put_back()


def _is_preamble(fields: list[str]) -> bool:
    """Return whether a row is the line with which a spreadsheet names the comma as separator."""
    return fields in (["sep=", ""], ['"sep=', '"'])


def _check_dialect(line: str, columns: Sequence[str], problems: Problems) -> bool:
    """Report, as one problem, a first line that another separator divides into our columns."""
    for separator, called in _DIALECTS.items():
        named = {name.strip('" \r\n') for name in line.split(separator)}
        if line.startswith(f"sep={separator}") or len(named.intersection(columns)) > 1:
            problems.report_file(1, "", f"fields divided by {called}", f"commas: {_SAVE_AS}")
            return False
    return True


def _check_header(
    line: int, names: Sequence[str], columns: Sequence[str], problems: Problems
) -> None:
    reasons = REASON_COLUMNS if tuple(names[-2:]) == REASON_COLUMNS else ()
    for name in dict.fromkeys(filter(None, names)):
        if name not in columns and name not in reasons:
            problems.report_file(
                line, "", f"the column {shown(name)}", f"only {', '.join(columns)}"
            )
        elif names.count(name) > 1:
            problems.report_file(
                line, name, f"the column {names.count(name)} times", "the column once"
            )
    for name in columns:
        if name not in names:
            problems.report_file(line, name, "no such column", "the column")


def _fit_row(line: int, names: Sequence[str], fields: list[str], problems: Problems) -> bool:
    """Cut empty fields off a row's end; report it where they are too many, too few, or unnamed."""
    wanted = len(names)
    if len(fields) > wanted and not any(fields[wanted:]):
        del fields[wanted:]
    if len(fields) != wanted:
        problems.report(line, "", f"{len(fields)} fields", f"{wanted} fields")
        return False
    if any(text for name, text in zip(names, fields, strict=True) if not name):
        problems.report(line, "", "a field without a column name", "a name for each column")
        return False
    return True


def _check_text(
    line: int, names: Sequence[str], fields: list[str], form: FileFormat, problems: Problems
) -> bool:
    """Report the fields with bytes that are no UTF-8 or with control characters."""
    if not _UNFIT.search("".join(fields)):
        return True
    fit = True
    for at, name in enumerate(names):
        if not _UNFIT.search(fields[at]):
            continue
        if name in form.multiline:
            fields[at] = fields[at].replace("\r\n", "\n")
            if not _UNFIT_TEXT.search(fields[at]):
                continue
        fit = False
        expected = "UTF-8" if _BYTE.search(fields[at]) else "text without control characters"
        problems.refuse(line, name, fields[at], expected)
    return fit
