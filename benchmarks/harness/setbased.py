"""Set-based statements: the fastest that a database can write a sweep's rows.

One set-based statement (on PostgreSQL a single CTE, on SQLite one after the other in a single
transaction) moves the paths by compare-and-set, settles and sets timers, frees places, and appends
journal and outbox, from answers that lie ready in tables of their own. It judges nobody.
"""

from __future__ import annotations

from threading import Barrier, Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any

from benchmarks.harness.databases import connect

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.harness.answers import Answers

Part = tuple[int, int]
"""The first and the last path of a part. Units: both inclusive."""


def set_based_seconds(
    url: str, answers: Sequence[Answers], parts: Sequence[Part | None] = (None,)
) -> float:
    """Return how long it takes to write the answers, each part on a connection of its own."""
    statements = [_statements(url, answers, part) for part in parts]
    ready = Barrier(len(parts) + 1)
    ended: list[float] = []

    def write(number: int, connection: Any) -> None:
        ready.wait()
        _run(connection, statements[number])
        ended.append(perf_counter())

    connections = [connect(url) for _ in parts]
    if url.startswith("sqlite"):  # its connections stay in the thread that made them
        start = perf_counter()
        _run(connections[0], statements[0])
        ended.append(perf_counter())
    else:
        threads = [Thread(target=write, args=pair) for pair in enumerate(connections)]
        for thread in threads:
            thread.start()
        ready.wait()
        start = perf_counter()
        for thread in threads:
            thread.join()
    for connection in connections:
        connection.close()
    if len(ended) != len(parts):
        raise RuntimeError("a part of the set-based statement failed")
    return max(ended) - start


def _run(connection: Any, statements: Iterable[str]) -> None:
    connection.execute("BEGIN")
    for statement in statements:
        connection.execute(statement)
    connection.execute("COMMIT")


def _statements(url: str, answers: Sequence[Answers], part: Part | None) -> list[str]:
    """Write the answers' statements; on PostgreSQL they become one."""
    steps = [step for each in answers for step in _steps(each, part)]
    if url.startswith("sqlite"):
        return steps
    *first, last = steps
    ctes = ", ".join(f"step_{number} AS ({step})" for number, step in enumerate(first))
    return [f"WITH {ctes} {last}"]


def _steps(answers: Answers, part: Part | None) -> list[str]:
    table, steps = answers.table, []
    where = f"a.{answers.path} BETWEEN {part[0]} AND {part[1]}" if part else "1 = 1"
    if answers.rows["changed"]:
        sets = ", ".join(f'"{name}" = a."{name}"' for name in answers.moved)
        same = " AND ".join(f't."{name}" = a."{name}"' for name in answers.key)
        if table == "lazsa_paths":
            same += " AND t.seq = a.seq - 1"
        source = answers.name("changed")
        steps.append(f"UPDATE {table} AS t SET {sets} FROM {source} AS a WHERE {same} AND {where}")
    if answers.rows["gone"]:
        key = ", ".join(f'"{name}"' for name in answers.key)
        chosen = f"SELECT {key} FROM {answers.name('gone')} AS a WHERE {where}"
        steps.append(f"DELETE FROM {table} WHERE ({key}) IN ({chosen})")
    if answers.rows["new"]:
        columns = ", ".join(f'"{name}"' for name in answers.columns)
        chosen = f"SELECT {columns} FROM {answers.name('new')} AS a WHERE {where}"
        steps.append(f"INSERT INTO {table} ({columns}) {chosen}")
    return steps
