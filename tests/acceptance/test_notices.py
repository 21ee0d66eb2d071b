"""Does everybody who should be told hear of it? Years of the programme through real servers.

What is expected is counted from the journal, by a table that is written down here by hand from
programme.md; what arrived is counted at the servers.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from lazsa_flow.award.demo.run import DATABASE, run_story
from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.config import Config
from lazsa_flow.lifecycle.contact import Contact
from lazsa_flow.lifecycle.dates import add_months
from lazsa_flow.lifecycle.policy import read
from lazsa_flow.notices.digests import TEAM_NEWS
from lazsa_flow.notices.settings import Deployment
from tests.acceptance.shell import SELLERS, lines_of
from tests.loopback import mail_server, web_server

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from tests.acceptance.shell import Shell

HOW_MANY = int(os.environ.get("LAZSA_TEST_NOTICE_SELLERS", "120"))
YEARS = 3

# programme.md, "The lifecycles", column "effects": trigger to what is told to whom
TOLD: Mapping[str, tuple[tuple[str, str], ...]] = {
    "nominate": (),  # counted by nominations: each is told
    "open_review": (("review_opened", "panel"),),
    "withdraw": (("withdrawn", "seller"),),
    "close_account": (("withdrawn", "seller"),),
    "disqualify": (("disqualified", "seller"),),
    "award": (("awarded", "seller"), ("ambassador_awarded", "team")),
    "carry_over": (("postponed", "seller"),),
    "decline": (("not_selected", "seller"),),
    "fall_due": (),
    "renew": (("renewed", "seller"), ("ambassador_renewed", "team")),
    "retire": (("retired", "seller"), ("ambassador_retired", "team")),
    "revoke_standing": (("standing_revoked", "seller"),),
    "join_reconnect": (("joined_reconnect", "seller"), ("member_joined", "group")),
    "rejoin": (("joined_reconnect", "seller"), ("member_joined", "group")),
    "remove": (("removed", "seller"), ("take_out_of_group", "team")),
    "reinstate": (("appeal_granted", "seller"),),
}
REMINDERS = {
    "renewal_opens": (("renewal_review_opened", "panel"),),
    "grace_reminder": (("grace_reminder", "panel"), ("grace_reminder", "country_lead")),
    "nomination_reminder": (),  # every nomination was complete by then
    "card_reminder": (),  # every round has ended when the relay comes
    "half_way": (),  # counted by itself, like what follows
}
STILL_TRUE = {"half_way": "half_way", "renewal_opens": "renewal_round_opened"}
"""What is told of a reminder to an ambassador who still stands in the term that it is about."""
BAD_END = ("code_of_conduct", "seller_violation")
ZONES = {country.code: ZoneInfo(country.zone) for country in Config.load().countries}


def rows(file: Path, query: str) -> list[Any]:
    """Ask the database itself."""
    with closing(sqlite3.connect(file)) as database:
        return database.execute(query).fetchall()


def expected(file: Path) -> Counter[tuple[str, str, str]]:
    """Count from journal, nominations and timers who had to be told what, country by country."""
    told: Counter[tuple[str, str, str]] = Counter()
    tenures = _Tenures()
    journal = rows(
        file,
        "select p.country, p.subject, p.id, j.trigger, j.reason, j.source, j.dest, j.effective_at"
        " from lazsa_journal j join lazsa_paths p on p.id = j.path_id"
        " where j.trigger is not null order by j.recorded_at, j.effective_at, j.path_id, j.seq",
    )
    for country, seller, path, trigger, reason, source, dest, at in journal:
        for kind, to in TOLD[trigger]:
            told[kind, to, country] += 1
        if trigger == "reinstate":
            told[dest, "seller", country] += 1
            for kind, to in TOLD["remove"] if source == "reconnect" else ():
                told[kind, to, country] += 1
            told[f"ambassador_{dest}", "team", country] += 1
        if trigger == "withdraw" and reason == "nominee":
            told["nominee_withdrew", "nominators", country] += _nominators(file, path, seller)
        on = datetime.fromisoformat(at).astimezone(ZONES[country]).date()
        if tenures.invited(seller, path, trigger, reason, on, at):
            told["reconnect_invitation", "seller", country] += 1
    told += _refused(file)
    made = "select p.country from lazsa_nominations n join lazsa_paths p on p.id = n.path_id"
    for (country,) in rows(file, f"{made} where n.event = 'made'"):
        told["nominated", "seller", country] += 1
    appeals = (
        "select distinct p.country, p.id from lazsa_records r"
        " join lazsa_paths p on r.name = p.lifecycle || '-' || p.id where r.kind = 'appeal'"
    )
    told.update(("appeal_filed", "team", country) for country, _ in rows(file, appeals))
    told.update(_reminded(file))
    told.update(_ready(file, tenures))
    return told


def _refused(file: Path) -> Counter[tuple[str, str, str]]:
    """Count of whom it is still true, as the relay comes, that a renewal waits to be decided."""
    told: Counter[tuple[str, str, str]] = Counter()
    refused = (
        "select t.country, t.name, j.verdicts from lazsa_timers t"
        " join lazsa_journal j on j.path_id = t.path_id and j.seq = t.seq"
        " where t.status = 'refused' and t.name in ('renewal_decision', 'grace_end')"
        " and not exists (select 1 from lazsa_journal l where l.path_id = j.path_id"
        " and l.seq > j.seq and (l.trigger is not null or l.reason = 'refused'))"
    )
    for country, name, verdicts in rows(file, refused):
        held = {each["name"]: each["held"] for each in json.loads(verdicts)}
        if not held["no_open_case"]:
            told["renewal_rescheduled", "seller", country] += 1
        elif name == "renewal_decision":
            told["renewal_due", "seller", country] += 1
    return told


def _reminded(file: Path) -> Iterator[tuple[str, str, str]]:
    """Yield what reminders brought about, and was still true when the relay came."""
    for country, name in rows(
        file, "select country, name from lazsa_timers where status = 'reminded'"
    ):
        for kind, to in REMINDERS[name]:
            yield kind, to, country
    for country, name in rows(
        file,
        "select p.country, t.name from lazsa_timers t join lazsa_paths p on p.id = t.path_id"
        " where t.status = 'reminded' and p.state in ('awarded', 'renewed')"
        " and t.due_on between date(p.cycle_on, '-1 year') and p.cycle_on",
    ):
        if name in STILL_TRUE:
            yield STILL_TRUE[name], "seller", country


def _ready(file: Path, tenures: _Tenures) -> Iterator[tuple[str, str, str]]:
    """Yield the team's task for each former ambassador who took the first steps to Reconnect."""
    ready = (
        "select max(p.country), r.subject, max(r.recorded_at) from lazsa_records r"
        " join lazsa_paths p on p.subject = r.subject"
        " where r.kind = 'step' group by 2 having count(distinct r.id) = 2"
    )
    for country, who, at in rows(file, ready):
        if who in tenures.eligible(at):
            yield "reconnect_ready", "team", country


