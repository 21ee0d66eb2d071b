"""A seller's id changes: is the seller one person under both ids, in whatever is asked?

Source: programme.md, "Who and where".
"""

from __future__ import annotations

import json
import shutil
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow import (
    Actor,
    ConflictError,
    InputError,
    KeyReusedError,
    NotAllowedError,
    NotFoundError,
    Programme,
    RefusedError,
)
from tests.factories import midnight, noon
from tests.integration.world import APRIL, COMPLIANCE, DUE, EMPLOYEE, OCTOBER, OTHER, SCORES, World

if TYPE_CHECKING:
    from pathlib import Path as FilePath

    from lazsa_flow.award.commands.merging import MergedSellers

HOST = Actor("host", "host")
MARCH = date(2020, 3, 20)
OLD, NEW = Actor("seller", "old"), Actor("seller", "new")


def merge(world: World, old: str = "old", new: str = "new", **kwargs: Any) -> MergedSellers:
    """Let the host merge two ids, of which facts are known."""
    with world.programme._runtime.store.begin(write=False) as transaction:
        for seller in (old, new):
            if transaction.country_of(seller) is None:
                world.facts(seller)
    return world.programme.merge_sellers(old, new, actor=HOST, **kwargs)


def unmerge(world: World, old: str = "old", new: str = "new", **kwargs: Any) -> MergedSellers:
    """Let the host part two ids."""
    return world.programme.unmerge_sellers(old, new, actor=HOST, **kwargs)


