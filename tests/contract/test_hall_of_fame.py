"""The Hall of Fame on every store: who is named, in which order, page after page."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import pytest
import sqlalchemy as sa

from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.canonical import canonical
from lazsa_flow.store import schema
from tests.contract.conftest import START

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazsa_flow.award.programme import Programme
    from lazsa_flow.award.queries import Fame

APRIL, OCTOBER, LATER = date(2020, 4, 1), date(2020, 10, 1), date(2021, 2, 9)
Tenure = tuple[date, date | None]
PATHS: Final[Sequence[tuple[str, str, tuple[Tenure, ...]]]] = (
    ("s5", "SG", ((OCTOBER, None),)),
    ("s4", "SG", ((APRIL, date(2020, 6, 1)), (LATER, None))),  # reinstated by an appeal
    ("s2", "SG", ((APRIL, None),)),
    ("new", "SG", ((OCTOBER, None),)),
    ("s3", "SG", ()),
    ("elsewhere", "MY", ((APRIL, None),)),
    ("silent", "SG", ((APRIL, None),)),
    ("revoked", "SG", ((APRIL, None),)),
    ("lost", "SG", ((APRIL, None),)),
    ("lost-before", "SG", ((APRIL, None),)),
    ("Ärger", "SG", ((OCTOBER, None),)),
    ("s5", "SG", ((APRIL, OCTOBER),)),
)
RECORDS: Final = (
    *((seller, "consent", "hall_of_fame", "given") for seller, *_ in PATHS if seller != "silent"),
    ("silent", "consent", "another", "given"),
    ("revoked", "consent", "hall_of_fame", "revoked"),
    ("lost", "good_standing", "", "ended"),
    ("alias-of-lost", "good_standing", "", "ended"),
    ("s4", "appeal", "award-2", "grant"),
)
NAMED: Final = [
    *((APRIL, "s2"), (APRIL, "s4"), (APRIL, "s5")),
    *((OCTOBER, "new"), (OCTOBER, "s5"), (OCTOBER, "Ärger"), (LATER, "s4")),
]
"""Everyone who is named, in order."""


def spans_text(tenures: tuple[Tenure, ...]) -> str:
    """Write periods as a path's row has them, one before and one after the award's."""

    def period(began: date, ended: date | None) -> dict[str, Any]:
        at = f"{began}T00:00:00.000000Z"
        until = {"ended_on": str(ended), "ended_at": f"{ended}T00:00:00.000000Z"}
        none = dict.fromkeys(("ended_on", "ended_at"))
        told = {"began_on": str(began), "began_at": at, "told_at": at, "reason": None}
        return {**told, **(until if ended else none)}

    other = {"appeal": [period(APRIL, OCTOBER)], "membership": [period(LATER, None)]}
    award = {"award": [period(*each) for each in tenures]} if tenures else {}
    return canonical({**other, **award}).decode()


@pytest.fixture
def programme(play: Any) -> Programme:
    """Return a programme with the paths and records above."""
    opened: Programme = play()
    numbers = count(1)
    texts = {"head": "", "data": "{}", "state": "awarded"}
    times: dict[str, Any] = dict.fromkeys(("opened_at", "entered_at", "recorded_at"), START)
    with opened._runtime.store.begin() as transaction:
        connection = transaction._connection
        for seller, country, tenures in PATHS:
            row: dict[str, Any] = {
                "lifecycle": "award",
                "subject": seller,
                "country": country,
                "cycle_on": None,
            }
            row |= {"id": next(numbers), "seq": 0, "parked": False, "spans": spans_text(tenures)}
            connection.execute(sa.insert(schema.paths), {**texts, **times, **row})
        for seller, kind, name, value in RECORDS:
            record: dict[str, Any] = {"subject": seller, "kind": kind, "name": name, "value": value}
            record |= {"reason": None, "actor": "seller:x", "as_of": APRIL, "recorded_at": START}
            connection.execute(sa.insert(schema.records), record)
        alias = {"alias": "alias-of-lost", "subject": "lost-before"}
        connection.execute(sa.insert(schema.subject_aliases), alias)
    return opened


def test_who_is_named_page_after_page(programme: Programme) -> None:
    """Whoever consents and kept their standing under every id, by day and id, however it is read.

    Pages of any length hold what the whole list holds, later tenures of a path in their place.
    """
    whole = programme.hall_of_fame("SG")
    assert [(each.since, each.seller) for each in whole] == NAMED
    assert [each.until for each in whole if each.seller == "s4"] == [date(2020, 6, 1), None]
    for limit in (1, 2, 3, 50):
        found: list[Fame] = []
        after: str | None = None
        while page := programme.hall_of_fame("SG", after=after, limit=limit):
            assert len(page) <= limit
            found += page
            after = page[-1].place
        assert found == whole
    assert programme.hall_of_fame("SG", after=whole[2].place) == whole[3:]


def test_a_place_that_is_none_is_refused(programme: Programme) -> None:
    """A place is a day and a seller."""
    for text in ("s5", "2020-04-01", "2020-04-31 s5"):
        with pytest.raises(InputError, match="the place of a tenure"):
            programme.hall_of_fame("SG", after=text, limit=2)
