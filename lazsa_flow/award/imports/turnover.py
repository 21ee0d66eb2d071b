"""Turnover files: the records of applications for a store.

One row per record. The rows of an applicant stand together and agree on the application.

Source:
    programme.md, "The lifecycles", Store entry; Turnover.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.lifecycles.entry import PROVENANCES, RATE_EXPECTED, rate_fits
from lazsa_flow.csvfiles.fields import (
    Cells,
    UnfitError,
    one_of,
    parse_amount,
    parse_code,
    parse_day,
    parse_flag,
    parse_id,
)
from lazsa_flow.csvfiles.formats import Column, FileFormat
from lazsa_flow.csvfiles.problems import Problems, Seen
from lazsa_flow.csvfiles.table import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import date
    from decimal import Decimal
    from pathlib import Path

TURNOVER: Final = FileFormat(
    "turnover",
    "one record of an application; an applicant's rows stand together",
    (
        Column("applicant_id", "Who applies for a store.", "applicant-1"),
        Column("country", "Code of the country in which the store would be.", "ID"),
        Column("category", "The category applied for: a code.", "electronics"),
        Column("provenance", f"Whose records: {', '.join(PROVENANCES)}.", "own"),
        Column(
            "consent",
            "Whether the person whose records they are consents: true or false.",
            "true",
            required=False,
        ),
        Column("platform", "The platform's code, such as amazon.", "amazon"),
        Column("account", "The account on the platform.", "shop-account-1", private=True),
        Column("month", "The month, as YYYY-MM.", "2026-08"),
        Column("amount", "The month's turnover, in the currency.", "1250.00"),
        Column("currency", "The currency's code.", "USD"),
        Column(
            "usd_rate",
            "US dollars for one unit of the currency; empty for USD.",
            "",
            required=False,
        ),
        Column("rate_on", "The day of the rate; empty for USD.", "", required=False),
        Column("record_category", "The category of what was sold: a code.", "electronics"),
    ),
)
TURNOVER_COLUMNS: Final = TURNOVER.header

_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TurnoverRow:
    """One record of a file.

    Attributes:
        line: Where it stands in the file.
        account: Personal data, and left out of ``repr``.
        usd_rate: US dollars for one unit of ``currency``, with ``rate_on`` its date.
    """

    line: int
    applicant: str
    country: str
    category: str
    provenance: str
    consent: bool
    platform: str
    account: str = field(repr=False)
    month: str
    amount: Decimal
    currency: str
    usd_rate: Decimal | None
    rate_on: date | None
    record_category: str

    @property
    def application(self) -> tuple[str, str, str, str, bool]:
        """What all rows of one application have in common."""
        return self.applicant, self.country, self.category, self.provenance, self.consent


def read_turnover(
    file: str | Path, countries: Collection[str], problems: Problems | None = None
) -> Iterator[list[TurnoverRow]]:
    """Read applications in the file's order, each as its rows.

    Nothing that was yielded may be relied on before the iterator has ended without an error.

    Args:
        file: CSV with the columns :data:`TURNOVER_COLUMNS`, in any order.
        countries: The codes of the countries that are configured.
        problems: Gathers what is wrong; by default one of the reader's own.

    Raises:
        InputError: While iterating: the file cannot be read or is wrong.
    """
    parse_country = one_of(countries)
    problems = Problems(file, TURNOVER.private) if problems is None else problems
    with problems, Seen(problems, "applicant_id", "the applicant's rows together") as seen:
        rows = read_table(file, TURNOVER, problems)
        read = ((line, Cells(problems, line, texts)) for line, texts in rows)
        for _applicant, group in groupby(read, key=lambda it: it[1].text("applicant_id")):
            found = [_read_row(line, cells, parse_country) for line, cells in group]
            application = [row for row in found if row is not None]
            # an application of which a row is refused is refused as a whole
            if len(application) == len(found) and _check_agreement(application, problems):
                first = application[0]
                if seen.add(first.line, first.applicant):
                    yield application


def _check_agreement(application: list[TurnoverRow], problems: Problems) -> bool:
    """Report the rows that disagree with the first row of their application."""
    first = application[0]
    others = [row for row in application if row.application != first.application]
    for row in others:
        expected = f"country, category, provenance and consent as on line {first.line}"
        problems.report(row.line, "applicant_id", repr(row.applicant), expected)
    return not others


def _read_row(line: int, cells: Cells, parse_country: Callable[[str], str]) -> TurnoverRow | None:
    applicant = cells.take("applicant_id", parse_id)
    country = cells.take("country", parse_country)
    category = cells.take("category", parse_code)
    provenance = cells.take("provenance", one_of(PROVENANCES))
    consent = cells.maybe("consent", parse_flag)
    platform = cells.take("platform", parse_code)
    account = cells.take("account", parse_id)
    month = cells.take("month", _parse_month)
    amount = cells.take("amount", parse_amount)
    currency = cells.take("currency", _parse_currency)
    usd_rate = cells.maybe("usd_rate", parse_amount)
    rate_on = cells.maybe("rate_on", parse_day)
    record_category = cells.take("record_category", parse_code)
    if month is not None and rate_on is not None and not rate_fits(month, rate_on):
        cells.refuse("rate_on", RATE_EXPECTED)
    if cells.refused:
        return None
    assert applicant is not None
    assert country is not None
    assert category is not None
    assert provenance is not None
    assert platform is not None
    assert account is not None
    assert month is not None
    assert amount is not None
    assert currency is not None
    assert record_category is not None
    return TurnoverRow(
        line=line,
        applicant=applicant,
        country=country,
        category=category,
        provenance=provenance,
        consent=bool(consent),
        platform=platform,
        account=account,
        month=month,
        amount=amount,
        currency=currency,
        usd_rate=usd_rate,
        rate_on=rate_on,
        record_category=record_category,
    )


def _parse_month(text: str) -> str:
    if not _MONTH.fullmatch(text):
        raise UnfitError("a month as YYYY-MM")
    return text


def _parse_currency(text: str) -> str:
    if not _CURRENCY.fullmatch(text):
        raise UnfitError("a currency's code, such as USD")
    return text
