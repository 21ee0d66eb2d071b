"""Nominations from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award.imports.nominations import NominationRow, read_nominations
from lazsa_flow.errors import InputError, Problem

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "seller_id,source,nominator_id,statement\n"


def rows_of(tmp_path: Path, text: str) -> list[NominationRow]:
    """Read lines under the header."""
    path = tmp_path / "n.csv"
    path.write_text(HEADER + text, encoding="utf-8")
    return list(read_nominations(path))


def refused(tmp_path: Path, text: str) -> tuple[Problem, ...]:
    """Have lines refused."""
    with pytest.raises(InputError) as caught:
        rows_of(tmp_path, text)
    return caught.value.problems


def test_three_sources(tmp_path: Path) -> None:
    """An employee, an ambassador or the seller itself nominates (programme.md, Nomination)."""
    text = 's1,employee,e1,"Helps, always"\ns1,ambassador,s9,Teaches\ns1,seller,s1,I help\n'
    assert rows_of(tmp_path, text) == [
        NominationRow(2, "s1", "employee", "e1", "Helps, always"),
        NominationRow(3, "s1", "ambassador", "s9", "Teaches"),
        NominationRow(4, "s1", "seller", "s1", "I help"),
    ]


@pytest.mark.parametrize(("statement", "complete"), [("", False), ("  ", False), ("x", True)])
def test_a_statement_completes(tmp_path: Path, statement: str, complete: bool) -> None:
    """A nomination without a statement is taken, and is incomplete."""
    (row,) = rows_of(tmp_path, f"s1,employee,e1,{statement}\n")
    assert (row.statement, row.complete) == (statement, complete)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (",employee,e1,x", "seller_id"),
        ("s1,,e1,x", "source"),
        ("s1,Employee,e1,x", "source"),
        ("s1,friend,e1,x", "source"),
        ("s1,employee,,x", "nominator_id"),
        ("s1,seller,,x", "nominator_id"),
        ("s1,seller,s2,x", "nominator_id"),
        (",seller,s2,x", "seller_id"),
    ],
)
def test_bad_fields_are_refused(tmp_path: Path, line: str, field: str) -> None:
    """Seller, source and nominator are required; a seller nominates only itself."""
    (problem,) = refused(tmp_path, line + "\n")
    assert (problem.where, problem.field) == (f"{tmp_path / 'n.csv'}:2", field)


def test_a_statement_is_never_shown(tmp_path: Path) -> None:
    """An error about a statement shows no part of it, nor does a row's repr."""
    (problem,) = refused(tmp_path, "s1,employee,e1,Call\tMaria\n")
    assert (problem.field, problem.value) == ("statement", "(text)")
    assert "Maria" not in repr(NominationRow(2, "s1", "employee", "e1", "Maria"))


def test_one_nominator_once(tmp_path: Path) -> None:
    """The same seller, source and nominator come once in a file; another of either is another."""
    text = "s1,employee,e1,x\ns1,ambassador,e1,x\ns1,employee,e2,x\ns2,employee,e1,x\n"
    assert len(rows_of(tmp_path, text)) == 4
    (problem,) = refused(tmp_path, text + "s1,employee,e1,y\n")
    assert problem == Problem(
        f"{tmp_path / 'n.csv'}:6",
        "",
        "'s1, employee, e1'",
        "the same seller, source and nominator once; it stands on line 2 already",
    )
