"""No module of the package is in a circle of imports, imports for type checkers included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import grimp

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGE: Final = "lazsa_flow"


def _modules_in_circles(imported: Mapping[str, set[str]]) -> set[str]:
    """Return the modules that import themselves, by way of others."""
    return {module for module in imported if module in _reached_from(module, imported)}


def _reached_from(module: str, imported: Mapping[str, set[str]]) -> set[str]:
    """Return all that a module imports, directly or by way of others."""
    reached: set[str] = set()
    waiting = list(imported[module])
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += imported[name]
    return reached


def test_circle_is_found_without_what_leads_to_it() -> None:
    """Two modules that import each other are named; what they import, and who imports them, not."""
    imported = {"top": {"one"}, "one": {"two"}, "two": {"one", "base"}, "base": set[str]()}
    assert _modules_in_circles(imported) == {"one", "two"}
    assert not _modules_in_circles({**imported, "two": {"base"}})


def test_no_module_is_in_a_circle_of_imports() -> None:
    """Each module stands above all that it imports, so that it can be read by itself."""
    graph = grimp.build_graph(PACKAGE, exclude_type_checking_imports=False, cache_dir=None)
    found = _modules_in_circles(
        {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    )
    assert not found, "untie them: move what both need below them"
