"""Values in full: what their one line for a console leaves out is there as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any


def write_out(value: Any) -> str:
    """Write a value with all its fields, and theirs; two that differ anywhere are told apart."""
    kind = type(value).__name__
    if is_dataclass(value) and not isinstance(value, type):
        parts = [f"{each.name}={write_out(getattr(value, each.name))}" for each in fields(value)]
        return f"{kind}({', '.join(parts)})"
    if isinstance(value, Mapping):
        items = [f"{write_out(key)}: {write_out(each)}" for key, each in value.items()]
        return f"{kind}({', '.join(items)})"
    if isinstance(value, tuple | list):
        return f"{kind}({', '.join(map(write_out, value))})"
    return repr(value)
