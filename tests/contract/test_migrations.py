"""What a migration makes of the rows that an earlier release wrote."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from lazsa_flow.award.store.store import AwardStore
from lazsa_flow.store import migrate
from lazsa_flow.store.connect import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AT = "2026-10-01T00:00:00.000000Z"
CYCLE = date(2026, 10, 1)
SAID = {"reason": None, "actor": "manager:m-1", "as_of": "2026-10-01", "recorded_at": AT}
PRINT = "0f" * 32
OURS = (
    ("books:MY:2026-04-01", "books", "", "due 7, moved 5, refused 2"),
    ("panel:MY:2026-10-01", "assignment", "r-1", "academy"),
    ("panel:MY:2026-10-01", "assignment", "r-1", "logistics"),
    (f"hashed:{PRINT}", "good_standing", "award", "ended"),
)
SELLERS = (
    ("books:MY:2026-04-01", "consent", "hall_of_fame", "given"),
    ("panel:MY:2026-10-01", "case", "c-1", "open"),
    ("hashed:seller", "good_standing", "award", "ended"),
    ("s-1", "good_standing", "award", "ended"),
)
INSERT = sa.text(
    "INSERT INTO lazsa_records (subject, kind, name, value, reason, actor, as_of, recorded_at)"
    " VALUES (:subject, :kind, :name, :value, :reason, :actor, :as_of, :recorded_at)"
)


@pytest.fixture
def first(make: Callable[[], str]) -> Iterator[sa.Engine]:
    """Return an engine on a database of the first schema."""
    engine = connect(make())
    migrate.upgrade(engine, "0001")
    yield engine
    engine.dispose()


def rows(engine: sa.Engine, columns: str, table: str) -> list[Any]:
    """Return columns of a table's rows in the order of the first one."""
    with engine.connect() as connection:
        found = connection.exec_driver_sql(f"SELECT {columns} FROM {table} ORDER BY 1, 2")
        return list(map(tuple, found))


def test_records_of_the_programme_are_moved_apart(first: sa.Engine) -> None:
    """Books, seats and conduct bars leave the records about sellers, who keep theirs."""
    told = [
        {**dict(zip(("subject", "kind", "name", "value"), each, strict=True)), **SAID}
        for each in (*OURS, *SELLERS)
    ]
    for each in told:
        if each["kind"] == "good_standing":
            each["reason"] = "code_of_conduct"
    with first.begin() as connection:
        connection.execute(INSERT, told)
    migrate.upgrade(first)
    books = rows(first, "country, cycle_on, due, moved, refused, actor", "lazsa_closed_books")
    assert books == [("MY", "2026-04-01", 7, 5, 2, "manager:m-1")]
    store = AwardStore(first.url.render_as_string(hide_password=False))
    with store.begin(write=False) as transaction:
        assert transaction.seats_of("MY", CYCLE) == {"r-1": "logistics"}
        [bar] = transaction.conduct_bars_of(PRINT)
    store.close()
    assert (bar.kind, bar.reason, bar.as_of) == ("good_standing", "code_of_conduct", CYCLE)
    kept = rows(first, "id, subject, kind, name, value", "lazsa_records")
    assert [each[1:] for each in kept] == list(SELLERS)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), first.begin() as connection:
        connection.exec_driver_sql("DELETE FROM lazsa_records")


@pytest.mark.parametrize(
    ("values", "paused"), [(("paused",), True), (("paused", "running"), False), ((), False)]
)
def test_a_pause_that_stands_becomes_one_of_the_table(
    first: sa.Engine, values: tuple[str, ...], paused: bool
) -> None:
    """Whoever upgrades over a pause finds it in force; a seller of that name has made none."""
    said = [("timers", value) for value in values] + [("consent", "paused")]
    told = [
        {"subject": "programme:timers", "kind": kind, "name": "", "value": value, **SAID}
        for kind, value in said
    ]
    with first.begin() as connection:
        connection.execute(INSERT, told)
    migrate.upgrade(first)
    store = AwardStore(first.url.render_as_string(hide_password=False))
    found = [(each.scope, each.actor) for each in store.pauses()]
    store.close()
    assert found == ([("everything", "manager:m-1")] if paused else [])


def test_a_path_knows_when_it_was_last_written(first: sa.Engine) -> None:
    """It is the instant of its last journal row, or of its opening where it has none."""
    path = (
        "INSERT INTO lazsa_paths VALUES ({id}, 'award', 's-{id}', 'SG', 'awarded', 2, 'h', NULL,"
        " '2026-01-01T00:00:00.000000Z', '2026-02-01T00:00:00.000000Z', {false}, '{{}}', '{{}}')"
    )
    row = (
        "INSERT INTO lazsa_journal VALUES (1, {seq}, '{at}', '{at}', 'x', 'y', 'z', 'a:b', NULL,"
        " 'award/1', NULL, '[]', 'p', 'h{seq}')"
    )
    with first.begin() as connection:
        for id_ in (1, 2):
            connection.exec_driver_sql(path.format(id=id_, false="false"))
        for seq, at in ((1, "2026-01-01T00:00:00.000000Z"), (2, AT)):
            connection.exec_driver_sql(row.format(seq=seq, at=at))
    migrate.upgrade(first)
    found = rows(first, "id, recorded_at", "lazsa_paths")
    assert found == [(1, AT), (2, "2026-01-01T00:00:00.000000Z")]


