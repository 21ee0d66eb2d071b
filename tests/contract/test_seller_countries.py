"""The dated record of a seller's country: who writes it, and who is told of facts that differ."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.contract.changes import AT
from tests.factories import facts

if TYPE_CHECKING:
    from lazsa_flow.award.store.store import AwardStore

DAY = date(2026, 9, 1)


def test_the_first_facts_name_the_country_and_later_ones_do_not(store: AwardStore) -> None:
    """A seller named twice in one file is where the first row says; a move alone changes it."""
    with store.begin() as transaction:
        transaction.add_facts(
            [facts(seller="s-1", country="SG"), facts(seller="s-1", country="TH", as_of=DAY)], AT
        )
        transaction.add_facts(
            [facts(seller="s-1", country="MY"), facts(seller="s-2", country="PH")], AT
        )
        asked = ["s-1", "s-2", "s-3", "\x00"]
        assert transaction.countries_of(asked) == {"s-1": "SG", "s-2": "PH"}
        assert transaction.country_of("s-3") is None
        assert transaction.countries_of([]) == {}
        transaction.add_country_of("s-1", "VN", actor="host:h", as_of=DAY, recorded_at=AT)
        transaction.add_facts([facts(seller="s-1", country="SG")], AT)
    with store.begin(write=False) as transaction:
        assert transaction.country_of("s-1") == "VN"
    with store.undone() as connection:
        query = "SELECT seller, country, source, actor FROM lazsa_seller_countries ORDER BY id"
        assert [tuple(row) for row in connection.exec_driver_sql(query)] == [
            ("s-1", "SG", "facts", None),
            ("s-2", "PH", "facts", None),
            ("s-1", "VN", "move", "host:h"),
        ]
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            connection.exec_driver_sql("UPDATE lazsa_seller_countries SET country = 'TH'")


def test_latest_facts_of_another_country_are_named(store: AwardStore) -> None:
    """Older ones are not, nor those of a seller who has moved to where the facts say."""
    with store.begin() as transaction:
        for seller in ("agrees", "differs", "differed", "moved"):
            transaction.add_facts([facts(seller=seller, country="SG", as_of=DAY)], AT)
        for seller in ("differs", "differed", "moved"):
            transaction.add_facts([facts(seller=seller, country="TH")], AT)
        transaction.add_facts([facts(seller="differed", country="SG")], AT)
        transaction.add_country_of("moved", "TH", actor="host:h", as_of=DAY, recorded_at=AT)
        count, named = transaction.inspect().facts_elsewhere()
    assert (count, [str(each) for each in named]) == (
        1,
        ["differs (SG, facts of 2026-09-30: TH)"],
    )
