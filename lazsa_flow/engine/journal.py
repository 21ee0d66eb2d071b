"""The journal: what is written of every move, and how anyone can verify it.

A journal row tells what moved a path, when it took effect and when it was recorded, who asked and
why, under which policy, on facts of which date, and what each guard found. The rows of a path form
a chain: each holds the hash of the one before, and the hash of a row is SHA-256 over the canonical
bytes of all its other fields. Anyone who has the rows needs nothing else to verify them.

A verification proves of a path that no row is missing, changed, added in between or out of order,
that each is a move that the table has, and that they lead to the state, number and head of the
path's own row. Someone who can rewrite all of these is not found out; nor does it look at what the
rows do not say: whose path it is, its country and round, its periods, timers and evidence.

Source:
    RFC 8785 (JSON Canonicalization Scheme), within what rows hold: ASCII keys, strings, integers,
    booleans and null; decimals and instants as strings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Mapping
from dataclasses import field
from datetime import date
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lazsa_flow.engine.batch.codegen import writer
from lazsa_flow.engine.journal_frame import Frame, frame_of
from lazsa_flow.errors import JournalError
from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.lifecycle.canonical import canonical as canonical
from lazsa_flow.lifecycle.model import NO_HEAD
from lazsa_flow.lifecycle.values import FrozenDict, value

if TYPE_CHECKING:
    from datetime import datetime

    from lazsa_flow.lifecycle.guards import Found
    from lazsa_flow.lifecycle.table import Lifecycle

Findings = Mapping[str, "Found"]
"""What guards found, by name, in the order in which they were asked."""


@value
class JournalRow:
    """One row of a path's journal.

    Attributes:
        trigger: What fired; ``None`` where the path stays: a timer was refused, or its plan
            changed.
        source: The state before; ``None`` in a path's first row.
        actor: Role and id; ``system:`` and the timer's name for a timed move.
        facts_as_of: The date of the facts that were judged, if any were.
        verdicts: Every guard evaluated, by name, with its finding.
        data_digest: The digest of the data that came with the move, if any did.
        verdicts_text: The same as the canonical text that is stored.
        hash: SHA-256 over the canonical bytes of :meth:`fields`, in hexadecimal.
    """

    path: str
    path_id: int
    seq: int
    effective_at: datetime
    recorded_at: datetime
    trigger: str | None
    source: str | None
    dest: str
    actor: str
    reason: str | None
    policy: str
    facts_as_of: date | None
    verdicts: Findings
    prev_hash: str
    data_digest: str | None = None
    verdicts_text: str = field(init=False, repr=False, compare=False)
    hash: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        verdicts = verdicts_text(self.verdicts)
        object.__setattr__(self, "verdicts", FrozenDict(self.verdicts))
        object.__setattr__(self, "verdicts_text", verdicts)
        object.__setattr__(self, "hash", hashlib.sha256(self.text()).hexdigest())

    def text(self) -> bytes:
        """Return the canonical bytes that its hash is made of."""
        if self.data_digest is None:
            return written_bytes(self, self.verdicts_text)
        return canonical(self.fields())

    def fields(self) -> dict[str, Any]:
        """Return the fields as JSON values, all but the row's own hash."""
        return {
            "actor": self.actor,
            "dest": self.dest,
            "effective_at": instant_text(self.effective_at),
            "facts_as_of": self.facts_as_of and self.facts_as_of.isoformat(),
            "path": self.path,
            "policy": self.policy,
            "prev_hash": self.prev_hash,
            "reason": self.reason,
            "recorded_at": instant_text(self.recorded_at),
            "seq": self.seq,
            "source": self.source,
            "trigger": self.trigger,
            "verdicts": verdict_fields(self.verdicts),
            **data_fields(self.path, self.seq, self.data_digest),
        }


