"""The fields of policy and country files: decimals, days, months, lines, mailboxes, codes.

Units:
    ``unit`` in a field's schema; the reference of configuration and policy keys shows it.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field

from lazsa_flow.lifecycle.mail_addresses import encode_address_domain
from lazsa_flow.lifecycle.model_faults import expecting

_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)
LOCAL_CHARS: Final = 64
"""The longest local part of a mailbox. It is no part of the pattern: to repeat a class of all of
Unicode so often took a twentieth of a start to compile."""
_NOT_IN_A_LINE = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of characters that end a line or are no text: controls, surrogates, separators."""


def _decimal(value: Any) -> Any:
    """Take a decimal only as text, so that no binary fraction ever sets a bar."""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        msg = 'a decimal in quotes, such as "0.85"'
        raise ValueError(msg)
    return Decimal(value)


def _falling(value: Any) -> Any:
    """Take days that fall, as a tuple."""
    msg = "days that fall, such as [14, 7, 1]"
    if not isinstance(value, list) or not all(isinstance(day, int) for day in value):
        raise ValueError(msg)
    if value != sorted(set(value), reverse=True):
        raise ValueError(msg)
    return tuple(value)


def _one_line(value: str) -> str:
    """Accept a text that fits into a mail header: one line, not empty."""
    controls = any(unicodedata.category(character) in _NOT_IN_A_LINE for character in value)
    if controls or not value.strip():
        msg = "text on one line, without control characters"
        raise ValueError(msg)
    return value


def _can_be_sent_to(value: str) -> str:
    """Accept an address whose local part and domain a mail server takes."""
    if value.index("@") > LOCAL_CHARS:
        msg = f"an address with at most {LOCAL_CHARS} characters before the @"
        raise ValueError(msg)
    try:
        encode_address_domain(value)
    except ValueError:
        msg = "an address with a valid domain"
        raise ValueError(msg) from None
    return value


Days = Annotated[int, Field(ge=0, le=366, json_schema_extra={"unit": "days"})]
Months = Annotated[int, Field(ge=1, le=1200, json_schema_extra={"unit": "months"})]
ReminderDays = Annotated[
    tuple[Annotated[int, Field(ge=1, le=366)], ...],
    BeforeValidator(_falling),
    Field(json_schema_extra={"unit": "days, falling"}),
]
Rate = Annotated[
    Decimal, BeforeValidator(_decimal), Field(ge=0, le=1, json_schema_extra={"unit": "share of 1"})
]
Share = Annotated[Decimal, BeforeValidator(_decimal), Field(ge=0)]
Score = Annotated[
    Decimal, BeforeValidator(_decimal), Field(ge=0, le=5, json_schema_extra={"unit": "points"})
]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
People = Annotated[int, Field(ge=1, le=1000)]
Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_one_line)]
Mailbox = Annotated[
    str,
    Field(
        max_length=254,
        pattern=r"^[^@\s\p{C}<>()\[\]\\,;:\"]+@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)*$",
    ),
    expecting("a mail address such as team@example.com"),
    AfterValidator(_can_be_sent_to),
]
Code = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9_]*$"),
    expecting("a name of lower-case letters, digits and _, such as under_review"),
]
ClockTime = Annotated[
    str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), expecting("a time such as 09:00")
]
DayOfYear = Annotated[
    str, Field(pattern=r"^[0-9]{2}-[0-9]{2}$"), expecting("a month and day such as 10-01")
]
HttpAddress = Annotated[
    str, Field(pattern=r"^https?://[^\s]+$"), expecting("an address that begins with https://")
]
