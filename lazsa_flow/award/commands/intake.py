"""An import in progress: what happened to its rows, and to the sellers that they name."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.commands.import_result import ImportResult
from lazsa_flow.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    TransitionError,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import date, datetime

    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.csvfiles.problems import Problems
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.context import Context

_ROUNDED: Final = re.compile(r"\d([.,]\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
_ZEROS: Final = 8
"""How many leading zeros a spreadsheet may have taken from an id."""


@dataclass(slots=True)
class Intake:
    """An import in progress: its transaction, and what happened to its rows so far."""

    context: Context
    transaction: AwardTransaction
    actor: Actor
    now: datetime
    problems: Problems
    batch: int
    taken: int = 0
    already_there: int = 0
    skipped: list[int] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    sellers: set[str] = field(default_factory=set)
    new_sellers: int = 0
    known_sellers: int = 0
    other_country: list[str] = field(default_factory=list)
    suspect_ids: list[str] = field(default_factory=list)

    @contextmanager
    def row(self, line: int, field: str, value: str, *, writes: bool = True) -> Iterator[None]:
        """Take one row, or report why it is refused.

        Args:
            line: Where it stands.
            field: The column that a refusal names.
            value: What stands in it.
            writes: Whether the block writes anything, which is undone where it is refused.
        """
        try:
            if writes and self.problems.partial:
                with self.transaction.savepoint():
                    yield
            else:
                yield
        except (
            ConflictError,
            InputError,
            NotAllowedError,
            NotFoundError,
            TransitionError,
        ) as error:
            expected = f"a row that can be taken: {error}"
            self.problems.report(line, field, shown(value), expected)

    def refuse(self, line: int, field: str, value: str, expected: str) -> None:
        """Refuse a row for one of its fields."""
        self.problems.refuse(line, field, value, expected)

    def count(self, *, new: bool) -> None:
        """Count a row: as taken where it is new, otherwise as already there."""
        self.taken += new
        self.already_there += not new

    def local_date(self, country: str) -> date:
        """Return a country's local date at the instant of the import."""
        return self.context.rulebook.calendar(country).local_date(self.now)

    def note_sellers(
        self,
        named: Mapping[str, str | None],
        recorded: Mapping[str, str],
        *,
        new: bool = False,
    ) -> None:
        """Note the sellers of a batch, before it is taken.

        Args:
            named: Each seller with the country that the row names, if it names one.
            recorded: The countries on record of those who have one, and perhaps of others.
            new: Whether one of whom nothing is known is taken as a new seller. Then no other
                batch names a seller of this one, and they are counted, not kept.
        """
        countries = {seller: recorded[seller] for seller in named if seller in recorded}
        unknown = [seller for seller in named if seller not in countries]
        if new:
            self.new_sellers += len(unknown)
            self.known_sellers += len(countries)
        else:
            self.sellers.update(countries)
        self.other_country += (
            seller for seller, country in countries.items() if named[seller] not in (None, country)
        )
        self.suspect_ids += suspect_ids(unknown, self.transaction.countries_of)

    def result(self) -> ImportResult:
        """Return what happened to the rows."""
        return ImportResult(
            self.taken,
            already_there=self.already_there,
            refused=len(self.problems.refused),
            skipped=tuple(self.skipped),
            differences=tuple(self.differences),
            new_sellers=self.new_sellers,
            known_sellers=self.known_sellers + len(self.sellers),
            other_country=tuple(self.other_country),
            suspect_ids=tuple(self.suspect_ids),
            batch=self.batch,
        )


def suspect_ids(
    unknown: Collection[str], known: Callable[[Collection[str]], Collection[str]]
) -> list[str]:
    """Return the ids that a spreadsheet has probably changed.

    Those are ids in scientific notation, such as ``7.3928E+10``, and ids of digits alone that are
    known with zeros before them.

    Args:
        unknown: Ids that are not known.
        known: Returns those of these ids that are.
    """
    padded = {
        "0" * zeros + each: each
        for each in unknown
        if each.isascii() and each.isdigit()
        for zeros in range(1, _ZEROS + 1)
    }
    lost = {padded[each] for each in known(padded)} if padded else set()
    return [each for each in unknown if each in lost or _ROUNDED.fullmatch(each)]
