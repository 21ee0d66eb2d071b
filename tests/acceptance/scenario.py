"""How is a story from ``tests/scenarios`` read and played?

A scenario is a TOML file that a programme manager can read and write: who did what when, and what
must hold then.

The stage:
    ``title`` says the rule in a sentence, ``rule`` where it stands in programme.md. The seller
    ``s1`` is of ``country`` (Singapore unless told) and meets every bar; ``[facts.s1]`` tells what
    differs, ``[facts.s2]`` brings on another seller. The facts are dated and imported on the day
    of the first step. For the cycles in ``panels`` the local team has convened a panel of four:
    ann of books, bo of events, cy of care, di of law.

A step:
    ``at`` a local time with its zone, ``by`` whom (``employee:e1``, ``seller:s1``,
    ``reviewer:ann``, ``team:SG``; several in a list do it one after the other), ``do`` what: a
    verb of :data:`VERBS`, or any other trigger of the award path with its ``reason``. It must
    succeed, unless ``refused`` names the guards that stand against it, or ``error`` the kind of
    error, whose text ``says`` something. ``worker = "down"`` stops the worker: nothing fires until
    it is ``"up"`` and sweeps everything overdue at that instant.

An expectation:
    ``at`` an instant, after all steps of that instant: the ``state`` of a seller's latest
    candidacy (or of the ``candidacy`` of that number), the ``reason`` and guards ``unmet`` of its
    latest move, since when that is ``effective`` and when it was ``recorded``, when it is
    ``due_on``, the ``notices`` it sent, all ``moves`` so far, whether the ``badge`` is valid, the
    ``policy`` version, the days on which the panel was ``reminded`` (:class:`Expectation`).

At the end of every scenario the books balance and the journal verifies.
"""

from __future__ import annotations

import csv
import re
import sqlite3
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from lazsa_flow import Actor, LazsaError, Programme, RefusedError, VirtualClock, errors
from lazsa_flow.award.imports.facts import FACTS_COLUMNS
from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.lifecycle.policy import read_toml
from lazsa_flow.runner.scheduler import turn_virtual_clock
from tests.factories import policy_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path as FilePath

    from lazsa_flow import Path
    from lazsa_flow.engine.journal_entry import JournalEntry

PANEL: Final = {"ann": "books", "bo": "events", "cy": "care", "di": "law"}
SOUND: Final = {
    "country": "SG",
    "joined_on": "2018-01-15",
    "ncp_points": "0",
    "policy_compliant": "true",
    "gmv_usd": "120000",
    "gmv_rate": "0.35",
    "chat_response_rate": "0.93",
    "monthly_cancellation_rates": ";".join(["0.004"] * 9),
    "retention_rate": "0.40",
    "is_lazstar": "false",
    "activities": "",
}
HOST: Final = "host:host"
STANDING: Final = ("award", "renew")


