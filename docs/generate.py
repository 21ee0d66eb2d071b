"""What do the tables and the tests themselves say? The reference pages that nobody writes by hand.

Run ``.venv/bin/python docs/generate.py`` to write them; with ``--check`` nothing is written,
and the exit code is 1 where a page is not what would be written. The pages are rendered by the
modules of ``docs/pages``.

Source:
    programme.md, "The lifecycles"; design.md, rule 1: documents read the same table as the engine.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from docs.pages import (
    api,
    commands,
    configuration,
    decisions,
    errors,
    metrics,
    policies,
    programme,
    roles,
)
from docs.pages.authorisation import authorisation
from docs.pages.evidence import clauses, faults, rules
from docs.pages.files import files
from docs.pages.lifecycles import TABLES, lifecycles, picture

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT: Final = Path(__file__).resolve().parent.parent

PAGES: Final[dict[str, Callable[[], str]]] = {
    "docs/decisions/README.md": decisions.render,
    "docs/reference/programme.md": programme.render,
    "docs/reference/authorisation.md": authorisation,
    "docs/reference/rules.md": rules,
    "docs/reference/clauses.md": clauses,
    "docs/reference/lifecycles.md": lifecycles,
    "docs/reference/faults.md": faults,
    "docs/reference/files.md": files,
    "docs/reference/errors.md": errors.render,
    "docs/reference/commands.md": commands.render,
    "docs/reference/configuration.md": configuration.render,
    "docs/reference/policies.md": policies.render,
    "docs/reference/metrics.md": metrics.render,
    "docs/reference/roles.md": roles.render,
    **api.render_pages(),
    **{f"docs/reference/{each.name}.svg": picture(each, dark=False) for each in TABLES},
    **{f"docs/reference/{each.name}-dark.svg": picture(each, dark=True) for each in TABLES},
}
"""Every page that is written, with what renders it."""


def stale() -> list[str]:
    """Return the pages that are not what would be written."""
    found = []
    for name, render in PAGES.items():
        file = ROOT / name
        if not file.is_file() or file.read_text("utf-8") != render():
            found.append(name)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or tell which are stale."""
    parser = argparse.ArgumentParser(description="Write the reference pages.")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if one is stale")
    if parser.parse_args(arguments).check:
        names = stale()
        for name in names:
            sys.stderr.write(f"{name} is stale: run docs/generate.py\n")
        return 1 if names else 0
    for name in stale():
        file = ROOT / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(PAGES[name](), "utf-8")
        sys.stdout.write(f"{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
