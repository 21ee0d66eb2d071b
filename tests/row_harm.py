"""Harm to rows: what slips, tools and faulty disks may do to a sound database.

Each kind takes a connection and chance, harms one row, and returns what ``doctor`` must then name.
Triggers that keep tables append-only are not in its way: whoever harms rows drops them first.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.store import schema
from lazsa_flow.store.column_types import Day, Instant, read_instant

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    Plant = Callable[[sa.Connection, random.Random], tuple[str, ...]]

BAD_INSTANTS: Final = (
    "",
    "yesterday",
    "2026-02-30T00:00:00.000000Z",
    "2026-13-01T00:00:00.000000Z",
    "2026-10-01T24:00:00.000000Z",
    "2026-10-01 00:00:00.000000Z",
    "2026-10-01T00:00:00Z",
    "2026-10-01T00:00:00.000000",
    "0000-10-01T00:00:00.000000Z",
    "20261001T000000.000000Z",
)
BAD_DATES: Final = ("", "01.10.2026", "2026-02-30", "2027-02-29", "2026-1-1", "0000-01-01", "x")


def _pick(connection: sa.Connection, chance: random.Random, query: str) -> tuple[Any, ...]:
    rows = connection.exec_driver_sql(query).fetchall()
    return tuple(chance.choice(rows))


def _timer(connection: sa.Connection, chance: random.Random) -> tuple[int, str, str, str]:
    """Return one of the timers that pend: path, name, instant, and the path's reference."""
    path_id, name, due_at, lifecycle = _pick(
        connection,
        chance,
        "SELECT t.path_id, t.name, t.due_at, p.lifecycle FROM lazsa_timers t"
        " JOIN lazsa_paths p ON p.id = t.path_id WHERE t.status = 'pending' AND NOT p.parked"
        " ORDER BY 1, 2, 3",
    )
    return path_id, name, due_at, f"{lifecycle}-{path_id}"


def _on_timer(
    connection: sa.Connection, timer: tuple[Any, ...], change: str, **values: Any
) -> None:
    connection.execute(
        sa.text(f"{change} WHERE path_id = :path_id AND name = :name AND due_at = :due_at"),
        {"path_id": timer[0], "name": timer[1], "due_at": timer[2], **values},
    )


def deleted_timer(connection: sa.Connection, chance: random.Random) -> tuple[str, ...]:
    """Delete a timer that pends."""
    timer = _timer(connection, chance)
    _on_timer(connection, timer, "DELETE FROM lazsa_timers")
    return timer[3], timer[1]


def deleted_timers(connection: sa.Connection, chance: random.Random) -> tuple[str, ...]:
    """Delete every timer of a path that pends."""
    timer = _timer(connection, chance)
    connection.execute(
        sa.text("DELETE FROM lazsa_timers WHERE path_id = :id AND status = 'pending'"),
        {"id": timer[0]},
    )
    return (timer[3],)


def cancelled_timer(connection: sa.Connection, chance: random.Random) -> tuple[str, ...]:
    """Cancel a timer that pends, with no move that would."""
    timer = _timer(connection, chance)
    _on_timer(connection, timer, "UPDATE lazsa_timers SET status = 'cancelled'")
    return timer[3], timer[1]


def misspelt_status(connection: sa.Connection, chance: random.Random) -> tuple[str, ...]:
    """Misspell a timer's status."""
    word = chance.choice(("Pending", "pendng", "done", ""))
    timer = _timer(connection, chance)
    _on_timer(connection, timer, "UPDATE lazsa_timers SET status = :word", word=word)
    return f"unknown status '{word}'", timer[3]


def unknown_timer(connection: sa.Connection, chance: random.Random) -> tuple[str, ...]:
    """Give a timer a name that its table does not know."""
    timer = _timer(connection, chance)
    _on_timer(connection, timer, "UPDATE lazsa_timers SET name = 'ghost'")
    return "unknown timer 'ghost'", timer[3]


