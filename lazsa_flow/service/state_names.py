"""Names of states across lifecycles, for counts that leave none of them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lazsa_flow.lifecycle.table import Lifecycle


def name_states(
    lifecycles: Mapping[str, Lifecycle],
    counts: Mapping[tuple[str, str], int],
    only: str | None,
    *,
    first: str | None,
) -> dict[str, int]:
    """Give each lifecycle's counts names of their own.

    Args:
        lifecycles: The tables by name.
        counts: How many paths there are, by lifecycle and state.
        only: Leave out every other lifecycle.
        first: The lifecycle whose states keep their names alone.

    Raises:
        NotFoundError: There is no such lifecycle.
    """
    if only is not None:
        if only not in lifecycles:
            raise NotFoundError("lifecycle", only, among=lifecycles)
        return {state: count for (name, state), count in counts.items() if name == only}
    owners: dict[str, str] = {}
    for name in sorted(lifecycles, key=lambda name: (name != first, name)):
        for state in lifecycles[name].states:
            owners.setdefault(state.name, name)
    named = {
        state if owners.get(state) == name else f"{name}.{state}": count
        for (name, state), count in counts.items()
    }
    return dict(sorted(named.items()))
