"""What does a decision read of a path, before it is made values?

A chunk's rows are put together path by path as the driver gives them. Of a path that moves as
others do most are never made values: that they are the same texts is all that counts.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.award.rules.panel import Tally, figures_of
from lazsa_flow.errors import MalformedError
from lazsa_flow.lifecycle.ids import fold
from lazsa_flow.lifecycle.model import FIGURES, Snapshot
from lazsa_flow.store import decode, schema

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
    from datetime import datetime

    from lazsa_flow.lifecycle.model import Nomination
    from lazsa_flow.store.decode import Row

_NO_FIGURES: Final = (None,) * len(FIGURES)
_NO_CARDS: Final = figures_of(())
_NO_OTHERS: Final[Mapping[int, int]] = {}
_NO_ROWS: Final[tuple[Row, ...]] = ()
_NOTHING: Final[frozenset[str]] = frozenset()
_CLAIMS: Final = '"claims"'
"""Stands in the data of a path that would claim something."""
_OWN: Final = ("id", "subject", "head", "opened_at", "recorded_at")
_PATH: Final = {name: number for number, name in enumerate(schema.paths.columns.keys())}
_SEQ, _HEAD, _SUBJECT = _PATH["seq"], _PATH["head"], _PATH["subject"]
_LIFECYCLE, _STATE, _DATA = _PATH["lifecycle"], _PATH["state"], _PATH["data"]
_CYCLE_ON, _OPENED_AT = _PATH["cycle_on"], _PATH["opened_at"]
_RECORDED_AT: Final = _PATH["recorded_at"]
_common: Final = itemgetter(*(number for name, number in _PATH.items() if name not in _OWN))
_RECORD: Final = {name: number for number, name in enumerate(schema.records.columns.keys())}
_says: Final = itemgetter(*(_RECORD[name] for name in ("kind", "name", "value", "reason", "as_of")))
_KIND: Final = _RECORD["kind"]


class SqlEvidenceRow:
    """See :class:`lazsa_flow.engine.evidence_row.EvidenceRow`.

    Args:
        path: The path's row.
        facts: The row of its facts, if there are any.
        cards: The rows of the round's scorecards; like those that follow, oldest first.
        told: Of its nominations' events.
        records: Of its subject's records.
        timers: Of its pending timers.
        kin: Of all its subject's paths, where there are others.
        taken: Those of its claims that another path holds.
        data: The rows of what people handed over with its triggers.
    """

    __slots__ = (
        *("_cards", "_data", "_facts", "_kin", "_path", "_records", "_taken", "_timers", "_told"),
        *("alone", "figures", "head", "like", "path_id", "seq", "subject"),
    )

    def __init__(
        self,
        path: Row,
        facts: Row | None,
        cards: Sequence[Row],
        told: Sequence[Row],
        records: Sequence[Row],
        timers: Sequence[Row],
        sibling_paths: Sequence[Row],
        taken: frozenset[str],
        data: Sequence[Row],
    ) -> None:
        self._path, self._facts, self._cards, self._told = path, facts, cards, told
        self._records, self._timers, self._kin, self._taken = records, timers, sibling_paths, taken
        self._data = data
        self.path_id: int = path[0]
        self.subject: str = path[_SUBJECT]
        self.seq: int = path[_SEQ]
        self.head: str = path[_HEAD]
        self.figures: tuple[Hashable, ...]
        self.alone = _CLAIMS not in path[_DATA]
        if facts is None:
            as_of, self.figures = None, _NO_FIGURES
        else:
            as_of, self.figures = facts[1], facts[decode.TO_FIGURES :]
        opened_at = None if path[_CYCLE_ON] else path[_OPENED_AT]  # then it says which rules hold
        pending = tuple([timer[1:] for timer in timers])
        handed_over = tuple([row[1:4] for row in data])
        self.like: Hashable = _common(path), pending, as_of, opened_at, handed_over
        if sibling_paths:
            same = (row for row in sibling_paths if row[_LIFECYCLE] == path[_LIFECYCLE])
            self.alone = self.alone and len({row[0] for row in same}) == 1

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
    def state(self) -> str:
        """The path's state."""
        state: str = self._path[_STATE]
        return state

    def figure(self, index: int) -> Any:
        """Return one of the figures as a value of :class:`lazsa_flow.lifecycle.model.Facts`."""
        return decode.READ_FIGURE[index](self.figures[index])

    def said(self, kinds: frozenset[str]) -> Hashable:
        """Return what the subject's records of these kinds say, and from when."""
        if not self._records:
            return ()
        return tuple([_says(row) for row in self._records if row[_KIND] in kinds])

    def panel(self) -> tuple[int, int, int, int]:
        """Return the figures of the path's round."""
        if not self._cards:
            return _NO_CARDS
        latest = {fold(reviewer): (team, text) for _, _, reviewer, team, text in self._cards}
        read = decode.packed_scores
        return figures_of([(team, read(text)) for team, text in latest.values() if text])

    def tally(self) -> Tally:
        """Return what the path's round adds up to."""
        return Tally.of(map(decode.scorecard, self._cards))

    def nominations(self) -> tuple[Nomination, ...]:
        """Return the path's nominations as they stand."""
        return decode.nominations(self._told)

    def evidence(self) -> Snapshot:
        """Return all of it as values."""
        sibling_paths = (row for row in self._kin if row[0] != self.path_id)
        return Snapshot(
            decode.path(self._path),
            None if self._facts is None else decode.facts(self._facts),
            self.tally(),
            self.nominations(),
            tuple(map(decode.record, self._records)),
            tuple(map(decode.path, sibling_paths)),
            tuple(map(decode.timer, self._timers)),
            self._taken,
            tuple(map(decode.path_data, self._data)),
        )


