"""A command that one person requests is carried out by the approval of another, once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from lazsa_flow import (
    Actor,
    ConflictError,
    InputError,
    KeyReusedError,
    NotAllowedError,
    NotFoundError,
)
from lazsa_flow.store import schema
from tests.contract.test_rehearsal import HOST, hashes, season
from tests.factories import CYCLE
from tests.policy_texts import changed_policy

if TYPE_CHECKING:
    from lazsa_flow.award.programme import Programme
    from lazsa_flow.service.command_request import CommandRequest
    from tests.contract.conftest import Play

ONE, TWO = (Actor("operator", name) for name in ("o-1", "o-2"))
MANAGERS = tuple(Actor("manager", name) for name in ("m-1", "m-2"))


def paused(play: Play) -> Programme:
    """Return a programme in which everything and a cycle date of Thailand are paused."""
    programme = season(play)
    programme.pause(actor=ONE, reason="wrong figures")
    programme.pause(actor=ONE, country="TH", cycle=CYCLE)
    return programme


def request(programme: Programme, **given: Any) -> CommandRequest:
    """Request that the pause of everything is lifted."""
    return programme.request_command("resume", {"reason": "checked"}, actor=ONE, **given)


def test_another_person_carries_a_command_out(play: Play) -> None:
    """The approval runs the command in the requester's name; until then nothing has happened."""
    programme = paused(play)
    before = hashes(programme.journal())
    asked = programme.request_command(
        "resume", {"country": "TH", "cycle": CYCLE.isoformat()}, actor=ONE, key="k"
    )
    assert asked == programme.request_command(
        "resume", {"country": "TH", "cycle": CYCLE}, actor=ONE, key="k"
    )
    whole = request(programme)
    assert len(programme.pauses()) == 2
    assert programme.command_requests() == [asked, whole]
    assert (asked.command, asked.requested_by, asked.outcome) == (
        "resume",
        "operator:o-1",
        "waiting",
    )
    assert asked.arguments == {"country": "TH", "cycle": CYCLE.isoformat()}

    tried = programme.dry_run(lambda own: own.approve_request(asked.number, actor=TWO)).result
    assert (tried.outcome, len(programme.pauses())) == ("carried_out", 2)
    done = programme.approve_request(asked.number, actor=TWO, key="a")
    assert programme.approve_request(asked.number, actor=TWO, key="a") == done
    assert (done.outcome, done.ended_by) == ("carried_out", "operator:o-2")
    assert [each.scope for each in programme.pauses()] == ["everything"]
    [lifted] = [each for each in programme.pauses(lifted=True) if each.lifted_by]
    assert lifted.lifted_by == "operator:o-1"
    assert programme.command_requests() == [whole]
    assert programme.command_requests(ended=True) == [done, whole]
    assert json.loads(json.dumps(done.document()))["arguments"] == done.arguments
    assert hashes(programme.journal()) == before


def test_the_same_person_does_not_decide(play: Play) -> None:
    """Ids are compared as persons; whoever requested a command may only withdraw it."""
    programme = paused(play)
    asked = request(programme)
    for same in (ONE, Actor("operator", "O-1")):
        with pytest.raises(ConflictError, match=r"operator:o-1 requested it, and .* is the same"):
            programme.approve_request(asked.number, actor=same)
        with pytest.raises(ConflictError, match="another person must decide"):
            programme.refuse_request(asked.number, actor=same, reason="no")
    merged = programme.request_command("resume", {}, actor=Actor("operator", "old"))
    with pytest.raises(ConflictError, match="is the same person"):
        programme.approve_request(merged.number, actor=Actor("operator", "new"))
    with pytest.raises(ConflictError, match="nobody else withdraws it; refuse it"):
        programme.withdraw_request(asked.number, actor=TWO, reason="no")
    with pytest.raises(NotAllowedError):
        programme.approve_request(asked.number, actor=MANAGERS[0])
    assert len(programme.pauses()) == 2


def test_a_request_ends_once(play: Play) -> None:
    """What was carried out, refused or withdrawn is decided; the reason is kept."""
    programme = paused(play)
    refused, withdrawn, done = (request(programme) for _ in range(3))
    for reason in ("", "  "):
        with pytest.raises(InputError, match="reason"):
            programme.refuse_request(refused.number, actor=TWO, reason=reason)
    assert programme.refuse_request(refused.number, actor=TWO, reason="no ").reason == "no"
    found = programme.withdraw_request(withdrawn.number, actor=ONE, reason="wrong")
    assert (found.outcome, found.ended_by) == ("withdrawn", "operator:o-1")
    programme.approve_request(done.number, actor=TWO)
    for number in (refused.number, withdrawn.number, done.number):
        ended = f"request {number}.* already, by operator:"
        with pytest.raises(ConflictError, match=ended):
            programme.approve_request(number, actor=TWO)
        with pytest.raises(ConflictError, match=ended):
            programme.refuse_request(number, actor=TWO, reason="no")
        with pytest.raises(ConflictError, match=ended):
            programme.withdraw_request(number, actor=ONE, reason="no")


