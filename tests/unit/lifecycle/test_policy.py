"""Policies and countries: strict files, every fault at once."""

from __future__ import annotations

import hashlib
from datetime import date, time
from decimal import Decimal

import pytest
from pydantic import ValidationError

from lazsa_flow.award.policy import AwardPolicy
from lazsa_flow.errors import ConfigError
from lazsa_flow.lifecycle.hours import Hours
from lazsa_flow.lifecycle.policy import Country, CountryText, PolicyText, read_toml
from tests.factories import country, policy, policy_text

COUNTRY = """\
code = "SG"
name = "Singapore"
title = "Seller Ambassador"
zone = "Asia/Singapore"
mailbox = "se-community.sg@example.com"
locale = "en"
cycle_dates = ["04-01", "10-01"]
"""


def faults(model: type[AwardPolicy | Country], text: str) -> list[str]:
    """Return the faults of a text, each as its key's path."""
    with pytest.raises(ConfigError) as caught:
        read_toml(model, text, where="x.toml")
    assert all(problem.where == "x.toml" for problem in caught.value.problems)
    return [problem.field for problem in caught.value.problems]


def changed(text: str, old: str, new: str) -> str:
    """Change one line of a file, which must be there."""
    assert text.count(old) == 1
    return text.replace(old, new)


def test_the_shipped_policy_holds_the_programmes_values() -> None:
    """The shipped bars and days are those of programme.md, Criteria to Tenure."""
    shipped = policy()
    assert (shipped.lifecycle, shipped.version) == ("award", "2020-1")
    assert shipped.nomination.closes_days == 30
    panel = shipped.panel
    assert (panel.reviewers, panel.teams) == (3, 3)
    assert (panel.mean, panel.floor) == (Decimal("3.5"), Decimal("2.0"))
    assert panel.renewal_opens_days == 30
    bars = shipped.criteria
    assert (bars.tenure_months, bars.ncp_points, bars.trainer_activities) == (9, 0, 4)
    assert (bars.gmv_rate, bars.chat_response_rate) == (Decimal("0.20"), Decimal("0.85"))
    assert (bars.cancellation_rate, bars.retention_rate) == (Decimal("0.01"), None)
    assert bars.facts_stale_days == 45
    assert (shipped.renewal.term_months, shipped.renewal.grace_days) == (12, 30)
    assert shipped.renewal.reminder_days == (14, 7, 1)
    assert (shipped.reconnect.held_months, shipped.reconnect.app) == (12, "DingTalk")
    assert shipped.conduct.bar_months == 24
    assert (shipped.appeal.days, shipped.appeal.persons) == (30, 2)


@pytest.mark.parametrize(
    ("code", "zone", "title"),
    [
        ("ID", "Asia/Jakarta", "City Leader"),
        ("MY", "Asia/Kuala_Lumpur", "Seller Ambassador"),
        ("SG", "Asia/Singapore", "Seller Ambassador"),
        ("PH", "Asia/Manila", "Seller Ambassador"),
        ("TH", "Asia/Bangkok", "Seller Ambassador"),
        ("VN", "Asia/Ho_Chi_Minh", "Seller Ambassador"),
    ],
)
def test_the_six_countries(code: str, zone: str, title: str) -> None:
    """Each country has its zone, title and two cycles a year (programme.md, Who and where)."""
    shipped = country(code)
    assert (shipped.code, shipped.zone, shipped.title) == (code, zone, title)
    assert shipped.calendar.zone == zone
    assert shipped.calendar.cycle_days == ((4, 1), (10, 1))
    assert shipped.calendar.suspended == frozenset()


def test_a_country_may_suspend_a_cycle() -> None:
    """A country may suspend a cycle (programme.md, Who and where)."""
    text = COUNTRY + "suspended = [2020-04-01]\n"
    read = read_toml(Country, text, where="sg.toml")
    assert read.calendar.suspended == {date(2020, 4, 1)}
    assert read_toml(Country, COUNTRY, where="sg.toml").suspended == ()


