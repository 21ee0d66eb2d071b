"""What a peer has to write for each path.

The answers of a sweep, path by path, handed to the peers' processes in a file that the environment
names; :func:`load` reads it there.
"""

from __future__ import annotations

import os
import pickle
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.harness.answers import Answers, What

URL: Final = "LAZSA_BENCH_DATABASE_URL"
FILE: Final = "LAZSA_BENCH_TODO"
REDIS: Final = "LAZSA_BENCH_REDIS_URL"


@dataclass(frozen=True, slots=True)
class Write:
    """One row to write.

    Attributes:
        key: The primary key, by column.
        values: A new row whole, or the columns of a changed one that move.
    """

    table: str
    what: What
    key: Mapping[str, Any]
    values: Mapping[str, Any]


Todo = dict[int, list[Write]]
"""The rows to write by the path's number."""


def make_todo(answers: Sequence[Answers]) -> Todo:
    """Sort answers by path."""
    todo: Todo = defaultdict(list)
    for each in answers:
        path = each.columns.index(each.path)
        for what, rows in each.rows.items():
            columns = each.columns if what == "new" else each.moved
            for row in rows:
                named = dict(zip(each.columns, row, strict=True))
                key = {name: named[name] for name in each.key}
                values = {name: named[name] for name in columns}
                todo[row[path]].append(Write(each.table, what, key, values))
    return dict(todo)


def save(todo: Todo, file: Path) -> None:
    """Write it where the peers' processes find it."""
    file.write_bytes(pickle.dumps(todo))


def load() -> Todo:
    """Read it in a peer's process."""
    todo: Todo = pickle.loads(Path(os.environ[FILE]).read_bytes())
    return todo
