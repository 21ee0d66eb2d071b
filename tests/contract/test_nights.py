"""Rehearsals are sealed under a name, and two persons approve just what was sealed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from lazsa_flow import Actor, ConflictError, KeyReusedError, NotAllowedError, NotFoundError
from lazsa_flow.store import schema
from tests.contract.test_rehearsal import HOST, season
from tests.factories import CYCLE

if TYPE_CHECKING:
    from lazsa_flow.award.programme import Programme
    from tests.contract.conftest import Play

OPERATOR = Actor("operator", "o-1")
ONE, TWO, THREE = (Actor("manager", name) for name in ("m-1", "m-2", "m-3"))
NAME = "october"


def test_a_rehearsal_is_sealed_and_approved_by_two(play: Play) -> None:
    """What was foretold stands under the name, without subjects' ids; two managers approve it."""
    programme = season(play)
    foretold = programme.rehearse(on=CYCLE)
    saved = programme.save_rehearsal(NAME, on=CYCLE, actor=OPERATOR, key="k")
    assert saved.rehearsal == foretold
    assert (saved.name, saved.on, saved.saved_by) == (NAME, CYCLE, "operator:o-1")
    assert {path: (each.outcome, each.state) for path, each in saved.outcomes.items()} == {
        each.path: (each.outcome, each.state) for each in foretold.outcomes
    }
    assert programme.save_rehearsal(NAME, on=CYCLE, actor=OPERATOR, key="k") == saved
    with programme._runtime.store.begin(write=False) as transaction:
        row = transaction.rehearsal(NAME)
    assert row.sha256 == hashlib.sha256(row.outcomes.encode()).hexdigest() == saved.sha256
    assert set(json.loads(row.outcomes)) == set(saved.outcomes)
    assert not any(each.subject in row.outcomes for each in foretold.outcomes)

    first = programme.approve_night(NAME, actor=ONE, key="a")
    assert not first.approved
    assert programme.approve_night(NAME, actor=ONE, key="a") == first
    with pytest.raises(ConflictError, match="is the same person; another person must approve"):
        programme.approve_night(NAME, actor=Actor("manager", "M-1"))
    wanted = programme.dry_run(lambda own: own.approve_night(NAME, actor=TWO)).result
    assert wanted.approved
    assert not programme.night(NAME).approved
    assert programme.approve_night(NAME, actor=TWO).approved
    [found] = programme.nights()
    assert [each.actor for each in found.approvals] == ["manager:m-1", "manager:m-2"]
    with pytest.raises(ConflictError, match="approved already, by manager:m-1 and manager:m-2"):
        programme.approve_night(NAME, actor=THREE)


def test_merged_ids_are_one_person(play: Play) -> None:
    """Whoever has two ids approves once."""
    programme = season(play)
    programme.save_rehearsal(NAME, on=CYCLE, actor=OPERATOR)
    programme.approve_night(NAME, actor=Actor("manager", "old"))
    with pytest.raises(ConflictError, match="manager:old has approved it already"):
        programme.approve_night(NAME, actor=Actor("manager", "new"))
    assert not programme.night(NAME).approved


def test_what_has_changed_is_not_approved(play: Play) -> None:
    """Once the rules have changed, a rehearsal is stale, and an approval of it counts no more."""
    programme = season(play)
    programme.save_rehearsal(NAME, on=CYCLE, actor=OPERATOR)
    for actor in (ONE, TWO):
        programme.approve_night(NAME, actor=actor)
    programme.save_rehearsal("next", on=CYCLE, country="TH", actor=ONE)
    programme.suspend_cycle("SG", CYCLE, actor=ONE)
    assert programme.night(NAME).stale == ("the rules have changed since it was saved",)
    assert not programme.night(NAME).approved
    with pytest.raises(
        ConflictError, match="'next': the rules have changed since it was saved; save"
    ):
        programme.approve_night("next", actor=ONE)


def _change(programme: Programme, **values: Any) -> None:
    """Save a copy of a rehearsal in which something differs, as another program might."""
    with programme._runtime.store.begin() as transaction:
        row = transaction.rehearsal(NAME)
        transaction.add_rehearsal(row._replace(name="forged", **values))


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"database_id": "another"}, "'forged': it was saved on another database"),
        ({"outcomes": "{}"}, "'forged': its outcomes are not those that were saved"),
    ],
    ids=["another database", "other outcomes"],
)
def test_a_seal_of_something_else_is_refused(play: Play, values: dict[str, str], why: str) -> None:
    """A rehearsal that was copied from elsewhere or changed cannot be approved."""
    programme = season(play)
    programme.save_rehearsal(NAME, on=CYCLE, actor=OPERATOR)
    _change(programme, **values)
    with pytest.raises(ConflictError, match=why):
        programme.approve_night("forged", actor=ONE)


def test_what_is_refused(play: Play) -> None:
    """A name is taken once, a key is for one command, and only managers approve."""
    programme = season(play)
    programme.save_rehearsal(NAME, on=CYCLE, actor=OPERATOR, key="k")
    with pytest.raises(ConflictError, match="a rehearsal was saved under this name already"):
        programme.save_rehearsal(NAME, on=CYCLE, actor=OPERATOR)
    with pytest.raises(KeyReusedError):
        programme.save_rehearsal(NAME, on=CYCLE, actor=OPERATOR, key="k", facts="held")
    with pytest.raises(NotAllowedError):
        programme.approve_night(NAME, actor=OPERATOR)
    with pytest.raises(NotAllowedError):
        programme.save_rehearsal("x", on=CYCLE, actor=HOST)
    with pytest.raises(NotFoundError, match="saved rehearsal"):
        programme.approve_night("december", actor=ONE)
    with pytest.raises(NotFoundError, match="saved rehearsal"):
        programme.night("december")


def test_nothing_of_it_is_changed_later(play: Play) -> None:
    """The database refuses to change a saved rehearsal, an approval, or its own identity."""
    programme = season(play)
    programme.save_rehearsal(NAME, on=CYCLE, actor=OPERATOR)
    programme.approve_night(NAME, actor=ONE)
    for table in (schema.identity, schema.rehearsals, schema.approvals):
        with (
            pytest.raises(sa.exc.DBAPIError, match="append-only"),
            programme._runtime.store.undone() as connection,
        ):
            connection.execute(sa.delete(table))
