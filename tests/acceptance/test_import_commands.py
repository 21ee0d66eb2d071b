"""``lazsa-flow import`` as people type it: examples, rejects, part of a file, what was imported."""

from __future__ import annotations

import csv
import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.acceptance.shell import Shell

KINDS = ("facts", "nominations", "scorecards", "contacts", "turnover")


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_is_printed(shell: Shell, kind: str) -> None:
    """``--example`` prints a header and a row, and needs neither file nor database."""
    done = shell("import", kind, "--example")
    header, row = csv.reader(done.out.splitlines())
    assert (done.code, len(header)) == (0, len(row))
    none = shell("import", kind)
    assert none.code == 1
    assert "--example" in none.err


def test_a_file_in_part(shell: Shell) -> None:
    """``--rejects`` and ``--partial``, the counts in words and as JSON, and the list of imports."""
    header, row = shell("import", "facts", "--example").out.splitlines()
    wrong = row.replace("seller-1", "seller-2").replace(",ID,", ",XX,")
    file, rejects = shell.directory / "facts.csv", shell.directory / "rejects.csv"
    file.write_text(f"{header}\n{row}\n{wrong}\n")
    refused = shell("import", "facts", str(file), "--rejects", str(rejects))
    assert refused.code == 1
    assert "facts.csv:3: country: got 'XX'" in refused.err
    assert rejects.read_text().splitlines()[1].startswith("seller-2,XX,")
    assert shell("import", "list").out == "Nothing was imported yet.\n"
    tried = shell("import", "facts", str(file), "--partial", "--dry-run")
    assert "1 facts would be imported." in tried.out
    assert "Dry run: nothing was changed." in tried.out
    done = shell("import", "facts", str(file), "--partial", "--as", "operator:ops-1")
    assert done.out.splitlines() == [
        "1 facts imported.",
        "1 row refused; --rejects FILE writes them to FILE.",
        "Sellers: 1 new, 0 known, 0 of another country than recorded.",
    ]
    again = shell("import", "facts", str(file), "--partial", "--json").json
    assert (again["rows"], again["already_there"], again["refused"]) == (0, 1, 1)
    latest, first = shell("import", "list", "--json").json
    assert (latest["id"], first["actor"]) == (again["batch"], "operator:ops-1")
    assert (first["via"], first["file"]) == (f"cli/{os.getuid()}", "facts.csv")
    assert first["recorded_at"].endswith("Z")
    assert "operator:ops-1" in shell("import", "list", "--limit", "5").out
