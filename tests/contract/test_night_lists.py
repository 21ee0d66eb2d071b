"""Lists of nights never read the outcomes of the rehearsals, which are long."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from lazsa_flow import ConflictError
from lazsa_flow.service.night_reminders import remind_of_nights
from lazsa_flow.service.sealed_rehearsals import approved_dates
from tests.contract.test_night_reminders import go, needing_approval
from tests.contract.test_nights import NAME, ONE, OPERATOR, TWO
from tests.contract.test_started_nights import go_to_night, require_approval
from tests.factories import CYCLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.conftest import Play


@contextmanager
def _logged() -> Iterator[list[str]]:
    """Log the statements that read saved rehearsals."""
    found: list[str] = []

    def log(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "lazsa_rehearsals" in statement:
            found.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", log)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", log)


def test_no_list_reads_outcomes(play: Play) -> None:
    """The list, the reminders of dates that nobody approved, and the dates that wait."""
    programme = needing_approval(play)
    programme.save_rehearsal(NAME, on=CYCLE, actor=OPERATOR)
    programme.save_rehearsal("next", on=CYCLE, actor=OPERATOR)
    shown = programme.night(NAME)
    go(programme, 7, hours=2)
    runtime = programme._runtime
    with _logged() as statements:
        [_, listed] = sorted(programme.nights(), key=lambda each: each.name)
        assert remind_of_nights(runtime)
        for actor in (ONE, TWO):
            programme.approve_night(NAME, actor=actor)
        del statements[2:]  # an approval reads what is approved
        with runtime.store.begin(write=False) as transaction:
            assert approved_dates(transaction, runtime.rulebook.merged) == {(CYCLE, None)}
        require_approval(programme)
        go_to_night(programme)
        [waits] = programme.waiting_dates()
    assert waits.next == f"lazsa-flow night start {NAME}"
    assert len(statements) >= 4
    assert not [each for each in statements if "outcomes" in each]
    assert (listed.paths, listed.outcomes) == (len(shown.outcomes), {})
    assert listed.document(outcomes=False) == shown.document(outcomes=False)
    with _logged() as statements:
        programme.night(NAME)
    assert "outcomes" in statements[0]


def test_outcomes_are_checked_where_they_are_used(play: Play) -> None:
    """A list names what it knows; whoever shows or approves one is told of other outcomes."""
    programme = needing_approval(play)
    programme.save_rehearsal(NAME, on=CYCLE, actor=OPERATOR)
    with programme._runtime.store.begin() as transaction:
        row = transaction.rehearsal(NAME)
        transaction.add_rehearsal(row._replace(name="forged", outcomes="{}"))
    why = "its outcomes are not those that were saved"
    assert programme.night("forged").stale == (why,)
    assert [each.stale for each in programme.nights()] == [(), ()]
    with pytest.raises(ConflictError, match=why):
        programme.approve_night("forged", actor=ONE)