class TestLookUps:
    """Every look-up by seller finds the paths and records of both ids, by either."""

    def test_sitting_award(self, world: World) -> None:
        """Whoever sits under the old id sits under the new one, and is not nominated again."""
        path = world.ambassador("old")
        done = merge(world)
        assert (done.seller, done.country, done.paths, done.timers) == ("new", "SG", (path,), ())
        for name in ("old", "new"):
            with pytest.raises(RefusedError, match="2021-04-01"):
                world.programme.nominate(name, actor=EMPLOYEE, statement="Again.")
            found = world.programme.find(name)
            assert (found.ref, found.subject) == (path, "new")
            assert world.programme.badge(name).valid
            assert len(world.programme.entitlements(name)) > 5
            assert world.programme.explain(name).path.ref == path
            assert world.programme.outcome(name).state == "awarded"
        assert world.told(path)[-1] == (None, "merged")

    def test_open_path(self, world: World) -> None:
        """A nomination by either id supports the open path, and nobody nominates twice."""
        path = world.nominate("old")
        merge(world)
        for seller in ("old", "new"):
            with pytest.raises(ConflictError, match="already"):
                world.programme.nominate(seller, actor=EMPLOYEE)
        told = world.programme.nominate("new", actor=OTHER, statement="So do I.")
        assert (told.path, told.supporting) == (path, True)
        world.programme.nominate("old", actor=NEW)
        with pytest.raises(ConflictError, match="already"):
            world.programme.nominate("new", actor=OLD)
        world.programme.withdraw_nomination(path, actor=OLD)
        world.programme.fire(path, "withdraw", actor=OLD, reason="nominee")
        again = world.programme.nominate("old", actor=EMPLOYEE)
        assert world.programme.find(again.path).subject == "new"

    def test_facts_and_steps(self, world: World) -> None:
        """The night judges by the latest facts of either id, and counts what either has done."""
        world.facts("old", as_of=date(2020, 2, 9))
        path = world.nominate("old")
        merge(world)
        world.go(MARCH).panel(path).facts("new", as_of=MARCH, ncp_points=3)
        world.facts("old", as_of=date(2020, 3, 21))
        world.go(APRIL)
        assert world.state(path) == "awarded"
        assert world.last(path)["facts_as_of"] == "2020-03-21"
        world.go(date(2021, 4, 10))
        world.programme.fire(path, "retire", actor=OLD, reason="resigned")
        world.programme.reconnect_step("old", "get_app", actor=NEW)
        world.programme.reconnect_step("new", "register", actor=OLD)
        assert world.join("old").dest == "reconnect"
        assert world.programme.members("SG") == ["new"]

    def test_groups_of_the_night(self, world: World) -> None:
        """Among many who are judged together, each is judged by what both their ids say."""
        paths = [world.nominate(f"old-{number}") for number in range(4)]
        for number in range(4):
            merge(world, f"old-{number}", f"new-{number}")
        others = [world.nominate(f"other-{number}") for number in range(4)]
        world.go(MARCH)
        for path in (*paths, *others):
            world.panel(path)
        world.facts("new-1", as_of=MARCH, ncp_points=1)
        world.programme.open_case("old-2", "case-1", actor=COMPLIANCE)
        world.go(APRIL)
        assert [world.state(path) for path in (*paths, *others)] == [
            *("awarded", "declined", "under_review", "awarded"),
            *("awarded",) * 4,
        ]

    def test_standing(self, world: World) -> None:
        """Standing that was lost under either id is lost: no nomination, no door to Reconnect."""
        world.end(world.ambassador("old"))
        merge(world)
        for seller in ("old", "new"):
            with pytest.raises(RefusedError, match="no_conduct_bar"):
                world.programme.nominate(seller, actor=EMPLOYEE)

    def test_standing_lost_by_the_new_id(self, world: World) -> None:
        """A former ambassador under the old id who lost the standing under the new one is out."""
        path = world.retired("old")
        world.facts("new", as_of=date(2021, 4, 9))
        lost = world.nominate("new")
        world.programme.fire(lost, "disqualify", actor=COMPLIANCE, reason="code_of_conduct")
        merge(world)
        world.steps("old")
        assert world.programme.paths("old") == world.programme.paths("new")
        assert [each.ref for each in world.programme.paths("new")] == [path, lost]
        with pytest.raises(RefusedError, match="no_conduct_bar"):
            world.programme.nominate("old", actor=EMPLOYEE)

    def test_cases_and_consent(self, world: World) -> None:
        """A case opened under one id is closed under the other; consent by either counts."""
        world.ambassador("old")
        world.open_case("old")
        world.programme.consent("old", given=True, actor=OLD)
        merge(world)
        with pytest.raises(ConflictError, match="open"):
            world.open_case("new")
        (case,) = world.programme.cases().rows
        assert (case.seller, case.path, case.state) == ("new", "award-1", "awarded")
        (listed,) = world.programme.find_all(lifecycle="award").rows
        assert (listed.subject, listed.facts_as_of) == ("new", MARCH)
        world.close_case("new")
        assert world.programme.cases().rows == ()
        (fame,) = world.programme.hall_of_fame("SG")
        assert fame.seller == "new"
        world.programme.consent("new", given=False, actor=OLD)
        assert world.programme.hall_of_fame("SG") == []

    def test_contact(self, world: World, tmp_path: FilePath) -> None:
        """The new id's contact holds; where it has none, the old one's does."""
        file = tmp_path / "contacts.csv"
        header = "seller_id,email,locale,name\n"
        file.write_text(header + "old,old@shop.example,en,\n", "utf-8")
        world.programme.import_contacts(file)
        merge(world)

        def emails() -> set[str]:
            with world.programme._runtime.store.begin(write=False) as transaction:
                found = transaction.contacts_of(["old", "new", "other"])
            assert set(found) == {"old", "new"}
            return {json.loads(body)["address"] for body in found.values()}

        assert emails() == {"old@shop.example"}
        file.write_text(header + "new,new@shop.example,en,\n", "utf-8")
        world.programme.import_contacts(file)
        assert emails() == {"new@shop.example"}
        assert world.programme.contact("old") == world.programme.contact("new")

    def test_files(self, world: World, tmp_path: FilePath) -> None:
        """Files may go on naming the old id."""
        path = world.nominate("old")
        merge(world)
        nominations = tmp_path / "nominations.csv"
        nominations.write_text(
            "seller_id,source,nominator_id,statement\nold,seller,old,Myself.\n", "utf-8"
        )
        world.programme.import_nominations(nominations)
        nominations.write_text(
            "seller_id,source,nominator_id,statement\nnew,seller,new,Myself.\n", "utf-8"
        )
        assert world.programme.import_nominations(nominations).already_there == 1
        assert world.programme.import_nominations(nominations) == 0
        world.go(MARCH)
        cards = tmp_path / "cards.csv"
        cards.write_text(
            f"seller_id,reviewer_id,team,{','.join(SCORES)},comment,recusal_reason\n"
            f"old,rev-books,books,{'4,' * len(SCORES)}Good.,\n",
            "utf-8",
        )
        world.programme.import_scorecards(cards)
        assert world.programme.panel("SG", APRIL)[0].cards == 1
        assert world.state(path) == "under_review"


