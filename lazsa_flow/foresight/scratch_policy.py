"""Policies released in a scratch database, so that the engine decides by them there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.engine.rulebook import clock_actor
from lazsa_flow.foresight.policies import governing_version, has_cycles, with_unused_version
from lazsa_flow.service.configuration import ALWAYS
from lazsa_flow.service.releasing import replan_lifecycle
from lazsa_flow.service.service import FlowService

if TYPE_CHECKING:
    from datetime import datetime

    from lazsa_flow.clock import VirtualClock
    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.foresight.nights import Night
    from lazsa_flow.foresight.policies import Candidate
    from lazsa_flow.foresight.scratch import Scratch
    from lazsa_flow.lifecycle.policy import PolicyText
    from lazsa_flow.store.transaction import SqlTransaction

_ACTOR: Final = clock_actor("rehearsal")


class ScratchPolicy(NamedTuple):
    """A policy that is released in a scratch database.

    Attributes:
        text: Of a version that the database does not have.
        begins: From when on it is in force.
        ends: Until when no other version takes its place.
        alone: Whether it takes the place of every other version of its lifecycle.
    """

    text: PolicyText
    begins: datetime
    ends: datetime
    alone: bool

    def release(self, scratch: Scratch, clock: VirtualClock) -> None:
        """Release it; what is overdue is decided before, by the rules of production."""
        with scratch.advance(clock) as runtime:
            FlowService(runtime).sweep()
        scratch.store_policy(self.text, begins=self.begins, ends=self.ends, alone=self.alone)
        with scratch.advance(clock) as runtime:
            after, now = runtime.rulebook, clock.now()

            def replan(transaction: SqlTransaction) -> None:
                for _ in replan_lifecycle(transaction, after, self.text.lifecycle, _ACTOR, now):
                    pass

            runtime.store.transact(replan)


def as_if_in_force(rulebook: Rulebook, candidate: Candidate, night: Night) -> ScratchPolicy | None:
    """Return what lets a policy govern a date in a scratch database; ``None`` where it does.

    It is in force from the instant on at which the cycle of the date opens anywhere. Without cycles
    it governs every path.

    Args:
        rulebook: The rules of production.
        candidate: The policy.
        night: What is rehearsed.
    """
    lifecycle = candidate.text.lifecycle
    cyclic = [code for code in night.countries if has_cycles(rulebook, lifecycle, code)]
    if candidate.released and all(
        governing_version(rulebook, lifecycle, code, night.on, night.now) == candidate.text.version
        for code in night.countries
    ):
        return None
    text = candidate.text
    if candidate.released:
        versions = {each.policy.version for each in rulebook.releases_of(lifecycle)}
        text = with_unused_version(text, versions)
    if not cyclic:
        return ScratchPolicy(text, ALWAYS, ALWAYS, alone=True)
    calendars = [rulebook.calendar(code) for code in cyclic]
    opened = [each.start(each.previous(night.on)).at for each in calendars]
    return ScratchPolicy(text, min(opened), max(opened), alone=False)


def as_released_now(candidate: Candidate, night: Night) -> ScratchPolicy | None:
    """Return what a release of a policy would do now; ``None`` where it is released."""
    if candidate.released:
        return None
    return ScratchPolicy(candidate.text, night.now, night.now, alone=False)
