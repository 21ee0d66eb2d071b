"""A dry run tells what a command would do, and leaves nothing behind.

Source: names.md, "One spelling for each new or renamed command".
"""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow import Actor, NoEdgeError, NotAllowedError, NotFoundError
from tests.factories import noon
from tests.integration.world import APRIL, COMPLIANCE, DUE, OCTOBER, OTHER, SELLER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lazsa_flow import Programme
    from tests.integration.world import World

HOST = Actor("host", "host-1")
MANAGER = Actor("manager", "man-1")
OPERATOR = Actor("operator", "op-1")

COMMANDS: dict[str, Callable[..., Any]] = {
    "fire": lambda p, **dry: p.fire(
        "award-1", "retire", actor=SELLER, reason="resigned", key="k", **dry
    ),
    "announce": lambda p, **dry: p.announce(
        "News", "There is news.", audience="both", kind="event", actor=MANAGER, key="k", **dry
    ),
    "give_perk": lambda p, **dry: p.give_perk("s1", "award_kit", actor=MANAGER, key="k", **dry),
    "record_taken_out": lambda p, **dry: p.record_taken_out("s1", actor=MANAGER, key="k", **dry),
    "erase": lambda p, **dry: p.erase("s1", actor=HOST, key="k", **dry),
    "purge": lambda p, **dry: p.purge(actor=HOST, **dry),
    "suspend_cycle": lambda p, **dry: p.suspend_cycle("SG", DUE, actor=MANAGER, key="k", **dry),
    "lift_suspension": lambda p, **dry: p.lift_suspension("SG", DUE, actor=MANAGER, key="k", **dry),
    "move_country": lambda p, **dry: p.move_country("s1", "TH", actor=HOST, key="k", **dry),
    "merge_sellers": lambda p, **dry: p.merge_sellers("s1", "s9", actor=HOST, key="k", **dry),
    "unmerge_sellers": lambda p, **dry: p.unmerge_sellers("s8", "s9", actor=HOST, key="k", **dry),
    "assign_reviewers": lambda p, **dry: p.assign_reviewers(
        "SG", DUE, {"n-1": "care"}, actor=MANAGER, key="k", **dry
    ),
    "unassign_reviewer": lambda p, **dry: p.unassign_reviewer(
        "SG", DUE, "rev-law", actor=MANAGER, key="k", **dry
    ),
    "remind_reviewers": lambda p, **dry: p.remind_reviewers(
        "SG", DUE, actor=MANAGER, key="k", **dry
    ),
    "unpark": lambda p, **dry: p.unpark("award-1", actor=OPERATOR, **dry),
    "unpark_all": lambda p, **dry: p.unpark_all(actor=OPERATOR, **dry),
    "retry_notices": lambda p, **dry: p.retry_notices(actor=OPERATOR, **dry),
}
"""Every command that takes ``dry_run``, on an ambassador of Singapore."""


def dump(folder: Path) -> list[str]:
    """Return every row of the database."""
    connection = sqlite3.connect(folder / "lazsa.db")
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def park(world: World, folder: Path) -> None:
    """Let the path and a notice of it be parked."""
    connection = sqlite3.connect(folder / "lazsa.db")
    with connection:
        connection.execute("update lazsa_outbox set parked = 1")
        connection.execute("update lazsa_paths set parked = 1")
        connection.execute("update lazsa_timers set status = 'parked' where status = 'pending'")
        connection.execute(
            "insert into lazsa_failures values (1, 'due_date', ?, 'ValueError', 5, ?, null)",
            ("2021-03-31T16:00:00.000000Z", "2020-04-01T04:00:00.000000Z"),
        )
    connection.close()
    assert world.path("award-1").parked


class TestNothingRemains:
    """Whatever the command, its dry run changes no row, and the command can follow."""

    @pytest.mark.parametrize("name", COMMANDS)
    def test_same_answer(self, world: World, tmp_path: Path, name: str) -> None:
        """A dry run writes nothing, remembers no key, and returns what the command returns."""
        world.former_member() if name == "record_taken_out" else world.ambassador()
        if "merge" in name:
            world.facts("s8").facts("s9")
            world.programme.merge_sellers("s8", "s9", actor=HOST)
        if name == "purge":
            world.now(noon(DUE.replace(year=2023)))
        if name == "lift_suspension":
            world.programme.suspend_cycle("SG", DUE, actor=MANAGER)
        if "unpark" in name or "retry" in name:
            park(world, tmp_path)
        run, before = COMMANDS[name], dump(tmp_path)
        foreseen = run(world.programme, dry_run=True)
        assert dump(tmp_path) == before
        assert run(world.programme) == foreseen
        assert foreseen
        assert dump(tmp_path) != before

    def test_overdue_timers(self, world: World, tmp_path: Path) -> None:
        """Overdue timers, which would fire first, are told and stay pending."""
        path = world.candidate()
        world.now(APRIL)
        before = dump(tmp_path)
        foreseen = world.programme.dry_run(
            lambda own: own.fire(path, "retire", actor=SELLER, reason="resigned")
        )
        assert [each.trigger for each in foreseen.paths] == ["award", "retire"]
        assert [each.actor for each in foreseen.paths] == ["system:cycle_date", "seller:s1"]
        assert dump(tmp_path) == before
        assert world.state(path) == "under_review"

    def test_path_numbers(self, world: World) -> None:
        """A nomination that is only tried uses up no number."""
        world.facts("s1").facts("s2")
        for _ in range(2):
            tried = world.programme.dry_run(lambda own: own.nominate("s1", actor=OTHER))
            assert tried.result.path == "award-1"
        assert world.nominate("s2") == "award-1"

    def test_errors(self, world: World) -> None:
        """A dry run raises whatever the command would raise."""
        path = world.nominate()
        with pytest.raises(NoEdgeError):
            world.programme.fire(path, "retire", actor=SELLER, reason="resigned", dry_run=True)
        with pytest.raises(NotAllowedError):
            world.programme.purge(actor=SELLER, dry_run=True)
        with pytest.raises(NotFoundError):
            world.programme.retry_notices(["no.such.1"], actor=OPERATOR, dry_run=True)


