"""Data that comes with a trigger: checked, stored, read by guards, erased and verified."""

from __future__ import annotations

import json
import sqlite3
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow import (
    Actor,
    Config,
    FlowService,
    InputError,
    KeyReusedError,
    NotAllowedError,
    NotFoundError,
    Programme,
    RefusedError,
    VirtualClock,
)
from lazsa_flow.cli.explain import explanation_lines
from lazsa_flow.engine.explanation_json import explanation_json
from lazsa_flow.lifecycle.path_data import PathData
from tests.factories import noon
from tests.integration.loan import LOAN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAY = date(2020, 5, 4)
HOST = Actor("host", "bank")
BORROWER = Actor("seller", "s1")
SECRET = "Borrower of Row Seven"


@pytest.fixture
def clock() -> VirtualClock:
    """Noon of 4 May 2020 in Singapore."""
    return VirtualClock(noon(MAY))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The database's file."""
    return tmp_path / "lazsa.db"


@pytest.fixture
def programme(file: Path, clock: VirtualClock) -> Iterator[Programme]:
    """A programme of loans."""
    config = Config.load(lifecycles=[LOAN])
    Programme.migrate(f"sqlite:///{file}", config=config, clock=clock)
    with Programme.open(f"sqlite:///{file}", config=config, clock=clock) as programme:
        yield programme


def lend(programme: Programme, total: object = "100.00", **changes: Any) -> str:
    """Lend somebody money."""
    data = {"total": total, "borrower": SECRET, **changes}
    return programme.open_path("loan", "s1", "SG", actor=HOST, data=data).path


def pay(programme: Programme, path: str, amount: object, **options: Any) -> None:
    """Pay some of it back."""
    data = {"amount": amount, "note": f"from {SECRET}"}
    programme.fire(path, "pay", actor=BORROWER, data=data, **options)


def everything_but_texts(file: Path) -> str:
    """Return all that stands in the database but in the table that can be erased."""
    with sqlite3.connect(file) as connection:
        return "\n".join(line for line in connection.iterdump() if '"lazsa_texts"' not in line)


def test_data_is_stored_with_the_move_and_named_by_its_journal_row(
    programme: Programme, file: Path
) -> None:
    """One row for each move that brought data; the journal names it, and has no personal data."""
    path = lend(programme, Decimal("100.10"))
    pay(programme, path, 40)
    programme.fire(path, "forgive", actor=HOST)
    assert programme.find(path).data == {"total": "100.10"}
    opened, paid, forgiven = programme.history(path)
    assert opened["data"]["id"] == f"{path}.1"
    assert paid["data"]["id"] == f"{path}.2"
    assert "data" not in forgiven
    with programme._runtime.store.begin(write=False) as transaction:
        (seen,) = transaction.load_chunk([1], before=None, on=MAY)
    assert [(each.seq, each.trigger, dict(each.fields)) for each in seen.data] == [
        (1, "lend", {"total": "100.10"}),
        (2, "pay", {"amount": "40"}),
    ]
    assert [each.digest for each in seen.data] == [row["data"]["sha256"] for row in (opened, paid)]
    assert programme.verify_journal() == 3
    assert SECRET not in everything_but_texts(file)
    assert isinstance(seen.data[0], PathData)


@pytest.mark.parametrize(
    ("data", "field", "got", "expected"),
    [
        ({}, "amount", "nothing", "the field is required"),
        (None, "amount", "nothing", "the field is required"),
        ({"amount": "-1"}, "amount", "'-1'", "greater than 0"),
        ({"amount": "1.005"}, "amount", "'1.005'", "no more than 2 decimal places"),
        ({"amount": True}, "amount", "True", "decimal"),
        ({"amount": "much"}, "amount", "'much'", "a valid decimal"),
        (
            {"amount": "1", "colour": "red"},
            "colour",
            "(not shown)",
            "one of the fields amount, note",
        ),
        ({"amount": "1", "note": 7}, "note", "(not shown)", "a valid string"),
    ],
)
def test_invalid_data_is_refused_by_name(
    programme: Programme, data: dict[str, Any] | None, field: str, got: str, expected: str
) -> None:
    """Every error names field, value and what was expected, and nothing is written."""
    path = lend(programme)
    with pytest.raises(InputError) as refused:
        programme.fire(path, "pay", actor=BORROWER, data=data)
    (problem,) = refused.value.problems
    assert (problem.where, problem.field, problem.value) == ("data of pay", field, got)
    assert expected in problem.expected
    assert len(programme.history(path)) == 1


