"""Is a store admitted on records of turnover, and on none twice?

Source: programme.md, "The lifecycles", Store entry; Turnover.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from typer.testing import CliRunner

from lazsa_flow import (
    Actor,
    ConfigError,
    ConflictError,
    InputError,
    NoEdgeError,
    NotAllowedError,
    NotFoundError,
    Programme,
    RefusedError,
    TurnoverRecord,
)
from lazsa_flow.award.cli import app
from lazsa_flow.award.imports.turnover import TURNOVER_COLUMNS
from lazsa_flow.cli import common
from lazsa_flow.engine.fire import fire
from lazsa_flow.foresight.scratch import copy_due
from lazsa_flow.store.scratch.copying import Due
from tests.factories import midnight, noon, utc
from tests.integration.world import TICK, unmet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.world import World

MARCH = date(2020, 3, 10)
MONTHS = ("2019-12", "2020-01", "2020-02")
ONBOARDING = Actor("onboarding", "onb-1")
MANAGER = Actor("manager", "man-1")


def record(month: str = "2020-01", **changes: Any) -> TurnoverRecord:
    """Return a month's record that meets every bar."""
    sound = TurnoverRecord("amazon", "shop-77", month, Decimal(1500), "fashion")
    return replace(sound, **changes)


def records(*changes: dict[str, Any], **every: Any) -> list[TurnoverRecord]:
    """Return a record for each of the three months, with changes of one or of every."""
    own = [*changes, {}, {}, {}][:3]
    return [record(month, **every, **each) for month, each in zip(MONTHS, own, strict=True)]


class Desk:
    """The onboarding desk of a programme with a secret."""

    def __init__(self, world: World, programme: Programme, file: Path) -> None:
        self.world = world
        self.programme = programme
        self.file = file

    def apply(self, applicant: str = "a1", **changes: Any) -> str:
        """Apply, and let the worker open the review."""
        asked: dict[str, Any] = {
            "country": "SG",
            "category": "fashion",
            "records": records(),
            "provenance": "own",
            "actor": Actor("seller", applicant),
        }
        path = self.programme.apply_entry(applicant, **{**asked, **changes}).path
        self.programme.sweep()
        return path

    def admit(self, path: str, actor: Actor = ONBOARDING) -> Any:
        """Let onboarding admit."""
        return self.programme.fire(path, "admit", actor=actor)

    def unmet(self, path: str, actor: Actor = ONBOARDING) -> set[str]:
        """Return the guards that stand against admitting."""
        with pytest.raises(RefusedError) as refused:
            self.admit(path, actor)
        return set(unmet(refused))

    def refuse(self, path: str) -> None:
        """Let onboarding refuse."""
        self.programme.fire(path, "refuse", actor=ONBOARDING, reason="criteria_unmet")

    def state(self, path: str) -> str:
        """Return a path's state."""
        return self.programme.find(path).state

    def release(self, version: str, old: str, new: str) -> None:
        """Release an entry policy with one line changed."""
        text = (files("lazsa_flow") / "defaults/policies/entry/2020-1.toml").read_text("utf-8")
        assert old in text
        text = text.replace('"2020-1"', f'"{version}"').replace(old, new)
        self.programme.release_policy("entry", version, text, actor=MANAGER)

    def stored(self, query: str) -> list[Any]:
        """Return what stands in the database."""
        connection = sqlite3.connect(self.file)
        try:
            return [row[0] for row in connection.execute(query)]
        finally:
            connection.close()


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Iterator[Desk]:
    """The desk on 10 March 2020, at noon in Singapore."""
    world.now(noon(MARCH))
    file = tmp_path / "lazsa.db"
    with Programme.open(f"sqlite:///{file}", clock=world.clock, secret=b"pepper") as programme:
        yield Desk(world, programme, file)


