"""Approvals that are given at the same moment count once, whichever comes first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

from lazsa_flow import Actor, ConflictError
from tests.contract.test_command_requests import paused, request
from tests.contract.test_nights import NAME, ONE, OPERATOR
from tests.contract.test_rehearsal import season
from tests.factories import CYCLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.award.programme import Programme
    from tests.contract.conftest import Play


def _both(*commands: Callable[[], Any]) -> tuple[list[Any], list[ConflictError]]:
    """Give commands at the same moment; return what they answered, and who came too late."""
    start = Barrier(len(commands))

    def give(command: Callable[[], Any]) -> Any:
        start.wait(timeout=10)
        try:
            return command()
        except ConflictError as late:
            return late

    with ThreadPoolExecutor(len(commands)) as pool:
        found = list(pool.map(give, commands))
    late = [each for each in found if isinstance(each, ConflictError)]
    return [each for each in found if each not in late], late


def test_a_request_is_carried_out_once(play: Play) -> None:
    """Two persons approve it: one carries it out, the other learns that it was."""
    programme: Programme = paused(play)
    number = request(programme).number
    persons = [Actor("operator", id_) for id_ in ("o-2", "o-3")]
    done, [late] = _both(
        *(lambda who=who: programme.approve_request(number, actor=who) for who in persons)
    )
    [found] = programme.command_requests(ended=True)
    assert done == [found]
    assert found.outcome == "carried_out"
    assert str(late) == f"'request {number}': carried out already, by {found.ended_by}"
    lifted = [each for each in programme.pauses(lifted=True) if each.lifted_by]
    assert [each.lifted_by for each in lifted] == ["operator:o-1"]
    with programme._runtime.store.begin(write=False) as transaction:
        given = [each.actor for each in transaction.approvals("resume")]
    assert given == ["operator:o-1", found.ended_by]


def test_a_person_approves_a_rehearsal_once(play: Play) -> None:
    """Two approvals by one person, even by an id in another case, are one."""
    programme = season(play)
    programme.save_rehearsal(NAME, on=CYCLE, actor=OPERATOR)
    same = (ONE, Actor("manager", ONE.id.upper()))
    [done], [late] = _both(
        *(lambda who=who: programme.approve_night(NAME, actor=who) for who in same)
    )
    found = programme.night(NAME)
    assert (done, found.approved, len(found.approvals)) == (found, False, 1)
    assert "is the same person" in str(late)
    with programme._runtime.store.begin(write=False) as transaction:
        assert len(transaction.approvals("approve_night")) == 1
