"""Which ids are one seller's, and under which does an actor act?"""

from __future__ import annotations

import pickle

from lazsa_flow.lifecycle.merged_ids import NO_MERGES, MergedIds
from lazsa_flow.lifecycle.model import Actor

MERGED = MergedIds({"a": "c", "b": "c", "x": "y"})


def test_every_name_stands_for_the_id_that_holds() -> None:
    """Whoever was not merged stands for themselves."""
    assert [MERGED.holder_of(name) for name in ("a", "b", "c", "x", "z")] == list("cccyz")
    assert MERGED.names_of("a") == MERGED.names_of("c") == {"a", "b", "c"}
    assert MERGED.names_of("z") == NO_MERGES.names_of("z") == {"z"}


def test_an_actor_acts_under_the_id_that_holds_and_keeps_the_name_given() -> None:
    """Roles, country and team stay; whoever was not merged is the same."""
    given = Actor("seller", "a", "SG", "books")
    found = MERGED.resolve(given)
    assert (found.id, found.given_id, str(found)) == ("c", "a", "seller:a")
    assert (found.country, found.team, found.names) == ("SG", "books", frozenset("abc"))
    assert MERGED.resolve(found) == found == pickle.loads(pickle.dumps(found))
    holds = MERGED.resolve(Actor("seller", "c"))
    assert (str(holds), holds.names) == ("seller:c", frozenset("abc"))
    other = Actor("seller", "z")
    assert MERGED.resolve(other) is other
    assert (other.given_id, other.names) == ("z", frozenset("z"))


def test_equal_by_what_was_merged() -> None:
    """Two readings of the same merges are equal."""
    again = MergedIds({"x": "y", "b": "c", "a": "c"})
    assert again == MERGED
    assert hash(MERGED) == hash(again)
    assert MERGED != NO_MERGES
    assert MERGED != {"a": "c"}