def test_a_country_has_its_hours() -> None:
    """Its quiet hours and its digest are times of its zone; without a word nobody is left alone."""
    text = COUNTRY + 'quiet_hours = ["21:00", "08:00"]\ndigest_at = "10:30"\n'
    read = read_toml(Country, text, where="sg.toml")
    assert read.hours == Hours("Asia/Singapore", (time(21), time(8)), time(10, 30))
    assert read_toml(Country, COUNTRY, where="sg.toml").hours.quiet is None


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('lifecycle = "award"', 'lifecycle = "entry"', "lifecycle"),
        ('lifecycle = "award"', 'lifecycle = "Award"', "lifecycle"),
        ('version = "2020-1"', 'version = "2020.1"', "version"),
        ('version = "2020-1"', 'version = "2020-1\\n"', "version"),
        ("closes_days = 30", "closes_days = 0", "nomination.closes_days"),
        ("closes_days = 30", "closes_days = 151", "nomination.closes_days"),
        ("closes_days = 30", "closes_days = 30.0", "nomination.closes_days"),
        ("closes_days = 30", 'closes_days = "30"', "nomination.closes_days"),
        ("closes_days = 30", "closes_days = true", "nomination.closes_days"),
        ("closes_days = 30", "", "nomination.closes_days"),
        ("closes_days = 30", "closes_days = 30\nopens_days = 1", "nomination.opens_days"),
        ("reviewers = 3", "reviewers = 0", "panel.reviewers"),
        ('mean = "3.5"', "mean = 3.5", "panel.mean"),
        ('mean = "3.5"', 'mean = "5.1"', "panel.mean"),
        ('mean = "3.5"', 'mean = "high"', "panel.mean"),
        ('mean = "3.5"', 'mean = "NaN"', "panel.mean"),
        ('gmv_rate = "0.20"', 'gmv_rate = "-0.1"', "criteria.gmv_rate"),
        ('gmv_rate = "0.20"', 'gmv_rate = "Infinity"', "criteria.gmv_rate"),
        ('gmv_measure = "gmv_rate"', 'gmv_measure = "gmv_usd"', "criteria.gmv_measure"),
        ('chat_response_rate = "0.85"', 'chat_response_rate = "85"', "criteria.chat_response_rate"),
        ("trainer_activities = 4", "trainer_activities = 7", "criteria.trainer_activities"),
        ("facts_stale_days = 45", "facts_stale_days = 367", "criteria.facts_stale_days"),
        ("[14, 7, 1]", "[1, 7, 14]", "renewal.reminder_days"),
        ("[14, 7, 1]", "[14, 14, 1]", "renewal.reminder_days"),
        ("[14, 7, 1]", "[14, 0]", "renewal.reminder_days.1"),
        ("[14, 7, 1]", "7", "renewal.reminder_days"),
        ("[14, 7, 1]", '[14, "7"]', "renewal.reminder_days"),
        ('["get_app", "register"]', '"get_app"', "reconnect.steps"),
        ('["get_app", "register"]', '["Get App"]', "reconnect.steps.0"),
    ],
)
def test_a_policy_is_strict(old: str, new: str, fault: str) -> None:
    """A value out of range, of another type, missing or unheard of is refused by its key."""
    assert faults(AwardPolicy, changed(policy_text(), old, new)) == [fault]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"SG"', '"Sg"', "code"),
        ('"Singapore"', '""', "name"),
        ('"Asia/Singapore"', '"Asia/Atlantis"', "zone"),
        ('"Asia/Singapore"', '"+08:00"', "zone"),
        ('"se-community.sg@example.com"', '"nobody"', "mailbox"),
        ('"se-community.sg@example.com"', f'"{"x" * 65}@example.com"', "mailbox"),
        ('"se-community.sg@example.com"', '"team@-..-"', "mailbox"),
        ('"se-community.sg@example.com"', '"team@-münchen-.example"', "mailbox"),
        ('"en"', '"english"', "locale"),
        ('["04-01", "10-01"]', "[]", "cycle_dates"),
        ('["04-01", "10-01"]', '"04-01"', "cycle_dates"),
        ('["04-01", "10-01"]', '["10-01", "04-01"]', "cycle_dates"),
        ('["04-01", "10-01"]', '["04-01", "04-01"]', "cycle_dates"),
        ('["04-01", "10-01"]', '["02-29"]', "cycle_dates"),
        ('["04-01", "10-01"]', '["13-01"]', "cycle_dates"),
        ('["04-01", "10-01"]', '["W14-3"]', "cycle_dates.0"),
        ('["04-01", "10-01"]', '["04-01", 5]', "cycle_dates"),
        ('["04-01", "10-01"]', '[["04-01"]]', "cycle_dates"),
        ("locale", "suspended = 5\nlocale", "suspended"),
        ("locale", 'suspended = ["2020-04-01"]\nlocale', "suspended.0"),
        ("locale", "suspended = [2020-04-01T00:00:00]\nlocale", "suspended.0"),
        ("locale", "suspended = [2020-05-01]\nlocale", "(file)"),
        ("locale", 'manager = "a name"\nlocale', "manager"),
    ],
)
def test_a_country_is_strict(old: str, new: str, fault: str) -> None:
    """A country's file is checked as strictly; it has no place for a person's name."""
    assert faults(Country, changed(COUNTRY, old, new)) == [fault]


