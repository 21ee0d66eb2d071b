"""The strict reader of tables: what it takes, what it refuses, and how it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lazsa_flow.csvfiles.formats import Column, FileFormat
from lazsa_flow.csvfiles.lines import ROW_CHARS
from lazsa_flow.csvfiles.problems import PROBLEMS_SHOWN, Problems, Seen
from lazsa_flow.csvfiles.table import read_table
from lazsa_flow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FORM = FileFormat("t", "a row", (Column("a", "", "1"), Column("b", "", "2")))
TEXTS = FileFormat("t", "a row", (Column("a", "", "1"), Column("b", "", "2", multiline=True)))
SAVE_AS = 'in a spreadsheet, save it as "CSV UTF-8 (comma delimited)"'
NO_B = (":1", "b", "no such column", "the column")


def read(path: Path | str, form: FileFormat = FORM) -> list[tuple[int, dict[str, str]]]:
    """Read a table whole."""
    with Problems(path) as problems:
        return list(read_table(path, form, problems))


def rows_of(
    tmp_path: Path, content: bytes, form: FileFormat = FORM
) -> list[tuple[int, dict[str, str]]]:
    """Read these bytes as a table."""
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    return read(path, form)


def refusal(tmp_path: Path, content: bytes) -> list[tuple[str, str, str, str]]:
    """Read a table that must be refused; return each problem with its place without the folder."""
    with pytest.raises(InputError) as caught:
        rows_of(tmp_path, content)
    return [
        (p.where.removeprefix(f"{tmp_path / 't.csv'}"), p.field, p.value, p.expected)
        for p in caught.value.problems
    ]


def test_rows_carry_their_line(tmp_path: Path) -> None:
    """Each row comes with its line's number and its fields by column, in any order of columns."""
    assert rows_of(tmp_path, b"b,a\n1,2\n,3\n") == [
        (2, {"b": "1", "a": "2"}),
        (3, {"b": "", "a": "3"}),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,2\n",
        b"a,b\n1,2",
        b"a,b\r\n1,2\r\n",
        b"a,b\r1,2\r",
        b"\xef\xbb\xbfa,b\n1,2\n",
        b'"a","b"\n"1","2"\n',
        b'\xef\xbb\xbf"a",b\r\n1,"2"',
    ],
)
def test_ends_of_line_mark_and_quotes_are_form(tmp_path: Path, content: bytes) -> None:
    """LF, CRLF, CR, no end, a byte order mark and needless quotes change nothing."""
    assert rows_of(tmp_path, content) == [(2, {"a": "1", "b": "2"})]


def test_quotes_hold_commas_and_quotes(tmp_path: Path) -> None:
    """A quoted field may hold commas and doubled quotes, and may be empty."""
    rows = rows_of(tmp_path, b'a,b\n"x, ""y""",""\n"""",\xc3\xa9\n"",1\n')
    assert [tuple(row.values()) for _, row in rows] == [('x, "y"', ""), ('"', "é"), ("", "1")]


@pytest.mark.parametrize("content", [b"a,b\n", b"a,b"])
def test_header_only_is_no_rows(tmp_path: Path, content: bytes) -> None:
    """A header without rows is a table of no rows."""
    assert rows_of(tmp_path, content) == []


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"a,b\n1,2\n\n\n", [2]),
        (b"a,b\n1,2\n,\n , \n", [2]),
        (b"a,b\n\n1,2\n,\n3,4\n", [3, 5]),
        (b"\n\na,b\n1,2\n", [4]),
        (b"sep=,\r\na,b\r\n1,2\r\n", [3]),
        (b"\xef\xbb\xbfsep=,\na,b\n1,2\n", [3]),
        (b"a,b,,\n1,2,,\n", [2]),
        (b"a,,b\n1,,2\n", [2]),
        (b"a,b\n1,2,,,\n", [2]),
    ],
)
def test_what_carries_no_data_is_no_fault(tmp_path: Path, content: bytes, lines: list[int]) -> None:
    """Empty lines, rows and columns and the separator's line are passed over; lines are counted."""
    rows = rows_of(tmp_path, content)
    assert [line for line, _ in rows] == lines
    assert rows[0][1] == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"a;b\n1;2\n3;4\n", "fields divided by semicolons"),
        (b'"a";"b"\n1;2\n', "fields divided by semicolons"),
        (b"sep=;\na;b\n1;2\n", "fields divided by semicolons"),
        (b"a\tb\n1\t2\n", "fields divided by tabs"),
        ("a,b\n1,2\n".encode("utf-16"), "a file in UTF-16"),
        ("\ufeffa,b\n1,2\n".encode("utf-16-be"), "a file in UTF-16"),
    ],
)
def test_another_dialect_is_named_in_one_line(tmp_path: Path, content: bytes, found: str) -> None:
    """Semicolons, tabs and UTF-16 are refused in one line that says how to save the file."""
    [problem] = refusal(tmp_path, content)
    expected = f"UTF-8: {SAVE_AS}" if "UTF-16" in found else f"commas: {SAVE_AS}"
    assert problem == (":1", "", found, expected)


