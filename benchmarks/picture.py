"""How long does a picture of 100,000 sellers take?

Run ``PYTHONPATH=. .venv/bin/python benchmarks/picture.py``. The demo's three years are told once
and copied row by row under other ids, which keeps every proportion; then the picture is
asked for, written as a page, and opened in a browser.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from lazsa_flow.award.demo.run import DATABASE, run_story
from lazsa_flow.award.programme import Programme
from lazsa_flow.graph.page import page
from tests.browser import Browser

SELLERS: Final = 100_000
SAMPLE: Final = 600
_COPIED: Final = {
    "paths": ("id", "subject"),
    "journal": ("path_id",),
    "timers": ("path_id",),
    "facts": ("seller",),
    "nominations": ("id", "path_id", "nomination_id"),
    "scorecards": ("path_id",),
}
_STRIDE: Final = 10_000


def multiply(database: Path, times: int) -> None:
    """Copy every path and what belongs to it as often, each under an id and a seller of its own."""
    with sqlite3.connect(database) as connection:
        for table, keys in _COPIED.items():
            rows = connection.execute(f"PRAGMA table_info(lazsa_{table})")
            columns = [row[1] for row in rows if row[1] != "id" or "id" in keys]
            values = [_copy(column) if column in keys else f'"{column}"' for column in columns]
            names = ", ".join(f'"{column}"' for column in columns)
            told = (
                f"INSERT INTO lazsa_{table} ({names}) SELECT {', '.join(values)} FROM told_{table}"
            )
            connection.execute(f"CREATE TEMP TABLE told_{table} AS SELECT * FROM lazsa_{table}")
            connection.executemany(told, [{"copy": copy} for copy in range(1, times)])
    connection.close()


def _copy(column: str) -> str:
    if column in ("id", "path_id", "nomination_id"):
        return f'"{column}" + :copy * {_STRIDE}'
    return f"\"{column}\" || '-' || :copy"


def main() -> None:
    """Measure, and print a line for each step."""
    with tempfile.TemporaryDirectory() as folder:
        told = run_story(Path(folder) / "demo", sellers=None, years=3, seed=1, resume=False)
        database = told.out / DATABASE
        multiply(database, -(-SELLERS // SAMPLE))
        file = Path(folder) / "page.html"
        with Programme.open(f"sqlite:///{database}") as programme:
            paths = sum(programme.states().values())
            for name in ("picture, first", "picture, again"):
                began = time.perf_counter()
                picture = programme.picture()
                sys.stdout.write(f"{name}: {time.perf_counter() - began:.2f} s\n")
            began = time.perf_counter()
            file.write_text(page(picture), "utf-8")
            sys.stdout.write(f"page: {time.perf_counter() - began:.2f} s\n")
        sys.stdout.write(f"{paths} paths, {file.stat().st_size // 1000} kB\n")
        browser = Browser()
        began = time.perf_counter()
        browser.open(file)
        sys.stdout.write(f"opened in the browser: {time.perf_counter() - began:.2f} s\n")
        browser.close()


if __name__ == "__main__":
    main()
