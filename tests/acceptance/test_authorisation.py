"""Does every cell of who-may-do-what say what the programme says?

Each edge and each administrative command is asked for by every role, as the seller concerned, as a
nominator and as somebody else, with the role held in the path's country, in another one and in all.
What is expected is written down here by hand, from the columns "who or when" of programme.md, and
from nothing that the library itself reads.

One database serves all cells: each path is put into its state by the store, and each cell is fired
by :meth:`Programme.fire` within a savepoint that is undone.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from lazsa_flow.award.commands.turnover_record import TurnoverRecord
from lazsa_flow.award.imports.turnover import TURNOVER_COLUMNS
from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.entry import ENTRY
from lazsa_flow.award.lifecycles.trainer import TRAINER
from lazsa_flow.award.permissions import COMMANDS
from lazsa_flow.award.programme import Programme
from lazsa_flow.award.roles import ROLES
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.clock import VirtualClock
from lazsa_flow.engine.ledger import Book
from lazsa_flow.engine.values import Change
from lazsa_flow.errors import LazsaError, NoEdgeError, NotAllowedError
from lazsa_flow.lifecycle.model import SYSTEM, Actor, Move, Path, Period
from lazsa_flow.service.operate import close_books
from tests import factories
from tests.factories import noon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = FilePath(__file__).parents[2]
NOW = noon(date(2020, 2, 10))
APRIL = date(2020, 4, 1)
SECRET = b"a secret for tests"

# -- what programme.md says, by hand

RELATIONS = ("self", "nominator", "other")
"""Who asks: the path's subject, one who nominated it, or somebody else."""

PLACES = {"own": "SG", "other": "MY", "all": None}
"""Where the role is held: the path is one of Singapore's."""

ANYBODY = {"self", "nominator", "other"}
SEVEN = {"employee", "ambassador", "seller"}


class May(NamedTuple):
    """A role that may.

    Attributes:
        who: In which of :data:`RELATIONS`.
        held: Where the role must be held; never in another country.
    """

    who: frozenset[str] = frozenset(ANYBODY)
    held: frozenset[str] = frozenset({"own", "all"})


ANY = May()
SELF = May(frozenset({"self"}))
NOMINATOR = May(frozenset({"nominator"}))
LOCAL = May(held=frozenset({"own"}))
GLOBAL = May(held=frozenset({"all"}))
NOBODY: dict[str, May] = {}

SELLER = {"seller": SELF}
COMPLIANCE = {"compliance": ANY}
HOST = {"host": ANY}
TEAM = {"team": LOCAL}
EMPLOYEE = {"employee": ANY}
ONBOARDING = {"onboarding": ANY}
MANAGER = {"manager": ANY}
CONDUCT = ("code_of_conduct", "seller_violation")
SITTING = ("awarded", "renewed", "renewal_due")
CANDIDATE = ("nominated", "under_review")

Expected = dict[tuple[str, str, str | None], dict[str, May]]


def _edges(*rows: tuple[tuple[str, ...], str, tuple[str | None, ...], dict[str, May]]) -> Expected:
    return {
        (state, trigger, reason): who
        for states, trigger, reasons, who in rows
        for state in states
        for reason in reasons
    }


