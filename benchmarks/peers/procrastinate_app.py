"""procrastinate on PostgreSQL: one job a path, handled by a coroutine on psycopg.

Run by ``procrastinate --app=benchmarks.peers.procrastinate_app.app worker``; a job's statements go
through a pool of connections, prepared, in one pipelined transaction.

Source: procrastinate, "Quickstart" and "Use concurrency"; psycopg 3, "Pipeline mode support".
"""

from __future__ import annotations

import asyncio
import os
from functools import cache
from typing import Any

from procrastinate import App, PsycopgConnector
from psycopg_pool import AsyncConnectionPool

from benchmarks.peers.todo import URL, load

app = App(connector=PsycopgConnector(conninfo=os.environ[URL], max_size=32))
_TODO = load()
_POOL = AsyncConnectionPool(os.environ[URL], min_size=1, max_size=32, open=False)


@app.task(name="move")  # whichever module defers it
async def move(path_id: int) -> None:
    """Move one path."""
    await _POOL.open()
    async with (
        _POOL.connection() as connection,
        connection.pipeline(),
        connection.transaction(),
    ):
        for write in _TODO[path_id]:
            values: dict[str, Any] = {**write.values}
            values |= {f"key_{name}": value for name, value in write.key.items()}
            await connection.execute(
                _statement(write.table, write.what, tuple(write.key), tuple(write.values)), values
            )


@cache
def _statement(table: str, what: str, key: tuple[str, ...], columns: tuple[str, ...]) -> str:
    where = " AND ".join(f'"{name}" = %(key_{name})s' for name in key)
    if what == "new":
        names = ", ".join(f'"{name}"' for name in columns)
        return f"INSERT INTO {table} ({names}) VALUES ({', '.join(f'%({n})s' for n in columns)})"
    if what == "gone":
        return f"DELETE FROM {table} WHERE {where}"
    sets = ", ".join(f'"{name}" = %({name})s' for name in columns)
    return f"UPDATE {table} SET {sets} WHERE {where}"


async def _defer() -> None:
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        jobs: list[dict[str, Any]] = [{"path_id": number} for number in _TODO]
        await move.batch_defer_async(*jobs)


if __name__ == "__main__":
    asyncio.run(_defer())
