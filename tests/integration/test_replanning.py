"""What becomes of dates when a cycle is suspended, a seller moves, or a policy is released?

Source: programme.md, "Who and where" and "Versions and data".
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow import (
    Actor,
    ConfigError,
    ConflictError,
    InputError,
    KeyReusedError,
    NotAllowedError,
    NotFoundError,
)
from tests.factories import facts, midnight, noon, policy_text
from tests.integration.world import (
    APRIL,
    COMPLIANCE,
    DUE,
    EMPLOYEE,
    OCTOBER,
    SCORES,
    SELLER,
    TICK,
)

if TYPE_CHECKING:
    from lazsa_flow.service.releasing import Preview
    from lazsa_flow.service.replan import Planned
    from tests.integration.world import World

HOST = Actor("host", "host")
MANAGER = Actor("manager", "man-1")
OCTOBER_21 = date(2021, 10, 1)


def suspend(world: World, cycle: date = OCTOBER, country: str = "SG", **kwargs: Any) -> Any:
    """Let a manager suspend a cycle."""
    return world.programme.suspend_cycle(country, cycle, **{"actor": MANAGER, **kwargs})


def text(version: str = "2020-2", **changes: str) -> str:
    """Return the shipped award policy as another version, with values of its keys changed."""
    found = policy_text().replace('"2020-1"', f'"{version}"')
    for name, value in changes.items():
        lines = found.splitlines()
        (number,) = [n for n, line in enumerate(lines) if line.startswith(f"{name} = ")]
        lines[number] = f"{name} = {value}"
        found = "\n".join(lines)
    return found


def release(world: World, version: str = "2020-2", **changes: str) -> list[Planned]:
    """Let a manager release a policy."""
    told = text(version, **changes)
    return world.programme.release_policy("award", version, told, actor=MANAGER)


def preview(world: World, **changes: str) -> Preview:
    """Preview a policy."""
    return world.programme.preview_policy("award", "2020-2", text(**changes), actor=MANAGER)


def timers(world: World) -> dict[str, datetime]:
    """Return every pending timer's instant, by name."""
    far = noon(date(2030, 1, 1))
    return {each.timer.name: each.timer.due_at for each in world.programme.due(until=far)}