def test_all_problems_at_once_and_only_to_who_may(programme: Programme) -> None:
    """All fields are named at once; whoever may not fire is told that, and data is refused where
    the edge takes none.
    """
    path = lend(programme)
    with pytest.raises(InputError) as refused:
        programme.fire(path, "pay", actor=BORROWER, data={"amount": 0, "sum": 1, "note": []})
    assert {each.field for each in refused.value.problems} == {"amount", "sum", "note"}
    with pytest.raises(NotAllowedError):
        programme.fire(path, "pay", actor=Actor("seller", "s2"), data={"amount": 0})
    with pytest.raises(InputError, match="expected no data: this trigger takes none"):
        programme.fire(path, "forgive", actor=HOST, data={"amount": 1})
    for wrong in ({"total": 1}, {"total": 0, "borrower": SECRET}, None):
        with pytest.raises(InputError) as opening:
            programme.open_path("loan", "s2", "SG", actor=HOST, data=wrong)
        assert SECRET not in str(opening.value)
        assert "data of lend" in str(opening.value)


def test_guards_read_what_is_paid(programme: Programme, clock: VirtualClock) -> None:
    """A command's guards read the row that it brings; a sweep's read what was recorded by then."""
    path = lend(programme)
    pay(programme, path, "60")
    with pytest.raises(RefusedError, match=r"60\.5"):
        programme.fire(path, "settle", actor=HOST, data={"amount": "0.5"})
    assert programme.explain(path).exits[1].verdicts[0].measured == "60"
    clock.move_to(noon(MAY) + timedelta(hours=18))
    pay(programme, path, "40")  # after midnight: the timer that was due then is judged without it
    assert [row["trigger"] for row in programme.history(path)] == ["lend", "pay", None, "pay"]
    assert programme.history(path)[2]["verdicts"][0]["measured"] == "60"
    clock.move_to(noon(MAY) + timedelta(days=2))
    assert programme.sweep().moved == 1
    assert programme.find(path).state == "closed"
    assert programme.verify_journal() == 5


def test_a_sweep_tells_paths_apart_by_their_data(programme: Programme, clock: VirtualClock) -> None:
    """Paths that differ in nothing but what was paid are decided each by its own payments."""
    paths = []
    for number, amount in enumerate(("100", "60", "100", "99.99")):
        data = {"total": "100", "borrower": SECRET}
        subject = f"s{number}"
        paths.append(programme.open_path("loan", subject, "SG", actor=HOST, data=data).path)
        programme.fire(paths[-1], "pay", actor=HOST, data={"amount": amount})
    clock.move_to(noon(MAY) + timedelta(days=1))
    swept = programme.sweep()
    assert (swept.moved, swept.refused) == (2, 2)
    assert [programme.find(each).state for each in paths] == ["closed", "lent", "closed", "lent"]
    assert programme.verify_journal() == 12


def test_the_key_covers_the_data(programme: Programme) -> None:
    """The same key with the same data does nothing twice; with other data it is an error."""
    path = lend(programme)
    pay(programme, path, "10", key="k")
    pay(programme, path, "10", key="k")
    with pytest.raises(KeyReusedError):
        pay(programme, path, "11", key="k")
    assert len(programme.history(path)) == 2


