"""Facts files: what the host knows of its sellers on one date.

Source:
    The columns of ``sellers.csv``; programme.md, "Criteria".
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.award.evidence import read_stored_facts as decode_facts
from lazsa_flow.award.imports.fields import parse_months
from lazsa_flow.award.rules.criteria import MONTHS_JUDGED
from lazsa_flow.award.rules.facts import ACTIVITIES, Facts
from lazsa_flow.csvfiles.fields import (
    Cells,
    UnfitError,
    one_of,
    parse_amount,
    parse_count,
    parse_day,
    parse_flag,
    parse_id,
    parse_ids,
    parse_rate,
    set_of,
)
from lazsa_flow.csvfiles.formats import Column, FileFormat
from lazsa_flow.csvfiles.problems import Problems, Seen
from lazsa_flow.csvfiles.table import read_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from lazsa_flow.award.evidence import StoredFacts
    from lazsa_flow.csvfiles.table import Block

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
_AT: Final = {name: FACTS_COLUMNS.index(name) for name in FACTS_COLUMNS}
_CACHED: Final = 4096
"""How many texts of a column are read once only: sellers share most dates and rates."""
_BLOCK: Final = 500
"""So many facts of a host are checked together; of a file about as many."""
_PLAIN_RATE: Final = r"(?:0\.[0-9]{1,6}+|0|1(?:\.0{1,6}+)?+)?+"
_PLAIN_MONTHS: Final = re.compile(f"(?:{_PLAIN_RATE};){{{MONTHS_JUDGED - 1}}}+{_PLAIN_RATE}")
_PLAIN_AMOUNT: Final = re.compile(r"(?:0|[1-9][0-9]{0,17}+)(?:\.[0-9]{1,6}+)?+")
"""Monthly rates and amounts that are stored as they stand: a decimal's own text is the same."""


def _store_day(text: str) -> str:
    return parse_day(text).isoformat()


def _store_rate(text: str) -> str:
    return str(parse_rate(text))


def _store_amount(text: str) -> str:
    return text if _PLAIN_AMOUNT.fullmatch(text) else str(parse_amount(text))


def _store_months(text: str) -> str:
    if _PLAIN_MONTHS.fullmatch(text):
        return text
    return ";".join("" if each is None else str(each) for each in parse_months(text))


def _store_activities(text: str) -> str:
    return ";".join(sorted(_parse_activities(text)))


def _cache_reads(store: Callable[[str], Any]) -> Callable[[str], Any]:
    return lru_cache(maxsize=_CACHED)(store)


_store_as_of: Final = _cache_reads(_store_day)
_FIGURES: Final[Mapping[str, Callable[[str], Any]]] = {
    "joined_on": _store_as_of,
    "ncp_points": _cache_reads(parse_count),
    "policy_compliant": _cache_reads(parse_flag),
    "gmv_usd": _store_amount,
    "gmv_rate": _cache_reads(_store_amount),
    "chat_response_rate": _cache_reads(_store_rate),
    "monthly_cancellation_rates": _store_months,
    "retention_rate": _cache_reads(_store_rate),
    "is_lazstar": _cache_reads(parse_flag),
    "activities": _cache_reads(_store_activities),
}
"""The columns that may be empty, in their order, with what makes the stored value of a text."""
_PLAIN_COLUMNS: Final = {
    name: re.compile(f"(?:{plain.pattern},)*+{plain.pattern}")
    for name, plain in (
        ("gmv_usd", _PLAIN_AMOUNT),
        ("monthly_cancellation_rates", _PLAIN_MONTHS),
    )
}
"""Columns whose texts hardly repeat: what a block of texts looks like, joined by commas, if each is
stored as it stands."""


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
    for _line, stored in read_stored_facts(file, countries, problems):
        yield decode_facts(stored)


def read_stored_facts(
    file: str | Path, countries: Collection[str], problems: Problems
) -> Iterator[tuple[int, StoredFacts]]:
    """Read facts as :func:`read_facts` does, as they are stored, each with its line."""
    return _check_blocks(read_blocks(file, FACTS, problems), countries, problems)


