"""Countries and policies in force are those in the database, whatever files a process has."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow import (
    Actor,
    Config,
    ConfigError,
    ConflictError,
    NotAllowedError,
    NotFoundError,
    Programme,
    VirtualClock,
)
from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.store.store import AwardStore
from lazsa_flow.service.configuration import store_unknown
from tests.contract.conftest import START
from tests.contract.test_store import execute, url_of
from tests.factories import country_text, facts, midnight, policy_text, record_facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MANAGER = Actor("manager", "m-1")
EMPLOYEE = Actor("employee", "e-1")
OCTOBER = date(2026, 10, 1)
SEOUL = country_text("SG").replace("Asia/Singapore", "Asia/Seoul")
MANILA = country_text("SG").replace("Asia/Singapore", "Asia/Manila")  # the same offset
NOVEMBER = country_text("SG").replace('"10-01"', '"11-01"')


RELEASED = "released_by <> 'system:migrate'"


@pytest.fixture
def programme(play: Any) -> Iterator[Programme]:
    """The programme at noon of 1 June 2026; what is released goes with the test."""
    found: Programme = play()
    yield found
    execute(url_of(found), f"DELETE FROM lazsa_countries WHERE {RELEASED}")
    execute(url_of(found), f"DELETE FROM lazsa_policies WHERE {RELEASED} OR lifecycle <> 'award'")


def own(root: Path, **files: str) -> Config:
    """Return a configuration with files of its own: countries by code, policies by version."""
    for name, text in files.items():
        folder = "countries" if len(name) == 2 else "policies/award"
        file = root / folder / f"{name.removeprefix('v').replace('_', '-')}.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return Config.load(root, lifecycles=[AWARD])


def reopened(programme: Programme, config: Config, **options: Any) -> Programme:
    """Return another process's programme on the same database, with files of its own."""
    return Programme.open(url_of(programme), config=config, clock=programme.clock, **options)


def nominate(programme: Programme, seller: str = "s-1", country: str = "SG") -> str:
    """Nominate a seller of a country."""
    record_facts(programme, [replace(facts(seller=seller), country=country)])
    return programme.nominate(seller, actor=EMPLOYEE, statement="Helps.").path


def planned(programme: Programme, path: str) -> datetime:
    """Return when the path's cycle is decided."""
    found = {timer.name: timer.due_at for timer in programme.explain(path).timers}["cycle_date"]
    assert isinstance(found, datetime)
    return found


def policy(version: str, rate: str = "0.90") -> str:
    """Return the shipped award policy as another version, with another bar."""
    return policy_text().replace('"2020-1"', f'"{version}"').replace('"0.20"', f'"{rate}"')


def warned(programme: Programme) -> list[str]:
    """Return what a start warns of."""
    return list(map(str, programme.config_warnings()))