class TestWay:
    """submitted, under review, admitted or refused (the table of store entry)."""

    def test_admitted(self, desk: Desk) -> None:
        """Three closed months of foreign turnover, unused and of one's own, admit a store."""
        move = desk.programme.apply_entry(
            "a1",
            country="SG",
            category="fashion",
            records=records(),
            provenance="own",
            actor=Actor("seller", "a1"),
        )
        assert (move.trigger, move.dest) == ("submit", "submitted")
        assert desk.programme.sweep().moved == 1
        assert desk.state(move.path) == "under_review"
        assert desk.admit(move.path).dest == "admitted"

    def test_incomplete(self, desk: Desk) -> None:
        """An application without records opens no review, and can be refused as incomplete."""
        path = desk.apply(records=[])
        assert desk.state(path) == "submitted"
        told = desk.programme.history(path)[-1]
        assert (told["reason"], told["verdicts"][0]["measured"]) == ("refused", "missing: records")
        with pytest.raises(NoEdgeError):
            desk.admit(path)
        desk.programme.fire(path, "refuse", actor=ONBOARDING, reason="incomplete")
        assert desk.state(path) == "refused"

    def test_by_onboarding(self, desk: Desk) -> None:
        """Only onboarding admits and refuses, and refuses with a reason."""
        path = desk.apply()
        for actor in (Actor("seller", "a1"), Actor("employee", "e1"), MANAGER):
            with pytest.raises(NotAllowedError):
                desk.admit(path, actor)
            with pytest.raises(NotAllowedError):
                desk.programme.fire(path, "refuse", actor=actor, reason="records_doubtful")
        with pytest.raises(NoEdgeError, match="criteria_unmet, incomplete, records_doubtful"):
            desk.programme.fire(path, "refuse", actor=ONBOARDING, reason="mood")

    def test_who_applies(self, desk: Desk) -> None:
        """The applicant applies, or the host for them, and nobody else."""
        for actor in (Actor("seller", "a2"), Actor("employee", "e1")):
            with pytest.raises(NotAllowedError):
                desk.apply("a1", actor=actor)
        assert desk.apply("a1", actor=Actor("host", "host"))

    def test_one_at_a_time(self, desk: Desk) -> None:
        """One open application an applicant; after a refusal there may be another."""
        path = desk.apply()
        with pytest.raises(ConflictError):
            desk.apply(records=records(account="shop-78"))
        desk.refuse(path)
        assert desk.apply() != path

    def test_country(self, desk: Desk) -> None:
        """A country that is not configured takes no application."""
        with pytest.raises(NotFoundError):
            desk.apply(country="XX")


class TestMonths:
    """Three closed months, judged at submission."""

    @pytest.mark.parametrize(
        "months",
        [
            ("2019-12", "2020-01"),
            ("2019-11", "2019-12", "2020-01"),
            ("2020-01", "2020-02", "2020-03"),
        ],
        ids=["two", "too early", "not closed"],
    )
    def test_other_months(self, desk: Desk, months: tuple[str, ...]) -> None:
        """Any months but the last three that are closed are refused, each named."""
        path = desk.apply(records=[record(month) for month in months])
        assert desk.unmet(path) == {"three_months"}

    @pytest.mark.parametrize(
        "extra",
        [
            {},
            {"amount": Decimal(1)},
            {"platform": "lazada"},
            {"category": "toys"},
        ],
        ids=["sound", "below the floor", "domestic", "other category"],
    )
    def test_a_month_too_many_is_set_aside(self, desk: Desk, extra: dict[str, Any]) -> None:
        """Records of other months are named, and never a reason to refuse."""
        told = [*records(), record("2019-11", **extra)]
        path = desk.apply(records=told)
        months = next(
            verdict
            for verdict in desk.programme.explain(path, "admit").exits[0].verdicts
            if verdict.name == "three_months"
        )
        assert (months.held, months.measured) == (True, "missing: none; set aside: 2019-11")
        assert desk.admit(path).dest == "admitted"

    def test_a_month_that_is_set_aside_is_not_used_up(self, desk: Desk) -> None:
        """What was not judged for one store can serve another."""
        desk.admit(desk.apply("a1", records=[*records(), record("2020-03", account="b")]))
        desk.world.now(noon(date(2020, 4, 10)))
        other = [record(month, account="b") for month in ("2020-01", "2020-02", "2020-03")]
        assert desk.admit(desk.apply("a2", records=other)).dest == "admitted"

    def test_judged_at_submission(self, desk: Desk) -> None:
        """Months that were the last three at submission still are when the decision comes."""
        path = desk.apply()
        desk.world.now(noon(date(2020, 4, 20)))
        assert desk.admit(path).dest == "admitted"

    @pytest.mark.parametrize(("off", "held"), [(-TICK, True), (0 * TICK, False)])
    def test_local_month(self, desk: Desk, off: timedelta, *, held: bool) -> None:
        """A month closes at local midnight of the applicant's country."""
        desk.world.now(midnight(date(2020, 4, 1)) + off)
        path = desk.apply()
        if held:
            assert desk.admit(path).dest == "admitted"
        else:
            assert desk.unmet(path) == {"three_months"}


