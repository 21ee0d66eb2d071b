"""Sample sellers: the made-up ones that ship with the package.

Six hundred of them, from a seeded generator of realistic spread: most answer and deliver well, some
do not, some have just joined. Run ``python -m lazsa_flow.award.demo.sample FILE`` to write them
again.
"""

from __future__ import annotations

import csv
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.imports.facts import FACTS_COLUMNS
from lazsa_flow.award.rules.facts import ACTIVITIES, Facts

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED: Final = 2020
SELLERS: Final = 600
AS_OF: Final = date(2020, 3, 1)
_COUNTRIES: Final = ("ID", "MY", "SG", "PH", "TH", "VN")


def round_rate(value: float) -> Decimal:
    """Round a rate to four places, within 0 and 1."""
    return Decimal(f"{min(1.0, max(0.0, value)):.4f}")


def make_sellers(sellers: int = SELLERS, seed: int = SEED) -> Iterator[Facts]:
    """Make up sellers, the same for the same seed."""
    random = Random(seed)
    for number in range(1, sellers + 1):
        level = random.betavariate(1.4, 9) / 12  # the seller's usual cancellation rate
        trainer = random.random() < 0.1
        yield Facts(
            seller=f"made-up-{number:04d}",
            country=_COUNTRIES[number % len(_COUNTRIES)],
            as_of=AS_OF,
            joined_on=AS_OF - timedelta(days=int(30 + random.betavariate(1.6, 2) * 1300)),
            ncp_points=random.choices((0, 1, 2, 4, 8), weights=(88, 4, 3, 3, 2))[0],
            policy_compliant=random.random() < 0.97,
            gmv_usd=Decimal(f"{random.lognormvariate(7, 1.6):.2f}"),
            gmv_rate=Decimal(f"{random.betavariate(1.3, 1.6):.4f}"),
            chat_response_rate=round_rate(random.betavariate(14, 1.4)),
            monthly_cancellation_rates=tuple(
                round_rate(level * random.uniform(0.6, 1.4)) for _ in range(9)
            ),
            is_lazstar=trainer,
            activities=frozenset(
                activity for activity in ACTIVITIES if random.random() < (0.75 if trainer else 0.4)
            )
            or None,
        )


def write_facts(facts: Iterator[Facts], file: Path) -> None:
    """Write facts as the CSV file that the import accepts."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(FACTS_COLUMNS)
        for each in facts:
            writer.writerow(_field_texts(each))


def _field_texts(facts: Facts) -> list[str]:
    def value_text(value: object) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        return "" if value is None else str(value)

    months, activities = facts.monthly_cancellation_rates, facts.activities
    return [
        facts.seller,
        facts.country,
        value_text(facts.joined_on),
        value_text(facts.as_of),
        value_text(facts.ncp_points),
        value_text(facts.policy_compliant),
        value_text(facts.gmv_usd),
        value_text(facts.gmv_rate),
        value_text(facts.chat_response_rate),
        ";".join(value_text(month) for month in months or ()),
        value_text(facts.retention_rate),
        value_text(facts.is_lazstar),
        ";".join(a for a in ACTIVITIES if a in (activities or ())),
    ]


if __name__ == "__main__":
    write_facts(make_sellers(), Path(sys.argv[1]))