def test_a_value_needs_a_column_name(tmp_path: Path) -> None:
    """A column without a name is passed over only where nothing stands in it."""
    assert [p[:3] for p in refusal(tmp_path, b"a,b,\n1,2,\n1,2,3\n")] == [
        (":3", "", "a field without a column name")
    ]


@pytest.mark.parametrize("content", [b"", b"\n", b"\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n,\n"])
def test_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    """A file without a header is refused as empty."""
    assert refusal(tmp_path, content) == [(":1", "", "an empty file", "a header of a, b")]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"a", [NO_B]),
        (b"a,b,c", [(":1", "", "the column 'c'", "only a, b")]),
        (b"a,b,a", [(":1", "a", "the column 2 times", "the column once")]),
        (b"a, b", [(":1", "", "the column ' b'", "only a, b"), NO_B]),
        (b"a,b\xff", [(":1", "", "the column 'b\\udcff'", "only a, b"), NO_B]),
    ],
)
def test_header_names_every_column_once(
    tmp_path: Path, header: bytes, expected: list[tuple[str, str, str, str]]
) -> None:
    """A missing, unknown or doubled column is refused by name, and ends the reading."""
    assert refusal(tmp_path, header + b"\n1\n2,3,4\n") == expected


@pytest.mark.parametrize(
    ("field", "shown", "expected"),
    [
        (b'"x\ry"', "'x\\ry'", "text without control characters"),
        (b"\x00", "'\\x00'", "text without control characters"),
        (b"x\ty", "'x\\ty'", "text without control characters"),
        (b"\x7f", "'\\x7f'", "text without control characters"),
        ("\x85".encode(), "'\\x85'", "text without control characters"),
        (b"\xed\xa0\x80", "'\\udced\\udca0\\udc80'", "UTF-8"),
        (b"caf\xe9", "'caf\\udce9'", "UTF-8"),
        (b"\xc0\xaf", "'\\udcc0\\udcaf'", "UTF-8"),
    ],
)
def test_controls_and_bad_bytes_are_refused(
    tmp_path: Path, field: bytes, shown: str, expected: str
) -> None:
    """Control characters, also within quotes, and bytes that are no UTF-8 are refused by column."""
    assert refusal(tmp_path, b"a,b\n1,2\n3," + field + b"\r\n") == [(":3", "b", shown, expected)]


@pytest.mark.parametrize("line", [b'"x', b'"x"y,1', b'1,"x""', b'"'])
def test_quotes_pair(tmp_path: Path, line: bytes) -> None:
    """A quote that is not closed is refused, and the lines after it are read as rows."""
    assert [p[:3] for p in refusal(tmp_path, b"a,b\n" + line + b"\n3,4\n5\n")] == [
        (":2", "", "quotes that do not pair"),
        (":4", "", "1 fields"),
    ]