class TestFloor:
    """At least USD 1,000 in each month."""

    @pytest.mark.parametrize(("amount", "held"), [("1000", True), ("999.99", False)])
    def test_floor(self, desk: Desk, amount: str, *, held: bool) -> None:
        """A month of exactly 1000 is enough, a cent less is not."""
        path = desk.apply(records=records({}, {"amount": Decimal(amount)}))
        if held:
            assert desk.admit(path).dest == "admitted"
        else:
            assert desk.unmet(path) == {"monthly_floor"}

    def test_several_accounts(self, desk: Desk) -> None:
        """A month's turnover is the sum of its records; other months do not help it."""
        parts = records({"amount": Decimal(600)}, {"amount": Decimal(900)}, {})
        path = desk.apply(records=[*parts, record("2019-12", account="b", amount=Decimal(400))])
        assert desk.unmet(path) == {"monthly_floor"}
        desk.refuse(path)
        more = [record(month, account="b", amount=Decimal(400)) for month in MONTHS[:2]]
        assert desk.admit(desk.apply(records=parts + more)).dest == "admitted"

    @pytest.mark.parametrize(
        "rate",
        [{}, {"usd_rate": Decimal("1.1")}, {"rate_on": date(2020, 3, 1)}],
        ids=["neither", "no date", "no rate"],
    )
    def test_other_currency(self, desk: Desk, rate: dict[str, Any]) -> None:
        """Another currency is refused unless the host supplies the rate and its date."""
        with pytest.raises(InputError, match="the rate and its date from the host"):
            desk.apply(records=records({"currency": "EUR", **rate}))
        assert not desk.programme.paths("a1")

    @pytest.mark.parametrize(("amount", "held"), [("800", True), ("799.99", False)])
    def test_rated(self, desk: Desk, amount: str, *, held: bool) -> None:
        """With rate and date the floor is asked of the exact amount in dollars."""
        rated = {"currency": "EUR", "usd_rate": Decimal("1.25"), "rate_on": date(2020, 1, 2)}
        path = desk.apply(records=records({**rated, "amount": Decimal(amount)}))
        if held:
            assert desk.admit(path).dest == "admitted"
        else:
            assert desk.unmet(path) == {"monthly_floor"}

    def test_rate_for_dollars(self, desk: Desk) -> None:
        """Dollars take no rate, so none can lift them over the floor."""
        rate = {"usd_rate": Decimal(2), "rate_on": date(2020, 3, 1)}
        with pytest.raises(InputError, match="no rate for USD"):
            desk.apply(records=records(rate))