class TestFiles:
    """A file changes nothing that the database has."""

    def test_another_text_of_a_country(self, programme: Programme, tmp_path: Path) -> None:
        """A process with another file decides by the database, and is warned by name."""
        config = own(tmp_path, sg=SEOUL)
        with reopened(programme, config) as other:
            path = nominate(other)
            assert planned(other, path) == midnight(OCTOBER, "SG")
            assert other._runtime.rulebook.countries == programme._runtime.rulebook.countries
            [warning] = warned(other)
        assert "countries/sg.toml: this text is not released: SG" in warning
        assert warned(programme) == []

    def test_a_country_of_ones_own(self, programme: Programme, tmp_path: Path) -> None:
        """A country that only a file has is unknown until it is released."""
        text = country_text("SG").replace('"SG"', '"KH"').replace("Singapore", "Phnom_Penh")
        with reopened(programme, own(tmp_path, kh=text)) as other:
            with pytest.raises(NotFoundError, match="KH"):
                other.open_path("award", "s-1", "KH", actor=EMPLOYEE)
            [warning] = warned(other)
            assert "countries/kh.toml: KH is not released" in warning
            other.release_country(text, actor=MANAGER)
            assert warned(other) == []
        assert "KH" in programme._runtime.context.rulebook.countries

    def test_two_files_on_one_database(self, programme: Programme, tmp_path: Path) -> None:
        """Two processes with different files plan the same instants, each for the other too."""
        seoul, november = tmp_path / "a", tmp_path / "b"
        with (
            reopened(programme, own(seoul, sg=SEOUL)) as one,
            reopened(programme, own(november, sg=NOVEMBER)) as two,
        ):
            paths = [nominate(one, "s-1"), nominate(two, "s-2")]
            assert {planned(p, path) for p in (one, two, programme) for path in paths} == {
                midnight(OCTOBER, "SG")
            }
            for each in (one, two):
                assert isinstance(each.clock, VirtualClock)
                each.clock.move_to(midnight(OCTOBER, "SG"))
                each.sweep()
                told = [(row["trigger"], row["effective_at"]) for row in each.history(paths[0])]
                assert told == [
                    (row["trigger"], row["effective_at"]) for row in each.history(paths[1])
                ]
                assert {each.find(path).cycle_on for path in paths} == {date(2027, 4, 1)}
            assert not [book for book in two.books() if book.unexplained]

    def test_migrating_again_stores_no_file(self, programme: Programme, tmp_path: Path) -> None:
        """A new policy version beside a round under review is named, and governs nothing."""
        path = nominate(programme)
        config = own(tmp_path, sg=SEOUL, v2028_1=policy("2028-1"), v2019_9=policy("2019-9"))
        migrated = Programme.migrate(url_of(programme), config=config, clock=programme.clock)
        assert migrated.stored == ()
        assert sorted(str(each).split(":")[0] for each in migrated.warnings) == [
            "countries/sg.toml",
            "policies/award/2019-9.toml",
            "policies/award/2028-1.toml",
        ]
        assert all("not released" in str(each) for each in migrated.warnings)
        with reopened(programme, config) as other:
            assert other.explain(path).policy == "award/2020-1"
            assert planned(other, path) == midnight(OCTOBER, "SG")
            planned_anew = other.release_policy("award", "2028-1", policy("2028-1"), actor=MANAGER)
            assert planned_anew == []
            assert other.explain(path).policy == "award/2020-1"  # its cycle had opened
            assert len(warned(other)) == 2

    def test_another_text_under_a_stored_version(
        self, programme: Programme, tmp_path: Path
    ) -> None:
        """A released version that a file or a package has otherwise is named, and stays."""
        text = policy("2020-1")
        with reopened(programme, own(tmp_path, v2020_1=text)) as other:
            [warning] = warned(other)
            assert "the database has another one as award/2020-1" in warning
        table = replace(AWARD, default_policies=(policy("2026-1"),))
        with reopened(programme, Config.load(lifecycles=[table])) as other:
            assert warned(other) == [
                (
                    "award.default_policies: award/2026-1 ships with this release and is not "
                    "released: its text is printed by lazsa-flow policy show award/2026-1 "
                    "--configured"
                )
            ]

    def test_what_ships_may_be_replaced(self, programme: Programme, tmp_path: Path) -> None:
        """A release over what ships warns only who has the older text as a file of their own."""
        programme.release_country(SEOUL, actor=MANAGER)
        assert warned(programme) == []
        with reopened(programme, own(tmp_path, sg=country_text("SG"))) as other:
            [warning] = warned(other)
        assert "countries/sg.toml: this text is not released" in warning


