"""The public surface as text: names, signatures and annotations, one on a line.

``python -m tests.golden.surface`` writes the snapshot that ``tests/unit/test_public_surface.py``
compares with. A change of it is a change that hosts notice, and belongs into CHANGELOG.md.
"""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import lazsa_flow

if TYPE_CHECKING:
    from collections.abc import Iterator

SNAPSHOT: Final = Path(__file__).with_name("public_surface.txt")
PLAIN: Final = (str, int, tuple, type(None), type(inspect.Parameter.empty))
SERVICES: Final = ("FlowService", "Programme")


def functions(service: str) -> Iterator[tuple[str, Any]]:
    """Yield the public methods and properties that a service's class itself has."""
    for name, found in sorted(vars(getattr(lazsa_flow, service)).items()):
        if name.startswith("_"):
            continue
        inner: Any = found.fget if isinstance(found, property) else found
        function = inspect.unwrap(getattr(inner, "__func__", inner))
        if inspect.isfunction(function):
            yield name, function


def named_types(function: Any) -> set[str]:
    """Return the names that the annotations of a function are made of."""
    texts = [str(each) for each in function.__annotations__.values()]
    trees = (ast.walk(ast.parse(text, mode="eval")) for text in texts)
    return {node.id for tree in trees for node in tree if isinstance(node, ast.Name)}


class _Text(str):
    """A text that is written as it is."""

    __slots__ = ()
    __repr__ = str.__str__


def _signature(function: Any) -> str:
    """Write a signature; a default that is a function or an object is ``...``."""
    found = inspect.signature(function)
    parameters = [
        each.replace(
            annotation=each.annotation if each.annotation is each.empty else _Text(each.annotation),
            default=each.default if isinstance(each.default, PLAIN) else _Text("..."),
        )
        for each in found.parameters.values()
    ]
    return str(
        found.replace(parameters=parameters, return_annotation=_Text(found.return_annotation))
    )


def surface() -> str:
    """Return the public surface: exported names, then the methods of the services."""
    lines = [f"lazsa_flow.{name}" for name in sorted(lazsa_flow.__all__)]
    for service in SERVICES:
        for name, function in functions(service):
            lines.append(f"{service}.{name}{_signature(function)}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    SNAPSHOT.write_text(surface(), "utf-8")
