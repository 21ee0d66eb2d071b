"""What each command is given so that it is carried out, and another value for each argument.

The stage is the world of :mod:`tests.integration.world`. A command of the programme that takes an
idempotency key and has no case here fails ``test_every_command_has_a_case``.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.award.commands.turnover_record import TurnoverRecord
from lazsa_flow.award.imports.contacts import CONTACTS
from lazsa_flow.award.imports.facts import FACTS
from lazsa_flow.award.imports.nominations import NOMINATIONS
from lazsa_flow.award.imports.scorecards import SCORECARDS
from lazsa_flow.award.imports.turnover import TURNOVER
from lazsa_flow.award.programme import Programme
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.lifecycle.model import Actor
from tests.acceptance.mentor import MENTOR
from tests.factories import country_text, facts, noon, policy_text, record_night_rule
from tests.integration.world import (
    APRIL,
    COMPLIANCE,
    EMPLOYEE,
    OCTOBER,
    REVIEWER,
    SCORES,
    SELLER,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from lazsa_flow.csvfiles.formats import FileFormat
    from tests.integration.world import World

APART: Final = frozenset({"self", "key", "dry_run", "done", "rejects"})
"""Parameters that say how a command is run or where it reports, not what it does."""
HOST: Final = Actor("host", "host")
MANAGER: Final = Actor("manager", "man-1")
OPERATOR: Final = Actor("operator", "ops-1")
SECOND_OPERATOR: Final = Actor("operator", "ops-2")
MARCH: Final = date(2020, 3, 20)
TAKEN_ON: Final = date(2020, 2, 1)
RECORDS: Final = [
    TurnoverRecord("amazon", "acc-1", month, Decimal(1500), "fashion")
    for month in ("2019-11", "2019-12", "2020-01")
]
POLICY_OF_TRAINERS: Final = 'lifecycle = "trainer"\nversion = "2020-9"\nshown = ["teaching"]\n'
POLICY: Final = policy_text().replace('version = "2020-1"', 'version = "2020-9"')


@dataclass(frozen=True, slots=True)
class File:
    """A file to be written, by its text."""

    text: str

    def write(self, folder: Path) -> Path:
        """Write it, each text under a name of its own."""
        file = folder / f"{abs(hash(self.text))}.csv"
        file.write_text(self.text, "utf-8")
        return file


def known(world: World) -> None:
    """Make three sellers known."""
    world.facts("s1").facts("s2").facts("s3")


def merged(world: World) -> None:
    """Make three sellers known, and merge two of them."""
    known(world)
    world.programme.merge_sellers("s1", "s2", actor=HOST)


def nominated(world: World) -> None:
    """Nominate two sellers: award-1 and award-2."""
    known(world)
    world.nominate("s1")
    world.nominate("s2")


def incomplete(world: World) -> None:
    """Nominate two sellers, without a statement."""
    known(world)
    world.nominate("s1", statement="")
    world.nominate("s2", statement="")


def under_review(world: World) -> None:
    """Bring two candidates under review."""
    nominated(world)
    world.go(MARCH)


def judged(world: World) -> None:
    """Bring two candidates under review, and let their cycle date pass."""
    under_review(world)
    world.go(APRIL)


def scored(world: World) -> None:
    """Bring two candidates under review, and let the panel score one."""
    under_review(world)
    world.panel("award-1")


def case_opened(world: World) -> None:
    """Make three sellers known, and open a case on one."""
    known(world)
    world.open_case()


def declined(world: World) -> None:
    """Let the panel decline two candidates."""
    under_review(world)
    world.panel("award-1", score=1).panel("award-2", score=1)
    world.go(APRIL)


def rehearsed(world: World) -> None:
    """Save a rehearsal."""
    known(world)
    world.programme.save_rehearsal("october", on=OCTOBER, actor=OPERATOR)


def requested(world: World) -> None:
    """Pause everything, and request twice that it goes on."""
    known(world)
    world.programme.pause(actor=OPERATOR, reason="figures")
    for reason in ("checked", "checked twice"):
        world.programme.request_command("resume", {"reason": reason}, actor=OPERATOR)


def startable(world: World) -> None:
    """Bring a cycle date that waits for its start, with two approved rehearsals."""
    record_night_rule(world.programme, required=True)
    nominated(world)
    for name in ("april", "other"):
        world.programme.save_rehearsal(name, on=APRIL, actor=OPERATOR)
        for manager in ("m-1", "m-2"):
            world.programme.approve_night(name, actor=Actor("manager", manager))
    world.go(MARCH).now(APRIL)


def started(world: World) -> None:
    """Start the night of a cycle date, and pause it."""
    startable(world)
    world.programme.start_night("april", actor=OPERATOR)
    world.programme.pause_night("april", actor=OPERATOR, reason="Looking at it.")


def erased(world: World) -> None:
    """Erase two sellers."""
    known(world)
    for seller in ("s1", "s2"):
        world.programme.erase(seller, actor=Actor("seller", seller))


@dataclass(frozen=True, slots=True)
class Case:
    """One command that is carried out.

    Attributes:
        given: Its arguments.
        others: Of those that :data:`OTHERS` does not know, another value each.
        prepare: What must have happened before.
        together: Arguments that change together with one, since they must agree.
        alone: Arguments that take no other value.
    """

    given: Mapping[str, Any]
    others: Mapping[str, Any] = field(default_factory=dict)
    prepare: Callable[[World], None] = known
    together: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    alone: frozenset[str] = frozenset()

    def changed(self, name: str) -> dict[str, Any]:
        """Return the arguments with another value of one of them."""
        if name in self.others:
            other = self.others[name]
        elif name == "actor":
            actor: Actor = self.given.get("actor", HOST)
            other = replace(actor, id=f"{actor.id}-2")
        else:
            other = OTHERS[name]
        return {**self.given, name: other, **self.together.get(name, {})}


OTHERS: Final[Mapping[str, Any]] = {
    "case": "case-2",
    "category": "electronics",
    "comment": "Another comment.",
    "country": "TH",
    "cycle": date(2021, 4, 1),
    "cycle_on": date(2021, 4, 1),
    "note": "Another note.",
    "partial": True,
    "path": "award-2",
    "person": "s2",
    "reviewers": {"rev-new": "legal"},
    "scores": {**SCORES, ITEMS[-1]: 5},
    "seller": "s2",
    "reviewer": "rev-events",
    "statement": "Another statement.",
    "subject": "s2",
    "version": 7,
}
"""Another value for an argument of this name."""


def _table(form: FileFormat, **values: str) -> str:
    """Return a file of one row, with the columns of its format."""
    names = [column.name for column in form.columns]
    return f"{','.join(names)}\n{','.join(values.get(name, '') for name in names)}\n"


def _of_file(
    form: FileFormat, who: str, prepare: Callable[[World], None] = known, **values: str
) -> Case:
    """Return the case of an import; its other file has another seller in the column ``who``."""
    one, other = (File(_table(form, **values, **{who: seller})) for seller in ("s1", "s2"))
    return Case({"file": one}, {"file": other}, prepare)


CLOSING: Final = Case(
    {"country": "SG", "cycle_on": date(2019, 10, 1), "actor": MANAGER},
    {"cycle_on": APRIL},
    judged,
)
CASES: Final[Mapping[str, Case]] = {
    "appeal": Case(
        {"path": "award-1", "actor": MANAGER, "grant": True}, {"grant": False}, declined
    ),
    "apply_entry": Case(
        {
            "applicant": "s1",
            "country": "SG",
            "category": "fashion",
            "records": RECORDS,
            "provenance": "relative",
            "consent": True,
            "actor": HOST,
        },
        {"applicant": "s2", "records": RECORDS[1:], "provenance": "own", "consent": False},
    ),
    "announce": Case(
        {
            "title": "News",
            "text": "There is news.",
            "audience": "both",
            "kind": "campaign",
            "link": "https://example.com/news",
            "country": "SG",
            "actor": MANAGER,
        },
        {
            "title": "Other news",
            "text": "There is more.",
            "audience": "members",
            "kind": "event",
            "link": None,
            "country": "TH",
        },
    ),
    "approve_night": Case({"name": "october", "actor": MANAGER}, {"name": "november"}, rehearsed),
    "approve_request": Case({"number": 1, "actor": SECOND_OPERATOR}, {"number": 2}, requested),
    "refuse_request": Case(
        {"number": 1, "actor": SECOND_OPERATOR, "reason": "no"},
        {"number": 2, "reason": "not today"},
        requested,
    ),
    "withdraw_request": Case(
        {"number": 1, "actor": OPERATOR, "reason": "no"},
        {"number": 2, "reason": "not today"},
        requested,
    ),
    "request_command": Case(
        {"command": "resume", "arguments": {"reason": "checked"}, "actor": OPERATOR},
        {"command": "unpark_all", "arguments": {"reason": "checked thrice"}},
        requested,
    ),
    "start_night": Case(
        {"name": "april", "canary": 1, "rate": 10, "differs_percent": 2.0, "actor": OPERATOR},
        {"name": "other", "canary": 2, "rate": 20, "differs_percent": 3.0},
        startable,
    ),
    "set_pace": Case(
        {"name": "april", "rate": 10, "actor": OPERATOR}, {"name": "other", "rate": 20}, started
    ),
    "pause_night": Case(
        {"name": "april", "reason": "Why.", "actor": OPERATOR},
        {"name": "other", "reason": "Other."},
        started,
    ),
    "resume_night": Case(
        {"name": "april", "reason": "Why.", "actor": OPERATOR},
        {"name": "other", "reason": "Other."},
        started,
    ),
    "assign_reviewers": Case(
        {"country": "SG", "cycle_on": OCTOBER, "reviewers": {"rev-new": "books"}, "actor": MANAGER},
        {"country": "TH"},
    ),
    "close_books": CLOSING,
    "close_case": Case(
        {"seller": "s1", "case": "case-1", "actor": COMPLIANCE},
        prepare=case_opened,
    ),
    "close_ledger": CLOSING,
    "complete_nomination": Case(
        {"path": "award-1", "actor": EMPLOYEE, "statement": "Helps."}, prepare=incomplete
    ),
    "consent": Case({"seller": "s1", "given": True, "actor": SELLER}, {"given": False}),
    "erase": Case({"seller": "s1", "actor": HOST}),
    "fire": Case(
        {"path": "award-1", "trigger": "withdraw", "actor": SELLER, "reason": "nominee"},
        {"trigger": "disqualify", "reason": "code_of_conduct", "data": {"amount": 1}},
        under_review,
    ),
    "give_perk": Case(
        {"seller": "s1", "perk": "award_kit", "actor": MANAGER},
        {"perk": "immersion_trip"},
        lambda world: (world.ambassador(), None)[1],
    ),
    "record_taken_out": Case(
        {"seller": "s1", "actor": MANAGER},
        prepare=lambda world: (world.former_member(), None)[1],
    ),
    "import_contacts": _of_file(CONTACTS, "seller_id", email="shop@shop.example", locale="en"),
    "import_facts": _of_file(
        FACTS, "seller_id", country="SG", joined_on="2018-01-01", as_of="2020-02-01"
    ),
    "import_nominations": _of_file(
        NOMINATIONS,
        "seller_id",
        source="employee",
        nominator_id="emp-9",
        statement="Helps.",
    ),
    "import_scorecards": _of_file(
        SCORECARDS,
        "seller_id",
        under_review,
        reviewer_id="rev-law",
        team="law",
        comment="As discussed.",
        **dict.fromkeys(ITEMS, "4"),
    ),
    "import_turnover": _of_file(
        TURNOVER,
        "applicant_id",
        country="SG",
        category="fashion",
        provenance="own",
        platform="amazon",
        account="acc-1",
        month="2020-01",
        amount="1500",
        currency="USD",
        record_category="fashion",
    ),
    "invite_trainer": Case(
        {"seller": "s1", "shown": ("teaching", "speaking"), "actor": EMPLOYEE},
        {"shown": ("teaching",)},
    ),
    "merge_sellers": Case(
        {"old": "s1", "new": "s2", "actor": HOST}, {"old": "s3", "new": "s3"}, prepare=known
    ),
    "move_country": Case({"seller": "s1", "country": "MY", "actor": HOST}, prepare=nominated),
    "nominate": Case({"seller": "s1", "actor": EMPLOYEE, "statement": "Helps."}),
    "open_case": Case({"seller": "s1", "case": "case-1", "actor": COMPLIANCE}),
    "open_path": Case(
        {
            "lifecycle": MENTOR.name,
            "subject": "s1",
            "country": "SG",
            "data": {"newcomers": 2},
            "actor": SELLER,
        },
        {"lifecycle": "trainer", "data": {"newcomers": 3}, "cycle_on": APRIL},
        alone=frozenset({"lifecycle"}),  # every other one has a command of its own
    ),
    "pause": Case(
        {"actor": OPERATOR, "reason": "wrong facts", "country": "SG", "cycle": OCTOBER},
        {"reason": "other facts", "paused": False},
    ),
    "readmit": Case({"person": "s1", "actor": HOST}, prepare=erased),
    "record_facts": Case(
        {"facts": [facts(seller="s1", as_of=TAKEN_ON, joined_on=date(2018, 1, 15))]},
        {"facts": [facts(seller="s2", as_of=TAKEN_ON, joined_on=date(2018, 1, 15))]},
    ),
    "reconnect_step": Case(
        {"seller": "s1", "step": "get_app", "actor": SELLER}, {"step": "register"}
    ),
    "record_shown": Case(
        {"seller": "s1", "what": "teaching", "actor": EMPLOYEE}, {"what": "speaking"}
    ),
    "recuse": Case(
        {"path": "award-1", "actor": REVIEWER, "reason": "same_family", "note": "Cousins."},
        {"reason": "same_team"},
        under_review,
    ),
    "release_country": Case(
        {"text": country_text() + "# changed\n", "actor": MANAGER},
        {"text": country_text() + "# changed again\n"},
    ),
    "release_policy": Case(
        {"lifecycle": "award", "version": "2020-9", "text": POLICY, "actor": MANAGER},
        {
            "lifecycle": "trainer",
            "version": "2020-8",
            "text": POLICY + "# changed\n",
            "from_start": True,
        },
        together={
            "lifecycle": {"text": POLICY_OF_TRAINERS},
            "version": {"text": POLICY.replace("2020-9", "2020-8")},
        },
    ),
    "replan_timers": Case({"actor": OPERATOR}),
    "remind_reviewers": Case(
        {"country": "SG", "cycle_on": APRIL, "actor": MANAGER},
        {"cycle_on": OCTOBER},
        under_review,
    ),
    "resume": Case(
        {"actor": OPERATOR, "reason": "corrected", "country": "SG", "cycle": OCTOBER},
        {"reason": "done"},
        lambda world: (
            world.programme.pause(actor=OPERATOR, reason="x", country="SG", cycle=OCTOBER),
            None,
        )[1],
    ),
    "save_rehearsal": Case(
        {"name": "october", "on": OCTOBER, "actor": OPERATOR},
        {
            "name": "november",
            "on": date(2021, 4, 1),
            "now": noon(MARCH),
            "facts": "held",
            "panel": "refuses",
        },
    ),
    "score": Case(
        {"path": "award-1", "actor": REVIEWER, "scores": SCORES, "comment": "As discussed."},
        prepare=under_review,
    ),
    "set_aside_card": Case(
        {"path": "award-1", "reviewer": "rev-books", "actor": MANAGER, "reason": "conflict"},
        {"reason": "wrong_seller"},
        scored,
    ),
    "suspend_cycle": Case({"country": "SG", "cycle_on": OCTOBER, "actor": MANAGER}),
    "lift_suspension": Case(
        {"country": "SG", "cycle_on": OCTOBER, "actor": MANAGER},
        prepare=lambda world: (
            world.programme.suspend_cycle("SG", OCTOBER, actor=MANAGER),
            None,
        )[1],
    ),
    "unassign_reviewer": Case(
        {"country": "SG", "cycle_on": OCTOBER, "reviewer": "rev-books", "actor": MANAGER},
        {"country": "TH"},
    ),
    "unmerge_sellers": Case(
        {"old": "s1", "new": "s2", "actor": HOST}, {"old": "s3", "new": "s3"}, prepare=merged
    ),
    "withdraw_nomination": Case({"path": "award-1", "actor": EMPLOYEE}, prepare=nominated),
}
"""Every command that takes an idempotency key."""


def parameters_of(command: str) -> list[str]:
    """Return the names of what tells one request of a command from another."""
    parameters = inspect.signature(getattr(Programme, command)).parameters
    return [each for each in parameters if each not in APART]


def keyed_commands() -> set[str]:
    """Return the commands of the programme that take an idempotency key."""
    return {
        name
        for name, method in inspect.getmembers(Programme, inspect.isfunction)
        if not name.startswith("_") and "key" in inspect.signature(method).parameters
    }
