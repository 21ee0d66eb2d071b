"""Tables of settings: key, type, unit, default and meaning, read from the models of the files."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from docs.pages.docstrings import read_fields
from docs.pages.markdown import cell, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

_HEAD: Final = ("key", "type", "unit", "default", "meaning")
_UNITS: Final = {
    "_days": "days",
    "_months": "months",
    "_s": "seconds",
    "_usd": "US dollars",
    "per_minute": "notices a minute",
    "months": "months",
    "days": "days",
    "persons": "persons",
    "reviewers": "persons",
    "teams": "teams",
}
"""Units by how a key ends."""
_PATTERNS: Final = {
    r"^[a-z][a-z0-9_]*$": "code",
    r"^[A-Z]{2}$": "two capital letters",
    r"^[0-9]{4}-[0-9]+$": "version, as `2027-1`",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": "time, as `09:00`",
    r"^[0-9]{2}-[0-9]{2}$": "`MM-DD`",
    r"^[a-z]{2}(-[A-Z]{2})?$": "locale",
    r"^https?://[^\s]+$": "URL",
}
"""What texts of a pattern are called."""


def render_settings(
    model: type[BaseModel],
    *,
    ships: Mapping[str, Any] | None = None,
    leave_out: frozenset[str] = frozenset(),
) -> str:
    """Render the keys of a model that are no tables themselves.

    Args:
        model: The model of the file, or of a table in it.
        ships: The values that ship, for a column of their own.
        leave_out: Keys that are shown elsewhere.

    Raises:
        KeyError: The docstring of the model says nothing of a key.
    """
    schema = model.model_json_schema()
    said = read_fields(model)
    rows = []
    for key, field in schema["properties"].items():
        if key in leave_out or "$ref" in field:
            continue
        default = "needed" if key in schema.get("required", ()) else _written(field.get("default"))
        row = [f"`{key}`", _type_of(field), _unit_of(key, field), default, cell(said[key])]
        if ships is not None:
            row.insert(3, _written(ships.get(key)))
        rows.append(row)
    head = list(_HEAD)
    if ships is not None:
        head.insert(3, "ships as")
    return table(head, rows)


def _unit_of(key: str, field: Mapping[str, Any]) -> str:
    """Return the unit of a key: the one that its type has, or the one that its name ends with."""
    parts = (field, *field.get("anyOf", ()))
    named = next((part["unit"] for part in parts if "unit" in part), "")
    return named or next((unit for end, unit in _UNITS.items() if key.endswith(end)), "")


def _type_of(field: Mapping[str, Any]) -> str:
    """Say in words what a key takes."""
    parts = [part for part in field.get("anyOf", ()) if part.get("type") != "null"]
    if {part.get("type") for part in parts} == {"number", "string"}:
        return f"decimal in quotes{_bounds(field)}"
    if parts:
        return _type_of({**field, **parts[0], "anyOf": parts[0].get("anyOf", ())})
    if "const" in field or "enum" in field:
        return " or ".join(f"`{each}`" for each in field.get("enum", (field.get("const"),)))
    if field.get("type") == "array":
        inner = field.get("items") or field["prefixItems"][0]
        return f"list of {_type_of(inner)}"
    kind = {"integer": "whole number", "number": "number", "boolean": "`true` or `false`"}
    named = kind.get(field.get("type", ""))
    return f"{named}{_bounds(field)}" if named else _text_of(field)


def _text_of(field: Mapping[str, Any]) -> str:
    if field.get("format") == "date":
        return "date"
    pattern = field.get("pattern", "")
    return _PATTERNS.get(pattern, "address" if "@" in pattern else "text")


def _bounds(field: Mapping[str, Any]) -> str:
    low = field.get("minimum", field.get("ge", field.get("exclusiveMinimum")))
    high = field.get("maximum", field.get("le"))
    above = "more than " if "exclusiveMinimum" in field else ""
    if low is None:
        return ""
    return f", {above}{low} to {high:,}" if high is not None else f", {above}{low} or more"


def _written(value: Any) -> str:
    """Return a value as it is written in a file; nothing where there is none."""
    if value in (None, ""):
        return ""
    return f"`{re.sub(r'[|]', ' ', json.dumps(value, default=str))}`"
