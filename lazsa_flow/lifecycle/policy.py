"""Policies and countries: bars, windows and days, read from files and checked.

A policy is a TOML text that becomes a frozen, versioned value; a country is another. Both are
checked as a whole: all faults are reported together, each with its key. A released policy text
never changes; a cycle is governed by the version in force when it opened.

Source:
    programme.md, where *(ours)* marks a policy value with its default.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from typing import Annotated, Any, TypeVar, cast

from pydantic import BaseModel, Field, field_validator, model_validator

from lazsa_flow.errors import ConfigError
from lazsa_flow.lifecycle.calendar import CYCLE_DATES_EXPECTED, Calendar, is_zone, missing_key
from lazsa_flow.lifecycle.hours import Hours
from lazsa_flow.lifecycle.model_faults import expecting
from lazsa_flow.lifecycle.policy_fields import (
    ClockTime,
    DayOfYear,
    Line,
)
from lazsa_flow.lifecycle.policy_fields import Code as Code
from lazsa_flow.lifecycle.policy_fields import Count as Count
from lazsa_flow.lifecycle.policy_fields import Days as Days
from lazsa_flow.lifecycle.policy_fields import Mailbox as Mailbox
from lazsa_flow.lifecycle.policy_fields import Share as Share
from lazsa_flow.lifecycle.toml_text import STRICT, FrozenModel, parse_toml
from lazsa_flow.lifecycle.toml_text import read as read
from lazsa_flow.lifecycle.toml_text import read_toml as read_toml

_Model = TypeVar("_Model", bound=BaseModel)
_FILE = re.compile(r"(?:^|[/\\])([a-z]{2})\.toml$", re.ASCII)
"""A country's file that is named by its code."""


class Policy(FrozenModel):
    """What every lifecycle's policy has.

    Attributes:
        lifecycle: The name of the lifecycle.
        version: The version, which is the file's name too, such as ``2020-1``.
    """

    lifecycle: Code
    version: Annotated[
        str, Field(pattern=r"^[0-9]{4}-[0-9]+$"), expecting("a version such as 2020-1")
    ]


