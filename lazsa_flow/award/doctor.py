"""Checks of ``lazsa-flow doctor`` for the award: facts compared with other records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.runner.doctor.examination import Check, ListedCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.runner.doctor.examination import Examination


def check_countries(examination: Examination) -> Iterator[Check]:
    """Name the sellers whose latest facts name another country than the one on record."""
    with examination.read() as transaction:
        count, some = transaction.inspect().facts_elsewhere()
    if not count:
        yield Check("countries", "ok", "no seller's latest facts name another country")
        return
    named = ", ".join(map(str, some)) + (", …" if count > len(some) else "")
    what = f"{count} seller{'s' * (count > 1)}: the latest facts name another country: {named}"
    yield Check("countries", "warning", f"{what}; facts move nobody: lazsa-flow seller move")


def check_trainers(examination: Examination) -> Iterator[Check]:
    """Name the sellers whose trainer path and latest facts contradict each other."""
    with examination.read() as transaction:
        count, some = transaction.inspect().trainers_apart()
    if not count:
        yield Check("trainers", "ok", "trainer paths and latest facts say the same of everybody")
        return
    named = ", ".join(some) + (", …" if count > len(some) else "")
    what = f"{count} seller{'s' * (count > 1)}: facts and trainer path differ on who is a trainer"
    yield Check("trainers", "warning", f"{what}: {named}; the trainer path decides")


CHECKS: Final = (
    ListedCheck("countries", check_countries, ("schema",)),
    ListedCheck("trainers", check_trainers, ("schema",)),
)
"""The award's checks, in the order in which they run."""
