"""What do the tables and the tests themselves say? The reference pages that nobody writes by hand.

Run ``.venv/bin/python docs/generate.py`` to write them; with ``--check`` nothing is written,
and the exit code is 1 where a page is not what would be written.

Source:
    programme.md, "The lifecycles"; design.md, rule 1: documents read the same table as the engine.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from docs.pages import decisions, programme
from lazsa_flow.award.imports.formats import FORMATS
from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.entry import ENTRY
from lazsa_flow.award.lifecycles.trainer import TRAINER
from lazsa_flow.award.permissions import COMMANDS
from lazsa_flow.award.roles import ROLES
from lazsa_flow.graph.chart import build_chart
from lazsa_flow.graph.mermaid import mermaid
from lazsa_flow.graph.svg import svg
from lazsa_flow.lifecycle.model import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from lazsa_flow.csvfiles.formats import Column, FileFormat
    from lazsa_flow.lifecycle.table import Edge, Lifecycle, Permit, Timer

ROOT: Final = Path(__file__).resolve().parent.parent
RULES: Final = ROOT / "tests" / "rules.toml"
CLAUSES: Final = ROOT / "tests" / "clauses.toml"
OUTCOMES: Final = ROOT / "docs" / "reference" / "faults.json"
TABLES: Final = (AWARD, TRAINER, ENTRY)

ORDER: Final = (
    "seller",
    "employee",
    "ambassador",
    "reviewer",
    "team",
    "compliance",
    "onboarding",
    "manager",
    "operator",
    "host",
    "system",
)
"""The roles as columns: whose affair it is first, the clock last."""

DENIED: Final = "·"
_RELATIONS: Final = {
    "any": "yes",
    "self": "self",
    "country": "own country",
}

_HEADER: Final = "<!-- Written by docs/generate.py; change what it reads, not this page. -->"

_AUTHORISATION: Final = f"""\
{_HEADER}

# Who may do what

Denied by default: what no cell allows is refused with `NotAllowedError`, and nothing is written.
In every cell:

- `yes`: whoever has the role;
- `self`: only the seller (or applicant) whose path or affair it is;
- `nominator`: only who nominated on this path, whether or not the nomination still stands;
- `own country`: only who has the role in the path's country, not in another and not in all;
- `clock`: the system alone, by a timer or as a part of another move; nobody can ask for it from
  outside, not even as the role `system`;
- `{DENIED}`: nobody of this role.

A trigger that *asks* cannot be undone: the command line shows what it would do and asks first, or
needs `--yes`; the library does not ask.

Two things hold besides. A role that is held in one country is good in no other, and for no command
that concerns all countries. And a right is not yet a move: the guards must hold too.
"""

_COMMANDS: Final = """\
## Administrative commands

What is no trigger. The commands of `lazsa_flow.award.permissions.COMMANDS`.

Some ask for more than the role, and refuse with the same error: an ambassador nominates only while
sitting; a nomination is completed or withdrawn only by its maker, in the role it was made in; a
reviewer must be assigned to the panel of the country and cycle, gives their team, and scores
neither themselves nor a seller they have nominated in any round; who scored or recused takes no
part in the appeal.
"""

_RULES: Final = f"""\
{_HEADER}

# Which test holds which rule

Every rule of the programme, in short and by section, with the tests that hold it and the places
in `lazsa_flow` that carry it out. The list is `tests/rules.toml`; `tests/unit/test_rules.py` makes
sure that each named test and place exists and that no rule goes without. `./dev break-rules` makes
changes that break the rules, one after the other, and names those whose tests still pass.
"""


_FILES: Final = f"""\
{_HEADER}

# Files that can be imported

`lazsa-flow import KIND FILE`, or `Programme.import_KIND(file)`. `import KIND --example` prints a
valid file. Every file is CSV with a header, in UTF-8, the columns in any order.

- No fault: a byte order mark, a first line `sep=,`, empty lines and rows, empty columns on the
  right, line breaks within quotes where the column holds free text.
- Refused in one line that says how to save the file: semicolons or tabs instead of commas, UTF-16.
- A row that is recorded already counts as already there, and is no fault.
- Every refused row is named with its line and column, up to twenty at once; `--rejects FILE` writes
  all of them to a file, which can be mended and imported as it is. A refused row refuses the whole
  file, unless `--partial` is given.