def shifted_instant(connection: sa.Connection, chance: random.Random) -> tuple[str, ...]:
    """Store an instant that is not the beginning of its local date, as other zone data gave it."""
    hours = chance.choice((-2, -1, -0.5, 0.5, 1, 2))
    timer = _timer(connection, chance)
    at = instant_text(read_instant(timer[2]) + timedelta(hours=hours))
    _on_timer(connection, timer, "UPDATE lazsa_timers SET due_at = :at", at=at)
    return timer[3], timer[1], timer[2]


def other_zone(connection: sa.Connection, chance: random.Random) -> tuple[str, ...]:
    """Store another zone than the country's."""
    zone = chance.choice(("Asia/Tokyo", "Europe/Berlin", "UTC"))
    timer = _timer(connection, chance)
    _on_timer(connection, timer, "UPDATE lazsa_timers SET zone = :zone", zone=zone)
    return timer[3], zone


def unknown_zone(connection: sa.Connection, chance: random.Random) -> tuple[str, ...]:
    """Store a zone that nobody knows."""
    timer = _timer(connection, chance)
    _on_timer(connection, timer, "UPDATE lazsa_timers SET zone = 'Asia/Atlantis'")
    return "unknown time zone 'Asia/Atlantis'", timer[3]


def unknown_state(connection: sa.Connection, chance: random.Random) -> tuple[str, ...]:
    """Put a path into a state that its table does not know."""
    return _on_path(connection, chance, "state", "limbo")


def unknown_lifecycle(connection: sa.Connection, chance: random.Random) -> tuple[str, ...]:
    """Let a path belong to a lifecycle that nobody knows."""
    word, _ = _on_path(connection, chance, "lifecycle", "oath")
    return (word,)


def _on_path(
    connection: sa.Connection, chance: random.Random, column: str, word: str
) -> tuple[str, ...]:
    path_id, lifecycle = _pick(
        connection, chance, "SELECT id, lifecycle FROM lazsa_paths ORDER BY 1"
    )
    connection.execute(
        sa.text(f"UPDATE lazsa_paths SET {column} = :word WHERE id = :id"),
        {"word": word, "id": path_id},
    )
    return f"unknown {column} '{word}'", f"{lifecycle}-{path_id}"


def unknown_country(connection: sa.Connection, chance: random.Random) -> tuple[str, ...]:
    """Let rows be of a country that nobody knows."""
    tables = [table for table in schema.METADATA.sorted_tables if "country" in table.c]
    table = _filled(connection, chance, tables)
    if table is None:
        return ()
    _set(connection, chance, table, "country", "XX")
    return (f"{table.name}.country: unknown country 'XX'",)


def malformed_instant(connection: sa.Connection, chance: random.Random) -> tuple[str, ...]:
    """Store what is no instant."""
    return _malformed(connection, chance, Instant, "instant", BAD_INSTANTS)


def malformed_date(connection: sa.Connection, chance: random.Random) -> tuple[str, ...]:
    """Store what is no date."""
    return _malformed(connection, chance, Day, "date", BAD_DATES)


def malformed_spans(connection: sa.Connection, chance: random.Random) -> tuple[str, ...]:
    """Store spans that cannot be read."""
    bad = chance.choice(('{"award"', "[]", '{"award":[{"began_on":"2026-02-30"}]}', "null"))
    _set(connection, chance, schema.paths, "spans", bad)
    return ("lazsa_paths.spans: unreadable spans",)


def _malformed(
    connection: sa.Connection,
    chance: random.Random,
    kind: type,
    what: str,
    bad: tuple[str, ...],
) -> tuple[str, ...]:
    tables = [
        table
        for table in schema.METADATA.sorted_tables
        if any(isinstance(column.type, kind) for column in table.c)
    ]
    table = _filled(connection, chance, tables)
    assert table is not None
    column = chance.choice([column for column in table.c if isinstance(column.type, kind)])
    _set(connection, chance, table, column.name, chance.choice(bad))
    return (f"{table.name}.{column.name}: malformed {what}",)