class TestWhatItTells:
    """Who would be affected, and what would end."""

    def test_an_award_ends(self, world: World) -> None:
        """Erasing a sitting ambassador ends an award, and names the texts by person and kind."""
        world.ambassador()
        told = world.programme.dry_run(lambda own: own.erase("s1", actor=HOST))
        (path,) = told.paths
        assert (path.path, path.subject, path.country) == ("award-1", "s1", "SG")
        assert (path.trigger, path.reason, path.actor) == ("retire", "resigned", "host:host-1")
        assert (path.source, path.dest, path.ends) == ("awarded", "retired", ("award",))
        assert {text.subject for text in told.texts} == {"s1"}
        assert told.result == len(told.texts) == 4

    def test_good_standing_ends(self, world: World) -> None:
        """What ends for the seller as a whole is told with the path's own periods."""
        path = world.ambassador()
        told = world.programme.dry_run(
            lambda own: own.fire(path, "retire", actor=COMPLIANCE, reason="code_of_conduct")
        )
        assert told.paths[0].ends == ("award", "good_standing")

    def test_replanned_paths(self, world: World) -> None:
        """A suspension tells each path that stays where it is while its timers move."""
        world.candidate()
        world.nominate("s2")
        told = world.programme.dry_run(lambda own: own.suspend_cycle("SG", OCTOBER, actor=MANAGER))
        assert {each.trigger for each in told.paths} <= {None}
        other = world.programme.dry_run(lambda own: own.suspend_cycle("SG", DUE, actor=MANAGER))
        assert len(other.result) == len(other.paths) == 0

    def test_bound(self, world: World) -> None:
        """Within a host's transaction a dry run undoes its own part alone."""
        path = world.ambassador()

        def host(bound: Programme) -> str:
            bound.open_case("s1", "c-1", actor=COMPLIANCE)
            bound.fire(path, "retire", actor=SELLER, reason="resigned", dry_run=True)
            return bound.find(path).state

        assert world.programme.dry_run(host).result == "awarded"


class TestUnknown:
    """Nobody is told that nothing was done to somebody who does not exist."""

    @pytest.mark.parametrize("dry_run", [True, False])
    def test_not_found(self, world: World, *, dry_run: bool) -> None:
        """An unknown seller, person or path is an error of every such command."""
        programme = world.programme
        world.nominate()
        dry: dict[str, Any] = {"dry_run": dry_run}
        for call in (
            lambda: programme.erase("nobody", actor=HOST, **dry),
            lambda: programme.erase("nobody", actor=Actor("seller", "nobody"), **dry),
            lambda: programme.move_country("nobody", "TH", actor=HOST, **dry),
            lambda: programme.unpark("award-99", actor=OPERATOR, **dry),
            lambda: programme.fire("award-99", "retire", actor=SELLER, reason="resigned", **dry),
        ):
            with pytest.raises(NotFoundError):
                call()

    def test_records(self, world: World) -> None:
        """Nor can anything be recorded of somebody who does not exist."""
        programme = world.programme
        team = Actor("team", "t-1", "SG")
        for call in (
            lambda: programme.open_case("nobody", "c-1", actor=COMPLIANCE),
            lambda: programme.close_case("nobody", "c-1", actor=COMPLIANCE),
            lambda: programme.reconnect_step("nobody", "join_group", actor=team),
            lambda: programme.reconnect_step("nobody", "register", actor=Actor("seller", "nobody")),
            lambda: programme.appeal("award-99", actor=MANAGER),
            lambda: programme.history("award-99"),
            lambda: programme.state_at("award-99", noon(date(2020, 3, 1))),
            lambda: programme.history("trainer-1"),
        ):
            with pytest.raises(NotFoundError):
                call()