def test_every_fault_is_reported() -> None:
    """All faults are named at once, a missing value as nothing."""
    with pytest.raises(ConfigError) as caught:
        read_toml(Country, 'zone = "x"\nlocale = "English"', where="sg.toml")
    problems = {problem.field: problem.value for problem in caught.value.problems}
    assert problems == {"code": "nothing", "zone": "'x'", "locale": "'English'"}
    assert "Asia/Manila" in str(caught.value)


def test_a_text_that_is_no_toml() -> None:
    """A file that is no TOML is one fault of the whole file."""
    with pytest.raises(ConfigError) as caught:
        read_toml(Country, "code = ", where="sg.toml")
    [problem] = caught.value.problems
    assert (problem.field, problem.expected) == ("", "TOML")


def test_a_policy_is_frozen() -> None:
    """A released policy never changes (programme.md, Versions and data)."""
    with pytest.raises(ValidationError):
        policy().panel.mean = Decimal(1)


def test_a_text_is_named_by_its_hash() -> None:
    """The hash of a policy text is that of its bytes in UTF-8."""
    text = PolicyText("award", "2020-1", "# Đại sứ")
    assert text.sha256 == hashlib.sha256("# Đại sứ".encode()).hexdigest()


def test_a_country_is_known_by_its_text() -> None:
    """A country's text gives its code, its values, and the hash that tells versions apart."""
    read = CountryText.read(COUNTRY, where="sg.toml")
    assert (read.code, read.country) == ("SG", read_toml(Country, COUNTRY, where="sg.toml"))
    assert read.sha256 == hashlib.sha256(COUNTRY.encode()).hexdigest()


def test_a_zone_is_enough() -> None:
    """A country's file needs a zone alone; its code is the file's name, and its text says so."""
    text = CountryText.read('zone = "Europe/Berlin"\n', where="countries/de.toml")
    assert text.text == 'code = "DE"\nzone = "Europe/Berlin"\n'
    country = text.country
    assert (country.code, country.name, country.locale) == ("DE", "DE", "en")
    assert country.calendar.cycle_days == ()
    told = country.model_copy(update={"mailbox": "team@example.com"})
    assert told.need_mailbox() == "team@example.com"
    with pytest.raises(ConfigError, match=r"countries/de\.toml: mailbox: got nothing"):
        country.need_mailbox()
    with pytest.raises(ConfigError, match="code: got nothing"):
        CountryText.read('zone = "Europe/Berlin"\n', where="country")


def test_a_text_is_one_line_without_its_content() -> None:
    """A console shows whose text it is and how long, not the whole file."""
    assert repr(PolicyText("award", "2020-1", "# Đại sứ")) == (
        "<PolicyText award/2020-1: 8 characters>"
    )
    assert repr(CountryText("SG", COUNTRY)) == f"<CountryText SG: {len(COUNTRY)} characters>"
