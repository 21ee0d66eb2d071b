"""Schema catalogue of SQLite: read from the statements that made the objects.

SQLite keeps each statement as text, and alters that text where an object is altered. Compared is
what the text says, not how it is written: case, quotes, spaces and comments do not count.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

_TOKEN: Final = re.compile(
    r"""--[^\n]*|/\*.*?\*/|(?P<string>'(?:[^']|'')*')|"(?P<a>(?:[^"]|"")*)"|`(?P<b>[^`]*)`"""
    r"""|\[(?P<c>[^\]]*)\]|(?P<word>\w+)|(?P<other>\S)""",
    re.DOTALL,
)
_CONSTRAINTS: Final = frozenset({"constraint", "primary", "foreign", "unique", "check"})
_QUERY: Final = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master"
    " WHERE lower(tbl_name) LIKE 'lazsa\\_%' ESCAPE '\\' AND sql IS NOT NULL ORDER BY type, name"
)


def read_catalog(connection: sa.Connection) -> dict[str, dict[str, str]]:
    """Read the catalogue."""
    found: dict[str, dict[str, str]] = {}
    for kind, name, table, sql in connection.exec_driver_sql(_QUERY):
        objects = found.setdefault(table.lower(), {})
        if kind == "table":
            objects.update(_objects_of(_tokens(sql)))
        else:
            objects[f"{kind} {name.lower()}"] = " ".join(_tokens(sql))
    return found


def _tokens(sql: str) -> list[str]:
    """Take a statement apart, without what does not count."""
    found = []
    for match in _TOKEN.finditer(sql):
        for group, text in match.groupdict().items():
            if text is not None:
                found.append(text if group == "string" else text.lower())
    return found


def _objects_of(tokens: list[str]) -> Iterator[tuple[str, str]]:
    """Yield a table's columns and constraints, and the table with its options."""
    begins = tokens.index("(") if "(" in tokens else len(tokens)
    parts, rest = _parts(tokens[begins + 1 :])
    yield "table", " ".join(["table", *rest])
    for part in parts:
        text = " ".join(part)
        if part[0] == "constraint":
            yield f"constraint {part[1]}", " ".join(part[2:])
        elif part[0] in _CONSTRAINTS:
            yield f"constraint {text}", text
        else:
            yield f"column {part[0]}", " ".join(part[1:])


def _parts(tokens: list[str]) -> tuple[list[list[str]], list[str]]:
    """Split what stands in a table's parentheses at its commas; return it, and what follows."""
    parts: list[list[str]] = [[]]
    depth = 0
    for number, token in enumerate(tokens):
        if token == ")" and depth == 0:
            return [part for part in parts if part], tokens[number + 1 :]
        depth += {"(": 1, ")": -1}.get(token, 0)
        if token == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part], []
