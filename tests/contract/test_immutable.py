"""Nothing that a call returns, or hands to a host's code, can change what is held or stored."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import json
import pickle
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.config import Config
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.lifecycle.values import FrozenDict
from tests.acceptance.mentor import MENTOR
from tests.factories import noon
from tests.integration.world import APRIL, START, World, convene
from tests.questions import questions
from tests.write_out import write_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lazsa_flow.lifecycle.model import GuardContext

PLAIN = (str, bytes, int, float, bool, type(None), date, timedelta, range, type)
OPERATOR = Actor("operator", "op-1")
TEAM = Actor("team", "team-SG", "SG")
SEEN: list[Any] = []
"""What guards were shown."""


def seeing(guard_context: GuardContext) -> Any:
    """Keep what a guard is shown, and hold."""
    SEEN.append(guard_context)
    return True, None, None


def config() -> Config:
    """Return the award and the mentor, whose guards keep what they are shown."""
    guards = {name: replace(guard, check=seeing) for name, guard in MENTOR.guards.items()}
    return Config.load(lifecycles=[AWARD, replace(MENTOR, guards=guards)])


@pytest.fixture(scope="module")
def world(make: Callable[[], str]) -> Iterator[World]:
    """A programme in which enough has happened for every question to have an answer."""
    url = make()
    Programme.migrate(url, config=config(), clock=VirtualClock(START - timedelta(days=30)))
    made = World(url, config=config())
    convene(made.programme)
    for seller in ("s1", "s2"):
        path = made.candidate(seller) if seller == "s1" else made.nominate(seller)
        assert path
    made.facts("s9").open_case("s2")
    made.programme.consent("s1", given=True, actor=Actor("seller", "s1"))
    for seller in ("m1", "m2"):
        data = {"newcomers": 2, "cities": ["Cebu", "Davao"], "plan": {"weeks": [1, 2]}}
        made.programme.open_path("mentor", seller, "SG", actor=Actor("seller", seller), data=data)
    made.go(APRIL)
    made.programme.fire("mentor-3", "take_on", actor=Actor("employee", "e-1"))
    made.programme.pause(country="PH", reason="a test", actor=OPERATOR)
    made.programme.relay(channels={"own": Broken()})
    yield made
    made.programme.close()


class Broken:
    """A channel that takes nothing, and keeps what it was handed."""

    needs_contact = False

    def send(self, letter: Any) -> None:
        """Keep it, and fail."""
        SEEN.append(letter)
        raise RuntimeError

    def close(self) -> None:
        """Do nothing."""


AT = noon(APRIL)
CALLS: dict[str, Callable[[Programme], Any]] = {
    "find": lambda p: [p.find("s1"), p.find("m1", "mentor"), p.find("mentor-3")],
    "paths": lambda p: [*p.paths("s1"), *p.paths("m1"), *p.paths("m2")],
    "explain": lambda p: [p.explain("award-1"), p.explain("award-2"), p.explain("mentor-3")],
    "due": lambda p: p.due(until=AT + timedelta(days=900)),
    "due_by_country": lambda p: p.due_by_country(AT + timedelta(days=900)),
    "count_due": lambda p: p.count_due(until=AT + timedelta(days=900)),
    "history": lambda p: [*p.history("award-1"), *p.history("mentor-3")],
    "verdicts": lambda p: p.verdicts(p.find("award-1"), p.history("award-1")[-1]),
    "picture": lambda p: [p.picture(), p.picture("mentor")],
    "portraits": lambda p: p.portraits("s1"),
    "states": lambda p: p.states(),
    "books": lambda p: p.books(until=AT + timedelta(days=400)),
    "journal": lambda p: list(p.journal()),
    "verify": lambda p: p.verify(),
    "panel": lambda p: p.panel("SG", APRIL),
    "appeals": lambda p: p.appeals(unfiled=True),
    "panel_cards": lambda p: p.panel_cards("award-1", actor=Actor("manager", "m-1")),
    "entitlements": lambda p: p.entitlements("s1"),
    "badge": lambda p: p.badge("s1"),
    "hall_of_fame": lambda p: p.hall_of_fame("SG"),
    "outcome": lambda p: p.outcome("award-2"),
    "members": lambda p: p.members("SG"),
    "announcements": lambda p: p.announcements(),
    "perks_due": lambda p: p.perks_due("SG", given=True),
    "pauses": lambda p: p.pauses(),
    "parked": lambda p: p.parked(),
    "outbox": lambda p: p.outbox(),
    "imports": lambda p: p.imports(),
    "seller_record": lambda p: p.seller_record("s1"),
    "deliveries": lambda p: p.deliveries(),
    "preview_notice": lambda p: p.preview_notice("awarded"),
    "policy_list": lambda p: p.policy_list(),
    "rehearse": lambda p: p.rehearse(on=APRIL.replace(month=10)),
    "nights": lambda p: p.nights(),
    "command_requests": lambda p: p.command_requests(),
    "compare_policies": lambda p: p.compare_policies(
        "2020-1", "2020-1", on=APRIL.replace(month=10), as_if_in_force=True
    ),
    "policy_show": lambda p: p.policy_show("award"),
    "country_list": lambda p: p.country_list(),
    "country_show": lambda p: p.country_show("SG"),
    "suspensions": lambda p: p.suspensions(),
    "rulebook": lambda p: [p._runtime.rulebook.lifecycles, p._runtime.rulebook.countries],
    "config": lambda p: p.config,
    "config_warnings": lambda p: p.config_warnings,
    "dry_run": lambda p: p.dry_run(
        lambda dry: dry.fire("award-1", "retire", actor=Actor("seller", "s1"), reason="resigned")
    ),
    "fire": lambda p: p.fire("mentor-4", "take_on", actor=Actor("employee", "e-1"), key="take-on"),
    "open_path": lambda p: p.open_path(
        "mentor", "m3", "SG", actor=Actor("seller", "m3"), data={"newcomers": 1}, key="m3"
    ),
    "nominate": lambda p: p.nominate("s9", actor=Actor("employee", "e-9"), statement="x", key="n"),
    "sweep": lambda p: p.sweep(),
    "relay": lambda p: p.relay(channels={"own": Broken()}),
}
"""Every public name that returns more than a plain value: called twice, it answers alike."""
ELSEWHERE = {
    *("open", "migrate", "bind", "backup", "restore", "open_relay", "context", "on_path"),
    *("store", "clock"),
}
"""What opens, copies or is the programme's own machinery."""
COMMANDS = {
    *("appeal", "assign_reviewers", "apply_entry", "close_books", "complete_nomination", "erase"),
    *("import_contacts", "import_facts", "import_nominations", "import_scorecards", "purge"),
    *(
        "record_facts",
        "import_turnover",
        "invite_trainer",
        "move_country",
        "pause",
        "preview_policy",
        "recuse",
    ),
    *("reconnect_step", "release_country", "release_policy", "replan_timers", "resume", "score"),
    *(
        "merge_sellers",
        "remind_reviewers",
        "unmerge_sellers",
        "announce",
        "title",
        "announcement",
        "give_perk",
        "record_taken_out",
        "set_aside_card",
        "request_command",
        "command_request",
        "approve_request",
        "refuse_request",
        "withdraw_request",
        *("approve_night", "start_night", "started_night", "started_nights", "waiting_dates"),
        *("pause_night", "resume_night", "set_pace"),
        "night",
        "save_rehearsal",
        "lift_suspension",
        "suspend_cycle",
        "unassign_reviewer",
        "unpark",
        "unpark_all",
        "withdraw_nomination",
        "retry_notices",
    ),
}
"""Commands: what they return is made for the call, of frozen dataclasses; see below."""


