"""Evidence rows: what a decision reads of a path, before it is made values.

A chunk's rows are put together path by path as the driver gives them. Of a path that moves as
others do most are never made values: that they are the same texts is all that counts.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar

from lazsa_flow.errors import MalformedError
from lazsa_flow.lifecycle.model import Snapshot
from lazsa_flow.lifecycle.values import EMPTY, FrozenDict
from lazsa_flow.store import decode, schema
from lazsa_flow.store.rows import StoredPath
from lazsa_flow.store.taken_keys import find_taken

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
    from datetime import date, datetime

    import sqlalchemy as sa

    from lazsa_flow.lifecycle.evidence import EvidenceSource, Source
    from lazsa_flow.lifecycle.model import Path
    from lazsa_flow.store.decode import Row

_NO_OTHERS: Final[Mapping[int, int]] = {}
_NO_ROWS: Final[tuple[Row, ...]] = ()
_NOTHING: Final[frozenset[str]] = frozenset()
_CLAIMS: Final = '"claims"'
"""Stands in the data of a path that would claim something."""
_OWN: Final = ("id", "subject", "head", "opened_at", "recorded_at")
_PATH: Final = {name: number for number, name in enumerate(StoredPath._fields)}
_SEQ, _HEAD, _SUBJECT = _PATH["seq"], _PATH["head"], _PATH["subject"]
_LIFECYCLE, _STATE, _DATA = _PATH["lifecycle"], _PATH["state"], _PATH["data"]
_COUNTRY, _CYCLE_ON, _OPENED_AT = _PATH["country"], _PATH["cycle_on"], _PATH["opened_at"]
_RECORDED_AT: Final = _PATH["recorded_at"]
_common: Final = itemgetter(*(number for name, number in _PATH.items() if name not in _OWN))
_RECORD: Final = {name: number for number, name in enumerate(schema.records.columns.keys())}
_says: Final = itemgetter(*(_RECORD[name] for name in ("kind", "name", "value", "reason", "as_of")))
_KIND: Final = _RECORD["kind"]


_Value = TypeVar("_Value")


class SqlEvidenceRow:
    """See :class:`lazsa_flow.engine.evidence_row.EvidenceRow`.

    Args:
        path: The path's row.
        sources: The evidence sources that were read.
        rows: The rows of each, by its name; like those that follow, oldest first.
        dates: Of which date each is that holds from a date, in the order of the sources.
        records: The rows of its subject's records.
        timers: Of its pending timers.
        kin: Of all its subject's paths, where there are others.
        taken: Those of its claims that another path holds.
        data: The rows of what people handed over with its triggers.
    """

    __slots__ = (
        *("_data", "_dates", "_kin", "_path", "_records", "_sources", "_taken", "_timers"),
        *("group_key", "groupable", "head", "path_id", "rows", "seq", "subject"),
    )

    def __init__(
        self,
        path: Row,
        sources: tuple[Source, ...],
        rows: Mapping[str, Sequence[Row]],
        dates: tuple[str | None, ...],
        records: Sequence[Row],
        timers: Sequence[Row],
        sibling_paths: Sequence[Row],
        taken: frozenset[str],
        data: Sequence[Row],
    ) -> None:
        self._path, self._sources, self.rows, self._dates = path, sources, rows, dates
        self._records, self._timers, self._kin, self._taken = records, timers, sibling_paths, taken
        self._data = data
        self.path_id: int = path[0]
        self.subject: str = path[_SUBJECT]
        self.seq: int = path[_SEQ]
        self.head: str = path[_HEAD]
        self.groupable = _CLAIMS not in path[_DATA]
        opened_at = None if path[_CYCLE_ON] else path[_OPENED_AT]  # then it says which rules hold
        pending = tuple([timer[1:] for timer in timers])
        handed_over = tuple([row[1:4] for row in data])
        self.group_key: Hashable = _common(path), pending, dates, opened_at, handed_over
        if sibling_paths:
            same = (row for row in sibling_paths if row[_LIFECYCLE] == path[_LIFECYCLE])
            self.groupable = self.groupable and len({row[0] for row in same}) == 1

    @property
    def recorded_at(self) -> datetime:
        """When a row of any of its subject's paths was last recorded."""
        if self._kin:
            return decode.instant(max(row[_RECORDED_AT] for row in self._kin))
        return decode.instant(self._path[_RECORDED_AT])

    @property
    def lifecycle(self) -> str:
        """The path's lifecycle."""
        lifecycle: str = self._path[_LIFECYCLE]
        return lifecycle

    @property
    def country(self) -> str:
        """The path's country."""
        country: str = self._path[_COUNTRY]
        return country

    @property
    def state(self) -> str:
        """The path's state."""
        state: str = self._path[_STATE]
        return state

    def record_key(self, kinds: frozenset[str]) -> Hashable:
        """Return what the subject's records of these kinds say, and from when."""
        if not self._records:
            return ()
        return tuple([_says(row) for row in self._records if row[_KIND] in kinds])

    def path(self) -> Path:
        """Return the path as a value."""
        return decode.path(self._path)

    def evidence(self, source: EvidenceSource[_Value]) -> _Value:
        """Return what a source says, as a value."""
        found: _Value = decode.evidence(source, self.rows[source.name], self.path_id)
        return found

    def snapshot(self) -> Snapshot:
        """Return all of it as values."""
        sibling_paths = (row for row in self._kin if row[0] != self.path_id)
        return Snapshot(
            decode.path(self._path),
            FrozenDict(
                {
                    source.name: decode.evidence(source, self.rows[source.name], self.path_id)
                    for source in self._sources
                }
            ),
            tuple(map(decode.record, self._records)),
            tuple(map(decode.path, sibling_paths)),
            tuple(map(decode.timer, self._timers)),
            self._taken,
            tuple(map(decode.path_data, self._data)),
            self._read_dates(),
        )

    def _read_dates(self) -> Mapping[str, date]:
        """Return of which date each source is that holds from a date and has a row."""
        if not any(self._dates):
            return EMPTY
        dated = (source.name for source in self._sources if source.rows.latest)
        dates = zip(dated, self._dates, strict=True)
        return FrozenDict({name: decode.day(on) for name, on in dates if on is not None})