class TestConflicts:
    """Nobody reviews themselves, or whom they nominated, under another id."""

    def test_themselves(self, world: World) -> None:
        """The seller, seated by an old id, does not review the path of the new one."""
        team = Actor("team", "team-SG", "SG")
        world.programme.assign_reviewers("SG", APRIL, {"old": "care"}, actor=team)
        path = world.nominate("new")
        world.go(MARCH)
        merge(world)
        for name in ("old", "new"):
            reviewer = Actor("reviewer", name, "SG", "care")
            with pytest.raises(NotAllowedError, match="themselves"):
                world.programme.score(path, actor=reviewer, scores=SCORES, comment="Good.")

    def test_appeal(self, world: World) -> None:
        """Neither the seller nor a nominator grants the appeal under another id."""
        for old, new in (("old", "new"), ("n-1", "n-2"), ("m-1", "m-2")):
            merge(world, old, new)
        path = world.nominate("new", actor=Actor("employee", "n-1"))
        world.go(MARCH).panel(path, score=1).go(APRIL)
        assert world.state(path) == "declined"
        for name in ("old", "new", "n-1", "n-2"):
            with pytest.raises(NotAllowedError, match="outside the panel"):
                world.programme.appeal(path, actor=Actor("manager", name))
        assert world.programme.appeal(path, actor=Actor("manager", "m-1")) is None
        assert world.programme.appeal(path, actor=Actor("manager", "m-2")) is None
        found = world.programme.appeal(path, actor=Actor("manager", "m-3"))
        assert found is not None
        assert found.actor == "manager:m-3"

    def test_nominators(self, world: World) -> None:
        """Whoever nominated under an old id withdraws by the new one, and does not review."""
        world.ambassador("old")
        ambassador = Actor("ambassador", "old")
        path = world.nominate("other", actor=ambassador)
        merge(world)
        renamed = Actor("ambassador", "new")
        with pytest.raises(ConflictError, match="already"):
            world.programme.nominate("other", actor=renamed)
        world.programme.nominate("other", actor=EMPLOYEE)
        world.programme.withdraw_nomination(path, actor=renamed)
        assert world.state(path) == "nominated"
        with pytest.raises(NotAllowedError):
            world.programme.withdraw_nomination(path, actor=renamed)


