"""Seats, cards set aside and open appeals: one story on every store."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.errors import ConflictError, NotAllowedError, NotFoundError
from lazsa_flow.lifecycle.model import Actor
from tests.contract.test_store import COMPLIANCE, clock, nominated, reviewed
from tests.factories import CYCLE, SELLER, TEAM, facts, record_facts

if TYPE_CHECKING:
    from lazsa_flow.award.programme import Programme


def test_a_panel_and_its_appeals(play: Any) -> None:
    """Seats end, a card is set aside, the list names who stood back, and voices close an appeal."""
    programme: Programme = play()
    path = nominated(programme)
    reviewed(programme)
    left = programme.unassign_reviewer("SG", CYCLE, "rev-1", actor=TEAM, key="end")
    assert left == {"rev-0": "team-0", "rev-2": "team-2", "rev-9": "team-9"}
    assert programme.unassign_reviewer("SG", CYCLE, "rev-1", actor=TEAM, key="end") == left
    with pytest.raises(NotAllowedError, match="the seat of 'rev-1' ended"):
        programme.recuse(path, actor=Actor("reviewer", "rev-1", "SG"), reason="moved")
    programme.recuse(path, actor=Actor("reviewer", "rev-9", "SG"), reason="same_family")
    programme.set_aside_card(path, "rev-2", actor=COMPLIANCE, reason="conflict")
    [told] = programme.panel("SG", CYCLE)
    assert (told.cards, told.teams, told.missing) == (2, 2, "1 reviewers, 1 teams")
    assert (dict(told.recused), dict(told.set_aside)) == (
        {"rev-9": "same_family"},
        {"rev-2": "conflict"},
    )
    assert len(programme.panel_cards(path, actor=COMPLIANCE)) == 5
    done = programme.assign_reviewers("SG", CYCLE, {"rev-3": "team-3"}, actor=TEAM)
    assert sorted(done.seated) == ["rev-0", "rev-2", "rev-3", "rev-9"]
    while (due := programme.next_due()) is not None:  # carried over, then declined
        clock(programme).move_to(due)
        programme.sweep()
    for number, grant in ((1, False), (2, True)):
        programme.appeal(path, actor=Actor("manager", f"m-{number}"), grant=grant)
    [appeal] = programme.appeals("SG", actor=COMPLIANCE)
    assert (appeal.seller, appeal.grants, appeal.rejections) == (SELLER, 1, 1)
    assert [voice.person for voice in appeal.voices] == ["m-1", "m-2"]
    for inside in ("rev-1", "rev-3", TEAM.id):
        with pytest.raises(NotAllowedError, match="outside the panel"):
            programme.appeal(path, actor=Actor("manager", inside))
    programme.appeal(path, actor=Actor("manager", "m-3"), grant=False)
    with pytest.raises(ConflictError, match="is closed"):
        programme.appeal(path, actor=Actor("manager", "m-4"))
    assert (programme.appeals(), programme.outcome(path).appeal) == ([], "rejected")


def test_pages_of_a_panel_follow_each_other(play: Any) -> None:
    """Pages hold the candidates of the whole list, each once and in its order, and then end."""
    programme: Programme = play()
    record_facts(programme, [facts(seller=f"s{n}", as_of=date(2026, 5, 31)) for n in range(5)])
    for number in range(5):
        programme.nominate(f"s{number}", actor=Actor("employee", "emp-1"), statement="helps")
    reviewed(programme)
    whole = programme.panel("SG", CYCLE)
    assert len(whole) == 5
    first = programme.panel("SG", CYCLE, limit=3)
    rest = programme.panel("SG", CYCLE, after=first[-1].path, limit=3)
    assert [*first, *rest] == whole
    assert programme.panel("SG", CYCLE, after=whole[-1].path, limit=3) == []
    with pytest.raises(NotFoundError, match="no path"):
        programme.panel("SG", CYCLE, after="nothing", limit=3)
