"""Two ids of one seller on both stores: what is found under either, and what the night reads."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from lazsa_flow import Actor, ConflictError
from lazsa_flow.award.commands import imports
from lazsa_flow.award.evidence import NOMINATIONS
from tests.contract.test_path_numbers import EMPLOYEE, known
from tests.factories import facts, utc

if TYPE_CHECKING:
    from tests.contract.conftest import Play

HOST = Actor("host", "h")
SEPTEMBER = date(2026, 9, 20)


def test_the_night_reads_what_stands_under_either_id(play: Play) -> None:
    """Facts and cases of both ids decide, on a path that was opened under one of them."""
    programme = play()
    known(programme, "old", "new", "one")
    paths = [
        programme.nominate(each, actor=EMPLOYEE, statement="Helps.").path for each in ("old", "one")
    ]
    programme.merge_sellers("old", "new", actor=HOST)
    programme.open_case("old", "case-1", actor=Actor("compliance", "c"))
    for at in (utc(2026, 9, 2), utc(2026, 9, 21), utc(2026, 10, 2)):
        programme.clock.move_to(at)  # type: ignore[attr-defined]
        programme.sweep()
        if at == utc(2026, 9, 21):
            days = {"new": SEPTEMBER, "old": date(2026, 9, 10)}
            rows = [facts(seller=seller, as_of=day) for seller, day in days.items()]
            imports.add_facts(programme._runtime.context, rows, where="test")
    last = [programme.history(path)[-1] for path in paths]
    assert [row["facts_as_of"] for row in last] == ["2026-09-20", "2026-05-20"]
    cases = [
        {each["name"]: each["measured"] for each in row["verdicts"]}.get("no_open_case")
        for row in last
    ]
    assert cases == [1, 0]
    assert programme.verify().faults == ()


def test_rows_are_renamed_appended_and_found(play: Play) -> None:
    """Paths and places stand under the id that holds; the log of merges is append-only."""
    programme = play()
    known(programme, "a", "b", "c")
    path = programme.nominate("a", actor=Actor("seller", "a")).path
    programme.merge_sellers("a", "b", actor=HOST)
    programme.merge_sellers("b", "c", actor=HOST)
    with programme._runtime.store.begin(write=False) as transaction:
        for name in "abc":
            assert transaction.names_of(name) == ["c", "a", "b"]
            assert [each.ref for each in transaction.paths_of(name)] == [path]
            assert transaction.nominators_of(name) == {"c"}
            assert transaction.knows_person(name)
        asked = ["a", "c", "x"]
        assert transaction.open_paths("award", asked) == {"a": 1, "c": 1}
        assert transaction.countries_of(asked) == {"a": "SG", "c": "SG"}
        assert transaction.names_of_all(asked) == {key: ["c", "a", "b"] for key in "ac"}
        [nomination] = transaction.nominations_of(1)
        assert nomination.nominator == "c"
        [seen] = transaction.load_chunk([1], before=None, on=SEPTEMBER)
        assert [each.nominator for each in seen[NOMINATIONS]] == ["c"]
    with programme._runtime.store.listing() as listing:
        assert listing.count_sellers() == 1
    with pytest.raises(ConflictError):
        programme.nominate("b", actor=Actor("seller", "c"))
    for pair in (("b", "c"), ("a", "b")):
        programme.unmerge_sellers(*pair, actor=HOST)
    assert [each.ref for each in programme.paths("a")] == [path]
    with programme._runtime.store.undone() as connection:
        for table, expected in (("paths", ["a"]), ("slots", ["a"]), ("seller_aliases", [])):
            column = "seller" if table == "seller_aliases" else "subject"
            query = f"SELECT {column} FROM lazsa_{table}"
            assert list(connection.exec_driver_sql(query).scalars()) == expected
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            connection.exec_driver_sql("DELETE FROM lazsa_seller_merges")


def test_a_merge_is_a_part_of_the_hosts_transaction(play: Play) -> None:
    """What is rolled back has joined nobody."""
    programme = play()
    known(programme, "old", "new")
    path = programme.nominate("old", actor=EMPLOYEE).path
    with programme._runtime.store.undone() as connection:
        bound = programme.bind(connection)
        bound.merge_sellers("old", "new", actor=HOST)
        assert bound.find("new").ref == path
        bound.nominate("new", actor=Actor("seller", "old"), statement="Myself.")
    assert programme.paths("new") == []
    assert programme.nominate("new", actor=Actor("seller", "new")).path != path