class TestSuspension:
    """A country may suspend a cycle."""

    def test_nominated(self, world: World) -> None:
        """A nominee carries over to the next cycle held, with its window's close."""
        path = world.nominate()
        moved = suspend(world, APRIL)
        assert world.path(path).cycle_on == OCTOBER
        assert {each.timer: (each.was, each.will_be) for each in moved} == {
            "review_opens": (midnight(date(2020, 3, 2)), midnight(date(2020, 9, 1))),
            "cycle_date": (midnight(APRIL), midnight(OCTOBER)),
            "nomination_reminder": (midnight(date(2020, 2, 24)), midnight(date(2020, 8, 25))),
        }
        assert world.told(path) == [("nominate", None), (None, "suspended")]
        world.go(APRIL)
        assert world.state(path) == "nominated"

    def test_under_review(self, world: World) -> None:
        """A nominee under review stays so; the round that comes needs its own scorecards."""
        path = world.candidate()
        suspend(world, APRIL)
        assert (world.state(path), world.path(path).cycle_on) == ("under_review", OCTOBER)
        world.go(date(2020, 9, 20)).facts(as_of=date(2020, 9, 20)).panel(path, cards=2)
        world.go(OCTOBER)
        assert world.told(path)[-1] == ("carry_over", None)
        assert world.path(path).cycle_on == DUE

    def test_renewal(self, world: World) -> None:
        """A renewal runs to the next cycle held, and the next term twelve months from there."""
        path = world.ambassador()
        suspend(world, DUE)
        assert world.path(path).cycle_on == OCTOBER_21
        world.go(date(2021, 9, 20))
        assert world.state(path) == "awarded"
        world.facts(as_of=date(2021, 9, 20)).panel(path).go(OCTOBER_21)
        assert (world.state(path), world.path(path).cycle_on) == ("renewed", date(2022, 10, 1))

    def test_everybody_is_told(self, world: World) -> None:
        """Every nominee and every ambassador due is told the new date; nobody else is."""
        sitting, later = world.ambassador(), world.nominate("s2")
        world.go(date(2020, 9, 20)).facts("s2", date(2020, 9, 20)).panel(later).go(OCTOBER)
        nominee = world.nominate("s3")
        world.go(date(2021, 1, 5))
        suspend(world, DUE)
        told = {(each.path, each.kind, each.to) for each in world.programme.outbox()}
        assert {each for each in told if each[1].endswith("_rescheduled")} == {
            (sitting, "renewal_rescheduled", "seller"),
            (nominee, "candidacy_rescheduled", "seller"),
        }
        suspend(world, OCTOBER_21)
        kinds = [each.kind for each in world.programme.outbox() if each.path == sitting]
        assert kinds.count("renewal_rescheduled") == 2

    def test_postponed_renewal(self, world: World) -> None:
        """A renewal that a case has postponed into a suspended cycle runs to the next one held."""
        path = world.renewing()
        world.open_case().go(date(2021, 6, 1))
        suspend(world, OCTOBER_21)
        assert (world.state(path), world.path(path).cycle_on) == ("renewal_due", date(2022, 4, 1))

    def test_nominated_later(self, world: World) -> None:
        """Who is nominated after the suspension belongs to the next cycle held."""
        suspend(world, APRIL)
        assert world.path(world.nominate()).cycle_on == OCTOBER

    def test_two_in_a_row(self, world: World) -> None:
        """Two suspended cycles are skipped both, in whichever order they are told."""
        path = world.nominate()
        suspend(world, OCTOBER)
        suspend(world, APRIL)
        assert world.path(path).cycle_on == DUE

    def test_other_countries(self, world: World) -> None:
        """What one country suspends the others hold."""
        world.facts("th", country="TH")
        path = world.nominate("th")
        assert suspend(world, APRIL) == []
        assert world.path(path).cycle_on == APRIL

    @pytest.mark.parametrize("cycle", [date(2019, 10, 1), date(2020, 5, 1)], ids=str)
    def test_wrong_date(self, world: World, cycle: date) -> None:
        """Only a cycle date that is still to come can be suspended."""
        with pytest.raises(InputError, match="a cycle date of the country that is still to come"):
            suspend(world, cycle)

    def test_at_the_instant(self, world: World) -> None:
        """At the cycle instant it is too late."""
        world.now(midnight(APRIL))
        with pytest.raises(InputError):
            suspend(world, APRIL)

    def test_managers_only(self, world: World) -> None:
        """Only a manager suspends, one who is held in a country only there; countries exist."""
        for actor in (HOST, EMPLOYEE, Actor("team", "team-SG", "SG"), Actor("manager", "m", "MY")):
            with pytest.raises(NotAllowedError):
                suspend(world, actor=actor)
        with pytest.raises(NotFoundError):
            suspend(world, country="XX")

    def test_twice(self, world: World) -> None:
        """A cycle is suspended once; the same key again returns the first result."""
        world.nominate()
        first = suspend(world, APRIL, key="one")
        assert len(first) == 3
        assert suspend(world, APRIL, key="one") == first
        with pytest.raises(KeyReusedError):
            suspend(world, OCTOBER, key="one")
        with pytest.raises(ConflictError, match="suspended already"):
            suspend(world, APRIL)