# programme.md, "The lifecycles": Award path, and "Who may do what is a rule per (trigger, reason)"
AWARD_MAY = _edges(
    (("nominated",), "open_review", (None,), NOBODY),
    (CANDIDATE, "withdraw", ("nominee",), SELLER),
    (("nominated",), "withdraw", ("nominators",), dict.fromkeys(SEVEN, NOMINATOR)),
    (CANDIDATE, "disqualify", (*CONDUCT, "false_statement"), COMPLIANCE),
    (("under_review",), "award", (None,), NOBODY),
    (("under_review",), "carry_over", (None,), NOBODY),
    (("nominated",), "decline", ("incomplete",), NOBODY),
    (("under_review",), "decline", ("not_reviewed", "case_open", "not_selected"), NOBODY),
    (("awarded", "renewed"), "fall_due", (None,), NOBODY),
    (("renewal_due",), "renew", (None,), NOBODY),
    (("renewal_due",), "retire", ("not_renewed", "lapsed"), NOBODY),
    (SITTING, "retire", ("resigned",), SELLER),
    (SITTING, "retire", ("account_closed",), HOST),
    (SITTING, "retire", CONDUCT, COMPLIANCE),
    (("retired", "removed"), "revoke_standing", CONDUCT, COMPLIANCE),
    (("retired",), "join_reconnect", (None,), TEAM),
    (("reconnect",), "remove", ("left",), SELLER),
    (("reconnect",), "remove", ("code_of_conduct",), COMPLIANCE),
    (("reconnect",), "remove", ("re_awarded",), NOBODY),
    (("removed",), "rejoin", (None,), TEAM),
    (CANDIDATE, "close_account", ("account_closed",), HOST),
    (("declined", "retired", "reconnect"), "reinstate", ("appeal",), MANAGER),
)
# programme.md, "The lifecycles": Trainer
TRAINER_MAY = _edges(
    (("prospect",), "invite", (None,), EMPLOYEE),
    (("invited",), "accept", (None,), SELLER),
    (("invited", "lazstar"), "release", ("own_wish",), SELLER),
    (
        ("invited", "lazstar"),
        "release",
        ("inactive", "code_of_conduct", "programme_ended"),
        EMPLOYEE,
    ),
)
# programme.md, "The lifecycles": Store entry
ENTRY_MAY = _edges(
    (("submitted",), "open_review", (None,), NOBODY),
    (("under_review",), "admit", (None,), ONBOARDING),
    (
        ("submitted", "under_review"),
        "refuse",
        ("criteria_unmet", "records_doubtful", "incomplete"),
        ONBOARDING,
    ),
    (("submitted", "under_review"), "expire", (None,), NOBODY),
)
LIFECYCLES = {
    "award": (AWARD, AWARD_MAY),
    "trainer": (TRAINER, TRAINER_MAY),
    "entry": (ENTRY, ENTRY_MAY),
}

_DATA = {"host": GLOBAL, "operator": GLOBAL}
_OWN_NOMINATION = {"employee": NOMINATOR}  # by whom the path of these cells was nominated

# programme.md, "Nomination", "The panel", "Tenure", "Reconnect", "Perks" and "The lifecycles"
COMMANDS_MAY: dict[str, dict[str, May]] = {
    "import_facts": _DATA,
    "import_contacts": _DATA,
    "import_nominations": _DATA,
    "import_scorecards": _DATA,
    "import_turnover": _DATA,
    # "by a Lazada employee, a sitting ambassador, or the seller itself"; nominator and other sit
    "nominate": {
        "employee": ANY,
        "ambassador": May(frozenset({"nominator", "other"})),
        "seller": SELF,
    },
    "complete_nomination": _OWN_NOMINATION,
    "withdraw_nomination": _OWN_NOMINATION,
    "assign_reviewer": {"team": LOCAL, "manager": ANY},
    "unassign_reviewer": {"team": LOCAL, "manager": ANY},
    # "by a manager or compliance who is not of that panel"; self and nominator sit on it
    "set_aside_card": dict.fromkeys(("manager", "compliance"), May(frozenset({"other"}))),
    # "nobody reviews a seller they nominated nor themselves"
    "score": {"reviewer": May(frozenset({"other"}), frozenset({"own"}))},
    "recuse": {"reviewer": LOCAL},
    "open_case": COMPLIANCE,
    "close_case": COMPLIANCE,
    "reconnect_step": {"seller": SELF, "team": LOCAL},
    # programme.md: outside the panel, and neither a nominator nor the seller
    "appeal": {"manager": May(frozenset({"other"}))},
    "see_panel": {"team": LOCAL, "manager": ANY, "compliance": ANY},
    "announce": {"team": LOCAL, "manager": ANY},
    "give_perk": {"team": LOCAL, "manager": ANY},
    "record_taken_out": {"team": LOCAL, "manager": ANY},
    "consent": SELLER,
    "record_shown": EMPLOYEE,
    "move_country": {"host": GLOBAL},
    "merge_sellers": {"host": GLOBAL},
    "unmerge_sellers": {"host": GLOBAL},
    "lift_suspension": MANAGER,
    "suspend_cycle": MANAGER,
    "release_policy": {"manager": GLOBAL},
    "release_country": MANAGER,
    "unpark": {"operator": GLOBAL},
    "replan_timers": {"operator": GLOBAL, "manager": GLOBAL},
    "pause": {"operator": GLOBAL},
    "save_rehearsal": {"operator": GLOBAL, "manager": GLOBAL},
    "approve_night": {"manager": GLOBAL},
    "start_night": {"operator": GLOBAL, "manager": GLOBAL},
    "set_pace": {"operator": GLOBAL, "manager": GLOBAL},
    "pause_night": {"operator": GLOBAL, "manager": GLOBAL},
    "resume_night": {"operator": GLOBAL, "manager": GLOBAL},
    "accept_differences": {"manager": GLOBAL},
    "retry_notices": {"operator": GLOBAL},
    "close_books": MANAGER,
    "erase": {"seller": SELF, "host": ANY},
    "readmit": {"seller": SELF, "host": ANY},
    "purge": _DATA,
}
# what has no line of its own in COMMANDS: opening edges, and the preview of a release
OTHERS_MAY: dict[str, dict[str, May]] = {
    "preview_policy": {"manager": GLOBAL},
    "apply_entry": {"seller": SELF, "host": ANY},
    "invite_trainer": EMPLOYEE,
}

