"""The errors: when each is raised, what it carries, what to do next, and which calls name it."""

from __future__ import annotations

import inspect
from collections import defaultdict
from typing import TYPE_CHECKING, Final

import lazsa_flow
from docs.pages.docstrings import read_docstring
from docs.pages.markdown import HEADER, cell, table
from lazsa_flow import errors
from lazsa_flow.errors import LazsaError

if TYPE_CHECKING:
    from collections.abc import Iterator

NEXT: Final = "Do next"
"""The section of an error's docstring that says what to do."""
_INTRODUCTION: Final = f"""\
{HEADER}

# Errors

Everything that the library raises on purpose is a `LazsaError`. Its fields are facts a program
can act on; no error carries personal data or a secret. Errors are imported from `lazsa_flow`;
those that only `lazsa_flow.errors` exports say so, and are caught by the error that they derive
from.

On the command line an error is one line on standard error and exit code 1
([commands](commands.md#exit-codes)); where a command helps, a second line names it for the same
database, as `next: lazsa-flow doctor`. With `--json` it is an object whose `error` is the name on
this page ([JSON](json.md)). The statuses that a service gives them over HTTP are in
[embedding](../how-to/embedding.md).

What a command raises is raised before anything is written, or with its transaction rolled back:
after an error nothing of the command has happened. Overdue timers that fired before it stay
fired; `fired` counts them.
"""


def render() -> str:
    """Render every error, those that derive from another after it."""
    listed = list(list_errors())
    named = _calls_by_error()
    rows = [
        (f"[`{each.__name__}`](#{each.__name__.lower()})", cell(read_docstring(each).summary))
        for each in listed
    ]
    parts = [_INTRODUCTION, table(("error", "when"), rows)]
    parts += [_render_error(each, named[each.__name__]) for each in listed]
    return "\n".join(parts)


def list_errors() -> Iterator[type[LazsaError]]:
    """List every error, each after the one that it derives from."""
    found = {each for each in vars(errors).values() if inspect.isclass(each)}
    yield from _with_derived(LazsaError, found)


def _with_derived(error: type[LazsaError], found: set[type]) -> Iterator[type[LazsaError]]:
    yield error
    for each in sorted(error.__subclasses__(), key=lambda derived: derived.__name__):
        if each in found and each.__bases__[0] is error:
            yield from _with_derived(each, found)


def _render_error(error: type[LazsaError], calls: list[str]) -> str:
    said = read_docstring(error)
    name = error.__name__
    bases = " and ".join(f"`{base.__name__}`" for base in error.__bases__)
    finer = "" if name in lazsa_flow.__all__ else "; imported from `lazsa_flow.errors`"
    parts = [f"## {name}\n", f"{said.summary}\n", f"Derives from {bases}{finer}.\n"]
    fields = said.sections.get("attributes", {})
    if fields:
        rows = [(f"`{field}`", cell(meaning)) for field, meaning in fields.items()]
        parts.append(table(("field", "holds"), rows))
    parts.append(f"**Do next:** {said.sections[NEXT]['']}\n")
    if calls:
        parts.append(f"Named by {', '.join(map(_render_call, calls))}.\n")
    return "\n".join(parts)


def _render_call(call: str) -> str:
    """Render a link to a method of a service."""
    page = "service" if call.startswith("FlowService.") else "programme"
    return f"[{call.partition('.')[2]}](api/{page}.md#lazsa_flow.{call})"


def _calls_by_error() -> dict[str, list[str]]:
    """Return the methods of the services whose docstrings name each error."""
    found: dict[str, list[str]] = defaultdict(list)
    for service in ("FlowService", "Programme"):
        for name, member in vars(getattr(lazsa_flow, service)).items():
            if not name.startswith("_") and callable(getattr(member, "__func__", member)):
                for error in read_docstring(member).sections.get("raises", {}):
                    found[error].append(f"{service}.{name}")
    return found
