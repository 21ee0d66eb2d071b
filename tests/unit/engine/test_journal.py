"""A journal row explains itself for ever, and a chain of them cannot be bent unseen."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.engine.journal import (
    JournalFault,
    JournalRow,
    RulesStamp,
    canonical,
    digest,
    find_faults,
    find_path_faults,
    verdict_fields,
    verify_path,
)
from lazsa_flow.errors import JournalError
from lazsa_flow.lifecycle.model import NO_HEAD
from tests.factories import found, table, utc

if TYPE_CHECKING:
    from collections.abc import Callable

ROW = JournalRow(
    path="door-1",
    path_id=1,
    seq=1,
    effective_at=utc(2026, 9, 30, 16),
    recorded_at=utc(2026, 10, 1, 3),
    trigger="open",
    source=None,
    dest="ajar",
    actor="seller:seller-1",
    reason=None,
    policy="door/2020-1",
    facts_as_of=date(2026, 9, 30),
    verdicts={"ready": found(True, "yes", date(2026, 10, 2))},
    prev_hash=NO_HEAD,
)

CHANGED: dict[str, Any] = {
    "path": "door-2",
    "seq": 2,
    "effective_at": ROW.effective_at + timedelta(microseconds=1),
    "recorded_at": ROW.recorded_at + timedelta(microseconds=1),
    "trigger": "close",
    "source": "shut",
    "dest": "shut",
    "actor": "seller:seller-2",
    "reason": "leaving",
    "policy": "door/2020-2",
    "facts_as_of": None,
    "verdicts": {},
    "prev_hash": "1" * 64,
}


def chain(*steps: dict[str, Any]) -> list[dict[str, Any]]:
    """Return rows as they are stored: ``ROW`` and what follows it, each linked to the last."""
    rows: list[JournalRow] = []
    for seq, step in enumerate(({}, *steps), start=1):
        linked = {"seq": seq, "prev_hash": rows[-1].hash if rows else NO_HEAD}
        rows.append(replace(ROW, **{**linked, **step}))
    return [stored(row) for row in rows]


def stored(row: JournalRow) -> dict[str, Any]:
    """Return a row as it is stored, with its hash."""
    return {**row.fields(), "hash": row.hash}


REFUSED = {"trigger": None, "source": "ajar", "dest": "ajar", "reason": "refused"}
LOCKED = {"trigger": "lock", "source": "ajar", "dest": "shut", "reason": "leaving"}


def fault(rows: list[dict[str, Any]]) -> JournalError:
    """Return what is wrong with rows of the tiny table."""
    with pytest.raises(JournalError) as caught:
        verify_path(table(), rows)
    assert caught.value.path == rows[0]["path"]
    return caught.value


def test_canonical_strings_are_those_of_rfc_8785() -> None:
    """Strings are escaped as in the example of RFC 8785, section 3.2.2 (its numbers apart)."""
    value = {"string": '€$\u000f\nA\'B"\\\\"/', "literals": [None, True, False]}
    expected = '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    assert canonical(value) == expected.encode()


def test_control_characters_have_their_shortest_escape() -> None:
    """RFC 8785, section 3.2.2.2: two-character escapes where JSON has one, else lower-case hex."""
    short = {"\b": r"\b", "\t": r"\t", "\n": r"\n", "\f": r"\f", "\r": r"\r"}
    for code in range(0x20):
        escaped = short.get(chr(code), f"\\u{code:04x}")
        assert canonical(chr(code)) == f'"{escaped}"'.encode()
    assert canonical("\x7f\x80\u2028") == '"\x7f\x80\u2028"'.encode()


def test_keys_are_sorted_at_every_level_without_spaces() -> None:
    """RFC 8785, section 3.2.3: keys sorted by code, digits before capitals, nothing between."""
    value = {"b": {"z": 1, "a": 2}, "B": [{"d": 3, "c": 4}], "1": 5, "\r": 6}
    expected = rb'{"\r":6,"1":5,"B":[{"c":4,"d":3}],"b":{"a":2,"z":1}}'
    assert canonical(value) == expected


def test_text_beyond_ascii_is_written_as_utf_8() -> None:
    """RFC 8785, section 3.2.4: text stands as it is, in UTF-8, unescaped and not normalised."""
    assert canonical(["Đồng", "ไทย", "😀", "e\u0301"]) == '["Đồng","ไทย","😀","e\u0301"]'.encode()


def test_a_row_writes_instants_in_utc_and_dates_as_text() -> None:
    """design.md, rule 8: instants in UTC at a fixed width, dates as text, keys in ASCII."""
    fields = ROW.fields()
    assert fields["effective_at"] == "2026-09-30T16:00:00.000000Z"
    assert fields["recorded_at"] == "2026-10-01T03:00:00.000000Z"
    assert fields["facts_as_of"] == "2026-09-30"
    assert list(fields) == sorted(fields)
    assert all(key.isascii() for key in fields)
    assert json.loads(canonical(fields)) == fields


def test_the_hash_is_sha_256_of_the_canonical_fields() -> None:
    """Whoever has a row's fields can compute its hash, leaving a stored hash aside."""
    assert ROW.hash == hashlib.sha256(canonical(ROW.fields())).hexdigest()
    assert digest({**ROW.fields(), "hash": "anything"}) == ROW.hash