class TestRecords:
    """Foreign platforms, the category applied for, every field sound."""

    @pytest.mark.parametrize("platform", ["lazada", "shopee", "amazon_cn"])
    def test_platform(self, desk: Desk, platform: str) -> None:
        """Domestic platforms do not count, nor does any that the policy does not name."""
        assert desk.unmet(desk.apply(records=records({"platform": platform}))) == {
            "foreign_platform"
        }

    @pytest.mark.parametrize("platform", ["amazon", "ebay", "aliexpress"])
    def test_foreign(self, desk: Desk, platform: str) -> None:
        """Amazon, eBay and AliExpress count."""
        assert desk.admit(desk.apply(records=records(platform=platform))).dest == "admitted"

    def test_category(self, desk: Desk) -> None:
        """Records of another category than the one applied for do not count."""
        assert desk.unmet(desk.apply(category="toys")) == {"category_match"}
        assert desk.unmet(desk.apply("a2", records=records({"category": "toys"}))) == {
            "category_match"
        }

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"amount": Decimal(-1)}, "amount"),
            ({"amount": Decimal("NaN")}, "amount"),
            ({"amount": Decimal("Infinity")}, "amount"),
            ({"month": "2020-13"}, "month"),
            ({"month": "Jan 2020"}, "month"),
            ({"account": ""}, "account"),
            ({"platform": "Amazon US"}, "platform"),
            ({"category": ""}, "category"),
        ],
        ids=str,
    )
    def test_unsound(self, desk: Desk, changes: dict[str, Any], field: str) -> None:
        """A field that cannot be read refuses the application, naming record and field."""
        bad = [record("2019-12"), replace(record("2020-01"), **changes), record("2020-02")]
        with pytest.raises(InputError) as refused:
            desk.apply(records=bad)
        assert [(p.where, p.field) for p in refused.value.problems] == [("record 2", field)]

    def test_all_problems(self, desk: Desk) -> None:
        """Every problem is named at once."""
        with pytest.raises(InputError) as refused:
            desk.apply(
                category="Women's",
                provenance="found",
                records=[record("2020", amount=Decimal(-1))],
            )
        assert [problem.field for problem in refused.value.problems] == [
            "category",
            "provenance",
            "month",
            "amount",
        ]


class TestProvenance:
    """Records need not be the registrant's own; whose they are is recorded."""

    @pytest.mark.parametrize(("consent", "held"), [(True, True), (False, False)])
    def test_relative(self, desk: Desk, *, consent: bool, held: bool) -> None:
        """A friend's or relative's records need that person's recorded consent."""
        path = desk.apply(provenance="relative", consent=consent)
        if held:
            assert desk.admit(path).dest == "admitted"
        else:
            assert desk.unmet(path) == {"provenance"}

    def test_bought_under_review(self, desk: Desk) -> None:
        """Under ``review`` only a person whom the policy names may admit bought records."""
        named = Actor("onboarding", "onb-9")
        assert desk.unmet(desk.apply("a0", provenance="bought"), named) == {"provenance"}
        desk.world.now(noon(MARCH) + timedelta(hours=1))
        desk.release("2020-2", "bought_admitters = []", 'bought_admitters = ["onb-9"]')
        path = desk.apply(provenance="bought", records=records(account="other"))
        assert desk.unmet(path) == {"provenance"}
        assert desk.admit(path, named).dest == "admitted"

    def test_nobody_is_named_as_shipped(self, desk: Desk) -> None:
        """Empty, as shipped, means refused, and says so."""
        path = desk.apply(provenance="bought")
        with pytest.raises(RefusedError) as refused:
            desk.admit(path)
        measured = unmet(refused)["provenance"].measured
        assert measured == "bought, and nobody may admit them: entry.admitters is empty"

    def test_bought_admitted_by_role(self, desk: Desk) -> None:
        """Roles that the policy names may admit bought records, others may not."""
        desk.release("2020-2", "\nadmitters = []", '\nadmitters = ["onboarding"]')
        assert desk.admit(desk.apply(provenance="bought")).dest == "admitted"
        with pytest.raises(ConfigError, match="admitters"):
            desk.release("2020-3", "\nadmitters = []", '\nadmitters = ["seller"]')

    def test_bought_refused(self, desk: Desk) -> None:
        """Under ``refuse`` nobody may."""
        desk.release("2020-2", '"review"', '"refuse"')
        assert desk.unmet(desk.apply(provenance="bought")) == {"provenance"}

    def test_bought_accepted(self, desk: Desk) -> None:
        """Under ``accept`` anyone of onboarding may."""
        desk.release("2020-2", '"review"', '"accept"')
        assert desk.admit(desk.apply(provenance="bought")).dest == "admitted"