def test_a_dry_run_checks_and_writes_nothing(programme: Programme) -> None:
    """A dry run checks the data as the command does, and stores none of it."""
    path = lend(programme)
    options: dict[str, Any] = {"actor": HOST, "dry_run": True}
    assert programme.fire(path, "settle", data={"amount": 100}, **options).dest == "closed"
    with pytest.raises(InputError):
        programme.fire(path, "settle", data={"amount": 0}, **options)
    with pytest.raises(RefusedError):
        programme.fire(path, "settle", data={"amount": 1}, **options)
    assert len(programme.history(path)) == 1


def test_erased_data_verifies_and_decides_as_before(programme: Programme, file: Path) -> None:
    """An erasure takes the personal fields alone: guards and verification are as they were."""
    path = lend(programme)
    pay(programme, path, "60")
    assert SECRET in "\n".join(sqlite3.connect(file).iterdump())
    assert programme.erase("s1", actor=HOST) == 2
    with sqlite3.connect(file) as connection:
        assert SECRET not in "\n".join(connection.iterdump())
    assert programme.explain(path).exits[1].verdicts[0].measured == "60"
    assert not programme.verify().faults


def test_a_service_without_the_award_erases(file: Path, clock: VirtualClock) -> None:
    """The host deletes the personal fields; the path stays, and a key deletes once."""
    config = Config.load(lifecycles=[LOAN])
    FlowService.migrate(f"sqlite:///{file}", config=config, clock=clock)
    with FlowService.open(f"sqlite:///{file}", config=config, clock=clock) as loans:
        data = {"total": "100.00", "borrower": SECRET}
        path = loans.open_path("loan", "s1", "SG", actor=HOST, data=data).path
        with pytest.raises(NotAllowedError, match="only host"):
            loans.erase("s1", actor=BORROWER)
        with pytest.raises(NotFoundError):
            loans.erase("nobody", actor=HOST)
        assert loans.erase("s1", actor=HOST, dry_run=True) == 1
        assert SECRET in "\n".join(sqlite3.connect(file).iterdump())
        assert loans.erase("s1", actor=HOST, key="once") == 1
        assert loans.erase("s1", actor=HOST, key="once") == 1
        assert loans.erase("s1", actor=HOST) == 0
        with pytest.raises(KeyReusedError):
            loans.erase("s2", actor=HOST, key="once")
        assert SECRET not in "\n".join(sqlite3.connect(file).iterdump())
        assert loans.find(path).state == "lent"
        assert not loans.verify().faults
        assert loans.deleted_texts_remain()


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ('UPDATE lazsa_path_data SET fields = \'{"amount":"99"}\' WHERE seq = 2', "was changed"),
        ("UPDATE lazsa_path_data SET trigger = 'settle' WHERE seq = 2", "was changed"),
        ("DELETE FROM lazsa_path_data WHERE seq = 2", "is missing"),
        ("UPDATE lazsa_texts SET body = '{}' WHERE kind = 'path_data'", "personal data that it"),
        ("UPDATE lazsa_journal SET data_digest = NULL WHERE seq = 2", "names no data"),
    ],
)
def test_verify_finds_data_that_was_changed(
    programme: Programme, file: Path, statement: str, fault: str
) -> None:
    """A row of data that was changed or deleted is a fault of its path's journal."""
    path = lend(programme)
    pay(programme, path, "60")
    with sqlite3.connect(file) as connection:
        if "lazsa_texts" not in statement:
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
    faults = [str(each) for each in programme.verify().faults]
    assert any(each.startswith(path) and fault in each for each in faults), faults
    assert SECRET not in json.dumps(faults)


def test_an_explanation_says_which_data_a_trigger_takes(programme: Programme) -> None:
    """Field by field: whether it must be given, and whether it is personal."""
    told = programme.explain(lend(programme))
    taken = {each["trigger"]: each["data"] for each in explanation_json(told)["exits"]}
    assert taken["pay"] == [
        {"name": "amount", "required": True, "personal": False},
        {"name": "note", "required": False, "personal": True},
    ]
    assert taken["forgive"] == []
    lines = list(explanation_lines(told))
    assert lines.count("  takes data: amount, note (optional, personal)") == 2