@pytest.mark.parametrize("name", CHANGED)
def test_every_field_is_in_the_hash(name: str) -> None:
    """A row changed in any field has another hash."""
    assert replace(ROW, **{name: CHANGED[name]}).hash != ROW.hash


@pytest.mark.parametrize(
    "finding", [found(False, "yes"), found(True, "no"), found(True, "yes", date(2027, 1, 1))]
)
def test_every_part_of_a_verdict_is_in_the_hash(finding: Any) -> None:
    """Held, measured and earliest are all in the hash."""
    assert replace(ROW, verdicts={"ready": finding}).hash != ROW.hash


def test_a_field_without_a_test_would_be_noticed() -> None:
    """The list of changes above names every field, so none is left out of the hash unseen."""
    assert set(CHANGED) == set(ROW.fields())


def test_verdicts_are_recorded_small() -> None:
    """design.md, rule 3: name, held, measured and earliest are recorded, nothing else."""
    findings = {"gmv": found(False, "0.1"), "tenure": found(False, 3, date(2027, 1, 1))}
    assert verdict_fields(findings) == [
        {"name": "gmv", "held": False, "measured": "0.1", "earliest": None},
        {"name": "tenure", "held": False, "measured": 3, "earliest": "2027-01-01"},
    ]


def test_a_sound_chain_leads_to_the_state() -> None:
    """Replaying a path's rows gives its state, its version and the chain's head."""
    rows = chain(REFUSED, LOCKED)
    assert verify_path(table(), rows) == ("shut", 3, rows[-1]["hash"])
    assert verify_path(table(), rows[:2]) == ("ajar", 2, rows[1]["hash"])


def test_no_rows_lead_nowhere() -> None:
    """A path without rows has no state, no version and no head."""
    assert verify_path(table(), []) == ("", 0, NO_HEAD)


BENT: dict[str, tuple[Callable[[list[dict[str, Any]]], list[dict[str, Any]]], int, str]] = {
    "first row removed": (lambda rows: rows[1:], 1, "row 2 stands in its place"),
    "middle row removed": (lambda rows: [rows[0], rows[2]], 2, "row 3 stands in its place"),
    "rows swapped": (lambda rows: [rows[0], rows[2], rows[1]], 2, "row 3 stands in its place"),
    "numbers swapped too": (
        lambda rows: [rows[0], {**rows[2], "seq": 2}, {**rows[1], "seq": 3}],
        2,
        "hash",
    ),
    "a row doubled": (lambda rows: [rows[0], rows[0]], 2, "row 1 stands in its place"),
    "a field changed": (lambda rows: [{**rows[0], "actor": "host:h"}, *rows[1:]], 1, "hash"),
    "a verdict changed": (lambda rows: [{**rows[0], "verdicts": []}, *rows[1:]], 1, "hash"),
    "a hash changed": (lambda rows: [{**rows[0], "hash": NO_HEAD}, *rows[1:]], 1, "hash"),
    "a row changed and hashed anew": (
        lambda rows: [stored(replace(ROW, actor="host:h")), *rows[1:]],
        2,
        "hash",
    ),
}


@pytest.mark.parametrize("bend", BENT)
def test_a_bent_chain_is_found(bend: str) -> None:
    """programme.md, versions and data: a row removed, changed or swapped is found, by its place."""
    change, seq, what = BENT[bend]
    error = fault(change(chain(REFUSED, LOCKED)))
    assert error.seq == seq
    assert what in str(error)


@pytest.mark.parametrize(
    ("steps", "what"),
    [
        ([{**LOCKED, "source": "shut"}], "it leaves shut, the path stood in ajar"),
        ([{"source": None}], "it leaves None, the path stood in ajar"),
        ([{**LOCKED, "trigger": "fly"}], "the table has no such edge"),
        ([{**LOCKED, "reason": "boredom"}], "the table has no such edge"),
        ([{**LOCKED, "dest": "ajar"}], "the table has no such edge"),
        ([{**REFUSED, "dest": "shut"}], "the table has no such edge"),
    ],
)
def test_an_edge_that_the_table_lacks_is_found(steps: list[dict[str, Any]], what: str) -> None:
    """A chain whose hashes are sound is refused where it takes a way that the table lacks."""
    error = fault(chain(*steps))
    assert error.seq == 2
    assert what in str(error)