def is_recorded(facts: StoredFacts, recorded: StoredFacts | None) -> bool:
    """Return whether facts say what is recorded, be it in other words: 0.50 is 0.5."""
    if recorded is None or facts == recorded:
        return recorded is not None
    return decode_facts(facts) == decode_facts(recorded)


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
) -> Iterator[tuple[int, StoredFacts]]:
    """Check facts that a host hands over as a file's rows are checked, each with its number.

    Args:
        facts: The facts, each seller once; the first is number 1.
        countries: The codes of the countries that are configured.
        problems: Gathers what is wrong.

    Raises:
        InputError: While iterating: a value is not what its column holds.
    """
    return _check_blocks(_blocks_of(facts), countries, problems)


def _blocks_of(facts: Iterable[Facts]) -> Iterator[Block]:
    rows = (tuple(fields_of(each).values()) for each in facts)
    first = 1
    while block := list(islice(rows, _BLOCK)):
        yield first, block
        first += len(block)


def _check_blocks(
    blocks: Iterable[Block], countries: Collection[str], problems: Problems
) -> Iterator[tuple[int, StoredFacts]]:
    """Yield the rows without a fault as they are stored, and report the others."""
    known = frozenset(countries)
    with problems, Seen(problems, "seller_id", "the seller") as seen:
        for first, rows in blocks:
            try:
                stored = _store_rows(rows, known)
            except UnfitError:
                stored = []
            if stored and seen.add_all(first, [row[0] for row in stored]):
                yield from enumerate(stored, first)
            else:
                yield from _check_each(first, rows, known, problems, seen)


def _check_each(
    first: int,
    rows: Sequence[Sequence[str]],
    countries: AbstractSet[str],
    problems: Problems,
    seen: Seen,
) -> Iterator[tuple[int, StoredFacts]]:
    """Check rows of which one has a fault."""
    for line, texts in enumerate(rows, first):
        try:
            [row] = _store_rows([texts], countries)
        except UnfitError:
            cells = Cells(problems, line, dict(zip(FACTS_COLUMNS, texts, strict=True)))
            _report_faults(cells, countries)
        else:
            if seen.add(line, row[0]):
                yield line, row


def _store_rows(rows: Sequence[Sequence[str]], countries: AbstractSet[str]) -> list[StoredFacts]:
    """Return rows as they are stored, column by column: a text that comes again is read once.

    Raises:
        UnfitError: A row has a fault.
    """
    columns = list(zip(*rows, strict=True))
    named = columns[_AT["country"]]
    as_of = _store_column(_store_day, columns[_AT["as_of"]])
    figures = [_store_figures(name, columns[_AT[name]]) for name in _FIGURES]
    joined = zip(figures[0], as_of, strict=True)
    if not countries >= set(named) or any(on is not None and on > day for on, day in joined):
        raise UnfitError("")
    sellers = parse_ids(columns[_AT["seller_id"]])
    return list(zip(sellers, named, as_of, *figures, strict=True))


def _store_figures(name: str, texts: Sequence[str]) -> Sequence[Any]:
    """Return the stored values of a column that may be empty.

    Raises:
        UnfitError: One is not what the column holds.
    """
    if (plain := _PLAIN_COLUMNS.get(name)) is not None:
        joined = ",".join(texts)
        if joined.count(",") == len(texts) - 1 and plain.fullmatch(joined):
            return texts
    return _store_column(_FIGURES[name], texts, optional=True)


def _store_column(
    store: Callable[[str], Any], texts: Sequence[str], *, optional: bool = False
) -> list[Any]:
    """Return the stored values of texts; an empty one is not known, where it may be empty.

    Raises:
        UnfitError: One is not what its column holds.
    """
    stored = {text: store(text) if text or not optional else None for text in set(texts)}
    return [stored[text] for text in texts]


def _report_faults(cells: Cells, countries: Collection[str]) -> None:
    """Report every field of a row that is refused."""
    cells.take("seller_id", parse_id)
    cells.take("country", one_of(countries))
    as_of = cells.take("as_of", _store_day)
    for name, store in _FIGURES.items():
        value = cells.maybe(name, store)
        if name == "joined_on" and value is not None and as_of is not None and value > as_of:
            cells.refuse("joined_on", f"a date on or before as_of, {as_of}")
