"""Stored journal rows: chains that are verified by the very text that was hashed.

A journal that is sound, as nearly every one is, needs no values: its rows' canonical bytes are put
together from the texts that are stored, and hashed. A path that is not plainly sound is not judged
here; :func:`lazsa_flow.engine.journal.find_path_faults` says what is wrong with it.
"""

from __future__ import annotations

import re
from hashlib import sha256
from json.encoder import encode_basestring as quoted
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lazsa_flow.engine.journal import NOWHERE, RulesStamp, has_edge
from lazsa_flow.engine.journal_frame import Frame, frame_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lazsa_flow.lifecycle.table import Lifecycle

_KEPT: Final = 4096
"""So many kinds of rows are kept, each with its frame."""


class StoredRow(NamedTuple):
    """A journal row as it is stored; nothing of it has been read, it may be of any type."""

    path_id: Any
    seq: Any
    effective_at: Any
    trigger: Any
    source: Any
    dest: Any
    reason: Any
    recorded_at: Any
    actor: Any
    policy: Any
    facts_as_of: Any
    verdicts: Any
    prev_hash: Any
    hash: Any
    data_digest: Any


class MoveKind(NamedTuple):
    """What rows have in common that count together: the day is that of the instant in UTC."""

    day: str
    trigger: str | None
    source: str | None
    dest: str
    reason: str | None


class SharedText(NamedTuple):
    """What many rows share.

    Attributes:
        frame: Their text; ``None`` where they take an edge that the table lacks, or are no text.
    """

    kind: MoveKind
    frame: Frame | None


_FRAMED: Final = StoredRow._fields[2:11]
"""The fields that a frame is made of; they stand next to one another."""
_SHARED: Final = slice(2, 11)
_STRING: Final = r'"(?:[^"\\\x00-\x1f]++|\\["\\bfnrt])*+"'
_VERDICT: Final = (
    r'\{"earliest":(?:null|"[0-9-]{10}"),"held":(?:true|false),'
    rf'"measured":(?:null|true|false|0|-?[1-9][0-9]{{0,17}}|{_STRING}),"name":{_STRING}\}}'
)
_VERDICTS: Final = re.compile(rf"\[(?:{_VERDICT}(?:,(?=\{{)|(?=\])))*+\]")
"""Recorded verdicts in canonical form; what does not match may still be sound."""


class ChainReader:
    """Reads the chains of one lifecycle's paths.

    Args:
        lifecycle: The lifecycle's table; without one, no chain is sound.
    """

    def __init__(self, lifecycle: Lifecycle | None) -> None:
        self._lifecycle = lifecycle
        self._shared: dict[tuple[Any, ...], SharedText] = {}

    def share(self, rows: Iterable[tuple[Any, ...]]) -> list[SharedText]:
        """Return what each row shares with others, made once."""
        return [self._shared.get(row[_SHARED]) or self._make(row) for row in rows]

    def find_end(
        self, ref: str, rows: Sequence[tuple[Any, ...]], shared: Sequence[SharedText]
    ) -> RulesStamp | None:
        """Return where a path's rows lead, if all of them are plainly sound.

        Args:
            ref: The path's reference.
            rows: Its rows in order, with the fields of :class:`StoredRow`.
            shared: What each of them shares with others.

        Returns:
            ``None`` where something is wrong, or does not show in the text alone.
        """
        if not rows:
            return None
        state: str | None = None
        seq, head, path = 0, NOWHERE.head, quoted(ref)
        try:
            for row, (_, frame) in zip(rows, shared, strict=True):
                seq += 1
                _, number, _, _, source, dest, *_, verdicts, before, row_hash, data = row
                if frame is None or number != seq or before != head or source != state:
                    return None
                begin, policy, rest, end = frame
                text = f'{begin}{path}{policy}"{head}"{rest}{seq}{end}{verdicts}}}'
                if data is not None or sha256(text.encode()).hexdigest() != row_hash:
                    return None
                if _VERDICTS.fullmatch(verdicts) is None:
                    return None
                state, head = dest, row_hash
        except (TypeError, ValueError):  # no text, or none of UTF-8
            return None
        return RulesStamp(state or "", seq, head)

    def _make(self, row: tuple[Any, ...]) -> SharedText:
        if len(self._shared) >= _KEPT:
            self._shared.clear()
        fields = dict(zip(_FRAMED, row[_SHARED], strict=True))
        moved = (fields[name] for name in MoveKind._fields[1:])
        kind = MoveKind(str(fields["effective_at"])[:10], *moved)
        made = self._shared[row[_SHARED]] = SharedText(kind, self._frame(fields))
        return made

    def _frame(self, fields: dict[str, Any]) -> Frame | None:
        if self._lifecycle is None or not has_edge(self._lifecycle, fields):
            return None
        try:
            return frame_of(**fields)
        except TypeError:
            return None
