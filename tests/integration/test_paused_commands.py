"""A command fires what is overdue before it, but no timer that is paused.

One candidate's cycle date has come, another seller's has not. Each command is given, once with all
timers paused: those that need the candidate's timer first are refused then and name its path.
"""

from __future__ import annotations

import contextlib
import inspect
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.commands.turnover_record import TurnoverRecord
from lazsa_flow.award.imports.turnover import TURNOVER_COLUMNS
from lazsa_flow.award.programme import Programme
from lazsa_flow.award.rules.facts import Facts
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.errors import LazsaError, PausedError
from lazsa_flow.lifecycle.model import Actor
from tests.factories import country_text, policy_text
from tests.integration.world import COMPLIANCE, DUE, EMPLOYEE, OCTOBER, SCORES, SELLER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.world import World

HOST = Actor("host", "host")
OPERATOR = Actor("operator", "ops-1")
MANAGER = Actor("manager", "man-1")
REVIEWER = Actor("reviewer", "rev-law", "SG", "law")
TEAM = Actor("team", "team-SG", "SG")


def written(folder: Path, *lines: str) -> Path:
    """Write a file to import."""
    file = folder / "file.csv"
    file.write_text("\n".join([*lines, ""]))
    return file


def scorecards(folder: Path) -> Path:
    """Write one recusal."""
    head = ",".join(("seller_id", "reviewer_id", "team", *ITEMS, "comment", "recusal_reason"))
    return written(folder, head, f"s1,rev-law,law{',' * (len(ITEMS) + 1)},same_family")


def turnover(folder: Path) -> Path:
    """Write a file with a header and no row."""
    return written(folder, ",".join(TURNOVER_COLUMNS))


def nominations(folder: Path, seller: str) -> Path:
    """Write one nomination."""
    return written(
        folder, "seller_id,source,nominator_id,statement", f"{seller},employee,emp-9,Helps."
    )


RECORD = TurnoverRecord("amazon", "acc-1", "2020-01", Decimal(1500), "fashion")
LATER = policy_text().replace('version = "2020-1"', 'version = "2020-9"')
REFUSED: dict[str, Any] = {
    "fire": lambda p, ref, _: p.fire(ref, "withdraw", actor=SELLER, reason="nominee"),
    "import_nominations": lambda p, _, folder: p.import_nominations(nominations(folder, "s1")),
    "import_scorecards": lambda p, _, folder: p.import_scorecards(scorecards(folder)),
    "nominate": lambda p, *_: p.nominate("s1", actor=EMPLOYEE, statement="x"),
    "complete_nomination": lambda p, ref, _: p.complete_nomination(
        ref, actor=EMPLOYEE, statement="x"
    ),
    "withdraw_nomination": lambda p, ref, _: p.withdraw_nomination(ref, actor=EMPLOYEE),
    "score": lambda p, ref, _: p.score(ref, actor=REVIEWER, scores=SCORES, comment="x"),
    "recuse": lambda p, ref, _: p.recuse(ref, actor=REVIEWER, reason="same_family"),
    "set_aside_card": lambda p, ref, _: p.set_aside_card(
        ref, "rev-books", actor=MANAGER, reason="conflict"
    ),
    "give_perk": lambda p, *_: p.give_perk("s1", "award_kit", actor=MANAGER),
    "record_taken_out": lambda p, *_: p.record_taken_out("s1", actor=MANAGER),
    "appeal": lambda p, ref, _: p.appeal(ref, actor=MANAGER, grant=True),
    "move_country": lambda p, *_: p.move_country("s1", "TH", actor=HOST),
    "merge_sellers": lambda p, *_: p.merge_sellers("s1", "s2", actor=HOST),
    "suspend_cycle": lambda p, *_: p.suspend_cycle("SG", OCTOBER, actor=MANAGER),
    "lift_suspension": lambda p, *_: p.lift_suspension("SG", DUE, actor=MANAGER),
    "release_policy": lambda p, *_: p.release_policy("award", "2020-9", LATER, actor=MANAGER),
    "erase": lambda p, *_: p.erase("s1", actor=HOST),
}
"""Commands that need the candidate's timer to fire first."""
CARRIED_OUT: dict[str, Any] = {
    "import_facts": lambda p, _, folder: p.import_facts(
        written(folder, "seller_id,country,joined_on,as_of", "s7,SG,2018-01-01,2020-03-01")
    ),
    "import_nominations of another": lambda p, _, folder: p.import_nominations(
        nominations(folder, "s2")
    ),
    "import_turnover": lambda p, _, folder: p.import_turnover(turnover(folder), actor=HOST),
    "import_contacts": lambda p, _, folder: p.import_contacts(
        written(folder, "seller_id,email,locale,name", "s7,s7@shop.example,,")
    ),
    "record_facts": lambda p, *_: p.record_facts([Facts("s7", "SG", date(2020, 3, 1))]),
    "open_case": lambda p, *_: p.open_case("s1", "case-9", actor=COMPLIANCE),
    "close_case": lambda p, *_: p.close_case("s1", "case-1", actor=COMPLIANCE),
    "reconnect_step": lambda p, *_: p.reconnect_step("s1", "get_app", actor=SELLER),
    "assign_reviewers": lambda p, *_: p.assign_reviewers(
        "SG", OCTOBER, {"rev-9": "books"}, actor=TEAM
    ),
    "unassign_reviewer": lambda p, *_: p.unassign_reviewer("SG", OCTOBER, "rev-books", actor=TEAM),
    "remind_reviewers": lambda p, *_: p.remind_reviewers("SG", OCTOBER, actor=TEAM),
    "announce": lambda p, *_: p.announce(
        "News", "There is news.", audience="both", kind="event", actor=MANAGER
    ),
    "consent": lambda p, *_: p.consent("s1", given=True, actor=SELLER),
    "invite_trainer": lambda p, *_: p.invite_trainer(
        "s1", shown=("teaching", "speaking"), actor=EMPLOYEE
    ),
    "record_shown": lambda p, *_: p.record_shown("s1", "teaching", actor=EMPLOYEE),
    "apply_entry": lambda p, *_: p.apply_entry(
        "s2",
        country="SG",
        category="fashion",
        records=[RECORD],
        provenance="own",
        actor=HOST,
    ),
    "open_path": lambda p, *_: p.open_path("award", "s9", "SG", actor=EMPLOYEE),
    "replan_timers": lambda p, *_: p.replan_timers(actor=OPERATOR),
    "pause": lambda p, *_: p.pause(actor=OPERATOR, reason="x", country="SG"),
    "close_books": lambda p, *_: p.close_books("SG", date(2019, 10, 1), actor=MANAGER),
    "close_ledger": lambda p, *_: p.close_ledger("SG", date(2019, 10, 1), actor=MANAGER),
    "unmerge_sellers": lambda p, *_: p.unmerge_sellers("s1", "s2", actor=HOST),
    "suspend_cycle of another country": lambda p, *_: p.suspend_cycle("TH", OCTOBER, actor=MANAGER),
    "unpark": lambda p, ref, _: p.unpark(ref, actor=OPERATOR),
    "unpark_all": lambda p, *_: p.unpark_all(actor=OPERATOR),
    "purge": lambda p, *_: p.purge(),
    "readmit": lambda p, *_: p.readmit("s1", actor=HOST),
    "release_country": lambda p, *_: p.release_country(
        country_text() + "# changed\n", actor=MANAGER
    ),
    "preview_policy": lambda p, *_: p.preview_policy("award", "2020-9", LATER, actor=MANAGER),
    "sweep": lambda p, *_: p.sweep(),
}
"""Commands that do not; some are refused for another reason, which does not matter here."""


