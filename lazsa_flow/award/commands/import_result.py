"""Import results: how many rows were taken, and what happened to the others."""

from __future__ import annotations

from typing import Any, Final, Self

_LISTS: Final = ("skipped", "differences", "other_country", "suspect_ids")


class ImportResult(int):
    """How many rows an import took, and what happened to the others.

    As a number, and in an f-string, it is the count of rows that were taken; its ``repr`` names
    every count that is not zero.

    Attributes:
        already_there: Rows that were recorded before, word for word.
        refused: Rows that were refused; more than 0 only where the good rows were to count.
        skipped: The lines of rows that were left out, since somebody in them was erased.
        differences: What was taken but counts otherwise than it says: cards whose team is another
            than that of the reviewer's seat, each with its line.
        new_sellers: Sellers that were unknown before.
        known_sellers: Sellers who were known.
        other_country: Sellers whom the file puts in another country than is recorded; the record
            stays.
        suspect_ids: Ids that look as if a spreadsheet had rounded them or taken their zeros.
        batch: The number under which this import is recorded.
    """

    already_there: int
    refused: int
    skipped: tuple[int, ...]
    differences: tuple[str, ...]
    new_sellers: int
    known_sellers: int
    other_country: tuple[str, ...]
    suspect_ids: tuple[str, ...]
    batch: int | None

    def __new__(cls, taken: int, **fields: Any) -> Self:
        """Make a result of the count of rows taken and the other fields by name."""
        made = super().__new__(cls, taken)
        made.__dict__.update({**_UNKNOWN, **fields})
        return made

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"ImportResult is immutable: {name}")

    def __repr__(self) -> str:
        known = {name: value for name, value in self.__dict__.items() if value != _UNKNOWN[name]}
        rest = "".join(f", {name}={value!r}" for name, value in known.items())
        return f"ImportResult({int(self)}{rest})"

    def __format__(self, spec: str) -> str:
        return format(int(self), spec)

    def fields(self) -> dict[str, Any]:
        """Return it as JSON values."""
        lists = {name: list(self.__dict__[name]) for name in _LISTS}
        return {"rows": int(self), **self.__dict__, **lists}

    @classmethod
    def of_fields(cls, fields: dict[str, Any]) -> ImportResult:
        """Read a result from its JSON values.

        Args:
            fields: Its values, as they are stored.

        Returns:
            The result.
        """
        rest = {**fields}
        taken = rest.pop("rows")
        for name in rest.keys() & set(_LISTS):
            rest[name] = tuple(rest[name])
        return cls(taken, **rest)


_UNKNOWN: Final[dict[str, Any]] = {
    "already_there": 0,
    "refused": 0,
    "skipped": (),
    "differences": (),
    "new_sellers": 0,
    "known_sellers": 0,
    "other_country": (),
    "suspect_ids": (),
    "batch": None,
}
"""What a result has that an earlier release stored under an idempotency key."""
