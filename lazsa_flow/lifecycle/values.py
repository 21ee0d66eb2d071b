"""Values: frozen dataclasses and frozen dicts, which the library shares and hands out.

One decoded value may be cached and shared by thousands of paths. So nothing that a
caller, a guard or a template receives can be changed, all the way down: dataclasses are frozen,
mappings are :class:`FrozenDict`, sequences are tuples.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from collections.abc import Mapping

_Class = TypeVar("_Class")
_Key = TypeVar("_Key")
_Item = TypeVar("_Item")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[_Class]) -> type[_Class]:
    """Make a class one of values: frozen, slots, equal by its fields, hashable where they are."""
    return dataclass(slots=True, frozen=True)(cls)


class FrozenDict(dict[_Key, _Item]):
    """A dict that cannot be changed: what would change it raises ``TypeError``.

    It equals a dict of the same items, is written by ``json.dumps`` as one, can be hashed where its
    values can, pickled and copied. ``dict(frozen)`` and ``frozen | {…}`` are dicts of the caller's
    own, which can be changed.
    """

    __slots__ = ()

    def __new__(cls, *args: Any, **named: Any) -> FrozenDict[_Key, _Item]:
        """Make one of what ``dict`` takes."""
        made: FrozenDict[_Key, _Item] = dict.__new__(cls)
        dict.update(made, *args, **named)
        return made

    def __init__(self, *args: Any, **named: Any) -> None:
        """Do nothing: to call it again would change what was made."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)

    def __copy__(self) -> FrozenDict[_Key, _Item]:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> FrozenDict[_Key, _Item]:
        return type(self)({key: deepcopy(item, memo) for key, item in self.items()})

    def _refuse(self, *_args: Any, **_named: Any) -> NoReturn:
        msg = "this dict is shared and cannot be changed; change a copy of it: dict(…)"
        raise TypeError(msg)

    __setitem__ = _refuse
    __delitem__ = _refuse
    __ior__ = _refuse
    clear = _refuse
    pop = _refuse
    popitem = _refuse
    setdefault = _refuse
    update = _refuse


EMPTY: Mapping[Any, Any] = FrozenDict()


def freeze(whole: Any) -> Any:
    """Return the same value with every dict, list and set in it made one that cannot be changed."""
    kind = type(whole)
    if issubclass(kind, dict):
        return FrozenDict({key: freeze(item) for key, item in whole.items()})
    if kind is list or kind is tuple:
        return tuple([freeze(item) for item in whole])
    if issubclass(kind, set):
        return frozenset(whole)
    return whole