class Country(BaseModel):
    """One country's configuration. Role mailboxes only, no staff names.

    A code and a zone are enough; the code may be the file's name (``sg.toml``).

    Attributes:
        code: Two capital letters, such as ``SG``.
        zone: The country's zone in the IANA data, such as ``Asia/Singapore``; dates begin there.
        name: The code by default.
        title: What the holders of a title are called there, where a lifecycle gives one.
        mailbox: Where the country's team reads.
        regional_mailbox: The mailbox of the region, which notices name where it is wanted.
        locale: The locale of its notices, such as ``en`` or ``id-ID``.
        cycle_dates: The cycle dates of a year as ``MM-DD``, for lifecycles that have rounds.
        suspended: Cycle dates that are not held.
        panel_mailbox: Where the panel reads; the team's by default.
        lead_mailbox: Where the country lead reads; the team's by default.
        manager_mailbox: Where the managers read; the region's by default, or the team's.
        quiet_hours: From when to when no notice is sent, local time as ``HH:MM``.
        digest_at: When the panel's digest is sent, local time as ``HH:MM``.
    """

    model_config = STRICT

    code: Annotated[str, Field(pattern=r"^[A-Z]{2}$"), expecting("two capital letters such as SG")]
    zone: str
    name: Line = ""
    title: Line | None = None
    mailbox: Mailbox | None = None
    regional_mailbox: Mailbox | None = None
    panel_mailbox: Mailbox | None = None
    lead_mailbox: Mailbox | None = None
    manager_mailbox: Mailbox | None = None
    quiet_hours: tuple[ClockTime, ClockTime] | None = None
    digest_at: ClockTime = "09:00"
    locale: Annotated[
        str,
        Field(pattern=r"^[a-z]{2}(-[A-Z]{2})?$"),
        expecting("a locale such as en or id-ID"),
    ] = "en"
    cycle_dates: tuple[DayOfYear, ...] = ()
    suspended: tuple[date, ...] = ()

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        if not is_zone(value):
            msg = "a zone of the IANA data, such as Asia/Manila"
            raise ValueError(msg)
        return value

    @field_validator("cycle_dates", mode="before")
    @classmethod
    def _of_a_year(cls, value: Any) -> Any:
        expected = CYCLE_DATES_EXPECTED
        if not isinstance(value, list) or not all(isinstance(day, str) for day in value):
            raise ValueError(expected)
        if not value or value != sorted(set(value)):
            raise ValueError(expected)
        for day in value:
            try:
                date.fromisoformat(f"2023-{day}")  # no leap year: 29 February is no cycle date
            except (ValueError, TypeError):
                raise ValueError(expected) from None
        return tuple(value)

    @field_validator("quiet_hours", mode="before")
    @classmethod
    def _from_to(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("suspended", mode="before")
    @classmethod
    def _dates(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _suspends_cycles(self) -> Country:
        days = {f"{on:%m-%d}" for on in self.suspended}
        if not days <= set(self.cycle_dates):
            msg = "suspended dates that are cycle dates"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _is_named(self) -> Country:
        if not self.name:
            self.__dict__["name"] = self.code
        return self

    def need_mailbox(self) -> str:
        """Return the mailbox of the country's team, for what cannot do without.

        Raises:
            ConfigError: The country's file names none.
        """
        if self.mailbox is None:
            raise missing_key(self.code, "mailbox", "the mailbox of the country's team")
        return self.mailbox

    @property
    def calendar(self) -> Calendar:
        """The country's cycles."""
        days = tuple((int(day[:2]), int(day[3:])) for day in self.cycle_dates)
        return Calendar(self.zone, days, frozenset(self.suspended), self.code)

    @property
    def hours(self) -> Hours:
        """The hours in which notices may be sent."""
        quiet = self.quiet_hours
        times = quiet and (time.fromisoformat(quiet[0]), time.fromisoformat(quiet[1]))
        return Hours(self.zone, times, time.fromisoformat(self.digest_at))


@dataclass(frozen=True, slots=True)
class PolicyText:
    """A policy as it was written, with the hash that names it for ever.

    Attributes:
        sha256: Of the text in UTF-8, in hexadecimal.
    """

    lifecycle: str
    version: str
    text: str

    def __repr__(self) -> str:
        """Write it in one line, without the text."""
        return f"<PolicyText {self.lifecycle}/{self.version}: {len(self.text)} characters>"

    @property
    def sha256(self) -> str:
        """The hash of the text."""
        return _sha256(self.text)


@dataclass(frozen=True, slots=True)
class CountryText:
    """A country's configuration as it was written.

    Attributes:
        sha256: Of the text in UTF-8, in hexadecimal.
    """

    code: str
    text: str

    def __repr__(self) -> str:
        """Write it in one line, without the text."""
        return f"<CountryText {self.code}: {len(self.text)} characters>"

    @classmethod
    def read(cls, text: str, *, where: str) -> CountryText:
        """Check a country's file and take its code from it, or from its name.

        Args:
            text: The file's text.
            where: The file's name, for the errors. Where the text has no code and the name is one,
                as ``countries/sg.toml``, the code is put before the text.

        Raises:
            ConfigError: It does not describe a country; it names every fault.
        """
        named = _FILE.search(where)
        if named and "code" not in parse_toml(text, where=where):
            text = f'code = "{named[1].upper()}"\n{text}'
        return cls(_read_country(text, where).code, text)

    @property
    def sha256(self) -> str:
        """The hash of the text."""
        return _sha256(self.text)

    @property
    def country(self) -> Country:
        """The country that the text describes."""
        return _read_country(self.text, f"country {self.code}")


def read_policy(model: type[Policy], text: str, where: str) -> Policy:
    """Read a policy's text, each text once: a database mostly has those that ship.

    Args:
        model: The shape that its lifecycle asks for.
        text: The policy as TOML.
        where: The file's name, for the errors.

    Raises:
        ConfigError: The text does not have the shape; it names every fault.
    """
    return _read(model, text, where)


def _read_country(text: str, where: str) -> Country:
    return _read(Country, text, where)


def _read(model: type[_Model], text: str, where: str) -> _Model:
    """Read a text into a model that nobody can change, each text once."""
    try:
        return cast("_Model", _read_once(model, text))
    except ConfigError:
        return read_toml(model, text, where=where)  # so that the error names the file


@lru_cache(maxsize=512)
def _read_once(model: type[BaseModel], text: str) -> BaseModel:
    return read_toml(model, text, where="")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
