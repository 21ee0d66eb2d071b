"""What griffe cannot see by itself: methods that a service shows, and references in docstrings."""

from __future__ import annotations

import re
from typing import Any, Final

import griffe

_REFERENCE: Final = re.compile(r":(?:mod|class|func|data|meth|attr|exc):`~?([\w.]+)`")


class ServicePages(griffe.Extension):
    """Shows ``fire = exposed(Moves.fire)`` as the method that it is."""

    def on_package(self, *, pkg: griffe.Module, **_more: Any) -> None:
        """Change a package once all of it is read."""
        _change(pkg)


def _change(found: griffe.Module | griffe.Class) -> None:
    """Show the exposed methods of a module's classes, and make references plain code."""
    for name, member in list(found.members.items()):
        if member.is_alias:
            continue
        if member.docstring is not None:
            member.docstring.value = _REFERENCE.sub(_plain, member.docstring.value)
        value = getattr(member, "value", None)
        if isinstance(value, griffe.ExprCall) and str(value.function) == "exposed":
            target = value.arguments[0]
            assert isinstance(target, griffe.Expr)
            found.set_member(name, griffe.Alias(name, target.canonical_path, parent=found))
        elif isinstance(member, griffe.Module | griffe.Class):
            _change(member)


def _plain(match: re.Match[str]) -> str:
    return f"`{match[1].rpartition('.')[2]}`"
