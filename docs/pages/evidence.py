"""What holds the rules: their tests and code, the clauses they come from, and the fault tests."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from docs.pages.markdown import HEADER, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT: Final = Path(__file__).resolve().parents[2]
RULES: Final = ROOT / "tests" / "rules.toml"
CLAUSES: Final = ROOT / "tests" / "clauses.toml"
OUTCOMES: Final = ROOT / "docs" / "reference" / "faults.json"

_RULES: Final = f"""\
{HEADER}

# Which test holds which rule

Every rule of the programme, in short and by section, with the tests that hold it and the places
in `lazsa_flow` that carry it out. The list is `tests/rules.toml`; `tests/unit/test_rules.py` makes
sure that each named test and place exists and that no rule goes without. `./dev break-rules` makes
changes that break the rules, one after the other, and names those whose tests still pass.
"""


def rules() -> str:
    """Render every rule with the tests that hold it."""
    listed = tomllib.loads(RULES.read_text("utf-8"))
    parts = [_RULES]
    later: list[tuple[str, ...]] = []
    for section in listed["section"]:
        rows = []
        for rule in section["rule"]:
            if "later" in rule:
                later.append((f"`{rule['id']}`", rule["says"], rule["later"]))
            else:
                rows.append((f"`{rule['id']}`", rule["says"], _tests(rule), _code(rule)))
        if rows:
            columns = ("id", "rule", "held by", "carried out in")
            parts.append(f"## {section['title']}\n\n{table(columns, rows)}")
    if later:
        head = ("id", "rule", "why not yet")
        parts.append(f"## Not yet held\n\n{table(head, later)}")
    return "\n".join(parts)


def _tests(rule: dict[str, Any]) -> str:
    return "<br>".join(f"`{test.removeprefix('tests/')}`" for test in rule["tests"])


def _code(rule: dict[str, Any]) -> str:
    return "<br>".join(f"`{place.removeprefix('lazsa_flow/')}`" for place in rule.get("code", ()))


_CLAUSES: Final = f"""\
{HEADER}

# What the sources promise, and what does it

Every clause of the three documents that the programme was written from, with the commands of
`lazsa-flow` and the methods of `Programme` that do it, the tests that hold it and the places in
`lazsa_flow` that carry it out. The list is `tests/clauses.toml`; `tests/unit/test_clauses.py` makes
sure that each of them exists.
"""


def clauses() -> str:
    """Render every clause of the source documents with what does and holds it."""
    listed = tomllib.loads(CLAUSES.read_text("utf-8"))["clause"]
    parts = [_CLAUSES]
    head = ("clause", "what the software does", "command", "call", "held by", "carried out in")
    for document in dict.fromkeys(clause["document"] for clause in listed):
        rows = [_clause_row(each) for each in listed if each["document"] == document]
        parts.append(f"## {document}\n\n{table(head, rows)}")
    return "\n".join(parts)


def _clause_row(clause: dict[str, Any]) -> tuple[str, ...]:
    calls = "<br>".join(f"`{each}`" for each in clause["calls"])
    commands = "<br>".join(f"`{each}`" for each in clause["commands"])
    return (clause["says"], clause["does"], commands, calls, _tests(clause), _code(clause))


_FAULTS: Final = f"""\
{HEADER}

# What was done to it, and what held

Real processes, real servers. After each fault the database is compared with what came of the same
population in a run that nothing disturbed: a move or notice that is missing is *lost*, one that is
too many is *doubled*. The journal must verify and replay to the state, the books must explain every
timer, and nothing may have been recorded before it was due.

A small dose of each is a part of the suite. `./dev chaos` does them all, in about an hour;
`./dev chaos --help` lists them. This page is written from recorded outcomes; these are of several
runs, on commits that came shortly before this page:

```console
$ ./dev chaos --json docs/reference/faults.json
$ .venv/bin/python docs/generate.py
```

Times are those of the machine of that run.
"""


def faults() -> str:
    """Render what the last recorded run of the fault tests came to."""
    outcomes: list[dict[str, Any]] = json.loads(OUTCOMES.read_text("utf-8"))
    by_fault = {each["fault"]: (each["what"], each["must"]) for each in outcomes}
    parts = [_FAULTS, table(("fault", "rounds", "lost", "doubled", "holds"), _rows(outcomes))]
    for name, (what, must) in by_fault.items():
        runs = (each for each in outcomes if each["fault"] == name)
        lines = "\n".join(f"- `{each['command']}`: {each['detail']}" for each in runs)
        parts.append(f"## {name}\n\n{what}. Must hold: {must}.\n\n{lines}\n")
    return "\n".join(parts)


def _rows(outcomes: Iterable[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for each in outcomes:
        counts = (str(each[name]) for name in ("rounds", "lost", "doubled"))
        yield f"[{each['fault']}](#{each['fault']})", *counts, "yes" if each["holds"] else "**no**"
