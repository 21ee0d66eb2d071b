"""Proving: hold every situation that a table allows to properties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.errors import InputError
from lazsa_flow.foresight.proof.builtin import GENERIC
from lazsa_flow.foresight.proof.moves import MoveFinder
from lazsa_flow.foresight.proof.report import Proof
from lazsa_flow.foresight.proof.rules import ProofRules
from lazsa_flow.foresight.proof.search import Search

if TYPE_CHECKING:
    from collections.abc import Collection

    from lazsa_flow.foresight.proof.properties import Property
    from lazsa_flow.lifecycle.table import Lifecycle

_NO_RULES = ProofRules()


def prove(
    lifecycle: Lifecycle,
    rules: ProofRules = _NO_RULES,
    *,
    without: Collection[str] = (),
    stops_early: bool = False,
) -> Proof:
    """Hold every situation that a lifecycle's table allows to properties.

    One subject has up to two paths. Guards are booleans, combined as the table combines them;
    anyone who may ask for something may do so at any time, and a pending timer may fall due at any
    time. Nothing is read but the table.

    Args:
        lifecycle: The table.
        rules: Its own properties, and what its guards mean in a situation.
        without: The names of properties that are left out.
        stops_early: Whether the first failure is enough.

    Returns:
        What holds and what does not, with the shortest way to each failure.

    Raises:
        InputError: A property to be left out, or a guard that is given a meaning, does not exist.
    """
    chosen = choose_properties(lifecycle, rules, without)
    search = Search(MoveFinder(lifecycle, rules), chosen, stops_early=stops_early)
    search.run()
    failures = tuple(search.failures[each.name] for each in chosen if each.name in search.failures)
    return Proof(lifecycle, chosen, failures, search.situations, search.moves)


def choose_properties(
    lifecycle: Lifecycle,
    rules: ProofRules,
    without: Collection[str],
    *,
    besides: tuple[Property, ...] = (),
) -> tuple[Property, ...]:
    """Return what must hold for a lifecycle.

    Args:
        lifecycle: The table.
        rules: Its own properties and meanings.
        without: The names of properties that are left out.
        besides: What must hold besides.

    Raises:
        InputError: A property to be left out, or a guard that is given a meaning, does not exist.
    """
    rules.check_names(lifecycle)
    properties = (*GENERIC, *besides, *rules.properties)
    names = {each.name for each in properties}
    for name in without:
        if name not in names:
            raise InputError.of("prove", "without", name, f"one of {', '.join(sorted(names))}")
    return tuple(each for each in properties if each.name not in without)
