"""DBOS on PostgreSQL: one durable workflow a path, its transaction with a session of the ORM.

Run as a module: with ``enqueue`` it enqueues every path, with ``work`` it is a worker until it is
told to end. The system tables stand in the same database.

Source: DBOS, "Queues" and "Transactions & Datasources"; its docstrings on queues and pools.
"""

from __future__ import annotations

import os
import sys
import threading

from dbos import DBOS, DBOSConfig, SQLAlchemyDatasource

from benchmarks.peers.orm import Mapped, make_engine
from benchmarks.peers.todo import URL, load

QUEUE = "paths"
_URL = os.environ[URL].replace("postgresql:", "postgresql+psycopg:")
_TODO = load()
_ENGINE = make_engine(os.environ[URL], pool_size=32)
_MAPPED = Mapped(_ENGINE, {write.table for writes in _TODO.values() for write in writes})
_SOURCE = SQLAlchemyDatasource.create(_URL, engine=_ENGINE)


@_SOURCE.transaction(isolation_level="READ COMMITTED")
def write(path_id: int) -> None:
    """Write a path's rows."""
    _MAPPED.write(_SOURCE.sql_session(), _TODO[path_id])


@DBOS.workflow()
def move(path_id: int) -> None:
    """Move one path."""
    write(path_id)


def _main(what: str, executor: str, threads: str, at_once: str, polling_s: str) -> None:
    config: DBOSConfig = {
        "name": "lazsa-bench",
        "application_version": "1",
        "system_database_url": _URL,
        "executor_id": executor,
        "max_executor_threads": int(threads),
        "sys_db_pool_size": 32,
        "log_level": "ERROR",
    }
    DBOS(config=config)
    if what == "enqueue":
        DBOS.listen_queues([])
    DBOS.launch()
    DBOS.register_queue(
        QUEUE, worker_concurrency=int(at_once) or None, polling_interval_sec=float(polling_s)
    )
    if what == "enqueue":
        for number in _TODO:
            DBOS.enqueue_workflow(QUEUE, move, number)
        DBOS.destroy()
        os._exit(0)
    threading.Event().wait()


if __name__ == "__main__":
    _main(*sys.argv[1:])
