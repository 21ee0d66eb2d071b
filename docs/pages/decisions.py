"""The index of the decision records, read from the heads of the records."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = Path(__file__).resolve().parents[1] / "decisions"

_HEAD: Final = re.compile(
    r"# (?P<number>\d{4})\. (?P<title>[^\n]+[^\n.])\n\n"
    r"- Date: (?P<date>\d{4}-\d{2}-\d{2})\n"
    r"- Status: (?P<status>[^\n]+)\n\n(?=\S)"
)
_STATUS: Final = re.compile(
    r"accepted"
    r"|accepted, amended by (?P<amended>\[\d{4}\]\([^)]+\)(?: and \[\d{4}\]\([^)]+\))*)"
    r"|superseded by (?P<superseded>\[\d{4}\]\([^)]+\)(?: and \[\d{4}\]\([^)]+\))*)"
    r"|withdrawn on \d{4}-\d{2}-\d{2}"
)
_LINK: Final = re.compile(r"\[(\d{4})\]\(([^)]+)\)")

_INDEX: Final = """\
<!-- Written by docs/generate.py; change what it reads, not this page. -->

# Decisions

Each record says what was decided, why, and what was tried and gave nothing. A record is not
rewritten when a later one changes it: its status names the later one. The next record takes the
next free number. Number 0022 was never used.

Every record begins like this:

```markdown
# 0000. What was decided, as a sentence

- Date: YYYY-MM-DD
- Status: accepted
```

A status is `accepted`, `accepted, amended by` or `superseded by` with a link to the later record,
or `withdrawn on` with the date. This index is written by `docs/generate.py` from these lines, and
`tests/unit/test_decisions.py` checks their form.

| number | decision | date | status |
|---|---|---|---|
"""


class Record(NamedTuple):
    """The head of one decision record."""

    file: Path
    number: str
    title: str
    date: str
    status: str


class RecordFormError(ValueError):
    """A decision record does not begin with number, date and status in the common form."""


def read_record(file: Path) -> Record:
    """Read the head of a decision record.

    Args:
        file: The record's file, named ``NNNN-title.md``.

    Returns:
        Its number, title, date and status.

    Raises:
        RecordFormError: The head does not have the common form, the number is not that of the
            file's name, or the status links to a record that does not exist.
    """
    head = _HEAD.match(file.read_text("utf-8"))
    if head is None:
        raise RecordFormError(f"{file.name}: no head of the form shown in decisions/README.md")
    record = Record(file, **head.groupdict())
    if record.number != file.name[:4]:
        raise RecordFormError(f"{file.name}: its heading has the number {record.number}")
    if _STATUS.fullmatch(record.status) is None:
        raise RecordFormError(f"{file.name}: no such status: {record.status}")
    for number, target in _LINK.findall(record.status):
        if not target.startswith(f"{number}-") or not (file.parent / target).is_file():
            raise RecordFormError(f"{file.name}: its status links to {target}, which is no record")
    return record


def list_records() -> Iterator[Record]:
    """Read the heads of all records, in the order of their numbers."""
    return map(read_record, sorted(FOLDER.glob("[0-9]*.md")))


def render() -> str:
    """Render the index: one row for each record."""
    rows = (
        f"| {each.number} | [{each.title}]({each.file.name}) | {each.date} | {each.status} |\n"
        for each in list_records()
    )
    return _INDEX + "".join(rows)
