"""Failures: what the command line says on standard error before it ends with exit code 1."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NoReturn

from lazsa_flow.terminal_text import escape_controls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazsa_flow.errors import LazsaError


def fail(
    error: LazsaError | OSError, words: Sequence[str], following: str | None = None
) -> NoReturn:
    """Say what went wrong and what to type next, and end.

    Args:
        error: What was raised.
        words: The words that were typed; with ``--json`` among them it is said as JSON.
        following: The command that helps, if one does.
    """
    message = _describe_error(error)
    if "--json" in words:
        document = {"error": type(error).__name__, "message": message, **_fields(error)}
        if following is not None:
            document["next"] = following
        print(json.dumps(document), file=sys.stderr)  # noqa: T201 - the command line's voice
    else:
        print(f"error: {escape_controls(message)}", file=sys.stderr)  # noqa: T201
        if following is not None and following not in message:
            print(f"next: {escape_controls(following)}", file=sys.stderr)  # noqa: T201
    sys.exit(1)


def fail_usage(error: str, message: str, *, code: int) -> NoReturn:
    """Say as JSON that a command line was wrong, or that somebody answered no, and end.

    Args:
        error: What kind of error it is.
        message: What was wrong.
        code: The exit code.
    """
    print(json.dumps({"error": error, "message": message}), file=sys.stderr)  # noqa: T201
    sys.exit(code)


def _describe_error(error: LazsaError | OSError) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _fields(error: Exception) -> dict[str, Any]:
    """Return an error's own fields as JSON values; fields of other types are in its message."""
    fields: dict[str, Any] = {name: v for name, v in vars(error).items() if _is_plain(v)}
    if not fields.get("expected", True):
        del fields["expected"]  # nothing is said of it
    for name in ("problems", "verdicts"):
        if listed := getattr(error, name, ()):
            fields[name] = [
                {key: value for key, value in asdict(each).items() if _is_plain(value)}
                for each in listed
                if not isinstance(each, str)
            ]
    return fields


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)
