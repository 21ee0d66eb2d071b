"""What do keys, versions and parked paths do to commands?

Every test plays in a world of its own; see :mod:`tests.integration.world`.
"""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.engine.batch.group import DecisionGroup
from lazsa_flow.errors import (
    InputError,
    KeyReusedError,
    NotAllowedError,
    ParkedError,
    StaleVersionError,
)
from lazsa_flow.lifecycle.model import Actor
from tests.factories import midnight
from tests.integration.world import (
    APRIL,
    OTHER,
    REVIEWER,
    SELLER,
)

if TYPE_CHECKING:
    from tests.integration.world import World

CLOSES = date(2020, 3, 2)


class TestWriting:
    """design.md, rule 4: keys, versions; programme.md, "The books": parked."""

    def test_same_key(self, world: World) -> None:
        """The same key with the same command returns the first result and does nothing twice."""
        path = world.nominate(key="one")
        assert world.nominate(key="one") == path
        with world.programme._runtime.store.begin(write=False) as transaction:
            assert len(transaction.nominations_of(world.path(path).id)) == 1
        world.go(date(2020, 3, 20))
        kwargs: dict[str, Any] = {"actor": SELLER, "reason": "nominee", "key": "two"}
        first = world.programme.fire(path, "withdraw", **kwargs)
        assert world.programme.fire(path, "withdraw", **kwargs) == first
        assert world.path(path).seq == first.seq

    def test_key_reused(self, world: World) -> None:
        """The same key with another payload is an error, and changes nothing."""
        path = world.nominate(key="one")
        for again in (
            lambda: world.nominate(actor=OTHER, key="one"),
            lambda: world.nominate(statement="Another.", key="one"),
            lambda: world.programme.fire(
                path, "withdraw", actor=SELLER, reason="nominee", key="one"
            ),
        ):
            with pytest.raises(KeyReusedError):
                again()
        assert world.path(path).seq == 1

    def test_key_of_a_file(self, world: World, tmp_path: Any) -> None:
        """A file's key is that of its content: another content under it is an error."""
        file = tmp_path / "nominations.csv"
        head = "seller_id,source,nominator_id,statement\n"
        world.facts("s1").facts("s2")
        file.write_text(head + "s1,employee,emp-1,Helps.\n")
        assert world.programme.import_nominations(file, key="file") == 1
        assert world.programme.import_nominations(file, key="file") == 1
        file.write_text(head + "s2,employee,emp-1,Helps.\n")
        with pytest.raises(KeyReusedError):
            world.programme.import_nominations(file, key="file")
        assert not world.programme.paths("s2")

    def test_failed_command_keeps_its_key(self, world: World) -> None:
        """A command that was refused has used up no key."""
        world.facts()
        with pytest.raises(NotAllowedError):
            world.nominate(actor=Actor("seller", "s2"), key="one")
        assert world.nominate(key="one")

    def test_stale_version(self, world: World) -> None:
        """A command on a version that has passed is refused, naming both versions."""
        path = world.nominate()
        seen = world.path(path).seq
        world.go(midnight(CLOSES))
        with pytest.raises(StaleVersionError) as refused:
            world.programme.fire(path, "withdraw", actor=SELLER, reason="nominee", version=seen)
        assert (refused.value.expected, refused.value.found) == (1, 2)
        world.programme.fire(path, "withdraw", actor=SELLER, reason="nominee", version=2)

    def test_stale_by_overdue_timer(self, world: World) -> None:
        """An overdue timer that fires before the command makes the version seen a stale one."""
        path = world.nominate()
        world.now(midnight(CLOSES))
        with pytest.raises(StaleVersionError):
            world.programme.fire(path, "withdraw", actor=SELLER, reason="nominee", version=1)

    def test_parked(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """A path whose decision raises is parked and stops no other; the books say so."""
        good = world.nominate("s2")
        bad = world.candidate("s1")
        world.panel(good)
        take = DecisionGroup.take

        def raising(cohort: DecisionGroup, sight: Any) -> Any:
            if f"award-{sight.path_id}" == bad:
                raise ZeroDivisionError
            return take(cohort, sight)

        monkeypatch.setattr(DecisionGroup, "take", raising)
        world.now(midnight(APRIL))
        swept = world.sweep()
        assert (swept.moved, swept.failed) == (1, 1)
        assert (world.state(bad), world.state(good)) == ("under_review", "awarded")
        with pytest.raises(ParkedError, match="keeps failing"):
            world.programme.fire(bad, "withdraw", actor=SELLER, reason="nominee")
        world.go(midnight(APRIL) + timedelta(minutes=2))
        assert world.path(bad).parked
        assert [ref for ref, failure in world.programme.parked() if failure.attempts == 5] == [bad]
        assert [ref for ref, _ in world.programme.parked(country="SG", limit=1)] == [bad]
        assert world.programme.parked(country="PH") == world.programme.parked(after=bad) == []
        with pytest.raises(InputError, match="a path that is parked"):
            world.programme.parked(after=good)
        (book,) = (b for b in world.programme.books() if (b.country, b.on) == ("SG", APRIL))
        assert (book.due, book.moved, book.parked, book.unexplained) == (2, 1, 1, 0)
        with pytest.raises(ParkedError):
            world.programme.fire(bad, "withdraw", actor=SELLER, reason="nominee")
        world.end(bad, "disqualify")
        assert world.state(bad) == "declined"

    def test_no_personal_text(self, world: World, tmp_path: Any) -> None:
        """Free text stands in one erasable table and nowhere else (versions and data)."""
        path = world.candidate()
        world.nominate("s2", statement="A text that only she wrote.")
        world.programme.recuse(
            path, actor=REVIEWER, reason="same_family", note="A text of the reviewer's."
        )
        with sqlite3.connect(tmp_path / "lazsa.db") as database:
            lines = [line for line in database.iterdump() if "A text " in line]
        database.close()
        assert len(lines) == 2
        assert all(line.startswith('INSERT INTO "lazsa_texts"') for line in lines)