def read_when(text: Any) -> datetime:
    """Read ``2020-03-01 10:00 Asia/Jakarta`` (seconds and their fractions where wanted)."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d(?:\.\d{6})?)?) (\S+)", str(text))
    if found is None:
        msg = "a local time with its zone, such as 2020-03-01 10:00 Asia/Jakarta"
        raise ValueError(msg)
    try:
        zone = ZoneInfo(found[2])
    except (KeyError, ValueError):
        msg = f"a zone that exists, not {found[2]}"
        raise ValueError(msg) from None
    return datetime.fromisoformat(found[1]).replace(tzinfo=zone).astimezone(ZoneInfo("UTC"))


When = Annotated[datetime, BeforeValidator(read_when)]
Words = Annotated[list[str], BeforeValidator(lambda v: [v] if isinstance(v, str) else v)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(_Strict):
    """Somebody does something; see the module."""

    at: When
    do: str | None = None
    by: Words = []
    worker: Literal["down", "up"] | None = None
    seller: str = "s1"
    candidacy: int | None = None
    reason: str | None = None
    refused: Words | None = None
    error: str | None = None
    says: str | None = None
    # what some of the verbs take besides
    statement: str = "Helps other sellers."
    score: int = 4
    items: dict[str, int] = {}
    name: str = ""
    grant: bool = True
    as_of: date | None = None
    cycle: date | None = None
    country: str | None = None
    change: dict[str, str] = {}

    @model_validator(mode="after")
    def _one_thing(self) -> Step:
        triggers = {edge.trigger for edge in AWARD.edges}
        if (self.do is None) == (self.worker is None):
            msg = "either do or worker"
            raise ValueError(msg)
        if self.do is not None and self.do not in VERBS and self.do not in triggers:
            msg = f"do: one of {', '.join(sorted({*VERBS, *triggers}))}, not {self.do}"
            raise ValueError(msg)
        if self.error is not None and not hasattr(errors, self.error):
            msg = f"error: one of lazsa_flow's, not {self.error}"
            raise ValueError(msg)
        return self


class Expectation(_Strict):
    """What must hold; see the module. Only what is named is looked at.

    Attributes:
        unmet: Exactly the guards of award and renewal that did not hold at the latest move.
        due_on: The date of the next decision: the cycle of a nominee, the due date of an award.
        notices: What the latest move sent, as ``welcome`` or ``removed to team``.
    """

    at: When
    seller: str = "s1"
    candidacy: int | None = None
    candidacies: int | None = None
    state: str | None = None
    reason: str | None = None
    unmet: list[str] | None = None
    effective: Annotated[datetime | None, BeforeValidator(read_when)] = None
    recorded: Annotated[datetime | None, BeforeValidator(read_when)] = None
    due_on: date | None = None
    notices: list[str] | None = None
    moves: list[str] | None = None
    badge: bool | None = None
    policy: str | None = None
    reminded: list[date] | None = None


class Scenario(_Strict):
    """One file."""

    title: str
    rule: str
    country: str = "SG"
    panels: list[date] = []
    facts: dict[str, dict[str, str]] = {}
    step: list[Step]
    expect: list[Expectation]

    @model_validator(mode="after")
    def _in_order(self) -> Scenario:
        for kind, items in (("step", self.step), ("expect", self.expect)):
            instants = [item.at for item in items]
            for number, (before, after) in enumerate(pairwise(instants), 2):
                if after < before:
                    msg = f"{kind} {number}: not before the one above it"
                    raise ValueError(msg)
        for seller, facts in self.facts.items():
            wrong = set(facts) - {*SOUND, "as_of"}
            if wrong:
                msg = f"facts.{seller}: no column {', '.join(sorted(wrong))}"
                raise ValueError(msg)
        return self


def read(file: FilePath) -> Scenario:
    """Read a scenario.

    Raises:
        ConfigError: It is not as the module says; every fault is named with its place.
    """
    return read_toml(Scenario, file.read_text("utf-8"), where=file.name)


class Player:
    """Plays scenarios on an empty database.

    Args:
        file: The database, migrated.
    """

    def __init__(self, file: FilePath, scenario: Scenario) -> None:
        self._file = file
        self._told = scenario
        self._clock = VirtualClock(scenario.step[0].at)
        self._up = True
        self.programme = Programme.open(f"sqlite:///{file}", clock=self._clock)

    def play(self) -> None:
        """Play it to its end.

        Raises:
            AssertionError: Something did not come as expected; it names the place in the file.
        """
        with self.programme:
            self._set_stage()
            acts: list[Step | Expectation] = [*self._told.step, *self._told.expect]
            for act in sorted(acts, key=lambda act: act.at):  # at one instant, steps come first
                self._move_to(act.at)
                if isinstance(act, Step):
                    self._take(act)
                else:
                    self._check(act)
            self.programme.sweep()
            assert not [book for book in self.programme.books() if book.unexplained]
            self.programme.verify_journal()

    def _move_to(self, at: datetime) -> None:
        if self._up:
            turn_virtual_clock(self.programme, self._clock, self._ring, lambda: None, until=at)
        self._clock.move_to(at)

    def _ring(self) -> None:
        self.programme.sweep()

    def _set_stage(self) -> None:
        told = self._told
        for seller in {"s1": {}, **told.facts}:
            self.import_facts(seller, None, told.facts.get(seller, {}))
        for cycle in told.panels:
            self.convene(told.country, cycle)

    def convene(self, country: str, cycle: date) -> None:
        """Let a country's team convene the four of the panel."""
        team = Actor("team", f"team-{country}", country)
        self.programme.assign_reviewers(country, cycle, PANEL, actor=team)

    def import_facts(self, seller: str, as_of: date | None, change: dict[str, str]) -> None:
        """Import one seller's facts, as the host hands them over: as a file."""
        calendar = self.programme._runtime.rulebook.calendar(
            change.get("country", self._told.country)
        )
        today = calendar.local_date(self._clock.now())
        own = self._told.facts.get(seller, {})
        row = {**SOUND, "country": self._told.country, "as_of": str(as_of or today)}
        row |= {"seller_id": seller, **own, **change}
        if as_of is not None:
            row["as_of"] = str(as_of)
        file = self._file.with_name("facts.csv")
        with file.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, FACTS_COLUMNS)
            writer.writeheader()
            writer.writerow(row)
        self.programme.import_facts(file)

    # -- steps

    def path(self, seller: str, candidacy: int | None = None) -> Path:
        """Return a seller's latest candidacy, or the one of a number, from 1."""
        paths = [path for path in self.programme.paths(seller) if path.lifecycle == "award"]
        return paths[candidacy - 1 if candidacy else -1]

    def ref(self, step: Step) -> str:
        """Return the reference of the path that a step is about."""
        return self.path(step.seller, step.candidacy).ref

    def _take(self, step: Step) -> None:
        place = f"{step.do or step.worker} at {step.at}"
        if step.worker is not None:
            self._up = step.worker == "up"
            if self._up:
                self._ring()
            return
        for who in step.by or [HOST]:
            self._do(step, self._actor(who, step), f"{place} by {who}")

    def _actor(self, who: str, step: Step) -> Actor:
        role, _, name = who.partition(":")
        if role == "reviewer":
            return Actor(role, name, self.path(step.seller).country, PANEL[name])
        if role == "team":
            return Actor(role, f"team-{name}", name)
        return Actor(role, name)

    def _do(self, step: Step, actor: Actor, place: str) -> None:
        verb = VERBS.get(step.do or "", _trigger)
        if step.refused is None and step.error is None:
            verb(self, step, actor)
            return
        with pytest.raises(LazsaError) as caught:
            verb(self, step, actor)
        error = caught.value
        kind = step.error or "RefusedError"
        assert type(error).__name__ == kind, f"{place}: {type(error).__name__}: {error}"
        if step.refused is not None:
            assert isinstance(error, RefusedError)
            unmet = {v.name for v in error.verdicts if not v.held}
            assert unmet == set(step.refused), place
        assert (step.says or "") in str(error), f"{place}: {error}"

    # -- expectations

    def _check(self, told: Expectation) -> None:
        path = self.path(told.seller, told.candidacy)
        rows = self.programme.history(path.ref)
        last = rows[-1]
        found: dict[str, Any] = {
            "candidacies": len(self.programme.paths(told.seller)),
            "state": path.state,
            "reason": last["reason"],
            "unmet": sorted(self._unmet(last)),
            "effective": datetime.fromisoformat(last["effective_at"]),
            "recorded": datetime.fromisoformat(last["recorded_at"]),
            "due_on": path.cycle_on,
            "notices": self._notices(f"{path.ref}.{path.seq}."),
            "moves": [row["trigger"] or row["reason"] for row in rows],
            "badge": self.programme.badge(told.seller).valid,
            "policy": last["policy"].partition("/")[2],
            "reminded": self._reminded(path),
        }
        wanted = told.model_dump(exclude={"at", "seller", "candidacy"}, exclude_none=True)
        if "unmet" in wanted:
            wanted["unmet"] = sorted(wanted["unmet"])
        for name, value in wanted.items():
            place = f"{told.seller} at {told.at}: {name} is"
            assert found[name] == value, f"{place} {found[name]}, expected {value}"

    def _unmet(self, row: JournalEntry) -> set[str]:
        asked = {guard for edge in AWARD.edges if edge.trigger in STANDING for guard in edge.guards}
        return {v["name"] for v in row["verdicts"] if not v["held"] and v["name"] in asked}

    def _notices(self, key: str) -> list[str]:
        rows = self._outbox(f"{key}%")
        return [kind if to == "seller" else f"{kind} to {to}" for _, kind, to in rows]

    def _reminded(self, path: Path) -> list[date]:
        rows = self._outbox(f"{path.ref}.grace_reminder.%")
        panel = [key for key, _, recipient in rows if recipient == "panel"]
        return [date.fromisoformat(key.split(".")[2]) for key in panel]

    def _outbox(self, pattern: str) -> list[tuple[str, str, str]]:
        connection = sqlite3.connect(self._file)
        try:
            query = "select key, kind, recipient from lazsa_outbox where key like ? order by key"
            return connection.execute(query, (pattern,)).fetchall()
        finally:
            connection.close()


