"""Numbers and keys as one parameter: what is written is what the database reads."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

import psycopg

from lazsa_flow.store.fast.driver import ids_value

if TYPE_CHECKING:
    from collections.abc import Callable

HOSTILE: Final = (
    *("", " ", "NULL", "null", "a,b", "{}", "{a}", '"', '""', "\\", "\\\\", '\\"', "'", "''"),
    *("%s", "$1", ":ids", "a\nb", "a\tb", "Ünïcode", "日本", "😀", "}", "{", ",", "a" * 300),
)


def test_every_key_is_read_as_it_was_written(postgres: Callable[[], str]) -> None:
    """Whatever a key holds, neither database sees another one, nor one more or fewer."""
    with psycopg.connect(postgres()) as connection:
        read = connection.execute(
            "SELECT unnest(%s::text[])", [ids_value("postgresql", HOSTILE)]
        ).fetchall()
    assert tuple(key for (key,) in read) == HOSTILE
    with closing(sqlite3.connect(":memory:")) as connection_:
        read = connection_.execute(
            "SELECT value FROM json_each(?)", [ids_value("sqlite", HOSTILE)]
        ).fetchall()
    assert tuple(key for (key,) in read) == HOSTILE


def test_every_number_is_read_as_it_was_written(postgres: Callable[[], str]) -> None:
    """Numbers stay numbers, the largest too, and none at all is an empty array."""
    numbers = (1, 2, 2**53, 2**63 - 1)
    with psycopg.connect(postgres()) as connection:
        read = connection.execute(
            "SELECT unnest(%s::bigint[])", [ids_value("postgresql", numbers)]
        ).fetchall()
        none = connection.execute("SELECT unnest(%s::bigint[])", [ids_value("postgresql", ())])
        assert none.fetchall() == []
    assert tuple(number for (number,) in read) == numbers
    assert json.loads(ids_value("sqlite", numbers)) == list(numbers)