class TestUsedOnce:
    """Records used for one store cannot serve another."""

    def test_second_refused(self, desk: Desk) -> None:
        """Of two applications on one record, the second to be admitted is refused."""
        one, two = desk.apply("a1"), desk.apply("a2", records=records({}, {}, {"account": "new"}))
        desk.admit(one)
        assert desk.unmet(two) == {"records_unused"}
        assert desk.state(two) == "under_review"

    def test_same_record(self, desk: Desk) -> None:
        """A record is the same whatever amount or category is told, or how its account is spelt."""
        desk.admit(desk.apply("a1"))
        same = records(account="SHOP-77", amount=Decimal(9000), category="toys")
        assert desk.unmet(desk.apply("a2", records=same, category="toys")) == {"records_unused"}

    def test_refused_uses_nothing(self, desk: Desk) -> None:
        """An application that was refused has used no record."""
        desk.refuse(desk.apply("a1"))
        assert desk.admit(desk.apply("a2")).dest == "admitted"

    def test_both_judged_first(self, desk: Desk) -> None:
        """Where both were judged before either committed, the store lets one of them win."""
        one, two = desk.apply("a1"), desk.apply("a2")
        context = desk.programme._runtime.context
        now = desk.world.clock.now()
        with desk.programme._runtime.store.begin(write=False) as transaction:
            judged = context.load(transaction, two, now)
        desk.admit(one)
        with pytest.raises(ConflictError), desk.programme._runtime.store.begin() as transaction:
            fire(transaction, context.rulebook, judged, "admit", actor=ONBOARDING, now=now)
        assert (desk.state(one), desk.state(two)) == ("admitted", "under_review")
        assert len(desk.stored("select key from lazsa_claims")) == 3

    def test_secret(self, world: World) -> None:
        """Without the deployment's secret no application is taken, for nobody could compare."""
        with pytest.raises(ConfigError, match="LAZSA_SECRET"):
            world.programme.apply_entry(
                "a1",
                country="SG",
                category="fashion",
                records=records(),
                provenance="own",
                actor=Actor("seller", "a1"),
            )


class TestExpiry:
    """An application expires 60 days after submission."""

    @pytest.mark.parametrize("complete", [True, False])
    def test_expires(self, desk: Desk, *, complete: bool) -> None:
        """From either waiting state, at local midnight of the sixtieth day and not before."""
        path = desk.apply(records=records() if complete else [])
        ends = midnight(MARCH + timedelta(days=60))
        desk.world.go(ends - TICK)
        assert desk.state(path) == ("under_review" if complete else "submitted")
        desk.world.go(ends)
        assert desk.state(path) == "expired"
        assert desk.programme.history(path)[-1]["actor"] == "system:expiry"

    def test_too_late(self, desk: Desk) -> None:
        """Onboarding that comes after the expiry is too late, though the worker was down."""
        path = desk.apply()
        desk.world.now(midnight(MARCH + timedelta(days=60)))
        with pytest.raises(NoEdgeError):
            desk.admit(path)
        assert desk.state(path) == "expired"

    def test_applies_again(self, desk: Desk) -> None:
        """An application whose expiry is overdue stands in no new one's way."""
        path = desk.apply(records=[])
        desk.world.now(midnight(MARCH + timedelta(days=60)))
        assert desk.apply(records=[]) != path
        assert desk.state(path) == "expired"