def data_fields(path: str, seq: int, digest: str | None) -> dict[str, Any]:
    """Return what a journal row says of the data that came with its move: nothing without any."""
    return {} if digest is None else {"data": {"id": f"{path}.{seq}", "sha256": digest}}


def verdict_fields(findings: Findings) -> list[dict[str, Any]]:
    """Return recorded verdicts as JSON values: name, held, measured, earliest."""
    return [
        {
            "earliest": earliest and earliest.isoformat(),
            "held": held,
            "measured": measured,
            "name": name,
        }
        for name, (held, measured, earliest) in findings.items()
    ]


def findings_of(verdicts: Iterable[Mapping[str, Any]]) -> Findings:
    """Read recorded verdicts, which :func:`verdict_fields` wrote."""
    return {
        verdict["name"]: (
            verdict["held"],
            verdict["measured"],
            verdict["earliest"] and date.fromisoformat(verdict["earliest"]),
        )
        for verdict in verdicts
    }


def verdicts_text(findings: Findings) -> str:
    """Write recorded verdicts as the canonical text of :func:`verdict_fields`, many times faster.

    A cycle night writes millions of them, which differ in little but the figure.
    """
    return writer(tuple(findings))(findings.values())


def written_bytes(row: JournalRow, verdicts: str) -> bytes:
    """Write the canonical bytes of a row without data."""
    begin, policy, rest, end = _frame_of(row)
    path, head = quoted(row.path), quoted(row.prev_hash)
    return f"{begin}{path}{policy}{head}{rest}{row.seq}{end}{verdicts}}}".encode()


def around(row: JournalRow) -> tuple[str, str, str]:
    """Return a row's canonical bytes, as text, around what is its own among identical paths.

    Between the three stand the path's number and the hash before it; after them its verdicts, and a
    closing brace.
    """
    begin, policy, rest, end = _frame_of(row)
    lifecycle = quoted(row.path.removesuffix(str(row.path_id)))[:-1]
    return f"{begin}{lifecycle}", f'"{policy}"', f'"{rest}{row.seq}{end}'


def _frame_of(row: JournalRow) -> Frame:
    return _frame(
        row.actor,
        row.dest,
        row.effective_at,
        row.facts_as_of,
        row.policy,
        row.reason,
        row.recorded_at,
        row.source,
        row.trigger,
    )


@lru_cache(maxsize=4096)
def _frame(
    actor: str,
    dest: str,
    effective_at: datetime,
    facts_as_of: date | None,
    policy: str,
    reason: str | None,
    recorded_at: datetime,
    source: str | None,
    trigger: str | None,
) -> Frame:
    """Return what stands before path, chain, number and verdicts: a cycle night's rows share it."""
    return frame_of(
        actor=actor,
        dest=dest,
        effective_at=instant_text(effective_at),
        facts_as_of=None if facts_as_of is None else facts_as_of.isoformat(),
        policy=policy,
        reason=reason,
        recorded_at=instant_text(recorded_at),
        source=source,
        trigger=trigger,
    )


def digest(fields: Mapping[str, Any]) -> str:
    """Return the hash of a row's fields, leaving what :data:`_NOT_HASHED` names aside."""
    hashed = {name: fields[name] for name in fields if name not in _NOT_HASHED}
    return hashlib.sha256(canonical(hashed)).hexdigest()


DATA_FAULT: Final = "data_fault"
"""Under it stands what is wrong with a row's data, where it is read to be verified."""
_NOT_HASHED: Final = frozenset({"hash", DATA_FAULT})


class JournalFault(NamedTuple):
    """Something that is wrong with a path's journal.

    Attributes:
        path: The path's reference.
        seq: The number of the row, or of the one that should be in its place.
        what: What is wrong.
    """

    path: str
    seq: int
    what: str

    def __str__(self) -> str:
        return f"{self.path} seq {self.seq}: {self.what}"

    def error(self) -> JournalError:
        """Return it as an error."""
        return JournalError(self.path, self.seq, self.what)


