"""Paths are numbered alike on both stores: what is refused uses no number up, and names none."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from lazsa_flow import (
    Actor,
    ConflictError,
    InputError,
    LazsaError,
    NotAllowedError,
    NotFoundError,
    Programme,
    RefusedError,
    SeveralDatabases,
)
from lazsa_flow.award.cli.app import app
from lazsa_flow.clock import VirtualClock
from lazsa_flow.runner.doctor import examine_several
from lazsa_flow.store import schema
from tests.contract.conftest import START
from tests.factories import facts, record, record_facts, utc

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.conftest import Play

EMPLOYEE = Actor("employee", "emp-1")


def known(programme: Programme, *sellers: str) -> None:
    """Import facts of sellers."""
    rows = [
        facts(seller=each, as_of=date(2026, 5, 20), joined_on=date(2018, 1, 15)) for each in sellers
    ]
    record_facts(programme, rows)


def refused(call: Callable[[], object], kind: type[LazsaError]) -> str:
    """Make sure that a call is refused; return the error's words."""
    with pytest.raises(kind) as caught:
        call()
    return str(caught.value)


def test_a_refused_opening_uses_no_number_up(play: Play) -> None:
    """Barred, not allowed, unknown, taken: the next path has the next number, and no other."""
    programme = play()
    known(programme, "s1", "s2", "s3")
    first = programme.nominate("s1", actor=EMPLOYEE, statement="Helps.").path
    bar = record(
        "good_standing",
        "ended",
        reason="code_of_conduct",
        as_of=date(2026, 5, 1),
        recorded_at=utc(2026, 5, 1),
    )
    programme._runtime.store.transact(lambda transaction: transaction.add_record("s1", bar))
    programme.fire(first, "withdraw", actor=Actor("seller", "s1"), reason="nominee")
    words = refused(lambda: programme.nominate("s1", actor=EMPLOYEE, statement="x"), RefusedError)
    assert words.startswith("'s1': nominate: not now: ")
    refused(lambda: programme.nominate("s2", actor=Actor("seller", "s3")), NotAllowedError)
    refused(lambda: programme.nominate("nobody", actor=EMPLOYEE), NotFoundError)
    second = programme.nominate("s2", actor=EMPLOYEE, statement="Helps.").path
    refused(lambda: programme.nominate("s2", actor=EMPLOYEE), ConflictError)
    third = programme.nominate("s3", actor=EMPLOYEE, statement="Helps.").path
    assert [first, second, third] == ["award-1", "award-2", "award-3"]


def nominate(url: str, *sellers: str) -> list[str]:
    """Nominate sellers in a database; return their paths."""
    with Programme.open(url, clock=VirtualClock(START)) as programme:
        known(programme, *sellers)
        return [
            programme.nominate(each, actor=EMPLOYEE, statement="Helps.").path for each in sellers
        ]


def test_buckets_keep_databases_apart(make: Callable[[], str]) -> None:
    """Each database numbers its paths in its bucket, from the first number on; 0 is the default."""
    north, south = make(), make()
    assert Programme.migrate(north, clock=VirtualClock(START)).bucket == 0
    assert Programme.migrate(south, clock=VirtualClock(START), bucket=3).bucket == 3
    assert nominate(north, "s1", "s2") == ["award-1", "award-2"]
    assert nominate(south, "t1", "t2") == ["award-3000000001", "award-3000000002"]
    with Programme.open(south, clock=VirtualClock(START)) as programme:
        known(programme, "t3")
        tried = programme.dry_run(
            lambda trying: trying.nominate("t3", actor=EMPLOYEE, statement="Helps.")
        )
        assert tried.result.path == "award-3000000003"
        assert programme.find("t2").ref == "award-3000000002"
        assert programme.history("award-3000000002")
        assert programme.verify_journal() == 2
    checks = examine_several([f"north={north}", f"south={south}"], None, None)
    assert [each.found for name, each in checks if name is None] == [
        "no subject has open paths in two of: north and south",
        "buckets of path numbers: north: 0, south: 3",
    ]


def test_a_bucket_can_be_given_later(make: Callable[[], str]) -> None:
    """Paths that are there keep their numbers; new ones are numbered in the bucket of now."""
    url, other = make(), make()
    for each in (url, other):
        Programme.migrate(each, clock=VirtualClock(START))
    assert nominate(url, "s1") == ["award-1"]
    checks = examine_several([f"one={url}", f"two={other}"], None, None)
    [numbers] = [each for name, each in checks if (name, each.name) == (None, "numbers")]
    assert numbers.status == "warning"
    assert numbers.found.startswith("one and two number their paths in bucket 0")
    words = ["migrate", "--bucket", "2", "--json", "--database", url]
    assert json.loads(CliRunner().invoke(app, words).stdout)["bucket"] == 2
    assert nominate(url, "s2") == ["award-2000000001"]
    assert Programme.migrate(url, clock=VirtualClock(START)).bucket == 2
    assert nominate(url, "s3") == ["award-2000000002"]
    Programme.migrate(url, clock=VirtualClock(START), bucket=0)
    assert nominate(url, "s4") == ["award-2"]
    with SeveralDatabases([url, other], Programme.open) as several:
        assert [each.answer for each in several.ask(lambda one: one.verify().faults)] == [(), ()]


@pytest.mark.parametrize("bucket", [-1, 999_999_999])
def test_no_such_bucket(make: Callable[[], str], bucket: int) -> None:
    """A bucket whose numbers no reference could hold is refused."""
    url = make()
    with pytest.raises(InputError, match="bucket"):
        Programme.migrate(url, bucket=bucket)


def test_a_full_bucket(make: Callable[[], str]) -> None:
    """After the last number of its bucket a database opens no path, and says what to do."""
    url = make()
    Programme.migrate(url, clock=VirtualClock(START), bucket=4)
    nominate(url, "s1")
    with Programme.open(url, clock=VirtualClock(START)) as programme:
        paths, last = schema.paths, 4_999_999_999
        columns = [sa.literal(last) if each is paths.c.id else each for each in paths.c]
        copied = paths.insert().from_select(list(paths.c), sa.select(*columns))
        store = programme._runtime.store
        store.transact(lambda transaction: transaction._connection.execute(copied))
        if store._engine.dialect.name == "postgresql":
            setval = sa.select(sa.func.setval("lazsa_path_id", last))
            store.transact(lambda transaction: transaction._connection.execute(setval))
        known(programme, "s2")
        said = refused(
            lambda: programme.nominate("s2", actor=EMPLOYEE, statement="Helps."), ConflictError
        )
        assert said == "'path numbers': bucket 4 is full; run: lazsa-flow migrate --bucket N"


def test_nominations_are_numbered_in_the_bucket(play: Play) -> None:
    """A nomination takes its path's number where every opening takes it."""
    programme = play()
    known(programme, "s1", "s2")
    with programme._runtime.store.begin() as transaction:
        transaction.put_bucket(7, START)
    paths = [
        programme.nominate(each, actor=EMPLOYEE, statement="Helps.").path for each in ("s1", "s2")
    ]
    assert paths == ["award-7000000001", "award-7000000002"]
