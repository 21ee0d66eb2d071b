"""What nominators, reviewers, teams and ambassadors hear between two cycle dates.

Source: programme.md, "The year between".
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from lazsa_flow.lifecycle.model import Actor
from tests.factories import midnight, noon
from tests.integration.test_relay import Recorder, contacts_of
from tests.integration.world import APRIL, DUE, EMPLOYEE, OTHER, REVIEWERS, SEATS, SELLER, World

if TYPE_CHECKING:
    from lazsa_flow.notices.ports import Letter

TEAM = Actor("team", "team-SG", "SG")
MANAGER = Actor("manager", "man-1")


def posted(world: World) -> list[Letter]:
    """Send what may be sent now, and return it."""
    post = Recorder(needs_contact=True)
    world.programme.relay(channels={"post": post}, resolver=contacts_of)
    return post.letters


def kinds(letters: list[Letter], to: str) -> list[tuple[str, str | None]]:
    """Return kind and person of the letters to a class of recipients."""
    return [(letter.kind, letter.person) for letter in letters if letter.to == to]


class TestNominators:
    """Who nominated incompletely is reminded 7 and 1 days before the window closes."""

    def test_days(self, world: World) -> None:
        """Whoever can complete one is, the seller too, until one nomination is complete."""
        path = world.nominate(statement="")
        world.nominate(actor=SELLER, statement="")
        world.go(date(2020, 2, 23))
        posted(world)
        closes = APRIL - timedelta(days=30)
        world.go(closes - timedelta(days=7))
        letters = posted(world)
        assert kinds(letters, "nominators") == [
            ("nomination_incomplete", "emp-1"),
            ("nomination_incomplete", "s1"),
        ]
        assert "2 March 2020" in letters[0].text
        world.go(closes - timedelta(days=2))
        assert posted(world) == []
        world.go(closes - timedelta(days=1))
        assert len(kinds(posted(world), "nominators")) == 2
        assert world.state(path) == "nominated"

    def test_complete(self, world: World) -> None:
        """Nobody is reminded of a path with a complete nomination, however late it came."""
        world.nominate()
        world.nominate(actor=OTHER, statement="")
        world.go(date(2020, 2, 24))
        assert kinds(posted(world), "nominators") == []

    def test_completed_meanwhile(self, world: World) -> None:
        """A reminder that waits for the morning is withheld where the nomination was completed."""
        path = world.nominate(statement="")
        world.go(midnight(date(2020, 2, 24)))
        waiting = {(each.kind, each.to) for each in world.programme.outbox()}
        assert ("nomination_incomplete", "employee:emp-1") in waiting
        world.programme.complete_nomination(path, actor=EMPLOYEE, statement="Helps others.")
        world.now(date(2020, 2, 24))
        assert kinds(posted(world), "nominators") == []
        assert world.programme.outbox() == []


class TestReviewers:
    """Who sits on the panel and has a card missing is reminded 14, 7 and 2 days before."""

    def test_one_digest_each(self, world: World) -> None:
        """One digest a reviewer names what is missing; who has scored or may not is left alone."""
        first, second = world.nominate(), world.nominate("s2", actor=Actor("employee", "rev-care"))
        world.go(APRIL - timedelta(days=15))
        world.score(first, 0)
        world.score(second, 0)
        world.score(first, 1)
        posted(world)
        world.go(APRIL - timedelta(days=14))
        told = {each.person: each for each in posted(world) if each.to == "reviewers"}
        # books has scored both, and s1 may not judge themselves, care not whom they nominated
        assert told.keys() == SEATS.keys() - {"rev-books"}
        assert f"s1 ({first})" not in told["rev-events"].text
        assert f"s2 ({second})" in told["rev-events"].text
        assert f"s1 ({first})" in told["rev-care"].text
        assert f"s2 ({second})" not in told["rev-care"].text
        assert f"s1 ({first})" not in told["s1"].text
        assert {each.kind for each in told.values()} == {"digest"}
        for days, count in ((13, 0), (8, 0), (7, 7), (6, 0), (3, 0), (2, 7), (1, 0)):
            world.go(APRIL - timedelta(days=days))
            assert len(kinds(posted(world), "reviewers")) == count

    def test_late(self, world: World) -> None:
        """A relay that was down tells each once, and nobody of a date that has passed."""
        path = world.nominate()
        world.go(APRIL - timedelta(days=3))
        assert len(kinds(posted(world), "reviewers")) == len(SEATS) - 1
        world.go(APRIL - timedelta(days=2))
        world.go(APRIL)
        assert world.state(path) == "under_review"  # carried over, to October
        assert kinds(posted(world), "reviewers") == []

    def test_renewal(self, world: World) -> None:
        """For a renewal it is the same, before the due date."""
        path = world.ambassador()
        world.go(DUE - timedelta(days=15))
        posted(world)
        for days in (14, 7, 2):
            world.go(DUE - timedelta(days=days))
            told = kinds(posted(world), "reviewers")
            assert len(told) == len(SEATS) - 1 - (3 if days == 2 else 0)
            if days == 7:
                world.panel(path)

    def test_suspended(self, world: World) -> None:
        """Where the cycle is suspended, they are reminded before the one that is held."""
        world.nominate()
        world.go(APRIL - timedelta(days=1))
        posted(world)
        world.programme.suspend_cycle("SG", APRIL, actor=MANAGER)
        world.go(date(2020, 10, 1) - timedelta(days=15))
        assert kinds(posted(world), "reviewers") == []
        world.go(date(2020, 10, 1) - timedelta(days=14))
        assert len(kinds(posted(world), "reviewers")) == len(SEATS) - 1


class TestAmbassador:
    """The ambassador hears twice between welcome and due date."""

    def test_twice(self, world: World) -> None:
        """Half-way come the own figures with their margins, then the opening of the round."""
        world.ambassador()
        posted(world)
        world.facts(as_of=date(2020, 9, 20), chat_response_rate="0.80")
        world.go(midnight(date(2020, 10, 1)) - timedelta(minutes=1))
        assert [each for each in posted(world) if each.to == "seller"] == []
        world.go(date(2020, 10, 1))
        (half_way,) = [each for each in posted(world) if each.to == "seller"]
        assert (half_way.kind, half_way.person) == ("half_way", "s1")
        assert "80 %; at least 85 % is asked" in half_way.text
        assert "short by 5 percentage points" in half_way.text
        assert "20 September 2020" in half_way.text
        assert "1 April 2021" in half_way.text
        assert "2 March 2021" in half_way.text
        assert "rev-" not in half_way.text
        world.go(date(2021, 3, 1))
        assert [each for each in posted(world) if each.to == "seller"] == []
        world.go(date(2021, 3, 2))
        (opened,) = [each for each in posted(world) if each.to == "seller"]
        assert opened.kind == "renewal_round_opened"
        assert "too old to count" in opened.text

    def test_each_term(self, world: World) -> None:
        """The next term has its own half; whoever has left by the morning hears nothing."""
        path = world.renewing()
        world.go(DUE)
        posted(world)
        world.go(midnight(date(2021, 10, 1)))
        assert "half_way" in {each.kind for each in world.programme.outbox()}
        world.resign(path)
        world.now(date(2021, 10, 1))
        assert "half_way" not in {each.kind for each in posted(world)}


class TestTeam:
    """The local team is told of each new, renewed and retired ambassador, in one digest a day."""

    def test_told(self, world: World) -> None:
        """Award, renewal and retirement are told to the mailbox of the country's team."""
        path = world.renewing()
        news = self.news(world)
        assert f"s1 ({path}), since 1 April 2020, due for renewal on 1 April 2021" in news.text
        world.go(DUE)
        assert f"s1 ({path}), due for renewal again on 1 April 2022" in self.news(world).text
        world.go(date(2021, 6, 1)).resign(path)
        assert [each for each in posted(world) if each.to == "team"] == []  # tomorrow's digest
        world.now(date(2021, 6, 2))
        assert f"s1 ({path}), since 1 June 2021: they resigned" in self.news(world).text

    @staticmethod
    def news(world: World) -> Letter:
        """Return the team's one letter."""
        (letter,) = [each for each in posted(world) if each.to == "team"]
        assert letter.mailbox == world.programme._runtime.context.country("SG").mailbox
        return letter

    def test_steps(self, world: World) -> None:
        """Once Reconnect's steps before the team's are done, the team has a task, once."""
        path = world.retired()
        posted(world)
        for step in ("register", "get_app", "get_app"):
            world.programme.reconnect_step("s1", step, actor=SELLER)
        told = [each for each in posted(world) if each.to == "team"]
        assert [each.kind for each in told] == ["reconnect_ready"]
        assert path in told[0].text

    def test_steps_as_a_candidate(self, world: World) -> None:
        """A later candidacy does not close the door, and so it does not hide the team's task."""
        path = world.retired()
        world.nominate()
        posted(world)
        for step in ("register", "get_app"):
            world.programme.reconnect_step("s1", step, actor=SELLER)
        (told,) = [each for each in posted(world) if each.to == "team"]
        assert told.kind == "reconnect_ready"
        assert path in told.text
        world.join()
        assert world.state(path) == "reconnect"

    def test_steps_before(self, world: World) -> None:
        """Steps that were done while sitting are told with the retirement, where the door opens."""
        path = world.ambassador()
        world.steps().go(date(2021, 4, 10))
        posted(world)
        world.resign(path)
        told = [each.kind for each in posted(world) if each.to == "team"]
        assert told == ["reconnect_ready"]


