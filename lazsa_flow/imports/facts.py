"""What does the host know of its sellers, by the file that it hands over?

Source:
    The columns of ``sellers.csv``; programme.md, "Criteria".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.domain.model import ACTIVITIES, Facts
from lazsa_flow.imports.fields import (
    Cells,
    one_of,
    parse_amount,
    parse_count,
    parse_day,
    parse_flag,
    parse_id,
    parse_months,
    parse_rate,
    set_of,
)
from lazsa_flow.imports.table import Problems, Seen, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

FACTS_COLUMNS: Final = (
    "seller_id",
    "country",
    "joined_on",
    "as_of",
    "ncp_points",
    "policy_compliant",
    "gmv_usd",
    "gmv_rate",
    "chat_response_rate",
    "monthly_cancellation_rates",
    "retention_rate",
    "is_lazstar",
    "activities",
)

_parse_activities: Final = set_of(ACTIVITIES)


def read_facts(file: str | Path, countries: Collection[str]) -> Iterator[Facts]:
    """Read the facts of sellers, one row a seller, in the file's order.

    An empty field is not known; seller, country and ``as_of`` must be given. Nothing that was
    yielded may be relied on before the iterator has ended without an error.

    Args:
        file: CSV with the columns :data:`FACTS_COLUMNS`, in any order.
        countries: The codes of the countries that are configured.

    Raises:
        InputError: While iterating: the file cannot be read or is wrong. It names up to twenty
            problems.
    """
    parse_country = one_of(countries)
    with Problems(file) as problems, Seen(problems, "seller_id", "the seller") as seen:
        for line, texts in read_table(file, FACTS_COLUMNS, problems):
            facts = _facts(Cells(problems, line, texts), parse_country)
            if facts is not None:
                seen.add(line, facts.seller)
                yield facts


def _facts(cells: Cells, parse_country: Callable[[str], str]) -> Facts | None:
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
