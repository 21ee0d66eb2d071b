"""Paths are numbered alike on both stores: what is refused uses no number up, and names none."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from lazsa_flow import (
    Actor,
    ConflictError,
    LazsaError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
)
from tests.factories import facts, record, record_facts, utc

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.award.programme import Programme
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