def test_each_seller_gets_the_country_they_are_served_in(first: sa.Engine) -> None:
    """It is that of the open path, of the path moved last, of the latest path, or of the facts."""
    path = (
        "INSERT INTO lazsa_paths VALUES ({id}, '{kind}', '{who}', '{country}', 'x', 1, 'h', NULL,"
        " '{at}', '{at}', {false}, '{{}}', '{{}}')"
    )
    told = sa.text(
        "INSERT INTO lazsa_facts (seller, country, as_of, recorded_at)"
        " VALUES (:seller, :country, :as_of, :at)"
    )
    moved = (
        "INSERT INTO lazsa_journal VALUES (5, 2, '{at}', '{at}', NULL, 'x', 'x', 'host:h',"
        " 'moved_country', 'award/1', NULL, '[]', 'p', 'h5')"
    )
    sellers = ("no path", "open", "ended", "moved", "applied")
    with first.begin() as connection:
        for number, country in enumerate(("SG", "TH"), start=1):
            as_of = f"2026-0{number}-01"
            rows_ = [
                {"seller": each, "country": country, "as_of": as_of, "at": f"{as_of}T{AT[11:]}"}
                for each in sellers
            ]
            connection.execute(told, rows_)
        for id_, who, country, kind in (
            (1, "open", "PH", "award"),
            (2, "open", "VN", "award"),
            (3, "ended", "SG", "award"),
            (4, "ended", "PH", "award"),
            (5, "moved", "VN", "award"),
            (6, "moved", "SG", "award"),
            (7, "applied", "MY", "entry"),
            (8, "never in facts", "MY", "award"),
        ):
            connection.exec_driver_sql(
                path.format(id=id_, kind=kind, who=who, country=country, at=AT, false="false")
            )
        connection.exec_driver_sql("INSERT INTO lazsa_slots VALUES ('award', 'open', 1)")
        connection.exec_driver_sql(moved.format(at=AT))
    migrate.upgrade(first)
    assert rows(first, "seller, country, source, as_of", "lazsa_seller_countries") == [
        ("applied", "SG", "facts", "2026-01-01"),
        ("ended", "PH", "facts", "2026-10-01"),
        ("moved", "VN", "move", "2026-10-01"),
        ("no path", "SG", "facts", "2026-01-01"),
        ("open", "PH", "facts", "2026-10-01"),
    ]


def test_who_is_a_trainer_is_said_of_the_seller(first: sa.Engine) -> None:
    """Whoever accepted or was released before gets the statement that the path now writes."""
    path = (
        "INSERT INTO lazsa_paths VALUES ({id}, 'trainer', 's-{id}', 'SG', 'x', 2, 'h', NULL,"
        " '{at}', '{at}', false, '{{}}', '{{}}')"
    )
    row = (
        "INSERT INTO lazsa_journal VALUES ({id}, {seq}, '{at}', '{at}', 'x', '{source}', '{dest}',"
        " 'seller:s', NULL, 'trainer/1', NULL, '[]', 'p', 'h{id}{seq}')"
    )
    moves = (
        (1, 1, "prospect", "invited"),
        (1, 2, "invited", "lazstar"),
        (2, 1, "invited", "lazstar"),
        (2, 2, "lazstar", "released"),
        (3, 1, "invited", "released"),
    )
    with first.begin() as connection:
        for id_ in (1, 2, 3):
            connection.exec_driver_sql(path.format(id=id_, at=AT))
        for id_, seq, source, dest in moves:
            text = row.format(id=id_, seq=seq, source=source, dest=dest, at=AT)
            connection.exec_driver_sql(text)
    migrate.upgrade(first)
    said = rows(first, "subject, id, kind, name, value, as_of", "lazsa_records")
    assert [(each[0], *each[2:]) for each in said] == [
        ("s-1", "lazstar", "", "began", "2026-10-01"),
        ("s-2", "lazstar", "", "began", "2026-10-01"),
        ("s-2", "lazstar", "", "ended", "2026-10-01"),
    ]


def test_saved_rehearsals_know_how_many_paths_they_are_of(first: sa.Engine) -> None:
    """They are counted where the outcomes can be read, and stay append-only."""
    migrate.upgrade(first, "0026")
    insert = (
        "INSERT INTO lazsa_rehearsals (name, cycle_on, asked_at, conditions, database_id, rules,"
        " outcomes, sha256, actor, recorded_at) VALUES (:name, '2026-10-01', :at, '{}', 'd', 'r',"
        " :outcomes, 's', 'operator:o-1', :at)"
    )
    saved = {"a": '{"award-1": ["SG", "certain", "award", "awarded"]}', "b": "{}", "c": "{"}
    with first.begin() as connection:
        for name, outcomes in saved.items():
            connection.execute(sa.text(insert), {"name": name, "at": AT, "outcomes": outcomes})
    migrate.upgrade(first)
    assert rows(first, "name, paths", "lazsa_rehearsals") == [("a", 1), ("b", 0), ("c", None)]
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), first.begin() as connection:
        connection.exec_driver_sql("UPDATE lazsa_rehearsals SET paths = 2")