STRANGERS = ("", "auditor", "System", "SYSTEM", "admin", "seller ")
"""Roles that there are not."""
FOREIGN = ("clerk", "customer")
"""Roles of another lifecycle."""


def allowed(may: dict[str, May], role: str, relation: str, place: str) -> bool:
    """Tell whether the hand-written table allows a cell."""
    found = may.get(role)
    return found is not None and relation in found.who and place in found.held


# -- the stage

NOMINATING, SOMEBODY, REVIEWING = "emp-1", "x-9", "x-8"


class Stage:
    """One database with a path in every state of every lifecycle, each of a seller of its own.

    The seller ``s1`` has no path at all; the nominator and the somebody else sit as ambassadors.

    Attributes:
        programme: Bound to a connection whose transaction is never committed.
        paths: A path's reference by lifecycle and state.
    """

    def __init__(self, url: str, folder: FilePath) -> None:
        Programme.migrate(url)
        self.folder = folder
        self.clock = VirtualClock(NOW)
        self.paths: dict[tuple[str, str], str] = {}
        with Programme.open(url, clock=self.clock, secret=SECRET) as programme:
            self._fill(programme)
        self._engine = sa.create_engine(url)
        event.listen(self._engine, "connect", _no_implicit_begin)
        event.listen(self._engine, "begin", _begin)
        self._open = Programme.open(url, clock=self.clock, secret=SECRET)
        self._connection = self._engine.connect()
        self._connection.begin()
        self.programme = self._open.bind(self._connection)
        names = [
            n for n in sa.inspect(self._connection).get_table_names() if n.startswith("lazsa_")
        ]
        counts = [f"(select count(*) from {name})" for name in names]
        moves = "(select sum(seq) from lazsa_paths)"
        self._counts = sa.text(f"select {', '.join((*counts, moves))}")

    def close(self) -> None:
        """Undo everything and release the database."""
        self._connection.rollback()
        self._connection.close()
        self._engine.dispose()
        self._open.close()

    def _fill(self, programme: Programme) -> None:
        for seller in ("s1", "s2"):
            row = factories.facts(seller=seller, as_of=date(2020, 2, 1), joined_on=date(2018, 1, 1))
            factories.record_facts(programme, [row])
        programme.save_rehearsal("saved", on=APRIL, actor=Actor("operator", "o"))
        with programme._runtime.store.begin() as transaction:
            for number, name in enumerate(("running", "stopped"), 1):
                run = factories.night_run(id=number, name=name, on=APRIL, phase=name)
                transaction.add_night_run(run)
        reviewing = (NOMINATING, REVIEWING, "award-under_review")
        panel = dict.fromkeys(reviewing, "books")
        local = Actor("team", "team-sg", "SG")
        programme.assign_reviewers("SG", APRIL, panel, actor=local)
        for name, (lifecycle, _) in LIFECYCLES.items():
            for state in lifecycle.states:
                self.paths[name, state.name] = self._put(programme, name, state.name)
        sits = (Period(began_on=APRIL, began_at=NOW - timedelta(days=90), recorded_at=NOW),)
        for id_ in (NOMINATING, SOMEBODY):
            self._write(programme, "award", id_, "awarded", periods={"award": sits})

    def _put(self, programme: Programme, name: str, state: str) -> str:
        data = {"category": "fashion", "provenance": "own", "submitted_on": "2020-02-10"}
        subject = f"{name}-{state}"
        path = self._write(programme, name, subject, state, data=data if name == "entry" else {})
        with programme._runtime.store.begin() as transaction:
            transaction.add_nomination(
                path.id,
                event="made",
                source="employee",
                nominator=NOMINATING,
                complete=True,
                as_of=date(2020, 2, 1),
                recorded_at=NOW,
            )
        return path.ref

    def _write(
        self, programme: Programme, name: str, subject: str, state: str, **changes: Any
    ) -> Path:
        with programme._runtime.store.begin() as transaction:
            path = Path(
                id=transaction.next_path_id(),
                lifecycle=name,
                subject=subject,
                country="SG",
                state=state,
                seq=1,
                head="0" * 64,
                cycle_on=APRIL if name == "award" else None,
                opened_at=NOW,
                entered_at=NOW,
            )
            after = replace(path, **changes)
            transaction.write_chunk([Change(before=None, after=after, recorded_at=NOW, row=None)])
            return after

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Undo what is done within."""
        savepoint = self._connection.begin_nested()
        try:
            yield
        finally:
            savepoint.rollback()

    def rows(self) -> tuple[int, ...]:
        """Count the rows of every table of ours, and the moves of every path."""
        return tuple(self._connection.execute(self._counts).one())


def _no_implicit_begin(connection: Any, _record: Any) -> None:
    connection.isolation_level = None


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The one database of all cells."""
    folder = tmp_path_factory.mktemp("authorisation")
    stage = Stage(f"sqlite:///{folder / 'lazsa.db'}", folder)
    yield stage
    stage.close()