@pytest.mark.parametrize("first", [{"trigger": "close"}, {"dest": "shut"}])
def test_a_path_opens_by_the_opening_edge(first: dict[str, Any]) -> None:
    """A first row that is not the table's opening edge is found."""
    error = fault([stored(replace(ROW, **first))])
    assert (error.seq, "no such edge" in str(error)) == (1, True)


def faults(rows: list[dict[str, Any]], stands: RulesStamp | None = None) -> list[tuple[int, str]]:
    """Return every fault of rows of the tiny table, of a path that stands where they lead."""
    last: Any = rows[-1] if rows else {"dest": "", "seq": 0, "hash": NO_HEAD}
    stands = stands or RulesStamp(last["dest"], last["seq"], last["hash"])
    found = list(find_path_faults(table(), "door-1", stands, rows))
    assert all(fault.path == "door-1" for fault in found)
    return [(fault.seq, fault.what) for fault in found]


HASH = "its hash does not follow from its fields and the chain"


@pytest.mark.parametrize("bend", BENT)
def test_every_bent_chain_has_its_faults(bend: str) -> None:
    """What verify raises first is the first of the faults that are listed."""
    change, seq, what = BENT[bend]
    first, *_ = faults(change(chain(REFUSED, LOCKED)))
    assert first[0] == seq
    assert what in first[1]


def test_each_fault_is_reported_and_once() -> None:
    """Three rows changed in three ways are three faults; the rows after them are none."""
    rows = chain(REFUSED, REFUSED, REFUSED, REFUSED, LOCKED)
    rows[0] = {**rows[0], "actor": "host:h"}
    rows[2] = {**rows[2], "verdicts": "["}
    del rows[3]
    assert faults(rows) == [(1, HASH), (3, HASH), (4, "row 5 stands in its place")]


def test_a_row_may_have_several_faults() -> None:
    """A way that the table lacks is reported next to a hash that does not follow."""
    rows = chain(REFUSED, LOCKED)
    rows[1] = {**rows[1], "trigger": "fly", "source": "shut"}
    assert faults(rows) == [
        (2, HASH),
        (2, "it leaves shut, the path stood in ajar"),
        (2, "the table has no such edge"),
    ]


def test_a_value_that_is_none_of_jsons_has_no_hash() -> None:
    """Bytes, half a character and a state that nobody knows are faults, not errors."""
    rows = chain(REFUSED, LOCKED)
    rows[0] = {**rows[0], "actor": b"x"}
    rows[1] = {**rows[1], "actor": "\udcff"}
    rows[2] = {**rows[2], "seq": "3", "source": "open"}
    assert [what for _, what in faults(rows, RulesStamp("shut", 3, rows[2]["hash"]))] == [
        HASH,
        HASH,
        "row 3 stands in its place",
        HASH,
        "the table has no such edge",
    ]


@pytest.mark.parametrize(
    ("stands", "fault"),
    [
        (("ajar", 3), (3, "the journal leads to shut, not the path")),
        (("shut", 2), (3, "the journal leads to shut, not the path")),
        (("shut", 5), (4, "the journal ends at row 3, the path is at 5")),
    ],
)
def test_the_rows_lead_to_the_path(stands: tuple[str, int], fault: tuple[int, str]) -> None:
    """State and number are the path's own; a tail that is cut is found by its number."""
    rows = chain(REFUSED, LOCKED)
    assert faults(rows, RulesStamp(*stands, rows[-1]["hash"])) == [fault]
    assert faults(rows, RulesStamp("shut", 3, NO_HEAD)) == [
        (3, "the journal leads to shut, not the path")
    ]


def test_a_path_without_rows_is_a_fault() -> None:
    """Whoever stands somewhere has come there."""
    assert faults([], RulesStamp("ajar", 1, NO_HEAD)) == [(1, "the path has no journal")]


def test_a_fault_reads_as_a_line() -> None:
    """It names path and row, as the error of the same fault does."""
    fault = JournalFault("door-1", 2, "what is wrong")
    assert str(fault) == str(fault.error()) == "door-1 seq 2: what is wrong"


def test_faults_are_found_as_rows_come() -> None:
    """Rows are read one by one, and no row is read before the one before it was judged."""
    rows = chain(REFUSED, LOCKED)
    rows[0] = {**rows[0], "actor": "host:h"}
    coming = iter(rows)
    next(find_faults(table(), "door-1", coming))
    assert len(list(coming)) == 2
