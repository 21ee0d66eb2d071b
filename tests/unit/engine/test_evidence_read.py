"""A single fire reads the evidence that its trigger's guards, relations and recipients declare."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.engine.evidence_read import sources_by_trigger
from lazsa_flow.lifecycle.roles import Recipient

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.table import Lifecycle

ALL: Final = {"facts", "nominations", "panel"}


def _undeclared(name: str) -> Lifecycle:
    """Return the award's table with one of its recipients, or one guard, that declares nothing."""
    if name in AWARD.guards:
        guards = {**AWARD.guards, name: replace(AWARD.guards[name], reads=None)}
        return replace(AWARD, guards=guards)
    recipients = [
        Recipient(each.name, each.each) if each.name == name else each for each in AWARD.recipients
    ]
    return replace(AWARD, recipients=tuple(recipients))


@pytest.mark.parametrize(
    ("trigger", "reason", "read"),
    [
        ("withdraw", "nominee", {"nominations"}),  # whom it notifies
        ("withdraw", "nominators", {"nominations", "facts"}),  # who may, and the date in the row
        ("disqualify", "code_of_conduct", set()),
        ("award", None, {"facts", "panel"}),
    ],
)
def test_a_trigger_reads_what_is_declared(trigger: str, reason: str | None, read: set[str]) -> None:
    """Guards, relations and recipients count; with guards, the source whose date is journaled."""
    assert sources_by_trigger(AWARD)[trigger, reason] == read


@pytest.mark.parametrize(
    ("undeclared", "key"),
    [
        ("nominators", ("withdraw", "nominee")),
        ("no_nomination_left", ("withdraw", "nominators")),
    ],
)
def test_what_declares_nothing_may_read_anything(undeclared: str, key: Any) -> None:
    """A guard or recipient without ``reads`` may look at every source."""
    assert sources_by_trigger(_undeclared(undeclared))[key] == ALL