class TestLifting:
    """A suspension can be lifted until the cycle's window closes; everybody concerned is told."""

    def lift(self, world: World, cycle: date = DUE, **kwargs: Any) -> list[Planned]:
        """Let a manager lift a suspension."""
        return world.programme.lift_suspension("SG", cycle, **{"actor": MANAGER, **kwargs})

    def test_timers_go_back(self, world: World) -> None:
        """All is as though the cycle had never been suspended, and everybody is told again."""
        sitting, candidate = world.ambassador(), world.nominate("s2")
        world.go(date(2020, 9, 20)).facts("s2", date(2020, 9, 20)).panel(candidate, cards=2)
        world.go(OCTOBER)  # carried over to April
        nominee = world.nominate("s3")
        refs = (sitting, candidate, nominee)
        before = {ref: (world.path(ref).state, world.path(ref).cycle_on) for ref in refs}
        assert {cycle_on for _, cycle_on in before.values()} == {DUE}
        timers = world.programme.due(until=noon(date(2022, 12, 31)))
        world.go(date(2021, 1, 5))
        moved = suspend(world, DUE)
        late = world.nominate("s4")
        assert {world.path(ref).cycle_on for ref in (*refs, late)} == {OCTOBER_21}
        back = self.lift(world, key="k")
        assert self.lift(world, key="k") == back
        assert {(each.path, each.timer, each.was) for each in moved} == {
            (each.path, each.timer, each.will_be) for each in back if each.path != late
        }
        assert {ref: (world.path(ref).state, world.path(ref).cycle_on) for ref in refs} == before
        assert world.path(late).cycle_on == DUE
        left = [
            each
            for each in world.programme.due(until=noon(date(2022, 12, 31)))
            if each.path != late
        ]
        assert left == timers
        told = [each.kind for each in world.programme.outbox() if each.path in refs]
        assert told.count("candidacy_rescheduled") == 4
        assert told.count("renewal_rescheduled") == 2
        assert world.programme.suspensions() == {}
        suspend(world, DUE)
        assert world.path(sitting).cycle_on == OCTOBER_21
        self.lift(world)

    def test_whose_term_is_not_over_stays(self, world: World) -> None:
        """Whoever falls due in the later cycle anyway stays there; who was awarded since goes."""
        world.go(date(2020, 2, 10))
        suspend(world, DUE)
        early = world.ambassador()  # due in the suspended cycle, and so put off at once
        later = world.nominate("s2")
        world.go(date(2020, 9, 20)).facts("s2", date(2020, 9, 20)).panel(later).go(OCTOBER)
        assert {world.path(ref).cycle_on for ref in (early, later)} == {OCTOBER_21}
        self.lift(world)
        assert (world.path(early).cycle_on, world.path(later).cycle_on) == (DUE, OCTOBER_21)

    def test_put_off_by_a_case(self, world: World) -> None:
        """A renewal that a case had put off into the suspended cycle goes back to it."""
        path = world.renewing()
        world.open_case().go(date(2021, 6, 1))
        suspend(world, OCTOBER_21)
        assert world.path(path).cycle_on == date(2022, 4, 1)
        self.lift(world, OCTOBER_21)
        assert (world.state(path), world.path(path).cycle_on) == ("renewal_due", OCTOBER_21)

    def test_until_the_window_closes(self, world: World) -> None:
        """At the closing instant it is too late, a tick before it is not."""
        closes = midnight(date(2021, 3, 2))
        world.ambassador()
        suspend(world, DUE)
        world.go(closes)
        with pytest.raises(ConflictError, match="2021-03-02"):
            self.lift(world)
        assert world.programme.suspensions() == {"SG": (DUE,)}

    def test_just_before_the_window_closes(self, world: World) -> None:
        """The last tick of the window is in time."""
        path = world.ambassador()
        suspend(world, DUE)
        world.go(midnight(date(2021, 3, 2)) - TICK)
        self.lift(world)
        assert world.path(path).cycle_on == DUE

    def test_refused(self, world: World) -> None:
        """Only a manager lifts, only what is suspended, and only a cycle date."""
        with pytest.raises(ConflictError, match="not suspended"):
            self.lift(world)
        with pytest.raises(InputError):
            self.lift(world, date(2021, 4, 2))
        suspend(world, DUE)
        with pytest.raises(NotAllowedError):
            self.lift(world, actor=HOST)
        with pytest.raises(NotAllowedError):
            self.lift(world, actor=Actor("manager", "man-2", "TH"))
        self.lift(world)
        with pytest.raises(ConflictError, match="not suspended"):
            self.lift(world)


