"""What becomes of deleted text: where its bytes are once the row is gone.

SQLite overwrites deleted rows in the database (``secure_delete``), but its log holds the pages as
they were before until it is written back and truncated. PostgreSQL keeps a dead row until VACUUM,
and the row in its log for as long as the log is kept.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.logs import log
from lazsa_flow.store.connect import BUSY_TIMEOUT_MS, file_of

if TYPE_CHECKING:
    import sqlalchemy as sa

_PATIENCE_MS: Final = 5000
"""How long to wait for those who still read from the log."""


def clear_log(engine: sa.Engine) -> None:
    """Write SQLite's log back into the database, and truncate it, as far as nobody reads from it.

    What was deleted is deleted in any case; so nothing that goes wrong here is raised.
    """
    if engine.dialect.name != "sqlite":
        return
    try:
        with closing(engine.raw_connection()) as pooled:
            driver: Any = pooled.driver_connection
            driver.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
            try:
                busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    except sqlite3.Error as error:
        log.warning("log.uncleared", error=type(error).__name__)
        return
    if busy:
        log.warning("log.uncleared", error="busy")


def texts_remain(engine: sa.Engine) -> str:
    """Say where deleted texts can still be read, on this kind of database and at this moment."""
    backups = "Backups and replicas that were made before hold the deleted texts for as long as "
    if engine.dialect.name != "sqlite":
        return (
            "PostgreSQL holds the deleted texts as dead rows until VACUUM, and in its log and "
            f"archives. {backups}you keep them."
        )
    file = file_of(engine.url)
    wal = file and file.with_name(f"{file.name}-wal")
    if wal and wal.exists() and wal.stat().st_size:
        return (
            f"{wal.name} may still hold the deleted texts, since somebody was using the database: "
            f"run lazsa-flow purge later. {backups}you keep them."
        )
    return f"The database's own files no longer hold the deleted texts. {backups}you keep them."