def dangling_row(connection: sa.Connection, chance: random.Random) -> tuple[str, ...]:
    """Let a row refer to a path that does not exist."""
    tables = [table for table in schema.METADATA.sorted_tables if table.foreign_keys]
    table = _filled(connection, chance, tables)
    assert table is not None
    _set(connection, chance, table, "path_id", 999_999)
    return (f"{table.name}.path_id: refers to no row of lazsa_paths",)


def lost_slot(connection: sa.Connection, chance: random.Random) -> tuple[str, ...]:
    """Delete the slot of an open path."""
    lifecycle, subject, path_id = _pick(
        connection, chance, "SELECT lifecycle, subject, path_id FROM lazsa_slots ORDER BY 1, 2"
    )
    connection.execute(
        sa.text("DELETE FROM lazsa_slots WHERE lifecycle = :l AND subject = :s"),
        {"l": lifecycle, "s": subject},
    )
    return "open path without the slot", f"{lifecycle}-{path_id}"


def strange_slot(connection: sa.Connection, chance: random.Random) -> tuple[str, ...]:
    """Give a slot to another subject than its path's."""
    _set(connection, chance, schema.slots, "subject", "nobody")
    return ("slot of a path that is not open, or of another subject",)


def lost_policy(connection: sa.Connection, chance: random.Random) -> tuple[str, ...]:
    """Delete the policies of a lifecycle."""
    [name] = _pick(connection, chance, "SELECT DISTINCT lifecycle FROM lazsa_policies ORDER BY 1")
    connection.execute(
        sa.text("DELETE FROM lazsa_policies WHERE lifecycle = :name"), {"name": name}
    )
    return (f"no policy of lifecycle {name}",)


def altered_policy(connection: sa.Connection, chance: random.Random) -> tuple[str, ...]:
    """Alter the text of a policy that was released."""
    name, version = _pick(
        connection, chance, "SELECT lifecycle, version FROM lazsa_policies ORDER BY 1, 2"
    )
    connection.execute(
        sa.text(
            "UPDATE lazsa_policies SET text = text || ' ' WHERE lifecycle = :n AND version = :v"
        ),
        {"n": name, "v": version},
    )
    return (f"{name}/{version}",)


def _filled(
    connection: sa.Connection, chance: random.Random, tables: list[sa.Table]
) -> sa.Table | None:
    """Choose a table that has rows."""
    filled = [
        table
        for table in tables
        if connection.scalar(sa.select(sa.func.count()).select_from(table))
    ]
    return chance.choice(filled) if filled else None


def _set(
    connection: sa.Connection, chance: random.Random, table: sa.Table, column: str, value: Any
) -> None:
    """Set a column of one row."""
    keys = [key.name for key in table.primary_key.columns]
    listed = ", ".join(f'"{key}"' for key in keys)
    rows = connection.exec_driver_sql(f"SELECT {listed} FROM {table.name} ORDER BY {listed}")
    row = dict(zip(keys, chance.choice(rows.fetchall()), strict=True))
    own = " AND ".join(f'"{key}" = :{key}' for key in keys)
    statement = sa.text(f'UPDATE {table.name} SET "{column}" = :value WHERE {own}')
    connection.execute(statement, {**row, "value": value})


KINDS: Final[tuple[Plant, ...]] = (
    deleted_timer,
    deleted_timers,
    cancelled_timer,
    misspelt_status,
    unknown_timer,
    shifted_instant,
    other_zone,
    unknown_zone,
    unknown_state,
    unknown_lifecycle,
    unknown_country,
    malformed_instant,
    malformed_date,
    malformed_spans,
    dangling_row,
    lost_slot,
    strange_slot,
    lost_policy,
    altered_policy,
)
"""Every kind of harm to rows."""


def defenceless(connection: sa.Connection) -> None:
    """Switch off what would refuse the harm: triggers and foreign keys."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET session_replication_role = replica")
        return
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'lazsa_%'"
    for [name] in connection.exec_driver_sql(query).fetchall():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
