"""Evidence sources: what they refuse, and what of them guards read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lazsa_flow.errors import ConfigError, LifecycleError
from lazsa_flow.lifecycle.evidence import (
    EvidenceSource,
    ReadPart,
    Selection,
    merge_sources,
    parts_read,
)
from lazsa_flow.lifecycle.table import table_migrations
from tests.factories import guard, table

LATEST = Selection("t", ("a", "b"), by="subject", owner="subject", latest="as_of")


def source(name: str = "payments", **changes: Any) -> EvidenceSource[Any]:
    """Return a source that is read as a whole."""
    sound: dict[str, Any] = {
        "rows": Selection("t", ("a", "b")),
        "fold": len,
        "show": len,
        "key": len,
    }
    return EvidenceSource(name, **{**sound, **changes})


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"key": None}, "expected either a key or fields"),
        ({"fields": ("a",), "rows": LATEST}, "expected either a key or fields"),
        ({"key": None, "fields": ("a",)}, "fields need a latest row"),
        ({"key": None, "fields": ("c",), "rows": LATEST}, "no column c"),
        ({"rows": Selection("t", ("a",), persons=frozenset({"p"}))}, "no column p"),
    ],
)
def test_a_source_that_contradicts_itself_is_refused(changes: dict[str, Any], problem: str) -> None:
    """It is read by a key or by fields of a latest row, and names columns that it selects."""
    with pytest.raises(ValueError, match=f"evidence source payments: {problem}"):
        source(**changes)


def test_guards_name_a_source_or_its_fields() -> None:
    """What they read comes in a fixed order, whole sources and single fields alike."""
    sources = (source("one", key=None, fields=("b", "a"), rows=LATEST), source("two"))
    read = parts_read({"two", "a", "b", "other"}, sources)
    assert read == (ReadPart(0, "b"), ReadPart(0, "a"), ReadPart(1, None))
    assert (sources[0].position("b"), sources[0].unknown_row) == (3, (None,) * 4)


def test_a_name_means_one_thing() -> None:
    """Neither do two sources of a lifecycle offer one name, nor two lifecycles one of each."""
    twice = (source("a"), source("one", key=None, fields=("a",), rows=LATEST))
    with pytest.raises(LifecycleError, match="evidence source one: another one has the name a"):
        table(evidence=twice)
    with pytest.raises(ConfigError) as refused:
        merge_sources([("bill", (source("a"),)), ("door", (source("a"), source("b")))])
    assert [str(each) for each in refused.value.problems] == [
        f"lifecycle {one}: evidence: got 'a', expected a name of its own: also an evidence source"
        f" of lifecycle {other}"
        for one, other in (("bill", "door"), ("door", "bill"))
    ]
    shared = source("a")
    assert merge_sources([("bill", (shared, source("0"))), ("door", (shared,))])[1:] == (shared,)


def test_what_no_source_offers_cannot_be_read() -> None:
    """A guard that names it would be shown nothing."""
    guards = {"ready": replace(guard(), reads=frozenset({"payments"}))}
    with pytest.raises(LifecycleError, match="guard ready: reads payments, which there is not"):
        table(guards=guards, evidence=())
    assert table(guards=guards, evidence=(source(),)).dated_source is None


def test_migrations_are_those_of_the_lifecycles_that_bring_some() -> None:
    """The others have no tables of their own."""
    own = table(name="own", migrations="package:migrations")
    assert table_migrations([table(), own]) == {"own": "package:migrations"}
