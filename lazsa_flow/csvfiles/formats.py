"""Formats of imported files: each column once, with what it holds and an example.

The header that is asked for, the columns that no error shows, ``import … --example`` and
docs/reference/files.md are all made from these.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file.

    Attributes:
        name: Its name in the header.
        holds: What a field holds, in words.
        example: A valid field.
        required: Whether a field may not be empty.
        private: Whether it is personal data or free text, which no error shows.
        multiline: Whether a field may hold line breaks within quotes.
    """

    name: str
    holds: str
    example: str
    required: bool = True
    private: bool = False
    multiline: bool = False


@dataclass(frozen=True, slots=True)
class FileFormat:
    """The columns of one kind of file.

    Attributes:
        name: What is imported, as the command names it.
        row: What one row is, in words.
        columns: In the order in which they are shown; a file may have any order.
    """

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def private(self) -> frozenset[str]:
        """The columns that no error shows."""
        return frozenset(column.name for column in self.columns if column.private)

    @property
    def multiline(self) -> frozenset[str]:
        """The columns whose fields may hold line breaks."""
        return frozenset(column.name for column in self.columns if column.multiline)

    def example(self) -> str:
        """Return a valid file with one row."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.header)
        writer.writerow(column.example for column in self.columns)
        return text.getvalue()
