"""Connection options: what a database URL may say to us, besides what it says to the driver.

``postgresql://lazsa@db/lazsa?pool_size=20&pool_timeout=10``: every process that is given the URL
goes by them, whether it is a host's service, a worker or a command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from lazsa_flow.errors import InputError
from lazsa_flow.store.lock_wait import LOCK_TIMEOUT_S

if TYPE_CHECKING:
    from collections.abc import Callable

    import sqlalchemy as sa

_LARGEST_POOL: Final = 1000
_LONGEST_S: Final = 3600.0
_EXPECTED: Final = {
    "pool_size": f"a whole number from 1 to {_LARGEST_POOL}",
    "pool_timeout": f"seconds, more than 0 and at most {_LONGEST_S:.0f}",
    "lock_timeout": f"seconds, more than 0 and at most {_LONGEST_S:.0f}",
    "prepared_statements": "on or off",
}
_Value = TypeVar("_Value")


class ConnectionOptions(NamedTuple):
    """How connections are made and lent.

    Attributes:
        pool_size: The most connections that commands and questions hold at a time.
        pool_timeout_s: How long a call waits for one of them.
        lock_timeout_s: How long a call waits for locks of others, its repetitions included.
        prepared_statements: Whether PostgreSQL prepares statements; ``None``: unless a pooler
            stands before it, which may not know of them.
    """

    pool_size: int = 15
    pool_timeout_s: float = 30.0
    lock_timeout_s: float = LOCK_TIMEOUT_S
    prepared_statements: bool | None = None


def split_options(url: sa.URL) -> tuple[sa.URL, ConnectionOptions]:
    """Split a URL into the driver's part and our options.

    Raises:
        InputError: An option has a value that it cannot have.
    """
    default = ConnectionOptions()
    options = ConnectionOptions(
        pool_size=_read_option(url, "pool_size", _parse_size, default.pool_size),
        pool_timeout_s=_read_option(url, "pool_timeout", _parse_seconds, default.pool_timeout_s),
        lock_timeout_s=_read_option(url, "lock_timeout", _parse_seconds, default.lock_timeout_s),
        prepared_statements=_read_option(url, "prepared_statements", _parse_switch, None),
    )
    return url.difference_update_query(_EXPECTED), options


def _read_option(url: sa.URL, name: str, read: Callable[[str], _Value], default: _Value) -> _Value:
    text = url.query.get(name)
    if text is None:
        return default
    try:
        if isinstance(text, str):
            return read(text)
    except (ValueError, KeyError):
        pass
    raise InputError.of("database URL", name, text, _EXPECTED[name])


def _parse_size(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _LARGEST_POOL):
        raise ValueError
    return int(text)


def _parse_switch(text: str) -> bool | None:
    return {"on": True, "off": False}[text]


def _parse_seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= _LONGEST_S:  # nor is "nan"
        raise ValueError
    return value
