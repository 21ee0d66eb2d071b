"""What the database says decides whether a transaction is run again, given up, or refused."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from lazsa_flow.errors import (
    ContendedError,
    DamagedError,
    SchemaError,
    StorageError,
    UnavailableError,
)
from lazsa_flow.store.connect import NO_TEXT
from lazsa_flow.store.retry import TRANSACTION_ATTEMPTS, reading, retrying

SECRET = "the text of somebody"


def sqlite(name: str, text: str = "") -> DBAPIError:
    """Return an error as SQLite's driver raises it."""
    orig = sqlite3.OperationalError(f"{text} {SECRET}")
    orig.sqlite_errorname = name
    return OperationalError("statement", {}, orig)


class Psycopg(Exception):
    """An error of PostgreSQL's driver."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__(SECRET)
        self.sqlstate = sqlstate


Psycopg.__module__ = "psycopg.errors"


def postgresql(sqlstate: str | None, kind: type[DBAPIError] = OperationalError) -> DBAPIError:
    """Return an error as PostgreSQL's driver raises it."""
    return kind("statement", {}, Psycopg(sqlstate))


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Take note of the pauses, and make none."""
    noted: list[float] = []
    monkeypatch.setattr("lazsa_flow.store.retry.time.sleep", noted.append)
    return noted


def attempts(error: Exception, **allowed: bool) -> tuple[int, Exception]:
    """Return how often a transaction that always fails is run, and what is raised in the end."""
    tried = []

    def attempt() -> Any:
        tried.append(1)
        raise error

    try:
        retrying(attempt, **{"again": True, "lost": True, **allowed})
    except Exception as raised:
        return len(tried), raised
    raise AssertionError


CONTENDED = [
    sqlite("SQLITE_BUSY", "database is locked"),
    *map(postgresql, ("40001", "40P01", "55P03", "57014")),
    IntegrityError("statement", {}, Exception('unique "lazsa_keys_pkey"')),
]
LOST = [*map(postgresql, ("08006", "57P01", "57P03", "25P03", None))]
AWAY = [
    *map(sqlite, ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_READONLY_DIRECTORY")),
    *map(postgresql, ("53100", "53300", "58030", "25006")),
]
REFUSED = [
    postgresql("23503", IntegrityError),
    postgresql("22003", DBAPIError),
    sqlite("SQLITE_CONSTRAINT_FOREIGNKEY"),
]


@pytest.mark.parametrize("error", CONTENDED, ids=str)
def test_what_others_were_in_the_way_of_is_run_again(
    error: DBAPIError, pauses: list[float]
) -> None:
    """At most five times, with growing pauses; not at all where it may not be run again."""
    count, raised = attempts(error)
    assert (count, type(raised)) == (TRANSACTION_ATTEMPTS, ContendedError)
    assert pauses == sorted(set(pauses))
    assert len(pauses) == TRANSACTION_ATTEMPTS - 1
    count, raised = attempts(error, again=False)
    assert (count, type(raised)) == (1, ContendedError)


@pytest.mark.parametrize("error", LOST, ids=str)
def test_a_lost_connection_is_tried_again_by_what_can_tell(error: DBAPIError) -> None:
    """Nobody knows whether it committed: only what can tell for itself is run again."""
    count, raised = attempts(error)
    assert (count, type(raised)) == (TRANSACTION_ATTEMPTS, UnavailableError)
    count, raised = attempts(error, lost=False)
    assert (count, type(raised)) == (1, UnavailableError)


@pytest.mark.parametrize("error", AWAY, ids=str)
def test_a_database_without_room_is_away(error: DBAPIError) -> None:
    """A full disk is no fault of any path's, and more attempts make no room."""
    count, raised = attempts(error)
    assert (count, type(raised)) == (1, UnavailableError)


@pytest.mark.parametrize("error", REFUSED, ids=str)
def test_what_the_database_will_not_take_is_an_error_of_ours(error: DBAPIError) -> None:
    """What it refuses is told by the driver's name for it, and never by its text."""
    count, raised = attempts(error)
    assert (count, type(raised)) == (1, StorageError)
    assert SECRET not in str(raised)
    assert raised.__cause__ is None


def test_what_is_no_error_of_the_database_goes_up() -> None:
    """An error of ours, or a fault in a decision, is not run again."""
    for error in (ZeroDivisionError(), StorageError("x")):
        assert attempts(error) == (1, error)


def test_an_attempt_that_succeeds_ends_it() -> None:
    """The first attempt that succeeds is the result."""
    errors: list[Any] = [CONTENDED[0], LOST[0], None]

    def attempt() -> str:
        error = errors.pop(0)
        if error is not None:
            raise error
        return "done"

    assert retrying(attempt, again=True, lost=True) == "done"


@pytest.mark.parametrize(
    "error",
    [
        sqlite("SQLITE_CORRUPT"),
        sqlite("SQLITE_CORRUPT_INDEX"),
        sqlite("SQLITE_NOTADB"),
        OperationalError("statement", {}, sqlite3.OperationalError(f"{NO_TEXT} column 'body'")),
        postgresql("XX001", DBAPIError),
    ],
)
def test_a_damaged_file_is_reported_as_such(error: DBAPIError) -> None:
    """Damage is told apart from all else, in reading and in writing, and is not tried again."""
    count, raised = attempts(error)
    assert (count, type(raised)) == (1, DamagedError)
    with pytest.raises(DamagedError) as caught, reading():
        raise error
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        sqlite("SQLITE_ERROR", "no such table: lazsa_paths"),
        sqlite("SQLITE_ERROR", "no such column: state"),
        postgresql("42P01", DBAPIError),
        postgresql("42703", DBAPIError),
    ],
)
def test_a_missing_table_is_an_incomplete_schema(error: DBAPIError) -> None:
    """A table or column that is gone is a schema that is not this release's."""
    count, raised = attempts(error)
    assert (count, type(raised)) == (1, SchemaError)


def test_whatever_reading_raises_is_ours() -> None:
    """What no kind fits is refused by the error's name, without its text."""
    with pytest.raises(StorageError, match="SQLITE_MISMATCH") as caught, reading():
        raise sqlite("SQLITE_MISMATCH")
    assert SECRET not in str(caught.value)
