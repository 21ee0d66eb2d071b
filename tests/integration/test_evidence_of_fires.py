"""A single fire asks for the evidence that its trigger declares, and for all where that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lazsa_flow.engine.rulebook import Rulebook
from lazsa_flow.errors import HostCodeError
from lazsa_flow.lifecycle.roles import Recipient
from tests.integration.world import EMPLOYEE, SELLER, watch_statements

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.model import Snapshot
    from tests.integration.world import World


def test_a_fire_reads_no_more_than_its_trigger_declares(world: World) -> None:
    """Withdrawing notifies nominators, and looks at no facts and no cards."""
    path = world.nominate()
    asked = watch_statements(world.programme)
    world.programme.fire(path, "withdraw", actor=SELLER, reason="nominee")
    read = " ".join(statement for statement in asked if statement.startswith("SELECT"))
    assert "FROM lazsa_nominations" in read
    assert "lazsa_facts.gmv_usd" not in read
    assert "FROM lazsa_scorecards \nWHERE own" not in read


def test_what_is_declared_too_narrowly_is_read_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a host's function looks for a source that nothing declares, it is given them all."""
    path = world.nominate()
    monkeypatch.setattr(Rulebook, "sources_read", lambda *_asked: frozenset())
    world.programme.fire(path, "withdraw", actor=SELLER, reason="nominee")
    told = {notice.to for notice in world.programme.outbox() if notice.kind == "nominee_withdrew"}
    assert told == {f"employee:{EMPLOYEE.id}"}


def test_what_fails_by_itself_fails_when_all_is_read(world: World, failing: list[int]) -> None:
    """The error of a host's function comes out after the second try, and nothing is written."""
    path = world.nominate()
    with pytest.raises(HostCodeError, match="recipient nominators"):
        world.programme.fire(path, "withdraw", actor=SELLER, reason="nominee")
    assert len(failing) == 2
    assert len(world.programme.history(path)) == 1


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let the recipient "nominators" raise; count its calls."""
    calls: list[int] = []
    persons = Recipient.persons

    def fail(recipient: Recipient, seen: Snapshot) -> tuple[str, ...]:
        if recipient.name != "nominators":
            return persons(recipient, seen)
        calls.append(1)
        return persons(Recipient("nominators", each=lambda _seen: [str(1 // 0)]), seen)

    monkeypatch.setattr(Recipient, "persons", fail)
    return calls