class TestMove:
    """A seller who moves changes team, title, zone and future instants; the anchor stays."""

    def move(self, world: World, country: str = "TH", **kwargs: Any) -> None:
        """Let the host move s1."""
        world.programme.move_country("s1", country, **{"actor": HOST, **kwargs})

    def test_ambassador(self, world: World) -> None:
        """The due date is the same local date, at the new country's midnight."""
        path = world.ambassador()
        self.move(world)
        found = world.path(path)
        assert (found.country, found.cycle_on) == ("TH", DUE)
        assert found.periods["award"][0].began_at == midnight(APRIL, "SG")
        assert timers(world)["due_date"] == midnight(DUE, "TH")
        world.go(midnight(DUE, "SG"))
        assert world.state(path) == "awarded"
        world.go(midnight(DUE, "TH"))
        assert world.state(path) == "renewal_due"
        assert world.told(path)[3] == (None, "moved_country")

    def test_anchor(self, world: World) -> None:
        """Months after the award the anchor is still its date, and two renewals go by it."""
        path = world.ambassador()
        world.go(date(2020, 8, 17))
        self.move(world)
        assert world.path(path).periods["award"][0].began_on == APRIL
        for year in (2021, 2022):
            due = date(year, 4, 1)
            world.go(date(year, 3, 20)).facts(as_of=date(year, 3, 20), country="TH").panel(path)
            world.go(midnight(due, "TH") - TICK)
            assert (world.path(path).cycle_on, world.state(path)) != (due, "renewal_due")
            world.go(midnight(due, "TH"))
            assert (world.state(path), world.path(path).cycle_on) == (
                "renewed",
                date(year + 1, 4, 1),
            )
        assert world.path(path).periods["award"][0].began_on == APRIL

    def test_equal_offset(self, world: World) -> None:
        """Between zones of one offset no instant changes, and the timers go along all the same."""
        path = world.ambassador()
        before = timers(world)
        self.move(world, "PH")
        assert timers(world) == before
        due = world.programme.due(until=noon(date(2030, 1, 1)))
        assert {(each.timer.country, each.timer.zone) for each in due} == {("PH", "Asia/Manila")}
        world.programme.pause(actor=Actor("operator", "op-1"), reason="test", country="SG")
        world.go(DUE)
        assert world.state(path) == "renewal_due"

    def test_other_lifecycles(self, world: World) -> None:
        """A seller who also has a trainer path, which knows no rounds, moves with both."""
        path = world.ambassador()
        invited = world.programme.invite_trainer(
            "s1", shown=("teaching", "speaking"), actor=EMPLOYEE
        ).path
        self.move(world)
        assert {each.ref: each.country for each in world.programme.paths("s1")} == {
            path: "TH",
            invited: "TH",
        }
        assert world.path(path).cycle_on == DUE

    def test_without_an_open_path(self, world: World) -> None:
        """The country is the seller's: candidacies after the move are of it, open path or not."""
        world.facts()
        self.move(world)
        path = world.nominate()
        assert world.path(path).country == "TH"
        self.move(world, "ID")
        world.programme.withdraw_nomination(path, actor=EMPLOYEE)
        again = world.path(world.nominate())
        assert (again.country, again.cycle_on) == ("ID", APRIL)
        assert (
            world.programme.contact("s1") == world.programme._runtime.context.country("ID").mailbox
        )

    def test_facts_move_nobody(self, world: World) -> None:
        """Facts of another country are taken, whatever their date, and the seller stays."""
        path = world.nominate()
        for as_of in (date(2020, 2, 12), date(2062, 6, 30)):
            world.facts(as_of=as_of, country="MY")
        assert world.path(path).country == "SG"
        world.programme.withdraw_nomination(path, actor=EMPLOYEE)
        assert world.path(world.nominate()).country == "SG"
        found = world.programme.record_facts(
            [facts(seller="s1", country="MY", as_of=date(2020, 2, 9), joined_on=date(2018, 1, 15))],
            actor=HOST,
        )
        assert found.other_country == ("s1",)
        assert str(found).startswith("ImportResult(1, known_sellers=1, other_country=('s1',)")
        assert f"{found:02}, {found}" == "01, 1"
        assert (
            world.programme.contact("s1") == world.programme._runtime.context.country("SG").mailbox
        )

    def test_team_of_now(self, world: World) -> None:
        """The new country's team confirms steps for the seller, the old one's no longer."""
        world.ambassador()
        self.move(world, "MY")
        with pytest.raises(NotAllowedError):
            world.programme.reconnect_step("s1", "get_app", actor=Actor("team", "t", "SG"))
        world.programme.reconnect_step("s1", "get_app", actor=Actor("team", "t", "MY"))

    def test_books(self, world: World) -> None:
        """Its timers are counted in the books of the country it has moved to."""
        path = world.ambassador()
        self.move(world)
        world.go(DUE)
        assert world.state(path) == "renewal_due"
        due = {(book.country, book.on): book.due for book in world.programme.books() if book.due}
        assert due[("TH", DUE)] == 2
        assert ("SG", DUE) not in due

    def test_nominee(self, world: World) -> None:
        """A nominee's window and cycle instants become the new country's."""
        world.nominate()
        self.move(world)
        assert timers(world) == {
            "review_opens": midnight(date(2020, 3, 2), "TH"),
            "cycle_date": midnight(APRIL, "TH"),
            "nomination_reminder": midnight(date(2020, 2, 24), "TH"),
        }

    def test_into_the_past(self, world: World) -> None:
        """A re-planned instant that lies in the past fires at the next sweep."""
        world.facts("s1", country="TH")
        path = world.nominate()
        half_past = midnight(date(2020, 3, 2), "SG") + timedelta(minutes=30)
        world.go(half_past)
        assert world.state(path) == "nominated"
        self.move(world, "SG")
        assert world.state(path) == "nominated"
        world.sweep()
        assert world.state(path) == "under_review"
        assert world.at(path) == (midnight(date(2020, 3, 2), "SG"), half_past)

    def test_reviewers(self, world: World) -> None:
        """The new country's panel reviews, the old one's no longer."""
        path = world.candidate(cards=0)
        self.move(world)
        stranger = Actor("reviewer", "rev-books", "SG", "books")
        with pytest.raises(NotAllowedError):
            world.programme.score(path, actor=stranger, scores=SCORES, comment="Of old.")
        world.panel(path).go(APRIL)
        assert world.state(path) == "awarded"

    def test_team(self, world: World) -> None:
        """The new country's team takes a former ambassador into Reconnect."""
        world.retired()
        self.move(world, "MY")
        world.steps()
        with pytest.raises(NotAllowedError):
            world.join(country="SG")
        assert world.join(country="MY").dest == "reconnect"

    def test_suspended_there(self, world: World) -> None:
        """Into a country that suspends the cycle, the due date runs to the next one held there."""
        path = world.ambassador()
        suspend(world, DUE, "TH")
        self.move(world)
        assert world.path(path).cycle_on == OCTOBER_21

    def test_in_grace(self, world: World) -> None:
        """In grace the due date stays; its end comes at the new country's midnight."""
        path = world.renewing(cards=0)
        world.go(date(2021, 4, 10))
        self.move(world)
        assert world.path(path).cycle_on == DUE
        assert timers(world)["grace_end"] == midnight(date(2021, 5, 1), "TH")

    def test_rights(self, world: World) -> None:
        """Only the host moves a seller it knows, to a country that is configured."""
        world.ambassador()
        for actor in (SELLER, EMPLOYEE, MANAGER, COMPLIANCE):
            with pytest.raises(NotAllowedError):
                self.move(world, actor=actor)
        with pytest.raises(NotFoundError):
            self.move(world, "XX")
        with pytest.raises(NotFoundError):
            world.programme.move_country("nobody", "TH", actor=HOST)

    def test_there_and_back(self, world: World) -> None:
        """A move back sets every instant as it was."""
        world.ambassador()
        before = timers(world)
        self.move(world)
        assert timers(world) != before
        self.move(world, "SG")
        assert timers(world) == before


