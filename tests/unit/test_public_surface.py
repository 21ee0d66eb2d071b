"""The public surface: what a host imports and calls, held by a snapshot that can be read."""

from __future__ import annotations

import builtins
from typing import Final

import pytest

import lazsa_flow
from tests.golden.surface import SERVICES, SNAPSHOT, functions, named_types, surface

STANDARD: Final = frozenset(
    {
        *("Callable", "Collection", "Iterable", "Iterator", "Mapping", "Sequence"),
        *("FilePath", "Path", "Random", "Self", "date", "datetime"),
        "_Result",  # whatever the command returns that a dry run is given
    }
)
"""Names of the standard library in annotations, and one type variable."""
INTERNALS: Final = frozenset({"context", "on_path", "rulebook", "runtime", "store"})
"""What a service stands on; see :func:`lazsa_flow.service.part.runtime_of`."""


def test_the_surface_is_the_recorded_one() -> None:
    """A name, signature or annotation changes only together with the snapshot."""
    hint = "after a change that is meant: python -m tests.golden.surface"
    assert surface().splitlines() == SNAPSHOT.read_text("utf-8").splitlines(), hint


@pytest.mark.parametrize("service", SERVICES)
def test_every_annotation_can_be_imported(service: str) -> None:
    """No method takes or returns ``Any``, or a type that ``lazsa_flow`` does not export."""
    known = STANDARD | set(lazsa_flow.__all__) | set(dir(builtins))
    unknown = {name: named_types(each) - known for name, each in functions(service)}
    assert {name: types for name, types in unknown.items() if types} == {}


@pytest.mark.parametrize("service", SERVICES)
def test_internals_are_private(service: str) -> None:
    """What a service stands on is not among its public names."""
    assert INTERNALS.isdisjoint(dir(getattr(lazsa_flow, service)))


def test_every_exported_name_is_there() -> None:
    """Each name of ``__all__`` can be imported from the package."""
    assert [name for name in lazsa_flow.__all__ if not hasattr(lazsa_flow, name)] == []