def cells(subject: str, places: tuple[str, ...]) -> Iterator[tuple[str, str, str, Actor]]:
    """Yield every cell: role, relation, place, and the actor who stands there.

    Ambassadors never review, so the reviewer who is somebody else is one who does not sit.
    """
    for role in sorted({*ROLES, SYSTEM}):
        other = REVIEWING if role == "reviewer" else SOMEBODY
        ids = {"self": subject, "nominator": NOMINATING, "other": other}
        for relation in RELATIONS:
            for place in places:
                actor = Actor(role, ids[relation], PLACES[place], "books")
                yield role, relation, place, actor
    for role in (*STRANGERS, *FOREIGN):
        yield role, "self", "all", Actor(role, subject, None, "books")


def wrong(
    stage: Stage,
    may: dict[str, May],
    subject: str,
    ask: Callable[[Actor], Any],
    places: tuple[str, ...] = tuple(PLACES),
) -> list[str]:
    """Ask in every cell; return those that do not answer as the programme says."""
    found = []
    before = stage.rows()
    for role, relation, place, actor in cells(subject, places):
        cell = f"{role or 'no role'}, {relation}, {place}"
        right = allowed(may, role, relation, place)
        with stage.undone():
            refused = _refused(ask, actor)
            if refused is right:
                found.append(f"{cell}: {'refused' if refused else 'let pass'}")
            if refused and stage.rows() != before:
                found.append(f"{cell}: refused, and yet something was written")
    if stage.rows() != before:
        found.append("something of the cells has stayed")
    return found


def _refused(ask: Callable[[Actor], Any], actor: Actor) -> bool:
    """Tell whether a right was missing; an unmet guard or a conflict is a right that is there."""
    try:
        ask(actor)
    except LazsaError as error:
        return isinstance(error, NotAllowedError)
    return False


EDGES = [
    pytest.param(
        name,
        trigger,
        reason,
        tuple(state for state, *other in may if tuple(other) == (trigger, reason)),
        id=f"{name}-{trigger}-{reason or 'no_reason'}",
    )
    for name, (_, may) in LIFECYCLES.items()
    for trigger, reason in dict.fromkeys(edge[1:] for edge in may)
]