class RulesStamp(NamedTuple):
    """Where a path stands, or where its rows lead: state, number of the last row, head."""

    state: str
    seq: int
    head: str


NOWHERE: Final = RulesStamp("", 0, NO_HEAD)
"""Where no rows lead."""


def find_faults(
    lifecycle: Lifecycle, path: str, rows: Iterable[Mapping[str, Any]]
) -> Generator[JournalFault, None, RulesStamp]:
    """Replay a path's rows, and yield every fault of every row.

    After a fault it goes on from the row as it is, so that one fault is reported once.

    Args:
        lifecycle: The path's table.
        path: Its reference.
        rows: Its rows as ``JournalRow.fields`` with their ``hash``, by ``seq``.

    Returns:
        Where the rows lead.
    """
    state: str | None = None
    seq, head = 0, NO_HEAD
    for row in rows:
        seq += 1
        gap = row["seq"] != seq
        if gap:
            yield JournalFault(path, seq, f"row {row['seq']} stands in its place")
            seq = row["seq"] if isinstance(row["seq"], int) else seq
        if (row["prev_hash"] != head and not gap) or _digest(row) != row["hash"]:
            what = "its hash does not follow from its fields and the chain"
            yield JournalFault(path, seq, what)
        if DATA_FAULT in row:
            yield JournalFault(path, seq, row[DATA_FAULT])
        if row["source"] != state and not gap:
            yield JournalFault(path, seq, f"it leaves {row['source']}, the path stood in {state}")
        if not has_edge(lifecycle, row):
            yield JournalFault(path, seq, "the table has no such edge")
        state, head = row["dest"], row["hash"]
    return RulesStamp(state or "", seq, head)


def find_path_faults(
    lifecycle: Lifecycle, path: str, stands: RulesStamp, rows: Iterable[Mapping[str, Any]]
) -> Generator[JournalFault, None, None]:
    """Yield every fault of a path: of its rows, and of where they lead.

    Args:
        lifecycle: The path's table.
        path: Its reference.
        stands: Where the path's own row says that it stands.
        rows: As for :func:`find_faults`.
    """
    leads = yield from find_faults(lifecycle, path, rows)
    if leads.seq == 0:
        yield JournalFault(path, 1, "the path has no journal")
    elif leads.seq < stands.seq:
        what = f"the journal ends at row {leads.seq}, the path is at {stands.seq}"
        yield JournalFault(path, leads.seq + 1, what)
    elif leads != stands:
        yield JournalFault(path, leads.seq, f"the journal leads to {leads.state}, not the path")


def verify_path(lifecycle: Lifecycle, rows: Iterable[Mapping[str, Any]]) -> RulesStamp:
    """Replay one path's rows, checking the chain and that the table has every edge taken.

    Args:
        lifecycle: The path's table.
        rows: As for :func:`find_faults`.

    Returns:
        Where the rows lead.

    Raises:
        JournalError: A row is missing, changed, or takes an edge that the table lacks.
    """
    listed = list(rows)
    faults = find_faults(lifecycle, listed[0]["path"] if listed else "", listed)
    try:
        fault = next(faults)
    except StopIteration as end:
        leads: RulesStamp = end.value
        return leads
    raise fault.error()


def _digest(row: Mapping[str, Any]) -> str | None:
    """Return the hash of a row's fields; ``None`` where they are no values of JSON."""
    try:
        return digest(row)
    except (TypeError, ValueError):
        return None


def has_edge(lifecycle: Lifecycle, row: Mapping[str, Any]) -> bool:
    """Return whether the table has the move that a row records."""
    source, trigger = row["source"], row["trigger"]
    if source is None:
        return bool(lifecycle.opening.trigger == trigger and lifecycle.initial == row["dest"])
    if trigger is None:
        return bool(source == row["dest"])
    edge = lifecycle.edge(source, trigger, row["reason"])
    return edge is not None and edge.dest == row["dest"]
