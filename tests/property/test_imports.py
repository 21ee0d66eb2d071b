"""Imports under any input: what is written reads back; what is broken is refused, never worse."""

from __future__ import annotations

import csv
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lazsa_flow.award.imports.facts import FACTS_COLUMNS, read_facts, read_stored_facts
from lazsa_flow.award.imports.nominations import read_nominations
from lazsa_flow.award.imports.scorecards import read_scorecards
from lazsa_flow.award.rules.facts import ACTIVITIES, Facts
from lazsa_flow.csvfiles.fields import UnfitError, parse_id
from lazsa_flow.csvfiles.problems import Problems
from lazsa_flow.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

COUNTRIES = ("ID", "MY", "SG", "PH", "TH", "VN")


def _is_id(text: str) -> bool:
    """Tell whether a text is an id that comes back as it was."""
    try:
        return parse_id(text) == text
    except UnfitError:
        return False


ids = st.text(min_size=1, max_size=128).filter(_is_id)
days = st.dates(date(1900, 1, 1), date(2999, 12, 31))
rates = st.decimals(0, 1, places=12)
amounts = st.decimals(0, Decimal("999999999999999.99"), places=2)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Draw facts in all their forms, any of them not known."""
    as_of = draw(days)
    return Facts(
        seller=draw(ids),
        country=draw(st.sampled_from(COUNTRIES)),
        as_of=as_of,
        joined_on=draw(st.none() | st.dates(date(1900, 1, 1), as_of)),
        ncp_points=draw(st.none() | st.integers(0, 999_999_999)),
        policy_compliant=draw(st.none() | st.booleans()),
        gmv_usd=draw(st.none() | amounts),
        gmv_rate=draw(st.none() | amounts),
        chat_response_rate=draw(st.none() | rates),
        monthly_cancellation_rates=draw(st.none() | st.tuples(*[st.none() | rates] * 9)),
        retention_rate=draw(st.none() | rates),
        is_lazstar=draw(st.none() | st.booleans()),
        activities=draw(st.none() | st.frozensets(st.sampled_from(ACTIVITIES), min_size=1)),
    )


def text_of(value: object) -> str:
    """Write a value as its column holds it."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case Decimal():
            return format(value, "f")
        case tuple() | frozenset():
            return ";".join(text_of(item) for item in value)
        case _:
            return str(value)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Name a file that each example writes anew."""
    return tmp_path_factory.mktemp("imports") / "table.csv"


@settings(deadline=None)
@given(
    rows=st.lists(facts(), max_size=4, unique_by=lambda row: row.seller),
    columns=st.permutations(FACTS_COLUMNS),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig"]),
)
def test_facts_read_back(
    path: Path, rows: list[Facts], columns: list[str], end: str, quoting: int, encoding: str
) -> None:
    """Whatever facts are written to CSV, in any form that is allowed, read back equal."""
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
        writer.writerow(columns)
        for row in rows:
            texts = {
                "seller_id" if field.name == "seller" else field.name: text_of(
                    getattr(row, field.name)
                )
                for field in fields(row)
            }
            writer.writerow([texts[column] for column in columns])
    assert list(read_facts(path, COUNTRIES)) == rows


_HEAD = ",".join(FACTS_COLUMNS)
_REST = "VN,2019-07-01,2020-03-01,0,true,1,007.50,1,;;;;;;;;,,,"
SELLERS = ("s1", "s2", "é", "e\u0301")
LINES = (
    *(f"{each},{_REST}" for each in SELLERS),
    f'"s5",{_REST}',
    f'"s6,{_REST}',
    f" s7,{_REST}",
    f"s8,{_REST},",
    "s9,VN",
    f"s10,{_REST}".replace("VN", "XX"),
    f"s11,{_REST}".replace("2019", "2021"),
    f"s12,{_REST}".replace("true", "tr\tue"),
    "",
    "," * (len(FACTS_COLUMNS) - 1),
    f'"s\n13",{_REST}',
)
"""Rows of facts as files have them: sound, doubled, empty, with faults, and over several lines."""


def read_with_problems(path: Path, content: str) -> tuple[list[object], list[Problem]]:
    """Read facts; return the rows with their lines, and the problems."""
    path.write_text(content, encoding="utf-8", newline="")
    problems = Problems(path)
    rows: list[object] = []
    try:
        for row in read_stored_facts(path, COUNTRIES, problems):
            rows.append(row)  # noqa: PERF402 - those before an error count, too
    except InputError as error:
        return rows, list(error.problems)
    return rows, []


@settings(deadline=None)
@given(
    lines=st.lists(st.sampled_from(LINES), max_size=30),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    chars=st.sampled_from([1, 200, 65_536]),
)
def test_blocks_are_read_as_rows_are(path: Path, lines: list[str], end: str, chars: int) -> None:
    """Many rows at a time give the rows, lines and problems that one at a time gives."""
    content = end.join([_HEAD, *lines])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("lazsa_flow.csvfiles.lines.BLOCK_CHARS", chars)
        at_once = read_with_problems(path, content)
        patched.setattr("lazsa_flow.csvfiles.table._read_plain_rows", lambda *_: None)
        assert at_once == read_with_problems(path, content)


READERS: dict[str, Callable[[Path], Iterator[object]]] = {
    "facts": lambda path: read_facts(path, COUNTRIES),
    "nominations": read_nominations,
    "scorecards": read_scorecards,
}
GOOD = {
    "facts": ",".join(FACTS_COLUMNS) + "\ns1,VN,2019-07-01,2020-03-01,0,true,1,1,1,;;;;;;;;,,,\n",
    "nominations": 'seller_id,source,nominator_id,statement\ns1,seller,s1,"x, ""y"""\n',
    "scorecards": (
        "seller_id,reviewer_id,team,business_operation,operation_drivers,platform_impact,"
        "accessibility,advocacy,expertise,generosity,responsiveness,leadership,campaigns,"
        "contribution,comment,recusal_reason\ns1,r1,t,1,2,3,4,5,0,1,2,3,4,5,Good,\n"
    ),
}


def read_or_refuse(name: str, path: Path, content: bytes) -> bool:
    """Read a file whole, or have it refused; anything else fails the test."""
    path.write_bytes(content)
    try:
        list(READERS[name](path))
    except InputError as error:
        problems = error.problems
    else:
        return True
    assert 1 <= len(problems) <= 20
    assert all(str(problem).isprintable() for problem in problems)
    return False


@pytest.mark.parametrize("name", READERS)
@settings(deadline=None)
@given(content=st.binary(max_size=300))
def test_random_bytes_are_refused(path: Path, name: str, content: bytes) -> None:
    """Random bytes raise an input error and nothing else."""
    assert not read_or_refuse(name, path, content)


@pytest.mark.parametrize("name", READERS)
@settings(deadline=None)
@given(
    at=st.floats(0, 1),
    cut=st.integers(0, 5),
    put=st.binary(max_size=6) | st.sampled_from([b'"', b",", b"\r", b"\n", b";", b"\xed\xa0\x80"]),
)
def test_broken_files_are_read_or_refused(
    path: Path, name: str, at: float, cut: int, put: bytes
) -> None:
    """A sound file with a few bytes changed is read or refused, and nothing else."""
    sound = GOOD[name].encode()
    where = int(at * len(sound))
    read_or_refuse(name, path, sound[:where] + put + sound[where + cut :])


@pytest.mark.parametrize("name", READERS)
def test_the_sound_files_are_sound(path: Path, name: str) -> None:
    """The files that the tests break are read as they are."""
    assert read_or_refuse(name, path, GOOD[name].encode())