def _nominators(file: Path, path: int, seller: str) -> int:
    events = rows(
        file,
        f"select event, nominator from lazsa_nominations where path_id = {path} order by id",
    )
    standing = Counter(who for event, who in events if event == "made")
    standing.subtract(who for event, who in events if event == "withdrawn")
    return sum(1 for who, count in standing.items() if count > 0 and who != seller)


class _Tenures:
    """Who has held the award for a year, and whose standing is good."""

    def __init__(self) -> None:
        self._since: dict[int, date] = {}
        self._full: dict[str, str] = {}
        self._bad: dict[str, str] = {}

    def invited(
        self, seller: str, path: int, trigger: str, reason: str | None, on: date, at: str
    ) -> bool:
        """Follow a row; tell whether it brings an invitation to Reconnect."""
        if trigger in ("award", "reinstate"):
            self._since[path] = on
        if trigger in ("retire", "revoke_standing", "remove") and reason in BAD_END:
            self._bad.setdefault(seller, at)
        if trigger == "retire" and add_months(self._since[path], 12) <= on:
            self._full.setdefault(seller, at)
        return trigger == "retire" and seller in self.eligible(at)

    def eligible(self, at: str) -> set[str]:
        """Return those to whom Reconnect is open at an instant."""
        bad = {seller for seller, since in self._bad.items() if since <= at}
        return {seller for seller, since in self._full.items() if since <= at} - bad


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three years of the programme on some of the sellers; return the database."""
    folder = tmp_path_factory.mktemp("story")
    sellers = folder / "sellers.csv"
    sellers.write_text(lines_of(SELLERS, HOW_MANY), "utf-8")
    run_story(folder / "out", sellers=sellers, years=YEARS, seed=1, resume=False)
    return folder / "out" / DATABASE


def everybody(ids: Collection[str]) -> Mapping[str, Contact]:
    """Know how everybody is reached."""
    return {each: Contact(f"{each.lower()}@people.example.org", each) for each in ids}


@pytest.fixture
def late(story: Path) -> Iterator[Programme]:
    """The programme at noon, a while after the story has ended."""
    last = max(at for (at,) in rows(story, "select recorded_at from lazsa_journal"))
    noon = datetime.fromisoformat(last).replace(hour=4, minute=0) + timedelta(days=100)
    with Programme.open(f"sqlite:///{story}", clock=VirtualClock(noon)) as programme:
        yield programme


def test_everybody_is_told(late: Programme, story: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real servers receive every notice of years once; counts are the journal's, by country."""
    monkeypatch.setenv("LAZSA_WEBHOOK_SECRET", "whsec-test")
    with mail_server() as mails, web_server() as web:
        fields = {
            "channels": {
                "mail": {"kind": "smtp", "host": "127.0.0.1", "port": mails.port, "tls": "none"},
                "hook": {"kind": "webhook", "url": web.url},
            },
            "routes": {
                "all": {
                    **dict.fromkeys(("seller", "nominators", "team"), "mail"),
                    **dict.fromkeys(("panel", "country_lead", "group"), "hook"),
                }
            },
        }
        deployment = read(Deployment, fields, where="tests")
        late._runtime.config = replace(late.config, deployment=deployment)
        drained = late.relay(resolver=everybody)
        assert late.outbox() == []
        assert (drained.failed, drained.parked, drained.postponed) == (0, 0, 0)
        assert mails.sessions == 1
        received = [_key(mail.content) for mail in mails.mails]
        posted = [post.headers["webhook-id"] for post in web.posts]
    told = late.deliveries()
    wanted = expected(story)
    assert +wanted == Counter(told)
    assert drained.delivered == sum(wanted.values())
    # what the servers have is what is recorded as delivered, each once; a digest tells of many
    by_channel = dict(rows(story, "select channel, count(*) from lazsa_deliveries group by 1"))
    assert len(received) == len(set(received))
    news = ", ".join(f"'{kind}'" for kind in TEAM_NEWS)
    mailed = f"select key from lazsa_deliveries where channel = 'mail' and kind not in ({news})"
    single = {key for key in received if not key.startswith("digest.")}
    assert single == {key for (key,) in rows(story, mailed)}
    told_teams = sum(count for (kind, _, _), count in told.items() if kind in TEAM_NEWS)
    assert by_channel["mail"] == len(single) + told_teams
    digests = [post for post in web.posts if post.json["kind"] == "digest"]
    assert len(posted) == len(set(posted))
    digested = sum(post.json["text"].count(" (award-") for post in digests)
    assert digested + len(web.posts) - len(digests) == by_channel["hook"]
    # nobody's address stands anywhere but in the mails
    dump = b"".join(file.read_bytes() for file in story.parent.iterdir() if file.is_file())
    assert b"people.example.org" not in dump
    assert all(b"people.example.org" not in post.body for post in web.posts)