@pytest.mark.parametrize(("name", "trigger", "reason", "states"), EDGES)
def test_edges(
    stage: Stage, name: str, trigger: str, reason: str | None, states: tuple[str, ...]
) -> None:
    """Nobody moves a path whom the table of its lifecycle does not name (The lifecycles)."""
    found = []
    for number, state in enumerate(states):
        path, may = stage.paths[name, state], LIFECYCLES[name][1][state, trigger, reason]

        def ask(actor: Actor, path: str = path) -> None:
            move = stage.programme.fire(path, trigger, actor=actor, reason=reason)
            assert (move.trigger, move.reason, move.actor) == (trigger, reason, str(actor))

        # where the role is held is asked everywhere in the first state, at home in the others
        places = ("own",) if number else tuple(PLACES)
        found += [f"{state}: {cell}" for cell in wrong(stage, may, f"{name}-{state}", ask, places)]
    assert found == []


UNGUARDED = [
    ("award", "nominated", "withdraw", "nominee", Actor("seller", "self", None)),
    ("award", "awarded", "retire", "resigned", Actor("seller", "self", "SG")),
    ("award", "renewed", "retire", "account_closed", Actor("host", "host")),
    ("award", "renewal_due", "retire", "code_of_conduct", Actor("compliance", "x-9")),
    ("award", "under_review", "disqualify", "false_statement", Actor("compliance", "x-9", "SG")),
    ("trainer", "invited", "accept", None, Actor("seller", "self", None)),
    ("trainer", "lazstar", "release", "inactive", Actor("employee", "x-9")),
    ("entry", "submitted", "refuse", "incomplete", Actor("onboarding", "x-9")),
]


@pytest.mark.parametrize(("name", "state", "trigger", "reason", "actor"), UNGUARDED)
def test_allowed_cells_move(
    stage: Stage, name: str, state: str, trigger: str, reason: str | None, actor: Actor
) -> None:
    """Whoever may, and no guard stands against it, moves the path (The lifecycles)."""
    actor = actor if actor.id != "self" else replace(actor, id=f"{name}-{state}")
    with stage.undone():
        move = stage.programme.fire(stage.paths[name, state], trigger, actor=actor, reason=reason)
        assert isinstance(move, Move)
        assert (move.source, move.trigger, move.reason) == (state, trigger, reason)


@pytest.mark.parametrize("name", LIFECYCLES)
def test_every_edge_is_listed(name: str) -> None:
    """The edges by hand are the edges of the table, no more and no fewer (The lifecycles)."""
    lifecycle, may = LIFECYCLES[name]
    assert set(may) == {
        (source, edge.trigger, reason)
        for edge in lifecycle.edges
        for source in edge.sources
        for reason in edge.reasons
    }


@pytest.mark.parametrize("name", LIFECYCLES)
def test_no_other_edge(stage: Stage, name: str) -> None:
    """No state takes a trigger and reason that the programme does not give it (The lifecycles)."""
    lifecycle, may = LIFECYCLES[name]
    listed = {(trigger, reason) for _, trigger, reason in may}
    unheard = {(trigger, reason) for trigger, _ in listed for reason in (None, "because")}
    unheard |= {(lifecycle.opening.trigger, None), ("delete", None)}
    before, found = stage.rows(), []
    for state in lifecycle.states:
        for trigger, reason in (listed | unheard) - {
            edge[1:] for edge in may if edge[0] == state.name
        }:
            path, actor = stage.paths[name, state.name], Actor("compliance", "com-1")
            try:
                stage.programme.fire(path, trigger, actor=actor, reason=reason)
            except NoEdgeError:
                continue
            found.append((state.name, trigger, reason))
    assert found == []
    assert stage.rows() == before


# -- administrative commands


def _file(stage: Stage, name: str, *lines: str) -> FilePath:
    file = stage.folder / name
    file.write_text("".join(f"{line}\n" for line in lines))
    return file


def _facts(stage: Stage, actor: Actor) -> None:
    head = (
        "seller_id,country,joined_on,as_of,ncp_points,policy_compliant,gmv_usd,gmv_rate,"
        "chat_response_rate,monthly_cancellation_rates,retention_rate,is_lazstar,activities"
    )
    row = "s9,SG,2018-01-01,2020-02-01,0,true,1.00,0.3,0.9," + ";".join(["0.001"] * 9)
    file = _file(stage, "facts.csv", head, f"{row},,false,")
    stage.programme.import_facts(file, actor=actor)


def _contacts(stage: Stage, actor: Actor) -> None:
    file = _file(stage, "contacts.csv", "seller_id,email,locale,name", "s9,s9@example.com,,")
    stage.programme.import_contacts(file, actor=actor)


