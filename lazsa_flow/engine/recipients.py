"""Recipients of notices who are persons: the nominators of a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.lifecycle.effects import INCOMPLETE_NOMINATORS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lazsa_flow.lifecycle.model import Snapshot


def nominators_of(seen: Snapshot, to: str) -> Iterable[str]:
    """Return those whose nomination of a path stands, as ``role:id``, each once.

    The subject is left out, who knows already. Of incomplete nominations the subject is included:
    only the nominator can complete one, and that may be the subject.

    Args:
        seen: The path's evidence.
        to: ``nominators`` or ``incomplete_nominators``.
    """
    incomplete = to == INCOMPLETE_NOMINATORS
    return dict.fromkeys(
        f"{each.source}:{each.nominator}"
        for each in seen.nominations
        if not each.withdrawn
        and (not each.complete if incomplete else each.nominator != seen.path.subject)
    )
