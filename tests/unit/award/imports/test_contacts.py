"""Contacts in files: strict, and never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award.imports.contacts import read_contacts
from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.contact import Contact

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "seller_id,email,locale,name\n"


def write(folder: Path, rows: str, head: str = HEAD) -> Path:
    """Write a file."""
    file = folder / "contacts.csv"
    file.write_text(head + rows, "utf-8")
    return file


def test_contacts_are_read(tmp_path: Path) -> None:
    """A row is a person's contact; locale and name may be left out."""
    file = write(tmp_path, 's1,budi@example.org,id,"Budi, ""B"""\ne-7,an.na+x@example.org,,\n')
    assert [(row.line, row.person, row.contact) for row in read_contacts(file)] == [
        (2, "s1", Contact("budi@example.org", 'Budi, "B"', "id")),
        (3, "e-7", Contact("an.na+x@example.org")),
    ]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (",budi@example.org,,", "seller_id"),
        ("s1,,,", "email"),
        ("s1,budi.example.org,,", "email"),
        ("s1,budi@example.org; b@example.org,,", "email"),
        ("s1,Budi <budi@example.org>,,", "email"),
        ("s1,budi@example.org,Indonesian,", "locale"),
        ("s1,budi@example.org,../en,", "locale"),
        ("s1,budi@example.org,, Budi", "name"),
        ("s1,budi@example.org,,Bu\x85di", "name"),
        (f"s1,budi@example.org,,{'x' * 201}", "name"),
    ],
)
def test_a_fault_is_named_unshown(tmp_path: Path, row: str, field: str) -> None:
    """An error names line and column, and shows no address and no name."""
    with pytest.raises(InputError) as caught:
        list(read_contacts(write(tmp_path, row + "\n")))
    (problem,) = caught.value.problems
    assert (problem.field, problem.where.endswith("contacts.csv:2")) == (field, True)
    assert "di@" not in str(caught.value)
    assert "Bu" not in problem.value


def test_a_person_stands_once(tmp_path: Path) -> None:
    """The same person twice is an error: nobody could tell which holds."""
    file = write(tmp_path, "s1,a@example.org,,\ns1,b@example.org,,\n")
    with pytest.raises(InputError, match="line 2 already"):
        list(read_contacts(file))


def test_columns_are_named(tmp_path: Path) -> None:
    """A column that is missing or not ours is an error."""
    with pytest.raises(InputError, match="phone"):
        list(
            read_contacts(write(tmp_path, "s1,a@example.org,,\n", "seller_id,email,locale,phone\n"))
        )