@pytest.fixture
def paused(world: World) -> World:
    """A world in which a candidate's decision is overdue and all timers are paused."""
    world.candidate()
    world.facts("s2")
    world.programme.pause(actor=OPERATOR, reason="wrong facts")
    return world.now(date(2020, 4, 2))


@pytest.mark.parametrize("command", REFUSED)
def test_what_is_overdue_fires_first(world: World, tmp_path: Path, command: str) -> None:
    """A command that needs the timer finds the seller awarded as of the cycle instant."""
    path = world.candidate()
    world.facts("s2").now(date(2020, 4, 2))
    with contextlib.suppress(LazsaError):
        REFUSED[command](world.programme, path, tmp_path)
    rows = [row for row in world.programme.history(path) if row["trigger"] == "award"]
    assert [(row["effective_at"], row["actor"]) for row in rows] == [
        ("2020-03-31T16:00:00.000000Z", "system:cycle_date")
    ]
    later = [row for row in world.programme.history(path) if row["seq"] > rows[0]["seq"]]
    assert all(row["source"] == "awarded" for row in later[:1])


def fired(world: World) -> list[Any]:
    """Return what has become of every path by its timers."""
    return [row for row in world.programme.journal() if row["actor"].startswith("system:")]


@pytest.mark.parametrize("command", REFUSED)
def test_what_needs_the_timer_is_refused(paused: World, tmp_path: Path, command: str) -> None:
    """The error names the path; nothing was written, and resumed it is judged as ever."""
    [path] = paused.programme.paths("s1")
    before = list(paused.programme.journal())
    with pytest.raises(PausedError) as raised:
        REFUSED[command](paused.programme, path.ref, tmp_path)
    assert (raised.value.path, raised.value.scope) == (path.ref, "everything")
    assert list(paused.programme.journal()) == before
    paused.programme.resume(actor=OPERATOR)


@pytest.mark.parametrize("command", CARRIED_OUT)
def test_what_does_not_need_it_fires_nothing(paused: World, tmp_path: Path, command: str) -> None:
    """It is carried out, or refused by its own rules; the timer waits all the same."""
    [path] = paused.programme.paths("s1")
    before = fired(paused)
    try:
        CARRIED_OUT[command](paused.programme, path.ref, tmp_path)
    except PausedError:
        raise
    except LazsaError:
        pass
    assert fired(paused) == before
    assert paused.state(path.ref) == "under_review"
    for each in paused.programme.pauses():
        paused.programme.resume(actor=OPERATOR, country=each.country, cycle=each.cycle)


def test_every_command_is_tried() -> None:
    """Whatever somebody is named for is tried, but questions and what concerns no path."""
    asking = {"appeals", "check_entry", "panel_cards", "resume", "retry_notices"}
    asking |= {"request_command", "approve_request", "refuse_request", "withdraw_request"}
    asking |= {"approve_night", "save_rehearsal", "start_night"}
    asking |= {"pause_night", "resume_night", "set_pace"}
    given = {
        name
        for name, method in inspect.getmembers(Programme, inspect.isfunction)
        if not name.startswith("_") and "actor" in inspect.signature(method).parameters
    }
    tried = {name.partition(" ")[0] for name in (*REFUSED, *CARRIED_OUT)}
    assert given - asking == tried - {"sweep"}