class TestDocuments:
    """Turnover documents go 90 days after the decision; a keyed fingerprint stays."""

    def kept(self, desk: Desk) -> int:
        """Count the documents that stand."""
        return len(desk.stored("select id from lazsa_texts where kind = 'turnover'"))

    @pytest.mark.parametrize("admitted", [True, False])
    def test_purged(self, desk: Desk, *, admitted: bool) -> None:
        """Admitted or refused, the documents go on the ninetieth day and not before."""
        path = desk.apply()
        decided = date(2020, 4, 1)
        desk.world.now(noon(decided))
        if admitted:
            desk.admit(path)
        else:
            desk.refuse(path)
        desk.world.now(noon(decided + timedelta(days=89)))
        assert (desk.programme.purge(), self.kept(desk)) == (0, 1)
        desk.world.now(noon(decided + timedelta(days=90)))
        assert (desk.programme.purge(), self.kept(desk)) == (1, 0)
        assert desk.programme.purge() == 0

    def test_not_while_open(self, desk: Desk) -> None:
        """Nothing is purged while the decision is still to come."""
        desk.release("2020-2", "expires_days = 60", "expires_days = 360")
        desk.apply()
        desk.world.now(noon(MARCH + timedelta(days=200)))
        assert (desk.programme.purge(), self.kept(desk)) == (0, 1)

    @pytest.mark.parametrize("how", ["purge", "erase"])
    def test_fingerprints_stay(self, desk: Desk, how: str) -> None:
        """When the documents are gone the records still cannot serve another store."""
        desk.admit(desk.apply("a1", records=records(account="shop-77")))
        desk.world.now(noon(date(2020, 6, 25)))
        if how == "erase":
            assert desk.programme.erase("a1", actor=Actor("seller", "a1")) == 1
        else:
            assert desk.programme.purge() == 1
        assert self.kept(desk) == 0
        path = desk.apply("a2")
        assert "records_unused" in desk.unmet(path)

    def test_nothing_else_knows(self, desk: Desk) -> None:
        """The account stands in the erasable table alone: not in path, journal or claims."""
        path = desk.apply()
        desk.admit(path)
        told = str(desk.programme.history(path)) + str(desk.programme.find(path).data)
        assert "shop-77" not in told
        assert not any("shop" in key for key in desk.stored("select key from lazsa_claims"))
        (document,) = desk.stored("select body from lazsa_texts where kind = 'turnover'")
        assert "shop-77" in document


def test_opening_instant(desk: Desk) -> None:
    """The review opens at the instant of the application, however late the worker (entry)."""
    move = desk.programme.apply_entry(
        "a1",
        country="SG",
        category="fashion",
        records=records(),
        provenance="own",
        actor=Actor("seller", "a1"),
    )
    desk.world.now(utc(2020, 3, 12))
    desk.programme.sweep()
    row = desk.programme.history(move.path)[-1]
    assert (row["trigger"], datetime.fromisoformat(row["effective_at"])) == (
        "open_review",
        noon(MARCH),
    )


