"""Which records of turnover does an applicant for a store bring, by the host's file?

One row a record; an applicant's rows stand together, and say the same of the application.

Source:
    programme.md, "The lifecycles", Store entry; Turnover.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Final

from lazsa_flow.imports.fields import (
    Cells,
    UnfitError,
    one_of,
    parse_amount,
    parse_code,
    parse_day,
    parse_flag,
    parse_id,
)
from lazsa_flow.imports.table import Problems, Seen, read_table
from lazsa_flow.lifecycles.entry import PROVENANCES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import date
    from decimal import Decimal
    from pathlib import Path

TURNOVER_COLUMNS: Final = (
    "applicant_id",
    "country",
    "category",
    "provenance",
    "consent",
    "platform",
    "account",
    "month",
    "amount",
    "currency",
    "usd_rate",
    "rate_on",
    "record_category",
)

_PRIVATE: Final = ("account",)
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
        """What every row of one application says alike."""
        return self.applicant, self.country, self.category, self.provenance, self.consent


def read_turnover(file: str | Path, countries: Collection[str]) -> Iterator[list[TurnoverRow]]:
    """Read applications in the file's order, each as its rows.

    Nothing that was yielded may be relied on before the iterator has ended without an error.

    Args:
        file: CSV with the columns :data:`TURNOVER_COLUMNS`, in any order.
        countries: The codes of the countries that are configured.

    Raises:
        InputError: While iterating: the file cannot be read or is wrong.
    """
    parse_country = one_of(countries)
    with (
        Problems(file, _PRIVATE) as problems,
        Seen(problems, "applicant_id", "the applicant's rows together") as seen,
    ):
        rows = (
            row
            for line, texts in read_table(file, TURNOVER_COLUMNS, problems)
            if (row := _row(line, Cells(problems, line, texts), parse_country)) is not None
        )
        for applicant, group in groupby(rows, key=lambda row: row.applicant):
            application = list(group)
            first = application[0]
            seen.add(first.line, applicant)
            for row in application[1:]:
                if row.application != first.application:
                    expected = f"country, category, provenance and consent as on line {first.line}"
                    problems.report(row.line, "applicant_id", repr(applicant), expected)
            yield application


def _row(line: int, cells: Cells, parse_country: Callable[[str], str]) -> TurnoverRow | None:
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
