"""Decision records: number, date and status stand at the head of each, in one form."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from docs.pages import decisions

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "# 0001. A title\n\n- Date: 2026-11-22\n- Status: accepted\n\nText.\n"


def test_every_record_has_the_form() -> None:
    """Each record names number, date and status; numbers are unique, dates follow numbers."""
    records = list(decisions.list_records())
    numbers = [each.number for each in records]
    dates = [date.fromisoformat(each.date) for each in records]
    assert len(numbers) == len(set(numbers)) >= 41
    assert dates == sorted(dates)
    assert not [each for each in decisions.FOLDER.iterdir() if each.name[:4] not in numbers][1:]


def test_the_index_names_every_record() -> None:
    """The index page links to each record with its date and status."""
    index = (decisions.FOLDER / "README.md").read_text("utf-8")
    assert index == decisions.render()
    for each in decisions.list_records():
        assert f"| {each.number} | [{each.title}]({each.file.name}) | {each.date} |" in index


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# 0001. A", "# 1. A"),
        ("# 0001", "# 0002"),
        ("A title", "A title."),
        ("- Date: 2026-11-22\n", ""),
        ("2026-11-22", "22 November 2026"),
        ("accepted", "Accepted"),
        ("accepted", "superseded"),
        ("accepted", "superseded by [0002](0002-not-there.md)"),
        ("accepted", "accepted, amended by [0002](0001-a-title.md)"),
        ("- Status: accepted\n", "- Status: accepted\n- Author: somebody\n"),
    ],
)
def test_another_form_is_refused(tmp_path: Path, old: str, new: str) -> None:
    """A head of another form is an error that names the file."""
    file = tmp_path / "0001-a-title.md"
    file.write_text(GOOD, "utf-8")
    assert decisions.read_record(file).title == "A title"
    file.write_text(GOOD.replace(old, new), "utf-8")
    with pytest.raises(decisions.RecordFormError, match=r"0001-a-title\.md"):
        decisions.read_record(file)