def test_an_unclosed_quote_takes_no_other_rows(tmp_path: Path) -> None:
    """An unclosed quote far from the end is refused as its own row alone."""
    content = b'a,b\n1,"x\n' + b"1,2\n" * 50_000
    assert [p[:3] for p in refusal(tmp_path, content)] == [(":2", "", "quotes that do not pair")]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_free_text_may_span_lines(tmp_path: Path, end: bytes) -> None:
    """A quoted field of free text may hold line breaks; rows after it keep their lines."""
    content = b'a,b\n1,"x' + end + end + b'y"' + end + b"2,z\n"
    assert rows_of(tmp_path, content, TEXTS) == [
        (2, {"a": "1", "b": "x\n\ny"}),
        (5, {"a": "2", "b": "z"}),
    ]


def test_no_other_field_spans_lines(tmp_path: Path) -> None:
    """A quoted field that is no free text may not hold a line's end."""
    assert refusal(tmp_path, b'a,b\n1,"x\ny"\n') == [
        (":2", "b", "'x\\ny'", "text without control characters")
    ]


@pytest.mark.parametrize(("line", "count"), [(b"1", 1), (b"1,2,3", 3)])
def test_rows_have_the_headers_fields(tmp_path: Path, line: bytes, count: int) -> None:
    """A row with more or fewer fields than the header is refused."""
    assert refusal(tmp_path, b"a,b\n" + line + b"\n") == [(":2", "", f"{count} fields", "2 fields")]


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_longest_line(tmp_path: Path, end: bytes) -> None:
    """A row of exactly 65,536 characters is read; one more is refused, and the reading goes on."""
    longest = b"1," + b"x" * (ROW_CHARS - 2)
    assert len(rows_of(tmp_path, b"a,b\n" + longest + end)) == 1
    problems = refusal(tmp_path, b"a,b\n" + longest + b"x" + (end + b"1\n" if end else b""))
    assert problems[0] == (
        ":2",
        "",
        "more than 65536 characters",
        "a row of at most 65536 characters",
    )
    assert [p[0] for p in problems[1:]] == ([":3"] if end else [])


def test_overlong_line_is_passed_over(tmp_path: Path) -> None:
    """The rest of a line of a megabyte is passed over, not taken for rows."""
    problems = refusal(tmp_path, b"a,b\n" + b"x" * 1_000_000 + b"\n1,2\n1\n")
    assert [p[0] for p in problems] == [":2", ":4"]


def test_overlong_header_ends_the_reading(tmp_path: Path) -> None:
    """After a header above 64 kB no row is taken for the header."""
    assert [p[0] for p in refusal(tmp_path, b"x" * 100_000 + b"\na,b\n1\n")] == [":1"]


@pytest.mark.parametrize("name", ["absent.csv", ".", "nul\0.csv"])
def test_unreadable_file_is_refused(tmp_path: Path, name: str) -> None:
    """A file that is missing, a folder, or of an impossible name is an input error, by its name."""
    path = f"{tmp_path}/{name}"
    with pytest.raises(InputError) as caught:
        read(path)
    (problem,) = caught.value.problems
    assert (problem.where, problem.field, problem.expected) == (path, "", "a readable file")


def test_problems_come_together_in_order(tmp_path: Path) -> None:
    """All problems of a file are raised at its end, in the order of its lines."""
    problems = refusal(tmp_path, b"a,b\n1\n1,2\n\x00,\x01\n")
    assert [p[:2] for p in problems] == [(":2", ""), (":4", "a"), (":4", "b")]


def test_twenty_problems_are_enough(tmp_path: Path) -> None:
    """At the twentieth problem the reader gives up."""
    problems = refusal(tmp_path, b"a,b\n" + b"1\n" * 1000)
    assert [p[0] for p in problems] == [f":{line}" for line in range(2, 22)]


def test_private_text_is_never_shown(tmp_path: Path) -> None:
    """A fault in a column of free text shows no part of it (programme.md, Versions and data)."""
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n1,secret\x00\n")
    with pytest.raises(InputError) as caught, Problems(path, ("b",)) as problems:
        list(read_table(path, FORM, problems))
    assert caught.value.problems[0].value == "(text)"
    assert "secret" not in str(caught.value)


