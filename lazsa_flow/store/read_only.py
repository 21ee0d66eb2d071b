"""Reading an SQLite database without the right to write: its file or its folder is read-only.

Even a reader of a database with a write-ahead log wants to make the log's two files next to it. Who
may not can read all the same: with the log's files as they stand, or, where there are none, the
database's file alone, for as long as nobody else writes. So that is decided for each use of a
connection, and not once for all.

Source:
    SQLite, "Write-Ahead Logging", section 5, "Read-Only Databases"; "Uniform Resource Identifiers".
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event

if TYPE_CHECKING:
    from pathlib import Path

UNCHANGING: Final = "mode=ro&immutable=1"
"""Options of a URI: SQLite takes no lock on the file and puts nothing next to it."""
_READS: Final = "lazsa_reads_only"
_ALONE: Final = "lazsa_reads_alone"
_USED: Final = "lazsa_used"
_EFFECTIVE: Final = os.access in os.supports_effective_ids


def read_where_writing_is_forbidden(engine: sa.Engine, file: Path) -> None:
    """Let an engine's connections read a database in which this process may not write.

    Args:
        engine: On SQLite.
        file: The database; where it is not there, or may be written, nothing is changed.
    """
    event.listen(engine, "do_connect", partial(_redirect_to_read, file))
    event.listen(engine, "checkout", _renew_connection)


def reads_only(record: Any) -> bool:
    """Return whether a connection, given by its pool's record, was opened for reading alone."""
    return bool(record.info.get(_READS))


def is_writable(file: Path) -> bool:
    """Return whether this process may write a database: its file, and the folder."""
    folder = file.absolute().parent
    return os.access(file, os.W_OK, effective_ids=_EFFECTIVE) and os.access(
        folder, os.W_OK | os.X_OK, effective_ids=_EFFECTIVE
    )


def reading_options(file: Path) -> str:
    """Return the options of the URI by which a database is opened to be read alone."""
    log = file.with_name(f"{file.name}-wal")
    return "mode=ro" if is_writable(file) or log.exists() else UNCHANGING


def _redirect_to_read(
    file: Path, _dialect: Any, record: Any, arguments: list[Any], options: dict[str, Any]
) -> None:
    if not file.exists() or is_writable(file):
        return
    record.info[_READS] = True
    reads = reading_options(file)
    arguments[0] = f"file:{quote(str(file.absolute()))}?{reads}"
    options["uri"] = True
    if reads == UNCHANGING:
        record.info[_ALONE] = True


def _renew_connection(_connection: Any, record: Any, _proxy: Any) -> None:
    """Let a connection that reads the file alone be used once: it would not see a writer come."""
    if record.info.get(_ALONE):
        if record.info.get(_USED):
            raise sa.exc.DisconnectionError
        record.info[_USED] = True
