"""Evidence sources: what a lifecycle's guards can read besides the path itself.

A source is data: the table that its rows come from, which of them belong to a path, and three pure
functions on those rows. The store selects the rows and cuts them at the instant judged, the engine
groups paths by their keys, and a guard sees a value. None of them knows what the rows mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, NamedTuple, TypeVar

from lazsa_flow.errors import ConfigError, Problem, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence

Row = tuple[Any, ...]
"""A path's number, the row's id (of a latest row its date), and the selected columns."""
_BEFORE_COLUMNS: Final = 2
_Value_co = TypeVar("_Value_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows of which table belong to a decision on a path, in the order of their ids.

    Only rows recorded before the instant judged are selected. The store makes SQL of it for each
    database.

    Attributes:
        table: The table's name; it has the columns ``id`` and ``recorded_at`` besides these.
        columns: What is read of a row; text, integers and booleans only.
        by: Whether ``owner`` holds the path's number or its subject. Rows of a subject are found
            under every id that was merged into the subject's.
        owner: The column that says whose row it is.
        round: A column that must hold the path's round; ``None``: rows of every round.
        latest: The column of the date from which a row holds. Then only the latest row counts that
            is dated on or before the date judged, and paths with different dates are never
            grouped.
        persons: Those of the columns that hold persons' ids; a merged id is read as the id that
            holds now.
    """

    table: str
    columns: tuple[str, ...]
    by: Literal["path", "subject"] = "path"
    owner: str = "path_id"
    round: str | None = None
    latest: str | None = None
    persons: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class EvidenceSource(Generic[_Value_co]):
    """One kind of evidence.

    Guards read a source as a whole, by its ``key``, or column by column, by its ``fields``.

    Attributes:
        name: What guards name it by in ``reads``.
        rows: Where its rows are. The functions below take them as tuples, oldest first.
        fold: Turns rows into the value that a guard sees when a path is decided on its own.
        show: Key in, value out: what a guard sees in a sweep. It is made from the key alone, so no
            guard can depend on what the key leaves out; what the key cannot fill stays unset, and
            to look at it raises. With ``fields`` it takes a mapping: the columns that the guard
            reads, and the date under the name of ``rows.latest``.
        key: Rows in, a cheap hashable out: all that guards may read of it in a sweep. Paths with
            equal keys get one answer. Exactly one of ``key`` and ``fields`` is given.
        fields: The columns of a latest row that guards can read one by one, by their names.

    Raises:
        ValueError: Its attributes contradict each other.
    """

    name: str
    rows: Selection
    fold: Callable[[Sequence[Row]], _Value_co]
    show: Callable[[Any], _Value_co]
    key: Callable[[Sequence[Row]], Hashable] | None = None
    fields: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.key is None) is not bool(self.fields):
            raise ValueError(f"evidence source {self.name}: expected either a key or fields")
        if self.fields and self.rows.latest is None:
            raise ValueError(f"evidence source {self.name}: fields need a latest row")
        unknown = {*self.fields, *self.rows.persons} - set(self.rows.columns)
        if unknown:
            raise ValueError(f"evidence source {self.name}: no column {', '.join(sorted(unknown))}")

    @property
    def readable(self) -> frozenset[str]:
        """What guards can name in ``reads``."""
        return frozenset(self.fields or (self.name,))

    def position(self, field: str) -> int:
        """Return the position of a column in a row."""
        return _BEFORE_COLUMNS + self.rows.columns.index(field)

    @property
    def unknown_row(self) -> Row:
        """A row of which nothing is known."""
        return (None,) * (_BEFORE_COLUMNS + len(self.rows.columns))


Source = EvidenceSource[Any]


class ReadPart(NamedTuple):
    """A part of what a guard reads: a source, by its number, as a whole or one of its fields."""

    source: int
    field: str | None


def parts_read(reads: Collection[str], sources: Sequence[Source]) -> tuple[ReadPart, ...]:
    """Return what a guard reads of these sources, in a fixed order."""
    parts: list[ReadPart] = []
    for number, source in enumerate(sources):
        if source.name in reads and not source.fields:
            parts.append(ReadPart(number, None))
        parts += [ReadPart(number, field) for field in source.fields if field in reads]
    return tuple(parts)


def readable_names(sources: Iterable[Source]) -> frozenset[str]:
    """Return all that guards can name in ``reads`` of these sources."""
    return frozenset[str]().union(*(source.readable for source in sources))


def find_source_problems(sources: Iterable[Source]) -> Iterator[str]:
    """Find what two sources of one lifecycle both call theirs."""
    names: set[str] = set()
    for source in sources:
        own = {source.name, *source.readable}
        for name in sorted(names & own):
            yield f"evidence source {source.name}: another one has the name {name} as well"
        names |= own


def find_shared_names(declared: Iterable[tuple[str, Iterable[Source]]]) -> Iterator[Problem]:
    """Find the sources of several lifecycles that share a name and are not one and the same.

    Args:
        declared: Each lifecycle as a problem names it, with its sources.
    """
    owners: dict[str, list[tuple[str, Source]]] = {}
    for owner, sources in declared:
        for source in sources:
            owners.setdefault(source.name, []).append((owner, source))
    for name, found in owners.items():
        for owner, source in found:
            others = dict.fromkeys(other for other, its in found if its is not source)
            if others:
                expected = f"a name of its own: also an evidence source of {', '.join(others)}"
                yield Problem(owner, "evidence", shown(name), expected)


def merge_sources(declared: Iterable[tuple[str, Iterable[Source]]]) -> tuple[Source, ...]:
    """Return the sources that several lifecycles declare, each once, in the order of their names.

    Args:
        declared: Each lifecycle's name with its sources.

    Raises:
        ConfigError: Two different sources share a name; both lifecycles are named.
    """
    each = [(f"lifecycle {name}", tuple(sources)) for name, sources in declared]
    if problems := list(find_shared_names(each)):
        raise ConfigError(problems)
    found = {source.name: source for _, sources in each for source in sources}
    return tuple(found[name] for name in sorted(found))