class TestRelease:
    """A release governs cycles that have not opened yet, and re-plans those alone."""

    def test_opened_cycle(self, world: World) -> None:
        """A nominee of a cycle that has opened keeps its dates."""
        world.nominate()
        before = timers(world)
        assert release(world, closes_days="45") == []
        assert timers(world) == before

    def test_cycle_to_come(self, world: World) -> None:
        """A nominee of a cycle that has not opened is planned anew."""
        path = world.go(date(2020, 3, 5)).nominate()
        reminder, planned = release(world, closes_days="45")
        assert (planned.path, planned.subject, planned.timer) == (path, "s1", "review_opens")
        assert (reminder.timer, reminder.will_be) == (
            "nomination_reminder",
            midnight(OCTOBER - timedelta(days=45 + 7)),
        )
        assert planned.was == midnight(date(2020, 9, 1))
        assert planned.will_be == midnight(OCTOBER - timedelta(days=45))
        assert timers(world)["review_opens"] == planned.will_be
        assert world.told(path)[-1] == (None, "policy_released")

    def test_opening_instant(self, world: World) -> None:
        """What is released at the instant a cycle opens governs it (in force at that instant)."""
        path = world.go(date(2020, 3, 5)).nominate()
        world.go(midnight(APRIL))
        release(world, closes_days="45")
        assert world.programme.explain(path).policy == "award/2020-2"

    def test_into_the_past(self, world: World) -> None:
        """A re-planned instant that lies in the past fires at the next sweep."""
        path = world.ambassador()
        world.go(date(2020, 9, 20))
        release(world, renewal_opens_days="366")
        assert timers(world)["renewal_opens"] == midnight(DUE - timedelta(days=366))
        assert world.sweep().reminded == 1
        world.score(path)
        assert world.programme.panel("SG", DUE)[0].cards == 1

    def test_never_changes(self, world: World) -> None:
        """A version is released once and never changes."""
        release(world)
        with pytest.raises(ConflictError, match="released and never changes"):
            release(world, closes_days="45")
        with pytest.raises(ConflictError):
            preview(world)

    def test_same_key(self, world: World) -> None:
        """The same key again returns what was planned the first time."""
        world.go(date(2020, 3, 5)).nominate()
        told = text(closes_days="45")
        kwargs: dict[str, Any] = {"actor": MANAGER, "key": "one"}
        first = world.programme.release_policy("award", "2020-2", told, **kwargs)
        assert len(first) == 2
        assert world.programme.release_policy("award", "2020-2", told, **kwargs) == first

    def test_wrong_text(self, world: World) -> None:
        """A text that is wrong is refused with every fault, and nothing is released."""
        wrong = text(mean='"6"', floor='"2,0"')
        with pytest.raises(ConfigError) as refused:
            world.programme.release_policy("award", "2020-2", wrong, actor=MANAGER)
        assert {problem.field for problem in refused.value.problems} == {
            "panel.mean",
            "panel.floor",
        }
        for lifecycle, version in (("award", "2021-1"), ("trainer", "2020-2")):
            with pytest.raises(ConfigError):
                world.programme.release_policy(lifecycle, version, text(), actor=MANAGER)
        assert release(world) == []

    def test_managers_only(self, world: World) -> None:
        """Only a manager releases or previews a policy."""
        for actor in (HOST, EMPLOYEE, COMPLIANCE, Actor("operator", "op-1")):
            with pytest.raises(NotAllowedError):
                world.programme.release_policy("award", "2020-2", text(), actor=actor)
            with pytest.raises(NotAllowedError):
                world.programme.preview_policy("award", "2020-2", text(), actor=actor)