- A row with personal data of somebody who was erased is left out, and its line is named.
- `--dry-run` says what would be taken, and writes nothing but the rejects.

Every import is recorded with who imported, through what, the file's name, its SHA-256 and the
instant: `lazsa-flow import list`, `Programme.imports()`. The rows that it wrote name it. A service
that has its records in memory needs no file:
`Programme.record_facts([Facts(...)], actor=..., key=...)`.
"""


_LIFECYCLES: Final = f"""\
{_HEADER}

# The lifecycles

Three tables, drawn from themselves: `lazsa-flow graph NAME --format svg`. A label reads as a
sentence: `retire` *as* its reasons, *at* the timers that try it, *by* who may pull it, *if* its
guards hold. With `--database` the same picture has the figures of a programme; `--format html`
makes a page of it, and `lazsa-flow view` keeps that page up to date.

| ![light](../graph/light.png) | ![dark](../graph/dark.png) | ![phone](../graph/phone.png) |
|---|---|---|
| who is in a state | one path's story, with each refusal | on a phone |
"""


def authorisation() -> str:
    """Render the matrix of every lifecycle, and that of the commands."""
    parts = [_AUTHORISATION]
    for lifecycle in TABLES:
        rows = [_edge_row(lifecycle, *each) for each in _edges(lifecycle)]
        head = ("from", "trigger", "reason", *_role_columns(lifecycle))
        parts.append(f"## {lifecycle.title}: `{lifecycle.name}`\n\n{_table(head, rows)}")
    rows = [
        (f"`{name}`", *_cells(permits, None, ORDER)) for name, permits in sorted(COMMANDS.items())
    ]
    parts.append(f"{_COMMANDS}\n{_table(('command', *ORDER), rows)}")
    return "\n".join(parts)


def _edges(lifecycle: Lifecycle) -> Iterator[tuple[Edge, str | None]]:
    for edge in (lifecycle.opening, *lifecycle.edges):
        for reason in sorted(edge.reasons, key=str):
            yield edge, reason


def _role_columns(lifecycle: Lifecycle) -> list[str]:
    """Return the roles of a lifecycle, in the order of the pages."""
    return sorted(lifecycle.all_roles, key=ORDER.index)


def _edge_row(lifecycle: Lifecycle, edge: Edge, reason: str | None) -> tuple[str, ...]:
    sources = ", ".join(edge.sources) or "(opens the path)"
    shown = f"`{reason}`" if reason else ""
    trigger = f"`{edge.trigger}`{' (asks)' if edge.confirm else ''}"
    return (sources, trigger, shown, *_cells(edge.permits, reason, _role_columns(lifecycle)))


def _cells(permits: Iterable[Permit], reason: str | None, roles: Sequence[str]) -> list[str]:
    found: dict[str, list[str]] = {role: [] for role in roles}
    for permit in permits:
        if permit.admits(permit.role, reason):
            relation = (
                "clock"
                if permit.role == SYSTEM
                else _RELATIONS.get(permit.relation, permit.relation)
            )
            found[permit.role].append(relation)
    return [" or ".join(found[role]) or DENIED for role in roles]


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
            parts.append(f"## {section['title']}\n\n{_table(columns, rows)}")
    if later:
        head = ("id", "rule", "why not yet")
        parts.append(f"## Not yet held\n\n{_table(head, later)}")
    return "\n".join(parts)


def _tests(rule: dict[str, Any]) -> str:
    return "<br>".join(f"`{test.removeprefix('tests/')}`" for test in rule["tests"])


def _code(rule: dict[str, Any]) -> str:
    return "<br>".join(f"`{place.removeprefix('lazsa_flow/')}`" for place in rule.get("code", ()))


_CLAUSES: Final = f"""\
{_HEADER}

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
        parts.append(f"## {document}\n\n{_table(head, rows)}")
    return "\n".join(parts)


def _clause_row(clause: dict[str, Any]) -> tuple[str, ...]:
    calls = "<br>".join(f"`{each}`" for each in clause["calls"])
    commands = "<br>".join(f"`{each}`" for each in clause["commands"])
    return (clause["says"], clause["does"], commands, calls, _tests(clause), _code(clause))