def _key(content: bytes) -> str:
    id_: str = message_from_bytes(content, policy=default)["message-id"]
    return id_.strip("<>").rpartition("@")[0]


class TestTyped:
    """What operators type."""

    def test_relay_outbox_and_retry(self, shell: Shell) -> None:
        """Notices become files by default; what is parked is listed, retried, and sent."""
        folder = shell.directory / "config"
        _awake(shell, folder)
        _nominated(shell)
        listed = shell("outbox", "--json", LAZSA_CONFIG=str(folder)).json
        assert [(each["kind"], each["parked"]) for each in listed] == [("nominated", False)]
        drained = shell("relay", "--once", "--json", LAZSA_CONFIG=str(folder)).json
        assert drained == {"delivered": 1, "failed": 0, "parked": 0, "postponed": 0}
        (file,) = (shell.directory / "notices" / "SG").glob("*.eml")
        assert "You have been nominated" in file.read_text("utf-8")
        assert shell("outbox").out == "No notice waits to be sent.\n"

    def test_parked(self, shell: Shell) -> None:
        """Who has no contact is parked, by name of the fault; an import and a retry mend it."""
        folder = shell.directory / "config"
        _awake(shell, folder)
        with mail_server() as server:
            (folder / "lazsa.toml").write_text(
                f'[channels.mail]\nkind = "smtp"\nhost = "127.0.0.1"\nport = {server.port}\n'
                'tls = "none"\n'
            )
            env = {"LAZSA_CONFIG": str(folder)}
            _nominated(shell)
            done = shell("relay", "--once", "--json", **env)
            assert (done.code, json.loads(done.out)["parked"]) == (1, 1)
            (parked,) = shell("outbox", "--parked", "--json", **env).json
            assert (parked["error"], parked["next_at"]) == ("no_contact", None)
            contacts = shell.directory / "contacts.csv"
            contacts.write_text("seller_id,email,locale,name\ns1,budi@example.org,id,Budi\n")
            assert shell("import", "contacts", contacts, "--json", **env).json["rows"] == 1
            operator = ("--as", "operator:o-1")
            assert shell("outbox", "retry", *operator, **env).code == 1
            assert shell("outbox", "retry", parked["key"], *operator, **env).code == 0
            assert shell("relay", "--once", "--json", **env).json["delivered"] == 1
            (mail,) = server.mails
        assert mail.to == ["budi@example.org"]
        assert mail.message["subject"] == "Anda dinominasikan sebagai Seller Ambassador"

    def test_preview(self, shell: Shell) -> None:
        """A notice can be looked at as text, and as a page in a file."""
        shown = shell("notices", "preview", "awarded", "--locale", "id")
        assert shown.out.startswith("Selamat datang, City Leader!\n")
        page = shell.directory / "page.html"
        assert shell("notices", "preview", "renewed", "--html", "-o", page).code == 0
        assert page.read_text("utf-8").startswith("<!doctype html>")
        assert "serenaded" in shell("notices", "preview", "serenaded").err

    def test_a_wrong_channel_is_named(self, shell: Shell) -> None:
        """A channel's fault is one message that names file, channel, field and value."""
        folder = shell.directory / "config"
        folder.mkdir()
        wrong = '[channels.mail]\nkind = "smtp"\nhost = "x"\nport = 99999\n'
        (folder / "lazsa.toml").write_text(wrong)
        done = shell("relay", "--once", LAZSA_CONFIG=str(folder))
        assert (done.code, done.out) == (1, "")
        assert "lazsa.toml [channels.mail]: port: got 99999" in done.err


def _awake(shell: Shell, folder: Path) -> None:
    """Release a Singapore without quiet hours, so that the time of day does not matter."""
    (folder / "countries").mkdir(parents=True, exist_ok=True)
    shipped = (files("lazsa_flow") / "defaults" / "countries" / "sg.toml").read_text("utf-8")
    lines = [line for line in shipped.splitlines() if not line.startswith("quiet_hours")]
    file = folder / "countries" / "sg.toml"
    file.write_text("\n".join(lines))
    done = shell("country", "release", file, "--as", "manager:m-1", "--yes")
    assert done.code == 0, done


def _nominated(shell: Shell) -> None:
    head = lines_of(SELLERS, 0)
    months = ";".join(["0.001"] * 9)
    row = f"s1,SG,2018-01-01,2020-02-01,0,true,1.00,0.3,0.9,{months},,false,"
    facts = shell.directory / "facts.csv"
    facts.write_text(f"{head}{row}\n")
    assert shell("import", "facts", facts).code == 0
    done = shell("nominate", "s1", "--as", "employee:e-1", "--statement", "Helps.")
    assert done.code == 0, done
