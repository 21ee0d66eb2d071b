"""Faults: what an exception of a channel, a resolver or a template means for a notice.

What a host's own code raises and returns is never trusted. Whatever it is, it becomes a plain
:class:`~lazsa_flow.errors.DeliveryError`: the attempt is counted, and the relay continues.
"""

from __future__ import annotations

import re
from decimal import Decimal
from math import inf, isnan
from types import CoroutineType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from lazsa_flow.errors import DeliveryError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

_Result = TypeVar("_Result")

LONGEST_CODE: Final = 100
"""How many characters of an error's code are kept."""
_ODD: Final = re.compile(r"[^A-Za-z0-9_.:-]+")


def catch_delivery_error(run: Callable[[], _Result]) -> _Result | DeliveryError:
    """Return what comes of it, or why nothing does; nothing but the end of the process is raised.

    Args:
        run: What calls a template, a resolver or a channel.
    """
    try:
        return run()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        return fault_of(error)


def fault_of(error: BaseException, where: str = "error") -> DeliveryError:
    """Return what an exception means for a notice.

    Args:
        error: Of any kind; only its name is kept, and of a ``DeliveryError`` its own words.
        where: The prefix of the name in the fault's code.
    """
    kind = type(error)
    name = f"{where}_{kind.__name__}"
    if not isinstance(error, DeliveryError):
        return DeliveryError(_clean_error_code(name), permanent=issubclass(kind, NotFoundError))
    try:
        return DeliveryError(
            _clean_error_code(error.code),
            permanent=bool(error.permanent),
            after_s=error.after_s,
            rests=bool(error.rests),
        )
    except Exception:  # a host's own class of it may lack a field, or raise for it
        return DeliveryError(_clean_error_code(name))


def check_sent(result: Any) -> None:
    """Let pass what the ``send`` of a channel returned, unless nothing can have been sent.

    Raises:
        DeliveryError: It returned an exception instead of raising it, or a coroutine.
    """
    if issubclass(type(result), BaseException):
        raise fault_of(result)
    if type(result) is CoroutineType:
        result.close()
        raise DeliveryError("channel_is_async")


def least_wait_s(after_s: Any, longest_s: float) -> float:
    """Return the least to wait that the other side asks for, within reason.

    Args:
        after_s: What it asks for; what is no number, or below 0, is as if it had not asked.
        longest_s: More is never waited.
    """
    if not issubclass(type(after_s), int | float | Decimal):
        return 0.0
    try:
        seconds = float(after_s)
    except OverflowError:  # a whole number beyond every float
        seconds = inf if after_s > 0 else 0.0
    except Exception:  # a number of the host's own class, or one that signals
        return 0.0
    return 0.0 if isnan(seconds) else min(max(seconds, 0.0), float(longest_s))


def _clean_error_code(code: Any) -> str:
    """Return a code that any database and any log takes."""
    if type(code) is not str:
        return "error_DeliveryError"
    return _ODD.sub("_", code)[:LONGEST_CODE] or "error_DeliveryError"