def put_together(
    connection: sa.Connection,
    path_ids: Collection[int],
    paths: list[decode.Row],
    facts_rows: list[decode.Row],
    cards_rows: list[decode.Row],
    told_rows: list[decode.Row],
    recorded: list[decode.Row],
    pending: list[decode.Row],
    data_rows: list[decode.Row],
) -> list[SqlEvidenceRow]:
    """Put the rows that were found together, path by path, with those of all their kin."""
    for rows, number in (
        *((paths, 0), (cards_rows, 1), (told_rows, 1), (recorded, 0)),
        (data_rows, 1),
    ):
        rows.sort(key=itemgetter(number))  # oldest first; a database takes longer over it
    found = {row[0]: row for row in paths}
    facts = {row[0]: row for row in facts_rows}
    cards, told, timers = _by(cards_rows, 0), _by(told_rows, 0), _by(pending, 0)
    data = _by(data_rows, 0)
    records = _by({row[0]: row for row in recorded}.values(), 1)  # two may be one subject's
    asked = [found[id_] for id_ in dict.fromkeys(path_ids) if id_ in found]
    sibling_paths = _kin(found.values()) if len(paths) > len(asked) else {}
    try:
        held = taken(connection, _claims(asked))
        return [
            SqlEvidenceRow(
                path,
                facts.get(path[0]),
                cards.get(path[0], _NO_ROWS),
                told.get(path[0], _NO_ROWS),
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


def _kin(paths: Iterable[decode.Row]) -> dict[str, list[decode.Row]]:
    """Return the paths of each subject that has several."""
    return {
        subject: sibling_paths
        for subject, sibling_paths in _by(paths, _SUBJECT).items()
        if len(sibling_paths) > 1
    }


def _by(rows: Iterable[decode.Row], key: int) -> dict[Any, list[decode.Row]]:
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


def taken(
    connection: sa.Connection, wanted: Mapping[int, Collection[str]]
) -> dict[int, frozenset[str]]:
    """Find the keys that a path would claim and another path holds."""
    keys = {key for claimed in wanted.values() for key in claimed}
    if not keys:
        return {}
    table = schema.claims
    query = sa.select(table.c.key, table.c.path_id).where(table.c.key.in_(keys))
    holders: dict[str, int] = {row.key: row.path_id for row in connection.execute(query)}
    return {
        path_id: frozenset(key for key in claimed if holders.get(key, path_id) != path_id)
        for path_id, claimed in wanted.items()
    }