def public_names() -> set[str]:
    """Return the programme's public names that return more than a plain value."""
    plain = ("None", "str", "int", "bool", "str | None", "datetime | None")
    names = set()
    for name, member in inspect.getmembers(Programme):
        function = member.fget if isinstance(member, property) else member
        if name.startswith("_") or not callable(function):
            continue
        returns = inspect.unwrap(function).__annotations__.get("return")
        if returns not in plain:
            names.add(name)
    return names


def test_every_public_name_is_looked_at() -> None:
    """A new method that returns a value belongs in one of the lists above.

    Questions that do not stand there are asked by ``tests/integration/test_immutable.py``.
    """
    assert public_names() - CALLS.keys() - COMMANDS - ELSEWHERE - questions().keys() == set()


def children(whole: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a value is made of."""
    if isinstance(whole, dict):
        yield from ((f"[{key!r}]", item) for key, item in whole.items())
    elif isinstance(whole, list | tuple | set | frozenset):
        yield from ((f"[{n}]", item) for n, item in enumerate(whole))
    for name in names_of(whole):
        if hasattr(whole, name):
            yield f".{name}", getattr(whole, name)


def names_of(whole: Any) -> list[str]:
    """Return the names of a value's fields."""
    if isinstance(whole, dict | list | set | tuple | frozenset) and not hasattr(whole, "_fields"):
        return []
    slots = [name for kind in type(whole).__mro__ for name in getattr(kind, "__slots__", ())]
    named = (*slots, *getattr(whole, "__dict__", ()))
    return [name for name in named if not name.startswith("__")]


def attack(whole: Any, where: str, *, own: bool, seen: dict[int, Any]) -> Iterator[str]:
    """Try to change a value and all that it is made of; yield what could be changed.

    Args:
        whole: The value.
        where: Its place, for the message.
        own: Whether it is the caller's own list or dict, which may be changed.
        seen: What was tried already.
    """
    if isinstance(whole, PLAIN) or callable(whole) or id(whole) in seen:
        return
    seen[id(whole)] = whole
    parts = list(children(whole))
    for name in names_of(whole):
        for change in (setattr, lambda it, name, _: delattr(it, name)):
            try:
                change(whole, name, "changed")
            except (AttributeError, TypeError, ValueError):  # ValueError: pydantic's
                continue
            yield f"{where}.{name}"
    kind = type(whole)
    if kind in (list, dict, set, bytearray) and not own:
        yield f"{where} is {kind.__name__}"
    for method in ("clear", "popitem", "pop", "append", "update", "setdefault", "sort", "add"):
        if isinstance(whole, dict) and not own and hasattr(whole, method):
            arguments = {"update": ({"x": 1},), "setdefault": ("x", 1), "pop": ("x", 1)}
            with pytest.raises(TypeError):
                getattr(whole, method)(*arguments.get(method, ()))
    for name, part in parts:
        nested = own and kind in (list, dict) and type(part) in (list, dict)
        yield from attack(part, f"{where}{name}", own=nested, seen=seen)
    if own and isinstance(whole, list | dict):
        whole.clear()


def dumped(whole: Any) -> str:
    """Write a value out in full, so that two can be compared after one was attacked."""
    return write_out(whole)


@pytest.mark.parametrize("name", CALLS)
def test_nothing_that_is_returned_changes_anything(world: World, name: str) -> None:
    """Every field, item and method of all that is returned is tried; the next answer is the same.

    Lists and dicts at the top are the caller's own.
    """
    call = CALLS[name]
    call(world.programme)  # what a command does, it does at the first call
    before = dumped(call(world.programme))
    stored = dumped(everything(world.programme))
    answer = call(world.programme)
    assert answer is not None
    changed = list(attack(answer, name, own=True, seen={}))
    assert changed == []
    assert dumped(call(world.programme)) == before
    assert dumped(everything(world.programme)) == stored


def everything(programme: Programme) -> list[Any]:
    """Return all paths as they are stored, and their journals."""
    subjects = ("s1", "s2", "m1", "m2", "m3")
    return [*(programme.paths(each) for each in subjects), *programme.journal()]


def test_nothing_that_hosts_code_is_handed_changes_anything(world: World) -> None:
    """What guards and channels were shown is frozen, policy, calendar and letter as well."""
    assert {type(each).__name__ for each in SEEN} == {"GuardContext", "Letter"}
    before = dumped(everything(world.programme))
    for each in SEEN:
        assert list(attack(each, type(each).__name__, own=False, seen={})) == []
    assert dumped(everything(world.programme)) == before


def test_one_sellers_data_is_not_anothers(world: World) -> None:
    """What is decoded once is shared; to change it raises, and the other's next move is its own."""
    first, second = world.programme.find("mentor-3"), world.programme.find("mentor-4")
    assert first.data == second.data
    for change in (
        lambda: first.data.__setitem__("newcomers", 99),  # type: ignore[index]
        lambda: first.data["plan"].update(weeks=[]),
        lambda: first.data["cities"].append("Manila"),
        lambda: first.periods.pop("mentoring"),  # type: ignore[attr-defined]
        lambda: setattr(first, "state", "thanked"),
    ):
        with pytest.raises((TypeError, AttributeError)):
            change()
    assert world.programme.find("mentor-4").data["newcomers"] == 2


def test_what_is_returned_can_be_pickled_hashed_copied_and_written(world: World) -> None:
    """Hosts put it into caches, sets and JSON."""
    for path in (world.programme.find("m1", "mentor"), world.programme.find("s1")):
        for copied in (pickle.loads(pickle.dumps(path)), copy.copy(path), copy.deepcopy(path)):
            assert copied == path
            assert hash(copied) == hash(path)
            assert type(copied.periods) is FrozenDict
    data = world.programme.find("m1", "mentor").data
    assert json.loads(json.dumps(data)) == {
        "newcomers": 2,
        "cities": ["Cebu", "Davao"],
        "plan": {"weeks": [1, 2]},
    }
    assert data == {"newcomers": 2, "cities": ("Cebu", "Davao"), "plan": {"weeks": (1, 2)}}
    own = dict(data) | {"newcomers": 3}
    assert (own["newcomers"], data["newcomers"]) == (3, 2)
    move = CALLS["fire"](world.programme)
    assert json.loads(json.dumps(move.verdicts)) == list(move.verdicts)
    assert dataclasses.asdict(move)["verdicts"]
    explained = pickle.loads(pickle.dumps(world.programme.explain("award-1")))
    assert explained == world.programme.explain("award-1")
    assert isinstance(hash(explained), int)


def test_instants_are_plain(world: World) -> None:
    """No instant that is handed out is of a class of the library's own."""
    assert type(world.programme.find("s1").opened_at) is datetime