def put_together(
    connection: sa.Connection,
    path_ids: Collection[int],
    paths: list[decode.Row],
    recorded: list[decode.Row],
    pending: list[decode.Row],
    data_rows: list[decode.Row],
    *of_sources: list[decode.Row],
    sources: tuple[Source, ...],
) -> list[SqlEvidenceRow]:
    """Put the rows that were found together, path by path, with those of all their kin."""
    paths.sort(key=itemgetter(0))  # oldest first; a database takes longer over it
    recorded.sort(key=itemgetter(0))
    data_rows.sort(key=itemgetter(1))
    found = {row[0]: row for row in paths}
    timers, data = _group_rows(pending, 0), _group_rows(data_rows, 0)
    by_path = [
        _rows_by_path(rows, latest=source.rows.latest is not None)
        for source, rows in zip(sources, of_sources, strict=True)
    ]
    dated = [rows for source, rows in zip(sources, by_path, strict=True) if source.rows.latest]
    records = _group_rows({row[0]: row for row in recorded}.values(), 1)  # two may be one subject's
    asked = [found[id_] for id_ in dict.fromkeys(path_ids) if id_ in found]
    sibling_paths = _group_sibling_paths(found.values()) if len(paths) > len(asked) else {}
    names = [source.name for source in sources]
    try:
        held = find_taken(connection, _claims(asked))
        return [
            SqlEvidenceRow(
                path,
                sources,
                dict(zip(names, [rows.get(path[0], _NO_ROWS) for rows in by_path], strict=True)),
                tuple([rows[path[0]][0][1] if path[0] in rows else None for rows in dated]),
                records.get(path[_SUBJECT], _NO_ROWS),
                timers.get(path[0], _NO_ROWS),
                sibling_paths.get(path[_SUBJECT], _NO_ROWS),
                held.get(path[0], _NOTHING),
                data.get(path[0], _NO_ROWS),
            )
            for path in asked
        ]
    except decode.MALFORMED:  # a column of another type than this release writes
        raise MalformedError("path", asked[0][0] if len(asked) == 1 else None) from None


def _rows_by_path(rows: list[decode.Row], *, latest: bool) -> dict[Any, Sequence[decode.Row]]:
    """Return a source's rows by path, oldest first; of a path's latest rows the last one."""
    if latest:
        return {row[0]: (row,) for row in rows}
    rows.sort(key=itemgetter(1))
    found: dict[Any, Sequence[decode.Row]] = dict(_group_rows(rows, 0))
    return found


def _group_sibling_paths(paths: Iterable[decode.Row]) -> dict[str, list[decode.Row]]:
    """Return the paths of each subject that has several."""
    return {
        subject: sibling_paths
        for subject, sibling_paths in _group_rows(paths, _SUBJECT).items()
        if len(sibling_paths) > 1
    }


def _group_rows(rows: Iterable[decode.Row], key: int) -> dict[Any, list[decode.Row]]:
    found: dict[Any, list[decode.Row]] = {}
    for row in rows:
        named = row[key]
        if named in found:
            found[named].append(row)
        else:
            found[named] = [row]
    return found


def _claims(rows: Iterable[decode.Row]) -> dict[int, Collection[str]]:
    """Return the keys that paths would claim, by path."""
    claiming = [decode.path(row) for row in rows if _CLAIMS in row[_DATA]]
    return {path.id: path.data.get("claims", ()) for path in claiming}