def _nominations(stage: Stage, actor: Actor) -> None:
    head = "seller_id,source,nominator_id,statement"
    file = _file(stage, "nominations.csv", head, "s2,employee,emp-7,Helps.")
    stage.programme.import_nominations(file, actor=actor)


def _scorecards(stage: Stage, actor: Actor) -> None:
    head = ",".join(("seller_id", "reviewer_id", "team", *ITEMS, "comment", "recusal_reason"))
    file = _file(stage, "scorecards.csv", head)
    stage.programme.import_scorecards(file, actor=actor)


def _turnover(stage: Stage, actor: Actor) -> None:
    row = "a-1,SG,fashion,own,false,amazon,acc-1,2020-01,1500,USD,,,fashion"
    file = _file(stage, "turnover.csv", ",".join(TURNOVER_COLUMNS), row)
    stage.programme.import_turnover(file, actor=actor)


def _apply(stage: Stage, actor: Actor) -> None:
    record = TurnoverRecord("amazon", "acc-1", "2020-01", Decimal(1500), "fashion")
    stage.programme.apply_entry(
        "s1",
        country="SG",
        category="fashion",
        records=[record],
        provenance="own",
        actor=actor,
    )


def _release(stage: Stage, actor: Actor) -> None:
    stage.programme.release_policy("award", "2020-9", _later_policy(), actor=actor)


def _preview(stage: Stage, actor: Actor) -> None:
    stage.programme.preview_policy("award", "2020-9", _later_policy(), actor=actor)


def _later_policy() -> str:
    text = factories.policy_text().replace('version = "2020-1"', 'version = "2020-9"')
    assert "2020-9" in text
    return text


SCORES = dict.fromkeys(ITEMS, 4)
ASK: dict[str, Callable[[Stage, Actor], Any]] = {
    "import_facts": _facts,
    "import_contacts": _contacts,
    "import_nominations": _nominations,
    "import_scorecards": _scorecards,
    "import_turnover": _turnover,
    "nominate": lambda s, a: s.programme.nominate("s1", actor=a, statement="Helps."),
    "complete_nomination": lambda s, a: s.programme.complete_nomination(
        s.paths["award", "nominated"], actor=a, statement="Helps."
    ),
    "withdraw_nomination": lambda s, a: s.programme.withdraw_nomination(
        s.paths["award", "nominated"], actor=a
    ),
    "assign_reviewer": lambda s, a: s.programme.assign_reviewers(
        "SG", APRIL, {"rev-2": "pay"}, actor=a
    ),
    "unassign_reviewer": lambda s, a: s.programme.unassign_reviewer(
        "SG", APRIL, REVIEWING, actor=a
    ),
    "set_aside_card": lambda s, a: s.programme.set_aside_card(
        s.paths["award", "under_review"], REVIEWING, actor=a, reason="conflict"
    ),
    "score": lambda s, a: s.programme.score(
        s.paths["award", "under_review"], actor=a, scores=SCORES, comment="Good."
    ),
    "recuse": lambda s, a: s.programme.recuse(
        s.paths["award", "under_review"], actor=a, reason="same_family"
    ),
    "open_case": lambda s, a: s.programme.open_case("s1", "case-1", actor=a),
    "close_case": lambda s, a: s.programme.close_case("s1", "case-1", actor=a),
    "reconnect_step": lambda s, a: s.programme.reconnect_step("s1", "get_app", actor=a),
    "appeal": lambda s, a: s.programme.appeal(s.paths["award", "declined"], actor=a),
    "see_panel": lambda s, a: s.programme.panel_cards(s.paths["award", "under_review"], actor=a),
    "announce": lambda s, a: s.programme.announce(
        "News", "There is news.", audience="both", kind="event", country="SG", actor=a
    ),
    "give_perk": lambda s, a: s.programme.give_perk("s1", "award_kit", actor=a),
    "record_taken_out": lambda s, a: s.programme.record_taken_out("s1", actor=a),
    "consent": lambda s, a: s.programme.consent("s1", given=True, actor=a),
    "record_shown": lambda s, a: s.programme.record_shown("s1", "teaching", actor=a),
    "move_country": lambda s, a: s.programme.move_country("s1", "MY", actor=a),
    "merge_sellers": lambda s, a: s.programme.merge_sellers("s1", "award-nominated", actor=a),
    "unmerge_sellers": lambda s, a: s.programme.unmerge_sellers("s1", "award-nominated", actor=a),
    "lift_suspension": lambda s, a: s.programme.lift_suspension("SG", date(2020, 10, 1), actor=a),
    "suspend_cycle": lambda s, a: s.programme.suspend_cycle("SG", date(2020, 10, 1), actor=a),
    "release_policy": _release,
    "release_country": lambda s, a: s.programme.release_country(
        factories.country_text() + "# changed\n", actor=a
    ),
    "preview_policy": _preview,
    "replan_timers": lambda s, a: s.programme.replan_timers(actor=a),
    "unpark": lambda s, a: s.programme.unpark(s.paths["award", "awarded"], actor=a),
    "pause": lambda s, a: s.programme.pause(actor=a),
    "save_rehearsal": lambda s, a: s.programme.save_rehearsal(
        "april", on=date(2020, 4, 2), actor=a
    ),
    "approve_night": lambda s, a: s.programme.approve_night("saved", actor=a),
    "start_night": lambda s, a: s.programme.start_night("saved", actor=a),
    "set_pace": lambda s, a: s.programme.set_pace("running", actor=a, rate=1),
    "pause_night": lambda s, a: s.programme.pause_night("running", actor=a),
    "resume_night": lambda s, a: s.programme.resume_night("running", actor=a),
    "accept_differences": lambda s, a: s.programme.resume_night("stopped", actor=a, reason="so"),
    "retry_notices": lambda s, a: s.programme.retry_notices(actor=a),
    "close_books": lambda s, a: close_books(
        s.programme._runtime.context, Book(APRIL, "SG"), actor=a, key=None
    ),
    "erase": lambda s, a: s.programme.erase("award-awarded", actor=a),
    "readmit": lambda s, a: s.programme.readmit("s1", actor=a),
    "purge": lambda s, a: s.programme.purge(actor=a),
    "apply_entry": _apply,
    "invite_trainer": lambda s, a: s.programme.invite_trainer(
        "s1", shown=("teaching", "speaking"), actor=a
    ),
}