class TestCountry:
    """The new id's country holds: the old one's paths move to it with their timers."""

    def test_moves(self, world: World) -> None:
        """Timers go along, and come back where the merge is undone."""
        path = world.ambassador("old")
        world.facts("new", country="TH")
        before = world.programme.due(until=noon(DUE))
        done = merge(world)
        assert done.country == "TH"
        assert {each.timer for each in done.timers} == {each.timer.name for each in before}
        found = world.path(path)
        assert (found.country, found.periods["award"][0].began_on) == ("TH", APRIL)
        due = next(e for e in world.programme.due(until=noon(DUE)) if e.timer.name == "due_date")
        assert (due.timer.due_at, due.timer.country) == (midnight(DUE, "TH"), "TH")
        with pytest.raises(NotAllowedError):
            world.programme.reconnect_step("old", "get_app", actor=Actor("team", "t", "SG"))
        unmerge(world)
        assert (world.path(path).country, world.path(path).subject) == ("SG", "old")
        assert world.programme.due(until=noon(DUE)) == before
        with pytest.raises(NotFoundError):
            world.programme.find("new")

    def test_record(self, world: World) -> None:
        """The record tells every id, and where the seller was under each."""
        path = world.ambassador("old")
        world.facts("new", country="TH")
        merge(world)
        world.programme.move_country("old", "MY", actor=HOST)
        record = world.programme.seller_record("old")
        assert record == world.programme.seller_record("new")
        assert (record.seller, record.names, record.country) == ("new", ("new", "old"), "MY")
        assert record.paths == (path,)
        assert [
            (each.seller, each.country, each.source, each.actor) for each in record.countries
        ] == [
            ("old", "SG", "facts", None),
            ("new", "TH", "facts", None),
            ("new", "MY", "move", "host:host"),
        ]
        with pytest.raises(NotFoundError, match="no seller 'nobody'"):
            world.programme.seller_record("nobody")

    def test_move_by_either_id(self, world: World) -> None:
        """A move of the old id moves the seller."""
        world.ambassador("old")
        merge(world)
        world.programme.move_country("old", "MY", actor=HOST)
        assert world.programme.find("new").country == "MY"
        assert (
            world.programme.contact("new") == world.programme._runtime.context.country("MY").mailbox
        )


class TestRefused:
    """What cannot be one seller's is refused, and named."""

    def test_two_open_paths(self, world: World) -> None:
        """Two open paths of one lifecycle; the message names both."""
        one, other = world.nominate("old"), world.nominate("new")
        with pytest.raises(ConflictError, match=f"two open award paths.*{one}.*{other}"):
            merge(world)
        world.programme.withdraw_nomination(one, actor=EMPLOYEE)
        assert merge(world).paths == (one,)

    def test_two_awards_and_memberships(self, world: World) -> None:
        """Two sitting awards, two memberships, or one of each."""
        paths = [world.nominate(seller) for seller in ("old", "new")]
        world.go(MARCH)
        for each in paths:
            world.panel(each)
        world.go(APRIL)
        with pytest.raises(ConflictError, match="two sitting awards"):
            merge(world)
        world.go(date(2021, 4, 10)).resign(world.programme.find("old").ref)
        world.steps("old").join("old")
        with pytest.raises(ConflictError, match="a sitting award and a membership"):
            merge(world)
        world.resign(paths[1])
        world.steps("new").join("new")
        for pair in (("old", "new"), ("new", "old")):
            with pytest.raises(ConflictError, match="two memberships"):
                merge(world, *pair)

    def test_chains_and_loops(self, world: World) -> None:
        """Merges chain, and never lead back."""
        path = world.nominate("a")
        merge(world, "a", "b")
        for pair in (("b", "a"), ("a", "b")):
            with pytest.raises(ConflictError, match="one seller with"):
                merge(world, *pair)
        merge(world, "b", "c")
        merge(world, "d", "a")
        assert {world.programme.find(name).ref for name in "abcd"} == {path}
        assert world.path(path).subject == "c"
        for pair in (("c", "a"), ("c", "d"), ("a", "d")):
            with pytest.raises(ConflictError, match="one seller with"):
                merge(world, *pair)
        world.facts("e")
        with pytest.raises(ConflictError, match="is merged into c"):
            merge(world, "a", "e")
        with pytest.raises(InputError):
            merge(world, "a", "a")

    def test_unknown(self, world: World) -> None:
        """Both must be known, and only the host merges."""
        world.facts("old")
        for pair in (("old", "nobody"), ("nobody", "old")):
            for command in (world.programme.merge_sellers, world.programme.unmerge_sellers):
                with pytest.raises(NotFoundError, match="nobody"):
                    command(*pair, actor=HOST)
        with pytest.raises(NotAllowedError):
            world.programme.merge_sellers("old", "old-2", actor=EMPLOYEE)