class TestBefore:
    """An applicant can check the records before submitting, and is told what was received."""

    ASKED: ClassVar[dict[str, Any]] = {
        "country": "SG",
        "category": "fashion",
        "provenance": "own",
        "actor": Actor("seller", "a1"),
    }

    def test_a_check_writes_nothing_and_says_what_an_admission_would(self, desk: Desk) -> None:
        """It judges as the admission does: months, floor, used records, what is set aside."""
        check, programme = desk.programme.check_entry, desk.programme
        short = records({}, {"amount": Decimal(999)}, {})
        found = check("a1", records=[*short, record("2019-11")], **self.ASKED)
        assert [verdict.name for verdict in found.unmet] == ["monthly_floor"]
        assert found.received.set_aside == ("2019-11",)
        assert found.received.months["2020-01"] == 999
        assert json.dumps(found.to_json())
        assert "set aside, not judged: 2019-11" in str(found.received)
        assert not programme.paths("a1")
        assert check("a1", records=records(), **self.ASKED).admissible
        desk.admit(desk.apply("a2"))
        used = check("a1", records=records(), **self.ASKED)
        assert [verdict.name for verdict in used.unmet] == ["records_unused"]
        with pytest.raises(NotAllowedError):
            check("a2", records=records(), **self.ASKED)

    def test_the_answer_and_a_notice_tell_what_was_received(self, desk: Desk) -> None:
        """The months that are judged with their turnover, and those set aside."""
        told = [*records(), record("2019-11")]
        receipt = desk.programme.apply_entry("a1", records=told, key="k", **self.ASKED)
        assert receipt.received.records == 4
        assert dict(receipt.received.months) == dict.fromkeys(MONTHS, Decimal(1500))
        assert receipt.received.set_aside == ("2019-11",)
        assert desk.programme.apply_entry("a1", records=told, key="k", **self.ASKED) == receipt
        kinds = desk.stored("SELECT kind FROM lazsa_outbox")
        assert "entry_received" in kinds

    @pytest.mark.parametrize(
        ("rate_on", "sound"),
        [
            (date(2019, 12, 31), False),
            (date(2020, 1, 1), True),
            (date(2020, 2, 29), True),
            (date(2020, 3, 1), False),
            (date(1999, 1, 1), False),
        ],
    )
    def test_a_rate_is_of_its_month_or_the_next(
        self, desk: Desk, rate_on: date, *, sound: bool
    ) -> None:
        """The rate of another time is refused at submission, and the field is named."""
        rated = {"currency": "EUR", "usd_rate": Decimal("1.1"), "rate_on": rate_on}
        told = records({}, rated, {})
        if sound:
            assert desk.admit(desk.apply(records=told)).dest == "admitted"
            return
        with pytest.raises(InputError, match=r"rate_on.*month or the month after"):
            desk.apply(records=told)

    def test_typed(self, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """``entry check`` and ``entry submit`` say the same; a wrong rate names its line."""
        monkeypatch.setattr(common, "make_clock", lambda: desk.world.clock)
        monkeypatch.setenv("LAZSA_SECRET", "pepper-and-salt-0123456789")
        monkeypatch.setenv("LAZSA_DATABASE_URL", f"sqlite:///{desk.file}")
        file = tmp_path / "turnover.csv"

        def write(*rows: str) -> None:
            file.write_text("\n".join([",".join(TURNOVER_COLUMNS), *rows, ""]))

        def typed(*words: str) -> Any:
            return CliRunner().invoke(app.app, ["entry", *words, str(file)])

        row = "a1,SG,fashion,own,,amazon,shop-77,{},1500,USD,,,fashion"
        write(*map(row.format, ("2019-11", *MONTHS)))
        done = typed("check", "--as", "seller:a1")
        assert done.exit_code == 0, done
        assert "set aside, not judged: 2019-11" in done.output
        assert "Nothing stands against it." in done.output
        assert not desk.programme.paths("a1")
        (found,) = json.loads(typed("check", "--json").output)
        assert found["admissible"]
        done = typed("submit", "--as", "seller:a1")
        assert "received 4 records" in done.output
        assert [path.state for path in desk.programme.paths("a1")] == ["submitted"]
        write("a2,SG,fashion,own,,amazon,b,2020-01,900,EUR,1.1,1999-01-01,fashion")
        with pytest.raises(InputError, match="month or the month after") as wrong:
            desk.programme.import_turnover(file)
        assert ":2" in str(wrong.value) or "line 2" in str(wrong.value)


def test_a_copy_for_a_rehearsal_has_the_keys_that_others_took(desk: Desk) -> None:
    """Where a copied path would take keys, all that are taken are copied; else none is."""
    desk.admit(desk.apply("a1"))
    taken = desk.stored("SELECT key FROM lazsa_claims")
    assert taken
    assert keys_in_copy(desk, Due(noon(date(2021, 1, 1)))) == []
    second = desk.apply("a2")
    due = Due(noon(MARCH), paths=[int(second.rpartition("-")[2])])
    assert sorted(keys_in_copy(desk, due)) == sorted(taken)


def keys_in_copy(desk: Desk, due: Due) -> list[str]:
    """Return the taken keys in a copy for a rehearsal."""
    with copy_due(desk.programme._runtime, due) as scratch:
        copy = sqlite3.connect(scratch._file)
        try:
            return [key for (key,) in copy.execute("SELECT key FROM lazsa_claims")]
        finally:
            copy.close()