class TestPreview:
    """A preview tells whom a policy would affect, and how."""

    def test_changes_nothing(self, world: World) -> None:
        """It leaves journal, timers, policy and paths as they were."""
        path = world.go(date(2020, 3, 5)).nominate()
        before = (list(world.programme.journal()), timers(world), world.path(path))
        told = preview(world, closes_days="45")
        assert len(told.timers) == 2
        assert (list(world.programme.journal()), timers(world), world.path(path)) == before
        assert world.programme.explain(path).policy == "award/2020-1"

    def test_tells(self, world: World) -> None:
        """It names each changed value, the first cycles governed, the timers and the paths."""
        old = world.nominate("s2")
        path = world.go(date(2020, 3, 5)).nominate()
        told = preview(world, closes_days="45", gmv_rate='"0.25"')
        assert told.changed == {
            "criteria.gmv_rate": ("0.20", "0.25"),
            "nomination.closes_days": ("30", "45"),
            "version": ("2020-1", "2020-2"),
        }
        assert told.cycles["SG"] == OCTOBER
        assert told.paths == (path,)
        assert old not in told.paths

    def test_is_what_happens(self, world: World) -> None:
        """What was previewed is what the release then does."""
        world.go(date(2020, 3, 5)).nominate()
        told = preview(world, closes_days="45")
        assert release(world, closes_days="45") == list(told.timers)
