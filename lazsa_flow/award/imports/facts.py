"""Facts files: what the host knows of its sellers on one date.

Source:
    The columns of ``sellers.csv``; programme.md, "Criteria".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.award.imports.fields import parse_months
from lazsa_flow.award.rules.facts import ACTIVITIES, Facts
from lazsa_flow.csvfiles.fields import (
    Cells,
    one_of,
    parse_amount,
    parse_count,
    parse_day,
    parse_flag,
    parse_id,
    parse_rate,
    set_of,
)
from lazsa_flow.csvfiles.formats import Column, FileFormat
from lazsa_flow.csvfiles.problems import Problems, Seen
from lazsa_flow.csvfiles.table import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

FACTS: Final = FileFormat(
    "facts",
    "one seller's figures on one date",
    (
        Column("seller_id", "The seller's id.", "seller-1"),
        Column("country", "Code of a country in force, such as ID.", "ID"),
        Column("joined_on", "The day on which the seller joined.", "2018-01-15", required=False),
        Column("as_of", "The day that the figures describe; not after today.", "2026-09-01"),
        Column(
            "ncp_points",
            "Non-compliance points in the last 12 months: a whole number.",
            "0",
            required=False,
        ),
        Column(
            "policy_compliant",
            "Whether the seller complies with the seller policies: true or false.",
            "true",
            required=False,
        ),
        Column("gmv_usd", "Gross merchandise value in US dollars.", "125000.50", required=False),
        Column(
            "gmv_rate",
            "The share that the policy's GMV bar is compared with; 0.20 is 20 %.",
            "0.35",
            required=False,
        ),
        Column(
            "chat_response_rate",
            "Response rate on chat over nine months, from 0 to 1.",
            "0.93",
            required=False,
        ),
        Column(
            "monthly_cancellation_rates",
            "Cancellation rates of the last nine closed months, oldest first, with ; between;"
            " empty for a month without orders.",
            "0.004;0.003;0.006;0.002;0.004;0.005;0.003;0.002;0.001",
            required=False,
        ),
        Column("retention_rate", "Buyers' retention rate, from 0 to 1.", "0.41", required=False),
        Column(
            "is_lazstar",
            "Whether the seller is a LazStar trainer: true or false.",
            "false",
            required=False,
        ),
        Column(
            "activities",
            f"A trainer's activities, with ; between: {', '.join(sorted(ACTIVITIES))}.",
            "",
            required=False,
        ),
    ),
)
FACTS_COLUMNS: Final = FACTS.header

_ATTRIBUTES: Final = {"seller_id": "seller"}
_parse_activities: Final = set_of(ACTIVITIES)


def read_facts(
    file: str | Path, countries: Collection[str], problems: Problems | None = None
) -> Iterator[Facts]:
    """Read the facts of sellers, one row a seller, in the file's order.

    An empty field is not known; seller, country and ``as_of`` must be given. Nothing that was
    yielded may be relied on before the iterator has ended without an error.

    Args:
        file: CSV with the columns :data:`FACTS_COLUMNS`, in any order.
        countries: The codes of the countries that are configured.
        problems: Gathers what is wrong; by default one of the reader's own.

    Raises:
        InputError: While iterating: the file cannot be read or is wrong. It names up to twenty
            problems.
    """
    problems = Problems(file) if problems is None else problems
    for _line, facts in read_facts_rows(file, countries, problems):
        yield facts


def read_facts_rows(
    file: str | Path, countries: Collection[str], problems: Problems
) -> Iterator[tuple[int, Facts]]:
    """Read facts as :func:`read_facts` does, each with the line on which it stands."""
    parse_country = one_of(countries)
    with problems, Seen(problems, "seller_id", "the seller") as seen:
        for line, texts in read_table(file, FACTS, problems):
            facts = _read_row(Cells(problems, line, texts), parse_country)
            if facts is not None and seen.add(line, facts.seller):
                yield line, facts


def fields_of(facts: Facts) -> dict[str, str]:
    """Write facts as the fields of a file's row."""

    def value_text(value: object) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (set, frozenset)):
            return ";".join(sorted(map(str, value)))
        if isinstance(value, (list, tuple)):
            return ";".join("" if each is None else str(each) for each in value)
        return "" if value is None else str(value)

    return {
        column: value_text(getattr(facts, _ATTRIBUTES.get(column, column)))
        for column in FACTS_COLUMNS
    }


def check_facts(
    facts: Iterable[Facts], countries: Collection[str], problems: Problems
) -> Iterator[tuple[int, Facts]]:
    """Check facts that a host hands over as a file's rows are checked, each with its number.

    Args:
        facts: The facts, each seller once; the first is number 1.
        countries: The codes of the countries that are configured.
        problems: Gathers what is wrong.

    Raises:
        InputError: While iterating: a value is not what its column holds.
    """
    parse_country = one_of(countries)
    with problems, Seen(problems, "seller_id", "the seller") as seen:
        for number, each in enumerate(facts, start=1):
            checked = _read_row(Cells(problems, number, fields_of(each)), parse_country)
            if checked is not None and seen.add(number, checked.seller):
                yield number, checked


def _read_row(cells: Cells, parse_country: Callable[[str], str]) -> Facts | None:
    seller = cells.take("seller_id", parse_id)
    country = cells.take("country", parse_country)
    as_of = cells.take("as_of", parse_day)
    joined_on = cells.maybe("joined_on", parse_day)
    if as_of is not None and joined_on is not None and joined_on > as_of:
        cells.refuse("joined_on", f"a date on or before as_of, {as_of}")
    ncp_points = cells.maybe("ncp_points", parse_count)
    policy_compliant = cells.maybe("policy_compliant", parse_flag)
    gmv_usd = cells.maybe("gmv_usd", parse_amount)
    gmv_rate = cells.maybe("gmv_rate", parse_amount)
    chat_response_rate = cells.maybe("chat_response_rate", parse_rate)
    months = cells.maybe("monthly_cancellation_rates", parse_months)
    retention_rate = cells.maybe("retention_rate", parse_rate)
    is_lazstar = cells.maybe("is_lazstar", parse_flag)
    activities = cells.maybe("activities", _parse_activities)
    if cells.refused or seller is None or country is None or as_of is None:
        return None
    return Facts(
        seller=seller,
        country=country,
        as_of=as_of,
        joined_on=joined_on,
        ncp_points=ncp_points,
        policy_compliant=policy_compliant,
        gmv_usd=gmv_usd,
        gmv_rate=gmv_rate,
        chat_response_rate=chat_response_rate,
        monthly_cancellation_rates=months,
        retention_rate=retention_rate,
        is_lazstar=is_lazstar,
        activities=activities,
    )