def test_what_is_reminded_is_no_book(world: World) -> None:
    """Reminders are not counted in the books, as decisions are: two of review, one of award."""
    path = world.nominate(statement="")
    world.go(APRIL - timedelta(days=1))
    world.programme.complete_nomination(path, actor=EMPLOYEE, statement="Helps others.")
    world.go(APRIL)
    books = world.programme.books()
    assert sum(book.due for book in books if book.country == "SG") == 3
    assert not any(book.unexplained for book in books)
    assert len(REVIEWERS) == 5
    assert noon(APRIL) == world.clock.now()


class TestTitle:
    """Wherever an ambassador is named, the title of their country stands with them."""

    def test_shown(self, world: World) -> None:
        """Explain, panel list and pictures bear it while the award sits, and no longer."""
        path = world.ambassador()
        programme = world.programme
        assert programme.title(world.path(path)) == "Seller Ambassador"
        assert programme.explain(path).title == "Seller Ambassador"
        assert [each.title for each in programme.panel("SG", DUE)] == ["Seller Ambassador"]
        (portrait,) = programme.portraits(path, "award")
        assert portrait.resident.title == "Seller Ambassador"
        programme.move_country("s1", "ID", actor=Actor("host", "shop"))
        assert programme.explain(path).title == "City Leader"
        world.resign(path)
        assert programme.explain(path).title is None
        assert programme.title(world.path(path)) is None
