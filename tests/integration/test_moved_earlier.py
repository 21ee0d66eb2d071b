"""A policy that makes paths due earlier is foreseen with them, though nothing is due today."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lazsa_flow import Actor, Config, Programme, VirtualClock
from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.lifecycle.policy import Policy
from tests.factories import CYCLE, utc
from tests.own_evidence import INVOICE

if TYPE_CHECKING:
    from pathlib import Path

    from lazsa_flow.lifecycle.calendar import Moment
    from lazsa_flow.lifecycle.model import GuardContext

CLERK = Actor("clerk", "c-1")


class TermsPolicy(Policy):
    """How many days a customer is given."""

    due_days: int


def _deadline(context: GuardContext) -> Moment:
    policy: Any = context.policy
    opened = context.calendar.local_date(context.path.opened_at)
    return context.calendar.start(opened + timedelta(days=policy.due_days))


def terms(version: str, days: int) -> str:
    """Return a policy as TOML."""
    return f'lifecycle = "invoice"\nversion = "{version}"\ndue_days = {days}\n'


def test_what_a_policy_makes_due_is_foreseen(tmp_path: Path) -> None:
    """Invoices that fall due on the date under other terms alone are rehearsed and compared."""
    table = replace(
        INVOICE,
        policy=TermsPolicy,
        default_policies=(terms("2020-1", 200),),
        instants={"deadline": _deadline},
    )
    url, clock = f"sqlite:///{tmp_path / 'terms.db'}", VirtualClock(utc(2026, 6, 1, 4))
    config = Config.load(lifecycles=[AWARD, table])
    Programme.migrate(url, config=config, clock=clock)
    with Programme.open(url, config=config, clock=clock) as programme:
        for number in range(3):
            programme.open_path("invoice", f"s-{number}", "SG", actor=CLERK)
        assert programme.rehearse(on=CYCLE).outcomes == ()
        short = terms("2026-2", (CYCLE - clock.now().date()).days)
        found = programme.rehearse(on=CYCLE, policy=short)
        assert [each.outcome for each in found.outcomes] == ["expire"] * 3
        assert found.paths == 3
        assert programme.rehearse(on=CYCLE, policy=terms("2026-3", 190)).paths == 0
        compared = programme.compare_policies("invoice", short, on=CYCLE, as_if_in_force=True)
        assert [(each.before, each.after) for each in compared.changes] == [
            ("not_due", "expire")
        ] * 3
