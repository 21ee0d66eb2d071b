"""JSON documents: how a value of the library is written by ``--json``.

Instants are written in UTC with ``Z``, dates as ``2026-10-01``, fractions and money as text, so
that no digit is lost. See docs/reference/json.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any


def to_json(value: Any) -> Any:
    """Return a value of the library as JSON values."""
    from lazsa_flow.lifecycle.calendar import instant_text

    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if is_dataclass(value):
        names = [each.name for each in fields(value)]
        return {name.removesuffix("_"): to_json(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(name): to_json(each) for name, each in value.items()}
    return [to_json(each) for each in value]