PATH_OF = {
    "complete_nomination": "award-nominated",
    "withdraw_nomination": "award-nominated",
    "score": "award-under_review",
    "see_panel": "award-under_review",
    "set_aside_card": "award-under_review",
    "recuse": "award-under_review",
    "appeal": "award-declined",
    "unpark": "award-awarded",
    "erase": "award-awarded",
}
"""Whose path a command is about, where it is not the seller without any."""


@pytest.mark.parametrize("command", [*COMMANDS_MAY, *OTHERS_MAY])
def test_commands(stage: Stage, command: str) -> None:
    """Nobody gives a command whom the programme does not name (The lifecycles, the panel)."""
    may = {**COMMANDS_MAY, **OTHERS_MAY}[command]
    subject = PATH_OF.get(command, "s1")
    assert wrong(stage, may, subject, lambda actor: ASK[command](stage, actor)) == []


def test_every_command_is_listed() -> None:
    """The commands by hand are the library's, no more and no fewer (The lifecycles)."""
    assert set(COMMANDS_MAY) == set(COMMANDS)
    assert set(ASK) == {*COMMANDS_MAY, *OTHERS_MAY}


# -- the page


def _generator() -> Any:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_page_is_fresh() -> None:
    """The page says what tables and commands say now (design.md, rule 1)."""
    page = ROOT / "docs" / "reference" / "authorisation.md"
    assert page.read_text("utf-8") == _generator().authorisation()


def test_stale_page(tmp_path: FilePath, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """``--check`` exits with 1 and names each stale page; writing makes it fresh (rule 1)."""
    generate = _generator()
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    assert generate.main(["--check"]) == 1
    assert capsys.readouterr().err.count("is stale") == len(generate.PAGES)
    assert not list(tmp_path.iterdir())
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    (tmp_path / "docs/reference/authorisation.md").write_text("old")
    assert generate.main(["--check"]) == 1


def test_check_as_a_script() -> None:
    """The script runs from anywhere, and knows the pages of this clone to be fresh (rule 1)."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert (done.returncode, done.stderr) == (0, "")
