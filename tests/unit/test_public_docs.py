"""Every public name is documented: its arguments, fields and errors, and the units of figures."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - an annotation that is looked at
from decimal import Decimal  # noqa: TC003 - likewise

from docs.pages.docstrings import read_docstring
from lazsa_flow.errors import ConflictError
from tests.docstrings import Documented, faults_of, list_documented, list_faults, list_methods


def test_every_public_name_is_documented() -> None:
    """Nothing that a host imports leaves out an argument, a field, an error or a unit."""
    assert len(list_documented()) > 280
    assert list(list_faults()) == []


class _Undocumented:
    """A stand-in."""

    since: datetime
    rate: Decimal

    def take(self, path: str, *, at: datetime) -> int:  # noqa: D417 - it is left out on purpose
        """Take something.

        Args:
            at: When.
            gone: What it does not take.

        Raises:
            NoSuchError: Never.
        """
        raise ConflictError(path, f"{at}")


def test_what_is_left_out_is_named() -> None:
    """A missing field, argument, error, unit or answer is named, and what is not there too."""
    (name, method), *_ = list_methods(_Undocumented)
    found = [
        *faults_of(Documented("Stand", _Undocumented, read_docstring(_Undocumented))),
        *faults_of(Documented(f"Programme.{name}", method, read_docstring(method))),
    ]
    assert sorted(found) == [
        "Programme.take: argument at: whether the instant is aware or UTC",
        "Programme.take: argument path",
        "Programme.take: raises ConflictError",
        "Programme.take: raises NoSuchError, which is no error",
        "Programme.take: raises NotFoundError",
        "Programme.take: tells of an argument gone that it does not take",
        "Programme.take: what it returns",
        "Stand: field rate",
        "Stand: field since",
    ]
