"""Values that are shared and handed out cannot be changed, and can be used as plain ones."""

from __future__ import annotations

import copy
import json
import pickle
from collections import Counter
from dataclasses import FrozenInstanceError, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lazsa_flow.lifecycle.policy import Policy
from lazsa_flow.lifecycle.values import EMPTY, FrozenDict, freeze
from lazsa_flow.notices.settings import Deployment
from tests.factories import path, table

if TYPE_CHECKING:
    from collections.abc import Callable

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
CHANGES: dict[str, Callable[[Any], Any]] = {
    "item": lambda d: d.__setitem__("a", 2),
    "new item": lambda d: d.__setitem__("z", 2),
    "del": lambda d: d.__delitem__("a"),
    "clear": lambda d: d.clear(),
    "pop": lambda d: d.pop("a"),
    "pop with a default": lambda d: d.pop("z", None),
    "popitem": lambda d: d.popitem(),
    "setdefault": lambda d: d.setdefault("a", 1),
    "update": lambda d: d.update(a=2),
    "update by nothing": lambda d: d.update(),
    "or": lambda d: d.__ior__({"a": 2}),
    "attribute": lambda d: setattr(d, "a", 1),
    "attribute gone": lambda d: delattr(d, "clear"),
}


@pytest.mark.parametrize("how", CHANGES)
def test_a_frozen_dict_cannot_be_changed(how: str) -> None:
    """No method of a dict that changes it does; the error says what to do instead."""
    frozen: FrozenDict[str, Any] = FrozenDict(a=1, b=(2,))
    with pytest.raises((TypeError, AttributeError)):
        CHANGES[how](frozen)
    frozen.__init__({"c": 3})  # type: ignore[misc]
    assert frozen == {"a": 1, "b": (2,)}
    with pytest.raises(TypeError, match=r"cannot be changed; change a copy of it: dict\(…\)"):
        frozen["a"] = 2


def test_a_copy_of_ones_own_can_be_changed() -> None:
    """By dict, by copy, or by what is put together with another."""
    frozen: FrozenDict[str, Any] = FrozenDict({"a": 1})
    for own in (dict(frozen), frozen.copy(), frozen | {}, {**frozen}):
        assert type(own) is dict
        own["a"] = 2
    assert frozen == {"a": 1}


@settings(max_examples=30)
@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_what_is_frozen_is_used_like_what_it_was(whole: dict[str, Any]) -> None:
    """It equals it, is written as the same JSON, and can be hashed, pickled and copied."""
    frozen = freeze(whole)
    assert json.loads(json.dumps(frozen)) == whole
    assert freeze(json.loads(json.dumps(frozen))) == frozen
    for again in (
        pickle.loads(pickle.dumps(frozen)),
        copy.copy(frozen),
        copy.deepcopy(frozen),
        freeze(frozen),
    ):
        assert again == frozen
        assert type(again) is FrozenDict
        assert hash(again) == hash(frozen)
    for name, item in frozen.items():
        assert type(item) not in (dict, list), name


def test_a_deep_copy_shares_nothing_that_can_be_changed() -> None:
    """Of a frozen dict that somebody filled with a list of theirs, the list is copied."""
    frozen: FrozenDict[str, Any] = FrozenDict({"a": [1]})
    copied = copy.deepcopy(frozen)
    frozen["a"].append(2)
    assert copied == {"a": [1]}


def test_kinds_of_dicts_and_sets_are_frozen() -> None:
    """Counters and sets as well; what is frozen by itself stays what it is."""
    assert freeze({"a": Counter("aab"), "b": {1}, "c": ({},)}) == {
        "a": {"a": 2, "b": 1},
        "b": frozenset({1}),
        "c": (EMPTY,),
    }
    assert type(freeze(Counter("a"))) is FrozenDict
    assert freeze("text") == "text"


def test_a_value_cannot_be_changed() -> None:
    """At run time, and not to a type checker alone; it can be hashed and pickled."""
    whole = path(data={"a": 1})
    changes: tuple[Callable[[], None], ...] = (
        lambda: setattr(whole, "state", "shut"),
        lambda: delattr(whole, "state"),
        lambda: setattr(whole, "colour", "red"),
    )
    for change in changes:
        with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
            change()
    frozen = replace(whole, data=FrozenDict(a=1))
    assert pickle.loads(pickle.dumps(frozen)) == frozen
    assert isinstance(hash(frozen), int)
    assert path().periods is EMPTY


class Lists(Policy):
    """A host's policy with parts that could be changed."""

    cities: list[str]
    bars: dict[str, dict[str, int]]


def test_a_policy_cannot_be_changed() -> None:
    """What a host's policy holds in lists and dicts is frozen when it is read."""
    fields = {"lifecycle": "door", "version": "2020-1", "cities": ["Cebu"], "bars": {"a": {"b": 1}}}
    policy = Lists.model_validate(fields)
    cities: object = policy.cities
    assert cities == ("Cebu",)
    with pytest.raises(TypeError):
        policy.bars["a"]["b"] = 2
    with pytest.raises(TypeError):
        Deployment().channels["files"] = None  # type: ignore[assignment]
    assert policy.model_copy(update={"version": "2020-2"}).bars == {"a": {"b": 1}}


def test_a_table_cannot_be_changed() -> None:
    """What an author goes on doing with their own dicts leaves the table as it was checked."""
    guards = dict(table().guards)
    made = table(guards=guards)
    guards.clear()
    assert set(made.guards) == {"ready"}
    parts: tuple[Any, ...] = (made.guards, made.instants, made.rounds)
    for changing in parts:
        with pytest.raises(TypeError):
            changing.clear()
