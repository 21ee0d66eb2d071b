"""Many sellers from one sample of each kind: their rows.

Ids and subjects are each seller's own; the hash chain of the journal is computed again; and where a
decision is still to come, the figures and scores differ from seller to seller, on the same side of
every bar. All of it is computed from the seller's number: the same numbers give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from benchmarks.population.sample_sellers import TABLES
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.engine.journal import canonical
from lazsa_flow.lifecycle.model import NO_HEAD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.population.sample_sellers import Row, SampleSeller, SampleSellers

NUMBERED: Final = ("facts", "texts", "nominations", "scorecards", "records", "seats")
"""Tables whose rows have a number of their own."""
_ORDER: Final = ("journal", *(table for table in TABLES if table != "journal"))
"""The journal first: its last hash stands on the path."""
_PATH, _PREVIOUS = "@path@", "@previous@"
_NOT_HASHED: Final = ("path_id", "hash", "data_digest")
"""Columns of the journal that its hash is not made of; no move of the samples brings data."""

Batch = dict[str, list[tuple[Any, ...]]]


class SellerMultiplier:
    """Makes rows of sellers, one after the other.

    Args:
        samples: A sample seller of every kind.
    """

    def __init__(self, samples: SampleSellers) -> None:
        self._samples = samples
        self._chains = {kind: _cut_chain(sample) for kind, sample in samples.by_kind.items()}
        self._sellers = 0
        self._numbers = dict.fromkeys(NUMBERED, 0)

    def make_common_rows(self) -> Batch:
        """Return the rows that belong to no seller."""
        return {
            table: [tuple((row | {"id": self._take_number(table)}).values()) for row in rows]
            for table, rows in self._samples.common.items()
        }

    def make_rows(self, kinds: Iterable[str]) -> Batch:
        """Return the rows of further sellers, one of each of these kinds."""
        batch: Batch = {table: [] for table in TABLES}
        for kind in kinds:
            self._sellers += 1
            self._add_seller(batch, self._samples.by_kind[kind])
        return batch

    def count_copies(self, times: int) -> tuple[int, dict[str, int]]:
        """Count the sellers so far so many times again; return how many they are, and numbers.

        Args:
            times: How often their rows are copied.
        """
        sellers, numbers = self._sellers, dict(self._numbers)
        self._sellers += times * sellers
        self._numbers = {table: (times + 1) * number for table, number in numbers.items()}
        return sellers, numbers

    def _take_number(self, table: str) -> int:
        self._numbers[table] += 1
        return self._numbers[table]

    def _add_seller(self, batch: Batch, sample: SampleSeller) -> None:
        number = self._sellers
        subject = f"seller-{number:07d}"
        hashes = _chain_hashes(self._chains[sample.kind], f"award-{number}")
        own = {"path_id": number, "subject": subject, "seller": subject, "head": hashes[-1]}
        texts: dict[int | None, int] = {}
        for table in _ORDER:
            rows = batch[table]
            for index, row in enumerate(sample.rows[table]):
                made: Row = {name: own.get(name, value) for name, value in row.items()}
                if table == "paths":
                    made["id"] = number
                elif table == "journal":
                    made["prev_hash"], made["hash"] = hashes[index : index + 2]
                elif table in self._numbers:
                    made["id"] = self._take_number(table)
                if table == "texts":
                    texts[row["id"]] = made["id"]
                elif "text_id" in made:
                    made["text_id"] = texts.get(row["text_id"])
                if sample.varies(table, index):
                    made |= _VARIED[table](number, row)
                rows.append(tuple(made.values()))


def _cut_chain(sample: SampleSeller) -> list[tuple[bytes, bytes, bytes]]:
    """Cut each journal row's canonical bytes where the path and the hash before it stand."""
    chain = []
    for row in sample.rows["journal"]:
        fields = {
            **{name: value for name, value in row.items() if name not in _NOT_HASHED},
            "path": _PATH,
            "prev_hash": _PREVIOUS,
            "verdicts": json.loads(row["verdicts"]),
        }
        before, _, rest = canonical(fields).partition(_PATH.encode())
        between, _, after = rest.partition(_PREVIOUS.encode())
        chain.append((before, between, after))
    return chain


def _chain_hashes(chain: list[tuple[bytes, bytes, bytes]], path: str) -> list[str]:
    """Return the hashes of a path's rows, after the one that stands before the first."""
    hashes = [NO_HEAD]
    for before, between, after in chain:
        text = b"".join((before, path.encode(), between, hashes[-1].encode(), after))
        hashes.append(hashlib.sha256(text).hexdigest())
    return hashes


def _vary_facts(number: int, row: Row) -> Row:
    """Vary the facts; ``gmv_rate`` keeps its first digit, and with it its side of the bar."""
    month, day = number // 11 % 12 + 1, number // 132 % 28 + 1
    months = (f"{(number * 31 + past * 17) % 101 / 10_000:.4f}" for past in range(9))
    return {
        "joined_on": f"{2008 + number % 11}-{month:02d}-{day:02d}",
        "gmv_usd": f"{number * 7919 % 90_000_000 / 100:.2f}",
        "gmv_rate": f"{row['gmv_rate'][:3]}{number * 37 % 1000:03d}",
        "chat_response_rate": f"{0.85 + number * 13 % 1500 / 10_000:.4f}",
        "monthly_cancellation_rates": ";".join(months),
        "retention_rate": f"{number * 41 % 10_000 / 10_000:.4f}",
    }


def _vary_scores(number: int, row: Row) -> Row:
    """Vary the scores by one at most: fours become fives, twos become threes."""
    base = int(row["scores"][0])
    bits = number * 2_654_435_761 >> 7
    scores = (base + (bits >> (item + row["id"]) % 23 & 1) for item in range(len(ITEMS)))
    return {"scores": ",".join(map(str, scores))}


_VARIED: Final = {"facts": _vary_facts, "scorecards": _vary_scores}
