"""How are the values made that a cycle night makes by the million?

As dataclasses that a type checker holds to be frozen, and that are not: to set a field past a
frozen class's own guard takes four times as long, and a seller's decision makes some thirty values.
Nothing sets a field of a value that it did not make itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

_Value = TypeVar("_Value")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[_Value]) -> type[_Value]:
    """Make a class one of values: slots, equal by its fields, hashable where they are."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
