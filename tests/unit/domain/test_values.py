"""Values cannot be changed, and can still be pickled, hashed, copied and written as JSON."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import FrozenInstanceError
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.domain.values import FrozenDict, freeze
from tests.factories import facts

if TYPE_CHECKING:
    from collections.abc import Callable

CHANGES: dict[str, Callable[[Any], object]] = {
    "set": lambda frozen: frozen.__setitem__("a", 2),
    "delete": lambda frozen: frozen.__delitem__("a"),
    "merge": lambda frozen: frozen.__ior__({"b": 2}),
    "clear": lambda frozen: frozen.clear(),
    "pop": lambda frozen: frozen.pop("a"),
    "popitem": lambda frozen: frozen.popitem(),
    "setdefault": lambda frozen: frozen.setdefault("b", 2),
    "update": lambda frozen: frozen.update(b=2),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_frozen_dict_refuses_every_change(change: Callable[[Any], object]) -> None:
    """Whatever would change it raises, and it stays as it was."""
    frozen = FrozenDict({"a": 1})
    with pytest.raises(TypeError, match="cannot be changed"):
        change(frozen)
    frozen.__init__({"b": 2})  # type: ignore[misc]
    assert frozen == {"a": 1}


def test_a_frozen_dict_is_a_dict_to_those_who_read_it() -> None:
    """It is equal to a dict, hashed, pickled, copied, and written as JSON."""
    frozen = freeze({"a": [1, {"b": {2}}], "c": (3,)})
    assert frozen == {"a": (1, {"b": frozenset({2})}), "c": (3,)}
    assert hash(FrozenDict(a=1)) == hash(FrozenDict(a=1))
    assert pickle.loads(pickle.dumps(frozen)) == frozen
    assert copy.copy(frozen) is frozen
    assert copy.deepcopy(frozen) == frozen
    assert json.dumps(FrozenDict(a=(1, 2))) == '{"a": [1, 2]}'
    assert dict(frozen) | {"d": 4} == {**frozen, "d": 4}


def test_a_value_refuses_to_be_changed() -> None:
    """A field of a value cannot be set."""
    known: Any = facts()
    with pytest.raises(FrozenInstanceError):
        known.country = "TH"