def test_what_has_changed_is_not_carried_out(play: Play) -> None:
    """Changed rules and a month that has passed make a request stale; it is requested again."""
    programme = paused(play)
    first = request(programme)
    programme.suspend_cycle("SG", CYCLE, actor=MANAGERS[0])
    with pytest.raises(ConflictError, match="the rules have changed since it was requested; req"):
        programme.approve_request(first.number, actor=TWO)
    second = request(programme)
    clock: Any = programme.clock
    clock.move_to(clock.now() + timedelta(days=30))
    with pytest.raises(ConflictError, match="it was requested 30 days ago or longer"):
        programme.approve_request(second.number, actor=TWO)
    with programme._runtime.store.begin() as transaction:
        [old] = transaction.requests(first.number)
        row = old.row._replace(release="0001", recorded_at=clock.now())
        number = transaction.add_request(row)
    assert "it was requested under another release" in programme.command_request(number).stale
    assert programme.refuse_request(number, actor=TWO, reason="stale").stale == ()
    programme.approve_request(request(programme).number, actor=TWO)
    third = request_fails(programme)
    assert "not paused" in third


def request_fails(programme: Programme) -> str:
    """Request what can no longer be done; return why it is refused."""
    with pytest.raises(ConflictError) as refused:
        request(programme)
    return str(refused.value)


def test_what_a_command_refuses_leaves_the_request_waiting(play: Play) -> None:
    """A command that is refused when it is approved changes nothing, approvals included."""
    programme = paused(play)
    asked = request(programme)
    programme.resume(actor=TWO)
    with pytest.raises(ConflictError, match="not paused"):
        programme.approve_request(asked.number, actor=TWO)
    assert programme.command_request(asked.number).waiting
    programme.pause(actor=TWO, reason="again")
    assert programme.approve_request(asked.number, actor=TWO).outcome == "carried_out"


def test_policies_and_erasures_are_requested_alike(play: Play) -> None:
    """Every command that registered itself is carried out: a policy is released, texts deleted."""
    programme = season(play)
    version = "2026-9"
    text = changed_policy(version, chat_response_rate='"0.80"')
    given = {"lifecycle": "award", "version": version, "text": text}
    asked = programme.request_command("release_policy", given, actor=MANAGERS[0])
    assert version not in [each.text.version for each in programme.policy_list("award")]
    programme.approve_request(asked.number, actor=MANAGERS[1])
    assert programme.policy_show("award", version).released_by == "manager:m-1"

    asked = programme.request_command("erase", {"seller": "far"}, actor=HOST)
    programme.approve_request(asked.number, actor=Actor("host", "h-2"))
    with pytest.raises(ConflictError, match="carried out already"):
        programme.approve_request(asked.number, actor=Actor("host", "h-3"))


REFUSED: tuple[tuple[str, dict[str, Any], type[Exception], str], ...] = (
    ("fire", {}, NotFoundError, "no command that may be requested 'fire'; expected one of"),
    ("resme", {}, NotFoundError, "did you mean resume"),
    ("resume", {"where": "TH"}, InputError, "expected one of reason, country, cycle"),
    ("resume", {"actor": "operator:o-2"}, InputError, "'actor'"),
    ("resume", {"cycle": "April"}, InputError, "cycle"),
    ("resume", {"country": 5}, InputError, "country"),
    ("resume", {"country": "XX"}, NotFoundError, "country"),
    ("resume", {"country": "ID"}, ConflictError, "not paused"),
    ("close_ledger", {"country": "TH"}, InputError, "an argument cycle_on"),
    ("suspend_cycle", {"country": "SG", "cycle_on": str(CYCLE)}, NotAllowedError, "operator:o-1"),
)


def test_what_would_be_refused_is_no_request(play: Play) -> None:
    """A request is checked as the command itself is, when it is made."""
    programme = paused(play)
    for command, arguments, error, match in REFUSED:
        with pytest.raises(error, match=match):
            programme.request_command(command, arguments, actor=ONE)
    assert programme.command_requests(ended=True) == []


def test_keys_and_numbers(play: Play) -> None:
    """A key is for one request, and a number that nobody gave is unknown."""
    programme = paused(play)
    asked = request(programme, key="k")
    with pytest.raises(KeyReusedError):
        programme.request_command("resume", {}, actor=ONE, key="k")
    for number in (0, asked.number + 1):
        with pytest.raises(NotFoundError, match=f"no request '{number}'; expected the number"):
            programme.approve_request(number, actor=TWO)
    for table in (schema.requests, schema.approvals):
        with (
            pytest.raises(sa.exc.DBAPIError, match="append-only"),
            programme._runtime.store.undone() as connection,
        ):
            connection.execute(sa.delete(table))