class TestFirstPolicy:
    """A new deployment's own policy may govern from the first cycle on."""

    def test_from_the_start(self, programme: Programme) -> None:
        """Before anybody has a path a policy may be in force from the start; the later one wins."""
        for version in ("2026-1", "2026-2"):
            programme.release_policy(
                "award", version, policy(version), actor=MANAGER, from_start=True
            )
        assert programme.explain(nominate(programme)).policy == "award/2026-2"

    def test_only_from_now_without(self, programme: Programme) -> None:
        """Without that it governs the cycles that open later."""
        programme.release_policy("award", "2026-1", policy("2026-1"), actor=MANAGER)
        assert programme.explain(nominate(programme)).policy == "award/2020-1"

    def test_never_once_there_is_a_path(self, programme: Programme) -> None:
        """Once anybody has a path no policy comes into force backwards."""
        path = nominate(programme)
        with pytest.raises(ConflictError, match="can no longer be in force from the start"):
            programme.release_policy(
                "award", "2026-1", policy("2026-1"), actor=MANAGER, from_start=True
            )
        assert programme.explain(path).policy == "award/2020-1"
        assert len(programme.policy_list("award")) == 1

    def test_its_preview(self, programme: Programme) -> None:
        """The preview names the cycles from which it would govern."""
        text = policy("2026-1")
        told = programme.preview_policy("award", "2026-1", text, actor=MANAGER, from_start=True)
        assert told.cycles["SG"] == OCTOBER
        told = programme.preview_policy("award", "2026-1", text, actor=MANAGER)
        assert told.cycles["SG"] == date(2027, 4, 1)


class TestMigration:
    """What a migration stores."""

    def test_an_empty_database_takes_the_configuration(
        self, make: Callable[[], str], tmp_path: Path
    ) -> None:
        """Countries are stored as they are configured; of policies, only those that ship."""
        config = own(tmp_path, sg=SEOUL, v2028_1=policy("2028-1"))
        clock = VirtualClock(START)
        migrated = Programme.migrate(url := make(), config=config, clock=clock)
        assert "country SG" in migrated.stored
        assert [each for each in migrated.stored if "policy" in each] == ["policy award/2020-1"]
        assert [each.where for each in migrated.warnings] == ["policies/award/2028-1.toml"]
        assert Programme.migrate(url, config=config, clock=clock).stored == ()
        with Programme.open(url, config=Config.load(lifecycles=[AWARD]), clock=clock) as opened:
            assert opened._runtime.rulebook.countries["SG"].zone == "Asia/Seoul"
            assert [each.text.version for each in opened.policy_list()] == ["2020-1"]
            assert {each.released_by for each in opened.country_list()} == {"system:migrate"}

    def test_a_new_lifecycle_brings_its_policy(self, programme: Programme) -> None:
        """A lifecycle that is installed later is stored by the next migration."""
        from tests.acceptance.mentor import MENTOR

        config = Config.load(lifecycles=[AWARD, MENTOR])
        url = url_of(programme)
        assert Programme.migrate(url, config=config).stored == ("policy mentor/2020-1",)
        assert Programme.migrate(url, config=config).stored == ()

    def test_migrations_at_once_store_once(self, url: str) -> None:
        """However many migrate a database at once, all succeed, and one of them stores."""
        config = Config.load(lifecycles=[AWARD])
        stored: list[tuple[str, ...]] = []

        def run() -> None:
            store = AwardStore(url)
            with store.begin() as transaction:
                stored.append(store_unknown(transaction, config, START))
            store.close()

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(map(bool, stored)) == [False, False, False, True]