class TestUndone:
    """A merge can be undone until a path has moved on it."""

    def test_undone(self, world: World) -> None:
        """Each has its own paths and records again, and can be merged again."""
        one = world.nominate("old")
        other = world.nominate("new")
        world.programme.fire(other, "withdraw", actor=NEW, reason="nominee")
        merge(world)
        unmerge(world)
        assert [each.ref for each in world.programme.paths("old")] == [one]
        assert [each.ref for each in world.programme.paths("new")] == [other]
        assert world.told(one)[-2:] == [(None, "merged"), (None, "unmerged")]
        assert world.programme.nominate("new", actor=EMPLOYEE).path not in (one, other)
        with pytest.raises(ConflictError, match="not merged"):
            unmerge(world)
        world.programme.withdraw_nomination(one, actor=EMPLOYEE)
        assert merge(world).paths == (one,)

    def test_not_once_something_has_moved(self, world: World) -> None:
        """A path that has moved, or was opened, on the merge makes it stand."""
        path = world.nominate("old")
        merge(world)
        world.go(MARCH)
        with pytest.raises(ConflictError, match=f"{path} has moved"):
            unmerge(world)
        merge(world, "old-2", "new-2")
        opened = world.nominate("old-2")
        with pytest.raises(ConflictError, match=f"{opened} was opened"):
            unmerge(world, "old-2", "new-2")

    def test_within_a_chain(self, world: World) -> None:
        """What was merged into an id goes with it."""
        path = world.nominate("a")
        merge(world, "a", "b")
        merge(world, "b", "c")
        merge(world, "d", "b")
        unmerge(world, "b", "c")
        assert world.path(path).subject == "b"
        assert world.programme.find("d").ref == path
        assert world.programme.paths("c") == []
        unmerge(world, "a", "b")
        assert world.programme.find("a").subject == "a"
        assert world.programme.paths("d") == []


class TestCommands:
    """Keys, other processes and erasures."""

    def test_keys(self, world: World) -> None:
        """The same request under the same key returns the first answer, before and after."""
        world.nominate("old", actor=OLD, key="nominated")
        first = merge(world, key="merged")
        assert merge(world, key="merged") == first
        with pytest.raises(KeyReusedError):
            merge(world, "other", "new", key="merged")
        told = world.programme.nominate(
            "old", actor=OLD, statement="Helps others.", key="nominated"
        )
        assert told.supporting is False
        assert world.last(told.path)["actor"] == "host:host"

    def test_another_process(self, world: World) -> None:
        """A process that was at work before the merge obeys it with its next command."""
        path = world.nominate("old", actor=OLD)
        url = world.programme._runtime.store._engine.url.render_as_string()
        with Programme.open(url, clock=world.clock) as other:
            assert other.find("old").ref == path
            merge(world)
            other.fire(path, "withdraw", actor=OLD, reason="nominee")
        assert world.last(path)["actor"] == "seller:old"
        assert world.state(path) == "withdrawn"

    def test_erased(self, world: World, tmp_path: FilePath) -> None:
        """Erasing either erases both, and files bring neither back."""
        path = world.nominate("old", actor=OLD)
        file = tmp_path / "contacts.csv"
        file.write_text(
            "seller_id,email,locale,name\nold,o@shop.example,en,\nnew,n@shop.example,en,\n",
            "utf-8",
        )
        world.programme.import_contacts(file)
        merge(world)
        assert world.programme.erase("new", actor=OLD) == 3
        assert world.state(path) == "withdrawn"
        assert world.programme.import_contacts(file).skipped == (2, 3)
        world.programme.readmit("old", actor=NEW)
        assert world.programme.import_contacts(file).skipped == ()

    def test_nobody_else_changes(
        self, world: World, migrated: FilePath, tmp_path: FilePath
    ) -> None:
        """The journals of sellers who are not merged have the bytes that they would have had."""
        shutil.copy(migrated, tmp_path / "other.db")
        other = World(f"sqlite:///{tmp_path / 'other.db'}")
        rows = []
        with other.programme:
            for each in (world, other):
                path = each.candidate("one")
                each.facts("old").facts("new")
                if each is world:
                    merge(world)
                each.go(OCTOBER)
                rows.append(each.programme.history(path))
        assert rows[0] == rows[1]
        assert world.programme.merge_sellers("new", "one", actor=HOST).paths == ()