_FAULTS: Final = f"""\
{_HEADER}

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
    parts = [_FAULTS, _table(("fault", "rounds", "lost", "doubled", "holds"), _rows(outcomes))]
    for name, (what, must) in by_fault.items():
        runs = (each for each in outcomes if each["fault"] == name)
        lines = "\n".join(f"- `{each['command']}`: {each['detail']}" for each in runs)
        parts.append(f"## {name}\n\n{what}. Must hold: {must}.\n\n{lines}\n")
    return "\n".join(parts)


def _rows(outcomes: Iterable[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for each in outcomes:
        counts = (str(each[name]) for name in ("rounds", "lost", "doubled"))
        yield f"[{each['fault']}](#{each['fault']})", *counts, "yes" if each["holds"] else "**no**"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def lifecycles() -> str:
    """Render every lifecycle: its picture, its timers, and the Mermaid text of it."""
    return "\n".join((_LIFECYCLES, *map(_lifecycle, TABLES)))


def _lifecycle(lifecycle: Lifecycle) -> str:
    name = lifecycle.name
    drawn = build_chart(lifecycle)
    parts = [
        f"## {lifecycle.title}: `{name}`\n",
        "<picture>",
        f'<source media="(prefers-color-scheme: dark)" srcset="{name}-dark.svg">',
        f'<img src="{name}.svg" alt="{lifecycle.title}: {_in_words(lifecycle)}">',
        "</picture>\n",
    ]
    if lifecycle.timers:
        rows = [_timer_row(timer) for timer in lifecycle.timers]
        parts.append(_table(("timer", "lives in", "falls due at", "tries, in order"), rows))
    parts.append("<details><summary>As Mermaid</summary>\n")
    parts.append(f"```mermaid\n{mermaid(drawn)}```\n\n</details>\n")
    return "\n".join(parts)


def _in_words(lifecycle: Lifecycle) -> str:
    return f"the hoped-for way is {', '.join(lifecycle.happy_path)}; the same as text below"


def _timer_row(timer: Timer) -> tuple[str, ...]:
    steps = [
        f"`{step.trigger}`" + (f" ({step.reason})" if step.reason else "") for step in timer.steps
    ]
    states = ", ".join(f"`{state}`" for state in timer.states)
    return (f"`{timer.name}`", states, f"`{timer.at}`", ", ".join(steps) or "nothing: a reminder")


def _picture(lifecycle: Lifecycle, *, dark: bool) -> Callable[[], str]:
    return lambda: svg(build_chart(lifecycle), dark=dark)


def files() -> str:
    """Return the page of the files that can be imported."""
    parts = [_FILES]
    for form in FORMATS.values():
        parts.append(f"## {form.name}\n\nA row is {form.row}.\n")
        parts.append("| column | holds | may be empty |\n|---|---|---|\n" + _columns(form))
        parts.append(f"```csv\n{form.example()}```\n")
    return "\n".join(parts)


def _columns(form: FileFormat) -> str:
    def row(column: Column) -> str:
        notes = [column.holds.rstrip(".")]
        notes += ["line breaks within quotes are text"] if column.multiline else []
        notes += ["personal data: no error shows it"] if column.private else []
        text = "; ".join(notes).replace("|", "\\|")
        return f"| `{column.name}` | {text} | {'no' if column.required else 'yes'} |\n"

    return "".join(map(row, form.columns))


PAGES: Final[dict[str, Callable[[], str]]] = {
    "docs/decisions/README.md": decisions.render,
    "docs/reference/programme.md": programme.render,
    "docs/reference/authorisation.md": authorisation,
    "docs/reference/rules.md": rules,
    "docs/reference/clauses.md": clauses,
    "docs/reference/lifecycles.md": lifecycles,
    "docs/reference/faults.md": faults,
    "docs/reference/files.md": files,
    **{f"docs/reference/{each.name}.svg": _picture(each, dark=False) for each in TABLES},
    **{f"docs/reference/{each.name}-dark.svg": _picture(each, dark=True) for each in TABLES},
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


assert set(ORDER) == {*ROLES, SYSTEM}, "a role without a column"

if __name__ == "__main__":
    sys.exit(main())