class TestRelease:
    """A country's release takes effect at once, in every process."""

    def test_another_zone(self, programme: Programme, play: Any, tmp_path: Path) -> None:
        """Pending timers move to the new zone's midnight, journaled; a running process follows."""
        path = nominate(programme)
        thai = nominate(programme, "s-2", "TH")
        with reopened(programme, programme.config) as running:
            assert planned(running, path) == midnight(OCTOBER, "SG")
            moved = programme.release_country(SEOUL, actor=MANAGER)
            earlier = midnight(OCTOBER, "SG") - timedelta(hours=1)
            assert ("cycle_date", path, midnight(OCTOBER, "SG"), earlier) in {
                (each.timer, each.path, each.was, each.will_be) for each in moved
            }
            assert {each.path for each in moved} == {path}
            assert planned(running, path) == earlier
            later = planned(running, nominate(running, "s-3"))
            assert later == earlier
            assert running.contact("s-1") == "se-community.sg@example.com"
        assert programme.history(path)[-1]["reason"] == "country_released"
        assert programme.history(path)[-1]["actor"] == "manager:m-1"
        assert planned(programme, thai) == midnight(OCTOBER, "TH")
        programme.verify_journal()

    def test_a_zone_of_the_same_offset(self, programme: Programme) -> None:
        """Where no instant moves, the zone of each pending timer is the new one all the same."""
        path = nominate(programme)
        programme.release_country(MANILA, actor=MANAGER)
        assert {timer.zone for timer in programme.explain(path).timers} == {"Asia/Manila"}
        assert programme.release_country(MANILA + "# again\n", actor=MANAGER) == []

    def test_other_cycle_dates(self, programme: Programme) -> None:
        """A candidate whose date a country no longer has goes on to its next; books keep theirs."""
        path = nominate(programme)
        awarded = programme.books()
        programme.release_country(NOVEMBER, actor=MANAGER)
        assert programme.find(path).cycle_on == date(2026, 11, 1)
        assert planned(programme, path) == midnight(date(2026, 11, 1), "SG")
        assert "candidacy_rescheduled" in {each.kind for each in programme.outbox()}
        assert all(book in programme.books() for book in awarded if book.due)

    def test_a_suspension_stays(self, programme: Programme) -> None:
        """A cycle that was suspended by command is suspended under the country's next version."""
        programme.suspend_cycle("SG", OCTOBER, actor=MANAGER)
        programme.release_country(SEOUL, actor=MANAGER)
        assert programme.suspensions() == {"SG": (OCTOBER,)}
        assert programme.find(nominate(programme)).cycle_on == date(2027, 4, 1)

    def test_a_lifted_suspension(self, programme: Programme) -> None:
        """Every process holds the cycle again; it can be suspended, and lifted, once more."""
        with reopened(programme, programme.config) as other:
            for seller in ("s-1", "s-2"):
                programme.suspend_cycle("SG", OCTOBER, actor=MANAGER)
                assert other.suspensions() == {"SG": (OCTOBER,)}
                ref = nominate(other, seller)
                assert programme.find(ref).cycle_on == date(2027, 4, 1)
                other.lift_suspension("SG", OCTOBER, actor=MANAGER)
                assert programme.suspensions() == {}
                assert programme.find(ref).cycle_on == OCTOBER
                told = [each.kind for each in programme.outbox() if each.path == ref]
                assert told.count("candidacy_rescheduled") == 1

    def test_versions_are_kept(self, programme: Programme) -> None:
        """Every version is kept with who released it and when; a text may come back, not stay."""
        programme.release_country(SEOUL, actor=MANAGER)
        with pytest.raises(ConflictError, match="in force already, as version 2"):
            programme.release_country(SEOUL, actor=MANAGER)
        programme.release_country(country_text("SG"), actor=MANAGER)
        found = [each for each in programme.country_list(history=True) if each.text.code == "SG"]
        assert [(each.number, each.released_by) for each in found] == [
            (1, "system:migrate"),
            (2, "manager:m-1"),
            (3, "manager:m-1"),
        ]
        assert programme.country_show("SG").number == 3
        assert programme.country_show("SG", 2).text.text == SEOUL
        for code, number in (("SG", 4), ("XX", None)):
            with pytest.raises(NotFoundError):
                programme.country_show(code, number)

    def test_a_dry_run_changes_nothing(self, programme: Programme) -> None:
        """What a dry run tells is what the release then does; until then nothing has changed."""
        path = nominate(programme)
        told = programme.release_country(SEOUL, actor=MANAGER, dry_run=True)
        assert planned(programme, path) == midnight(OCTOBER, "SG")
        assert programme.country_show("SG").number == 1
        assert programme.release_country(SEOUL, actor=MANAGER) == told != []

    def test_the_same_key(self, programme: Programme) -> None:
        """The same key again returns what was planned the first time, and releases nothing."""
        nominate(programme)
        first = programme.release_country(SEOUL, actor=MANAGER, key="one")
        assert programme.release_country(SEOUL, actor=MANAGER, key="one") == first
        assert programme.country_show("SG").number == 2

    def test_a_wrong_text(self, programme: Programme) -> None:
        """A text that is wrong is refused with every fault, and nothing is released."""
        wrong = SEOUL.replace("Asia/Seoul", "Asia/Atlantis").replace('"SG"', '"sg"')
        with pytest.raises(ConfigError) as refused:
            programme.release_country(wrong, actor=MANAGER)
        assert {problem.field for problem in refused.value.problems} == {"code", "zone"}
        assert programme.country_show("SG").number == 1

    def test_managers_only(self, programme: Programme) -> None:
        """Only a manager releases a country; one who is held in a country only that one."""
        for actor in (EMPLOYEE, Actor("operator", "o-1"), Actor("manager", "m-2", "MY")):
            with pytest.raises(NotAllowedError):
                programme.release_country(SEOUL, actor=actor)
        programme.release_country(SEOUL, actor=Actor("manager", "m-2", "SG"))

    def test_releases_at_once(self, programme: Programme) -> None:
        """Two managers who release at once get a version each; none is lost."""
        with reopened(programme, programme.config) as other:
            texts = {programme: SEOUL, other: NOVEMBER}
            threads = [
                threading.Thread(
                    target=each.release_country, args=(text,), kwargs={"actor": MANAGER}
                )
                for each, text in texts.items()
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        found = programme.country_list(history=True)
        assert [each.number for each in found if each.text.code == "SG"] == [1, 2, 3]

    def test_a_changed_text_is_refused(self, programme: Programme) -> None:
        """A stored country that was changed past us opens no programme."""
        url = url_of(programme)
        execute(url, "UPDATE lazsa_countries SET text = text || ' ' WHERE code = 'SG'")
        try:
            with pytest.raises(ConfigError, match="country SG: sha256"):
                Programme.open(url, config=programme.config)
        finally:
            execute(url, "UPDATE lazsa_countries SET text = rtrim(text) WHERE code = 'SG'")


class TestMeanwhile:
    """What is under way while something is released ends by one set of rules."""

    def test_a_sweep_goes_on_by_the_rules_of_now(self, programme: Programme) -> None:
        """Each chunk of a sweep is decided by what is in force when it is claimed."""
        paths = [nominate(programme, f"s-{n}") for n in range(4)]
        assert isinstance(programme.clock, VirtualClock)
        programme.clock.move_to(midnight(date(2026, 9, 2), "SG"))
        programme.sweep()
        programme.clock.move_to(midnight(OCTOBER, "SG") - timedelta(days=1))
        programme.sweep()  # reviewers are reminded
        programme.clock.move_to(midnight(OCTOBER, "SG"))

        def done(_did: object) -> bool:
            with reopened(programme, programme.config) as other:
                if other.country_show("SG").number == 1:
                    other.release_country(NOVEMBER, actor=MANAGER)
            return False

        assert programme.sweep(chunk=2, done=done).moved == 4
        cycles = [programme.find(path).cycle_on for path in paths]
        assert cycles == [date(2027, 4, 1)] * 2 + [date(2026, 11, 1)] * 2
        programme.verify_journal()

    def test_a_command_begins_anew(
        self, programme: Programme, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A command whose rules change before its transaction plans by those of now."""
        nominate(programme, "s-0")
        record_facts(programme, [facts(seller="s-1")])
        transact, releases = programme._runtime.store.transact, [SEOUL]

        def interrupted(*args: Any, **options: Any) -> Any:
            if releases:
                with reopened(programme, programme.config) as other:
                    other.release_country(releases.pop(), actor=MANAGER)
            return transact(*args, **options)

        monkeypatch.setattr(programme._runtime.store, "transact", interrupted)
        path = programme.nominate("s-1", actor=EMPLOYEE, statement="Helps.").path
        assert planned(programme, path) == midnight(OCTOBER, "SG") - timedelta(hours=1)

    def test_a_release_waits_for_who_writes(self, programme: Programme) -> None:
        """What was begun by the old rules is written before the new ones plan it anew."""
        with reopened(programme, programme.config) as other:
            thread = threading.Thread(
                target=other.release_country, args=(SEOUL,), kwargs={"actor": MANAGER}
            )
            with programme._runtime.store.begin() as transaction:
                transaction.stamp()
                thread.start()
                thread.join(0.3)
                assert thread.is_alive()
                assert programme.country_show("SG").number == 1
            thread.join(30)
        assert programme.country_show("SG").number == 2
