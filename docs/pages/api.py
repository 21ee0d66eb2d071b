"""The public names of the package: which there are, and what mkdocstrings must show of each.

The texts themselves are the docstrings', which mkdocstrings reads when the site is built. A page
names what it must show, with the first sentence of each, so that it can be read without a build.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import lazsa_flow
from docs.pages.markdown import HEADER, cell, plain, table
from lazsa_flow.errors import LazsaError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class ApiPage(NamedTuple):
    """A page of the reference.

    Attributes:
        title: Its heading.
        about: What it begins with.
        names: The names of the package that it shows; a class marked ``*`` with its methods by
            topic, each under its own heading.
    """

    title: str
    about: str
    names: tuple[str, ...]


SERVICES: Final = ("FlowService", "Programme")
TOPICS: Final = {
    "FlowService": "Open, close and run",
    "Moves": "Move a path",
    "Lookups": "Look up a path",
    "Lists": "List paths",
    "Questions": "Timers, books and the journal",
    "Pictures": "Pictures",
    "Operating": "Pause, resume, unpark, close books",
    "Erasure": "Delete personal data",
    "Notices": "Notices",
    "Releases": "Policies and countries in force",
    "Nominations": "Nominations, cases, Reconnect, trainers, store entry",
    "Panels": "Panels and appeals",
    "Community": "Announcements and perks",
    "Imports": "Import files and rows",
    "Sellers": "Sellers as a whole",
    "Foresight": "Rehearse what will fall due",
    "Irreversible": "What cannot be undone",
    "AwardQuestions": "Questions of the award",
    "AwardLists": "Lists that a country team works by",
    "Programme": "List paths of the award",
}
"""The heading of the methods that come from each part of a service."""

PAGES: Final = {
    "service": ApiPage(
        "The service",
        "`FlowService` runs any lifecycle. Methods are called on a service that was opened with\n"
        "`FlowService.open`. What changes something takes an `actor`, and most also a `key`: with\n"
        "the same key, a second call returns the first one's result and changes nothing.\n\n"
        "Besides the errors that a method names, each may raise those of the database:\n"
        "`UnavailableError`, `ContendedError`, `StorageError`, `SchemaError`; after `close`,\n"
        "`ClosedError`. [What to do about each](../errors.md).",
        ("FlowService", "SeveralDatabases"),
    ),
    "programme": ApiPage(
        "The award programme",
        "`Programme` is a [`FlowService`](service.md) with the award's commands and questions.\n"
        "All methods of the service are its own too.",
        ("Programme",),
    ),
    "set-up": ApiPage(
        "Configuration, clocks, actors",
        "What a service is opened with, and who acts.",
        ("Config", "ConfigWarning", "Actor", "Clock", "SystemClock", "VirtualClock"),
    ),
    "lifecycle": ApiPage(
        "To write a lifecycle",
        "The pieces of a table, and what guards return.",
        (
            *("Lifecycle", "State", "Edge", "Permit", "Timer", "Step"),
            *("Guard", "Finding", "Verdict"),
        ),
    ),
    "notices": ApiPage(
        "To tell people",
        "Letters, contacts, channels, and the relay that brings them together.",
        ("Contact", "Letter", "Channel", "Resolver", "Relay", "Drained", "Rendered", "Waiting"),
    ),
}
"""The pages but for two: the values that the rest of the names are, and the errors."""
_VALUES: Final = ApiPage(
    "Values",
    "What methods take and return. Each is a value: nothing that is done to it changes a database.",
    (),
)
_PATH: Final = "docs/reference/api"


def render_pages() -> dict[str, Callable[[], str]]:
    """Return what renders each page of the API."""
    listed = {name for page in PAGES.values() for name in page.names}
    rest = tuple(name for name in lazsa_flow.__all__ if name not in listed and not _is_error(name))
    pages = {**PAGES, "values": _VALUES._replace(names=rest)}
    rendered: dict[str, Callable[[], str]] = {
        f"{_PATH}/{name}.md": partial(_render, page) for name, page in pages.items()
    }
    return {f"{_PATH}/README.md": lambda: _render_index(pages), **rendered}


def _is_error(name: str) -> bool:
    found = getattr(lazsa_flow, name)
    return inspect.isclass(found) and issubclass(found, LazsaError)


def _render_index(pages: dict[str, ApiPage]) -> str:
    rows = [
        (f"[{page.title}]({name}.md)", ", ".join(f"`{each}`" for each in page.names))
        for name, page in pages.items()
    ]
    rows.append(("[Errors](../errors.md)", "`LazsaError` and all that derive from it"))
    return (
        f"{HEADER}\n\n# Python API\n\n"
        "All public names are imported from `lazsa_flow` itself; what a module below it has\n"
        "besides is internal and may change with any release. Instants are aware and given back\n"
        "in UTC, dates are local to their country, and rates are decimals, never binary\n"
        "fractions.\n\n"
        f"{table(('page', 'names'), rows)}"
    )


def _render(page: ApiPage) -> str:
    parts = [f"{HEADER}\n\n# {page.title}\n\n{page.about}\n"]
    listed = [(name, getattr(lazsa_flow, name)) for name in page.names]
    if len(listed) > 1:
        rows = [(f"[`{name}`](#{name.lower()})", cell(_first_sentence(it))) for name, it in listed]
        parts.append(table(("name", "what it is"), rows))
    for name, found in listed:
        if name in SERVICES:
            parts += _render_service(name, found)
        else:
            parts += [f"## {name}\n", _show(name, heading=False)]
    return "\n".join(parts)


def _render_service(name: str, service: type) -> Iterator[str]:
    """Render a service: what it is, then its methods by topic."""
    yield f"## {name}\n"
    yield _show(name, heading=False, members=False)
    for topic, methods in _by_topic(service).items():
        yield f"## {topic}\n"
        rows = [
            (f"[`{method}`](#lazsa_flow.{name}.{method})", cell(_first_sentence(function)))
            for method, function in methods.items()
        ]
        yield table(("method", "what it does"), rows)
        for method in methods:
            yield _show(f"{name}.{method}")


def _by_topic(service: type) -> dict[str, dict[str, Any]]:
    """Return the methods and properties that a service itself has, by the part they come from."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, member in vars(service).items():
        if name.startswith("_"):
            continue
        inner: Any = member.fget if isinstance(member, property) else member
        function = inspect.unwrap(getattr(inner, "__func__", inner))
        if inspect.isfunction(function):
            part = function.__qualname__.partition(".")[0]
            found[TOPICS.get(part, part)][name] = function
    return found


def _first_sentence(target: Any) -> str:
    if isinstance(target, tuple | str) and not inspect.isclass(target):
        return f"A constant: {', '.join(f'`{each}`' for each in target)}."
    return plain((inspect.getdoc(target) or "").partition("\n\n")[0])


def _show(name: str, *, heading: bool = True, members: bool = True) -> str:
    """Render what makes mkdocstrings show a name.

    Args:
        name: As it is imported from the package.
        heading: Whether it gets a heading, which it has where the page has written none.
        members: Whether what is in it is shown too.
    """
    options = "" if heading else "      show_root_heading: false\n"
    options += "" if members else "      members: false\n"
    return f"::: lazsa_flow.{name}\n" + (f"    options:\n{options}" if options else "")