def _trigger(player: Player, step: Step, actor: Actor) -> None:
    assert step.do is not None
    player.programme.fire(player.ref(step), step.do, actor=actor, reason=step.reason)


def _facts(player: Player, step: Step, _actor: Actor) -> None:
    player.import_facts(step.seller, step.as_of, step.change)


def _nominate(player: Player, step: Step, actor: Actor) -> None:
    player.programme.nominate(step.seller, actor=actor, statement=step.statement)


def _complete(player: Player, step: Step, actor: Actor) -> None:
    player.programme.complete_nomination(player.ref(step), actor=actor, statement=step.statement)


def _take_back(player: Player, step: Step, actor: Actor) -> None:
    player.programme.withdraw_nomination(player.ref(step), actor=actor)


def _convene(player: Player, step: Step, _actor: Actor) -> None:
    assert step.cycle is not None
    player.convene(step.country or player.path(step.seller).country, step.cycle)


def _score(player: Player, step: Step, actor: Actor) -> None:
    scores = {**dict.fromkeys(ITEMS, step.score), **step.items}
    player.programme.score(player.ref(step), actor=actor, scores=scores, comment="As discussed.")


def _recuse(player: Player, step: Step, actor: Actor) -> None:
    player.programme.recuse(player.ref(step), actor=actor, reason=step.reason or "")


