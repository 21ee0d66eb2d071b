"""The demo's nominations: who nominates, completes a statement, or withdraws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.award.commands import imports
from lazsa_flow.award.demo.drift import seeded_random
from lazsa_flow.award.imports.nominations import NominationRow
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.service.part import runtime_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from lazsa_flow.award.demo.stage import Outcome, Stage
    from lazsa_flow.lifecycle.model import Path

_OPEN: Final = ("nominated", "under_review", "awarded", "renewed", "renewal_due")
_SITTING: Final = ("awarded", "renewed", "renewal_due")
_EMPLOYEES: Final = 40


def nominate_sellers(stage: Stage, cycle: date) -> Outcome:
    """Nominate a share of the sellers, larger in the first cycle, and some of them twice."""
    share = 0.5 if cycle == stage.cycles[0] else 0.22
    done = _import_nominations(stage, cycle, share, "nominate", where=f"nominate {cycle}")
    doubled, refused = _nominate_again(stage, cycle)
    return done + doubled, refused


def nominate_late(stage: Stage, cycle: date) -> Outcome:
    """Nominate a few more sellers shortly before the window closes."""
    return _import_nominations(stage, cycle, 0.03, "nominate_late", where=f"late {cycle}"), 0


def _import_nominations(stage: Stage, cycle: date, share: float, act: str, *, where: str) -> int:
    rows = list(_draw_nominations(stage, cycle, share, act))
    key = stage.key_of(act, cycle)
    return imports.add_nominations(runtime_of(stage.programme).context, rows, where=where, key=key)


def _draw_nominations(stage: Stage, cycle: date, share: float, act: str) -> Iterator[NominationRow]:
    sitting: dict[str, list[str]] = {}
    for path in stage.paths_in(*_SITTING):
        sitting.setdefault(path.country, []).append(path.subject)
    held = {path.subject for path in stage.paths_in(*_OPEN)}
    barred = _barred_sellers(stage)
    for line, facts in enumerate(stage.sellers, start=1):
        seller = facts.seller
        if seller in held | barred or not stage.is_drawn(act, cycle, seller, share):
            continue
        random = seeded_random(stage.seed, act, "by", cycle, seller)
        source, nominator = "employee", f"employee-{random.randrange(_EMPLOYEES)}"
        if random.random() < 0.3:
            source, nominator = "seller", seller
        elif facts.country in sitting and random.random() < 0.4:
            source, nominator = "ambassador", random.choice(sitting[facts.country])
        statement = "Helps other sellers." if random.random() > 0.08 else ""
        yield NominationRow(line, seller, source, nominator, statement)


def _barred_sellers(stage: Stage) -> set[str]:
    with runtime_of(stage.programme).store.begin(write=False) as transaction:
        barred: set[str] = transaction.subjects_recorded("good_standing", "ended")
    return barred


def _nominate_again(stage: Stage, cycle: date) -> Outcome:
    """Nominate some nominees twice, and some sitting ambassadors, which is refused."""

    def second_nomination(path: Path, key: str) -> None:
        who = seeded_random(stage.seed, "again", cycle, path.subject).randrange(_EMPLOYEES)
        actor = Actor("employee", f"employee-{who}")
        stage.programme.nominate(path.subject, actor=actor, statement="Seconded.", key=key)

    done, refused = stage.act_on_each("again", cycle, ("nominated",), 0.08, second_nomination)
    more, sitting = stage.act_on_each("again_sitting", cycle, _SITTING, 0.02, second_nomination)
    return done + more, refused + sitting


def complete_nominations(stage: Stage, cycle: date) -> Outcome:
    """Let half of the nominators who left their statement out add it."""

    def complete_statement(path: Path, key: str) -> None:
        with runtime_of(stage.programme).store.begin(write=False) as transaction:
            nominations = transaction.nominations_of(path.id)
        for nomination in nominations:
            if not nomination.complete:
                stage.programme.complete_nomination(
                    path.ref,
                    actor=Actor(nomination.source, nomination.nominator),
                    statement="Added later.",
                    key=f"{key}/{nomination.id}",
                )

    return stage.act_on_each("complete", cycle, ("nominated",), 0.5, complete_statement)


def withdraw_nominations(stage: Stage, cycle: date) -> Outcome:
    """Let a few nominees withdraw, and some nominators take their nomination back."""

    def withdraw_nominee(path: Path, key: str) -> None:
        stage.programme.fire(
            path.ref,
            "withdraw",
            actor=Actor("seller", path.subject),
            reason="nominee",
            key=key,
        )

    def take_back(path: Path, key: str) -> None:
        with runtime_of(stage.programme).store.begin(write=False) as transaction:
            nominations = transaction.nominations_of(path.id)
        for nomination in nominations:
            stage.programme.withdraw_nomination(
                path.ref,
                actor=Actor(nomination.source, nomination.nominator),
                key=f"{key}/{nomination.id}",
            )

    states = ("nominated", "under_review")
    nominees = stage.act_on_each("withdraw", cycle, states, 0.03, withdraw_nominee)
    nominators = stage.act_on_each("take_back", cycle, ("nominated",), 0.1, take_back)
    return nominees[0] + nominators[0], nominees[1] + nominators[1]