def break_off() -> None:
    """Leave with an error of another kind, a problem and a doubled key at hand."""
    with Problems("t.csv") as problems, Seen(problems, "id", "the key") as seen:
        problems.report(2, "a", "x", "y")
        seen.add(3, "x")
        seen.add(4, "x")
        raise KeyError


def test_an_error_of_another_kind_passes() -> None:
    """What goes wrong beside the file is not covered up by its problems."""
    with pytest.raises(KeyError):
        break_off()


def note(keys: Sequence[tuple[str, ...]]) -> None:
    """Note keys on the lines from 2, with a fault on the line that follows them."""
    with Problems("t.csv") as problems, Seen(problems, "id", "the key") as seen:
        for line, key in enumerate(keys, start=2):
            seen.add(line, *key)
        problems.report(len(keys) + 2, "other", "x", "y")


def keys_refused(keys: Sequence[tuple[str, ...]]) -> list[tuple[str, str, str]]:
    """Note keys on the lines from 2; return where, value and expected of those refused."""
    with pytest.raises(InputError) as caught:
        note(keys)
    assert caught.value.problems[-1].field == "other"
    return [(p.where, p.value, p.expected) for p in caught.value.problems[:-1]]


@pytest.mark.parametrize("between", [0, 1, 3000])
def test_a_doubled_key_names_both_lines(between: int) -> None:
    """A key that comes twice is refused with both lines, however far apart they stand."""
    keys = [("twice",), *((f"k{n}",) for n in range(between)), ("twice",)]
    expected = "the key once; it stands on line 2 already"
    assert keys_refused(keys) == [(f"t.csv:{between + 3}", "'twice'", expected)]


def test_a_third_time_names_the_first_line() -> None:
    """Each further time of a key refers to its first line."""
    found = keys_refused([("x",), ("x",), ("y",), ("x",)])
    assert [(where, expected[-18:]) for where, _, expected in found] == [
        ("t.csv:3", " on line 2 already"),
        ("t.csv:5", " on line 2 already"),
    ]


def test_keys_of_parts_differ_by_part() -> None:
    """A key of several parts is doubled only where each part is."""
    assert keys_refused([("a", "bc"), ("ab", "c"), ("ab", "c")]) == [
        ("t.csv:4", "'ab, c'", "the key once; it stands on line 3 already")
    ]


def test_problems_stand_in_the_order_of_lines() -> None:
    """A doubled key that is found late is reported at its line's place."""
    with pytest.raises(InputError) as caught:
        note([("x",), ("x",)])
    assert [p.where for p in caught.value.problems] == ["t.csv:3", "t.csv:4"]


def test_all_problems_may_be_kept() -> None:
    """Where all are kept, the error names the first twenty and counts the others."""
    problems = Problems("t.csv", keep_all=True)
    for line in range(2, 50):
        problems.report(line, "a", "x", "y")
    told = problems.error().problems
    assert [p.where for p in told[:-1]] == [f"t.csv:{line}" for line in range(2, 22)]
    assert told[-1].value == f"{48 - PROBLEMS_SHOWN} more problems"


def test_good_rows_may_count_by_themselves(tmp_path: Path) -> None:
    """In part, a row's problem refuses that row alone; a problem of the file refuses all."""
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n1\n1,2\n")
    with Problems(path, partial=True) as problems:
        assert [line for line, _ in read_table(path, FORM, problems)] == [3]
    assert list(problems.refused) == [2]
    path.write_bytes(b"a,c\n1,2\n")
    with pytest.raises(InputError), Problems(path, partial=True) as problems:
        list(read_table(path, FORM, problems))


def test_an_example_can_be_read(tmp_path: Path) -> None:
    """The example of a format is a file of one row."""
    assert rows_of(tmp_path, FORM.example().encode()) == [(2, {"a": "1", "b": "2"})]


def test_a_reader_may_be_left_early(tmp_path: Path) -> None:
    """Whoever stops reading before the end is told nothing of the rest."""
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n1,2\n1\n")
    with Problems(path) as problems, Seen(problems, "a", "the key"):
        rows = read_table(path, FORM, problems)
        assert next(rows)[0] == 2
        rows.close()  # type: ignore[attr-defined]
