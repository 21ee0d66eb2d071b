"""The general library says nothing of the award programme: no word of it stands outside the award.

Migrations are excepted: they create tables whose names are stored.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from lazsa_flow.award.store import schema as award_tables

ROOT: Final = Path(__file__).resolve().parents[2] / "lazsa_flow"
FOLDERS: Final = (
    *("lifecycle", "engine", "store", "notices", "graph"),
    *("service", "foresight", "runner", "viewer", "cli", "csvfiles"),
)
SUFFIXES: Final = {".py", ".js", ".html", ".css"}
WORDS: Final = re.compile(r"seller|nominat|panel|ambassador|award|country[ _-]?team", re.IGNORECASE)
EXCEPTIONS: Final = {
    "store/schema_subjects.py": "tables, columns and indexes keep the names they were made with",
    "lifecycle/policy.py": "a mailbox is a key of the country files that deployments have written",
    "lifecycle/stored_recipients.py": "recipients and subjects by the names that rows have",
    "notices/digests.py": "the kinds that are told together are stored names",
    "notices/ports.py": "the fields are variables of templates that deployments have written",
    "notices/sample.py": "samples of every kind of notice whose template ships, by stored names",
    "notices/settings.py": "recipients are keys of a deployment's lazsa.toml",
    "cli/command_table.py": "rich_help_panel is typer's own name of a section of the help",
}
"""Files that may have such a word, each with its reason; at most ten."""


def _files_with_words() -> set[str]:
    """Return the files of the general folders that have a word of the award programme."""
    return {
        file.relative_to(ROOT).as_posix()
        for folder in FOLDERS
        for file in (ROOT / folder).rglob("*")
        if file.suffix in SUFFIXES
        and "migrations" not in file.parts
        and WORDS.search(file.read_text("utf-8"))
    }


def test_general_folders_have_no_word_of_the_award() -> None:
    """No general module, page or stylesheet says seller, nomination, panel, ambassador or award."""
    found = _files_with_words() - EXCEPTIONS.keys()
    assert not found, "say it neutrally, or move it into award/"


def test_exceptions_are_few_and_needed() -> None:
    """At most ten files are excepted, each for a reason that still holds."""
    assert len(EXCEPTIONS) <= 10
    assert all(EXCEPTIONS.values())
    assert EXCEPTIONS.keys() <= _files_with_words()


def test_the_store_knows_no_table_of_the_programme() -> None:
    """The tables of evidence are the programme's own: the library's schema has none of them."""
    code = "from lazsa_flow.store import schema; print(*sorted(schema.METADATA.tables))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    tables = set(told.stdout.split())
    own = {each.name for each in award_tables.__dict__.values() if isinstance(each, sa.Table)}
    assert {"lazsa_facts", "lazsa_nominations", "lazsa_scorecards"} <= own
    assert "lazsa_journal" in tables
    assert not own & tables
