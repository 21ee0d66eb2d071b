"""Searching: the paths that a text names, by their reference or by their subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import LazsaError
from lazsa_flow.lifecycle.path_ref import parse_ref
from lazsa_flow.service.part import runtime_of

if TYPE_CHECKING:
    from lazsa_flow.viewer.list_page import PageContext

_FOUND_AT_MOST: Final = 500
"""So many paths a search looks at."""
LABEL: Final = "Path or subject"


def find_path_ids(context: PageContext, text: str) -> list[int] | None:
    """Return the numbers of the paths that a text names; ``None`` where there is no text.

    Args:
        context: Of which service.
        text: A path's reference, or what the id of a subject begins with.
    """
    if not text:
        return None
    runtime = runtime_of(context.service)
    found = runtime.store.find_ids_by_subject(text, _FOUND_AT_MOST)
    try:
        ref = parse_ref(text)
    except LazsaError:
        return found
    if ref.lifecycle in runtime.rulebook.lifecycles:
        found.append(ref.number)
    return found
