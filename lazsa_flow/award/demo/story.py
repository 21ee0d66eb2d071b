"""What do the people of the story do, and when?

Acts at fixed distances from each cycle date: facts come in, sellers are nominated, reviewers score
or recuse, compliance opens cases, members join and leave. Who does what is drawn by a generator
seeded with the story's seed, the act and the seller, from the seller's present state; so a seller's
fate hangs on nobody else's, an act that was cut off can be run again, and the same seed tells the
same story, row for row. Acts in bulk are one transaction with an idempotency key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.commands import imports, scorecard_imports
from lazsa_flow.award.demo.drift import drift_facts, seeded_random
from lazsa_flow.award.imports.nominations import NominationRow
from lazsa_flow.award.imports.scorecards import ScorecardRow
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.errors import LazsaError
from lazsa_flow.lifecycle.model import Actor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lazsa_flow.award.programme import Programme
    from lazsa_flow.lifecycle.model import Facts, Path

_REVIEWERS: Final = tuple(
    (f"reviewer-{team}-{number}", team)
    for team in ("marketing", "logistics", "categories", "service", "academy")
    for number in (1, 2)
)
_COMPLIANCE: Final = Actor("compliance", "compliance-1")
_OPEN: Final = ("nominated", "under_review", "awarded", "renewed", "renewal_due")
_SITTING: Final = ("awarded", "renewed", "renewal_due")


@dataclass(frozen=True, slots=True)
class Act:
    """Something that people do at one instant.

    Attributes:
        name: Unique in the story; part of its idempotency keys.
        at: When.
        run: Does it, and returns how many commands were taken and how many refused.
    """

    name: str
    at: datetime
    run: Callable[[], tuple[int, int]]


class Story:
    """The acts of all cycles.

    Args:
        programme: On a virtual clock.
        sellers: Their first facts.
        seed: Of everything that is drawn.
        start: The first instant.
        cycles: The cycle dates, in order.
    """

    def __init__(
        self,
        programme: Programme,
        sellers: list[Facts],
        *,
        seed: int,
        start: datetime,
        cycles: list[date],
    ) -> None:
        self._programme = programme
        self._first = sorted(sellers, key=lambda facts: facts.seller)
        self._seed = seed
        # at noon the day of the facts has begun in every country
        noon = datetime.combine(max(facts.as_of for facts in sellers), time(12), UTC)
        self._start = max(start, noon)
        self._cycles = cycles

    def acts(self) -> list[Act]:
        """Return every act, by its instant."""
        acts = [Act("facts", self._start, self._import_first)]
        for number, cycle in enumerate(self._cycles):
            acts += self._cycle_acts(number, cycle)
        return sorted(acts, key=lambda act: act.at)

    def _cycle_acts(self, number: int, cycle: date) -> Iterator[Act]:
        script: list[tuple[int, str, Callable[[date], tuple[int, int]]]] = [
            (-31, "convene", self._convene),
            (-31, "nominate", self._nominate),
            (-29, "nominate_late", self._nominate_late),
            (-28, "withdraw", self._withdraw),
            (-26, "complete", self._complete),
            (-18, "score", self._score),
            (-15, "recuse", self._recuse),
            (-12, "open_cases", self._open_cases),
            (-9, "disqualify", self._disqualify),
            (8, "steps", self._steps),
            (9, "score_in_grace", self._score_in_grace),
            (11, "join", self._join),
            (14, "appeal", self._appeal),
            (20, "close_cases", self._close_cases),
            (40, "leave", self._leave),
            (47, "conduct", self._conduct),
            (54, "resign", self._resign),
            (61, "rejoin", self._rejoin),
        ]
        if number:
            script.insert(0, (-33, "drift", lambda on: self._import_drifted(number, on)))
        for days, name, run in script:
            at = datetime.combine(cycle + timedelta(days=days), time(12), UTC)
            yield Act(f"{name}/{cycle}", max(at, self._start), partial(run, cycle))

    # -- helpers

    def _key(self, *parts: object) -> str:
        return "demo/" + "/".join(map(str, parts))

    def _drawn(self, name: str, cycle: date, seller: str, share: float) -> bool:
        return seeded_random(self._seed, name, cycle, seller).random() < share

    def _paths(self, *states: str) -> list[Path]:
        with self._programme.store.begin(write=False) as transaction:
            return transaction.paths_in("award", states)

    def _each(
        self,
        name: str,
        cycle: date,
        states: tuple[str, ...],
        share: float,
        do: Callable[[Path, str], object],
    ) -> tuple[int, int]:
        """Let a drawn share of the paths in some states do something, each by itself."""
        done = refused = 0
        for path in self._paths(*states):
            if self._drawn(name, cycle, path.subject, share):
                try:
                    do(path, self._key(name, cycle, path.ref))
                    done += 1
                except LazsaError:
                    refused += 1
        return done, refused

    # -- facts

    def _import_first(self) -> tuple[int, int]:
        context = self._programme.context
        return imports.add_facts(context, self._first, where="demo", key=self._key("facts")), 0

    def _import_drifted(self, number: int, cycle: date) -> tuple[int, int]:
        facts = self._first
        for earlier in self._cycles[1 : number + 1]:
            as_of = earlier - timedelta(days=33)
            facts = [drift_facts(each, as_of, self._seed) for each in facts]
        context = self._programme.context
        key = self._key("drift", cycle)
        return imports.add_facts(context, facts, where=f"drift {cycle}", key=key), 0

    # -- nominations

    def _nominate(self, cycle: date) -> tuple[int, int]:
        first = cycle == self._cycles[0]
        rows = list(self._nominations(cycle, 0.5 if first else 0.22, "nominate"))
        context = self._programme.context
        key = self._key("nominate", cycle)
        done = imports.add_nominations(context, rows, where=f"nominate {cycle}", key=key)
        doubled, refused = self._nominate_again(cycle)
        return done + doubled, refused

    def _nominate_late(self, cycle: date) -> tuple[int, int]:
        rows = list(self._nominations(cycle, 0.03, "nominate_late"))
        context = self._programme.context
        key = self._key("nominate_late", cycle)
        return imports.add_nominations(context, rows, where=f"late {cycle}", key=key), 0

    def _nominations(self, cycle: date, share: float, act: str) -> Iterator[NominationRow]:
        sitting: dict[str, list[str]] = {}
        for path in self._paths(*_SITTING):
            sitting.setdefault(path.country, []).append(path.subject)
        held = {path.subject for path in self._paths(*_OPEN)}
        barred = self._barred()
        for line, facts in enumerate(self._first, start=1):
            seller = facts.seller
            if seller in held | barred or not self._drawn(act, cycle, seller, share):
                continue
            random = seeded_random(self._seed, act, "by", cycle, seller)
            source, nominator = "employee", f"employee-{random.randrange(40)}"
            if random.random() < 0.3:
                source, nominator = "seller", seller
            elif facts.country in sitting and random.random() < 0.4:
                source, nominator = "ambassador", random.choice(sitting[facts.country])
            statement = "Helps other sellers." if random.random() > 0.08 else ""
            yield NominationRow(line, seller, source, nominator, statement)

    def _barred(self) -> set[str]:
        with self._programme.store.begin(write=False) as transaction:
            return transaction.subjects_recorded("good_standing", "ended")

    def _nominate_again(self, cycle: date) -> tuple[int, int]:
        """Nominate some nominees twice, and some sitting ambassadors, which is refused."""

        def again(path: Path, key: str) -> None:
            who = seeded_random(self._seed, "again", cycle, path.subject).randrange(40)
            actor = Actor("employee", f"employee-{who}")
            self._programme.nominate(path.subject, actor=actor, statement="Seconded.", key=key)

        done, refused = self._each("again", cycle, ("nominated",), 0.08, again)
        more, sitting = self._each("again_sitting", cycle, _SITTING, 0.02, again)
        return done + more, refused + sitting

    def _complete(self, cycle: date) -> tuple[int, int]:
        def complete(path: Path, key: str) -> None:
            with self._programme.store.begin(write=False) as transaction:
                nominations = transaction.nominations_of(path.id)
            for nomination in nominations:
                if not nomination.complete:
                    self._programme.complete_nomination(
                        path.ref,
                        actor=Actor(nomination.source, nomination.nominator),
                        statement="Added later.",
                        key=f"{key}/{nomination.id}",
                    )

        return self._each("complete", cycle, ("nominated",), 0.5, complete)

    def _withdraw(self, cycle: date) -> tuple[int, int]:
        def withdraw(path: Path, key: str) -> None:
            self._programme.fire(
                path.ref,
                "withdraw",
                actor=Actor("seller", path.subject),
                reason="nominee",
                key=key,
            )

        def take_back(path: Path, key: str) -> None:
            with self._programme.store.begin(write=False) as transaction:
                nominations = transaction.nominations_of(path.id)
            for nomination in nominations:
                self._programme.withdraw_nomination(
                    path.ref,
                    actor=Actor(nomination.source, nomination.nominator),
                    key=f"{key}/{nomination.id}",
                )

        one = self._each("withdraw", cycle, ("nominated", "under_review"), 0.03, withdraw)
        two = self._each("take_back", cycle, ("nominated",), 0.1, take_back)
        return one[0] + two[0], one[1] + two[1]

    # -- the panel

    def _convene(self, cycle: date) -> tuple[int, int]:
        reviewers = {**dict(_REVIEWERS), "reviewer-late": "events"}
        countries = sorted({facts.country for facts in self._first})
        for country in countries:
            team = Actor("team", f"team-{country}", country)
            key = self._key("convene", cycle, country)
            self._programme.assign_reviewers(country, cycle, reviewers, actor=team, key=key)
        return len(countries), 0

    def _score(self, cycle: date) -> tuple[int, int]:
        in_review = [path for path in self._paths("under_review") if path.cycle_on == cycle]
        renewing = [path for path in self._paths("awarded", "renewed") if path.cycle_on == cycle]
        rows = [row for path in in_review for row in self._cards(path, cycle, short=0.08)]
        rows += [row for path in renewing for row in self._cards(path, cycle, short=0.25)]
        context = self._programme.context
        key = self._key("score", cycle)
        return scorecard_imports.add_scorecards(context, rows, where=f"score {cycle}", key=key), 0

    def _cards(self, path: Path, cycle: date, *, short: float) -> Iterator[ScorecardRow]:
        random = seeded_random(self._seed, "score", cycle, path.subject)
        wanted = 2 if random.random() < short else random.choice((3, 3, 4))
        quality = random.gauss(3.9, 0.5)
        start = random.randrange(len(_REVIEWERS))
        for number in range(wanted):
            reviewer, team = _REVIEWERS[(start + 2 * number) % len(_REVIEWERS)]
            scores = tuple(min(5, max(0, round(random.gauss(quality, 0.6)))) for _ in ITEMS)
            yield ScorecardRow(number + 1, path.subject, reviewer, team, scores, "As discussed.")

    def _score_in_grace(self, cycle: date) -> tuple[int, int]:
        """Let late reviewers complete some of the panels that were short on the due date."""

        def score(path: Path, key: str) -> None:
            self._programme.score(
                path.ref,
                actor=Actor("reviewer", "reviewer-late", path.country, "events"),
                scores={
                    item: seeded_random(self._seed, key, item).choice((3, 4, 4, 5))
                    for item in ITEMS
                },
                comment="Sorry for the delay.",
                key=key,
            )

        return self._each("score_in_grace", cycle, ("renewal_due",), 0.6, score)

    def _recuse(self, cycle: date) -> tuple[int, int]:
        def recuse(path: Path, key: str) -> None:
            with self._programme.store.begin(write=False) as transaction:
                cards = transaction.rounds_of(path.id).get(cycle, [])
            if cards:
                card = cards[0]
                self._programme.recuse(
                    path.ref,
                    actor=Actor("reviewer", card.reviewer, path.country, card.team),
                    reason="works_with_the_seller",
                    key=key,
                )

        return self._each("recuse", cycle, ("under_review", "awarded", "renewed"), 0.03, recuse)

    # -- compliance

    def _open_cases(self, cycle: date) -> tuple[int, int]:
        def open_case(path: Path, key: str) -> None:
            case = f"case-{cycle}-{path.id}"
            self._programme.open_case(path.subject, case, actor=_COMPLIANCE, key=key)

        return self._each("open_cases", cycle, ("under_review", "awarded"), 0.02, open_case)

    def _close_cases(self, cycle: date) -> tuple[int, int]:
        def close_case(path: Path, key: str) -> None:
            case = f"case-{cycle}-{path.id}"
            self._programme.close_case(path.subject, case, actor=_COMPLIANCE, key=key)

        states = ("under_review", "awarded", "renewal_due", "retired")
        return self._each("open_cases", cycle, states, 0.02, close_case)

    def _disqualify(self, cycle: date) -> tuple[int, int]:
        def disqualify(path: Path, key: str) -> None:
            self._programme.fire(
                path.ref,
                "disqualify",
                actor=_COMPLIANCE,
                reason="false_statement",
                key=key,
            )

        return self._each("disqualify", cycle, ("under_review",), 0.01, disqualify)

    def _conduct(self, cycle: date) -> tuple[int, int]:
        def end(path: Path, key: str) -> None:
            trigger = {"retired": "revoke_standing", "reconnect": "remove"}.get(
                path.state, "retire"
            )
            self._programme.fire(
                path.ref, trigger, actor=_COMPLIANCE, reason="code_of_conduct", key=key
            )

        states = ("awarded", "renewed", "retired", "reconnect")
        return self._each("conduct", cycle, states, 0.012, end)

    # -- the sellers and their teams

    def _resign(self, cycle: date) -> tuple[int, int]:
        def resign(path: Path, key: str) -> None:
            self._programme.fire(
                path.ref,
                "retire",
                actor=Actor("seller", path.subject),
                reason="resigned",
                key=key,
            )

        return self._each("resign", cycle, ("awarded", "renewed"), 0.04, resign)

    def _steps(self, cycle: date) -> tuple[int, int]:
        def steps(path: Path, key: str) -> None:
            actor = Actor("seller", path.subject)
            for step in ("get_app", "register"):
                self._programme.reconnect_step(path.subject, step, actor=actor, key=f"{key}/{step}")

        return self._each("steps", cycle, ("retired",), 0.7, steps)

    def _join(self, cycle: date) -> tuple[int, int]:
        def join(path: Path, key: str) -> None:
            team = Actor("team", f"team-{path.country}", path.country)
            self._programme.reconnect_step(path.subject, "join_group", actor=team, key=key)

        return self._each("join", cycle, ("retired",), 0.9, join)

    def _leave(self, cycle: date) -> tuple[int, int]:
        def leave(path: Path, key: str) -> None:
            self._programme.fire(
                path.ref,
                "remove",
                actor=Actor("seller", path.subject),
                reason="left",
                key=key,
            )

        return self._each("leave", cycle, ("reconnect",), 0.12, leave)

    def _rejoin(self, cycle: date) -> tuple[int, int]:
        def rejoin(path: Path, key: str) -> None:
            team = Actor("team", f"team-{path.country}", path.country)
            self._programme.fire(path.ref, "rejoin", actor=team, key=key)

        return self._each("rejoin", cycle, ("removed",), 0.2, rejoin)

    def _appeal(self, cycle: date) -> tuple[int, int]:
        def appeal(path: Path, key: str) -> None:
            for number in (1, 2):
                manager = Actor("manager", f"manager-{number}")
                self._programme.appeal(path.ref, actor=manager, key=f"{key}/{number}")

        paths = ("declined", "retired")
        return self._each("appeal", cycle, paths, 0.01, appeal)
