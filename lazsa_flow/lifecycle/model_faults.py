"""Faults of pydantic's models, in our words: what was expected of a field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError, WrapValidator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import ValidatorFunctionWrapHandler

REQUIRED: Final = "a value: the field is required"
_EXPECTED: Final = {
    "missing": REQUIRED,
    "string_type": "a valid string",
    "decimal_type": 'a decimal number, as 60.10 or "60.10"',
    "string_pattern_mismatch": "a text that matches {pattern}",
    "string_too_short": "a text of {min_length} or more characters",
    "string_too_long": "a text of at most {max_length} characters",
    "too_short": "{min_length} or more of them",
    "too_long": "at most {max_length} of them",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
}
"""What is expected, by the kinds of pydantic's errors; with names of their context."""
_LEADING: Final = re.compile(
    r"^(?:value error, |assertion failed, |[a-z]+(?: input)? should (?:be |have )?)",
    re.IGNORECASE,
)
"""What pydantic's messages begin with, before they say what is expected."""


def expecting(expected: str) -> WrapValidator:
    """Say what was expected where a value is none of a type, such as ``a version such as 2020-1``.

    Args:
        expected: What to say, whichever check of the type has failed.
    """

    def check(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(value)
        except ValidationError:
            raise ValueError(expected) from None

    return WrapValidator(check)


def list_faults(error: ValidationError) -> list[Mapping[str, Any]]:
    """Return every fault of an error, each with its kind, place, input, message and context."""
    return list(error.errors(include_url=False))


def describe_fault(fault: Mapping[str, Any]) -> str:
    """Say what was expected where a model found a fault.

    Args:
        fault: One of the faults that :func:`list_faults` returns.
    """
    known = _EXPECTED.get(fault["type"])
    if known is None:
        return _LEADING.sub("", fault["msg"])
    return known.format_map(fault.get("ctx", {}))