def _open_case(player: Player, step: Step, actor: Actor) -> None:
    player.programme.open_case(step.seller, step.name, actor=actor)


def _close_case(player: Player, step: Step, actor: Actor) -> None:
    player.programme.close_case(step.seller, step.name, actor=actor)


def _reconnect_step(player: Player, step: Step, actor: Actor) -> None:
    player.programme.reconnect_step(step.seller, step.name, actor=actor)


def _appeal(player: Player, step: Step, actor: Actor) -> None:
    player.programme.appeal(player.ref(step), actor=actor, grant=step.grant)


def _suspend(player: Player, step: Step, actor: Actor) -> None:
    assert step.country is not None
    assert step.cycle is not None
    player.programme.suspend_cycle(step.country, step.cycle, actor=actor)


def _move(player: Player, step: Step, actor: Actor) -> None:
    assert step.country is not None
    player.programme.move_country(step.seller, step.country, actor=actor)


def _release(player: Player, step: Step, actor: Actor) -> None:
    text = policy_text().replace('"2020-1"', f'"{step.name}"')
    for key, value in step.change.items():
        text, times = re.subn(rf"(?m)^{key} = \S+", f"{key} = {value}", text)
        assert times == 1, key
    player.programme.release_policy("award", step.name, text, actor=actor)


VERBS: Final[dict[str, Callable[[Player, Step, Actor], None]]] = {
    "facts": _facts,
    "nominate": _nominate,
    "complete_nomination": _complete,
    "withdraw_nomination": _take_back,
    "convene": _convene,
    "score": _score,
    "recuse": _recuse,
    "open_case": _open_case,
    "close_case": _close_case,
    "reconnect_step": _reconnect_step,
    "appeal": _appeal,
    "suspend_cycle": _suspend,
    "move_country": _move,
    "release_policy": _release,
}
"""What may be done besides pulling a trigger.

``facts``: ``as_of`` a date, with ``change`` to a sound seller's; ``score``: ``score`` for every
item but those in ``items``; ``recuse``: ``reason``; ``open_case``, ``close_case``,
``reconnect_step``: ``name``; ``appeal``: ``grant``; ``convene``, ``suspend_cycle``: ``cycle`` and
``country``; ``move_country``: ``country``; ``release_policy``: ``name`` of the version, and
``change`` of its keys.
"""
