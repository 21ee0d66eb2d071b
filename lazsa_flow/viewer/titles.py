"""Titles in lists: what people read of a lifecycle's parts, with the names that commands take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lazsa_flow.lifecycle.titles import make_title
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.cells import Series, Titled
from lazsa_flow.viewer.list_page import Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.lifecycle.titles import Titles
    from lazsa_flow.viewer.list_page import PageContext

Kind = Literal["state", "trigger", "guard", "timer"]


class PartTitles:
    """The titles of the parts of a service's lifecycles, for the rows of one list.

    Args:
        context: Of the page.
    """

    def __init__(self, context: PageContext) -> None:
        self._tables = runtime_of(context.service).rulebook.lifecycles
        self._titles: dict[str, Titles] = {}

    def find(self, lifecycle: str | None, kind: Kind, code: str) -> str:
        """Return the title of a part; one made of its name where the lifecycle is not known."""
        if lifecycle is None or lifecycle not in self._tables:
            return make_title(code)
        if lifecycle not in self._titles:
            self._titles[lifecycle] = self._tables[lifecycle].titles()
        title: Callable[[str], str] = getattr(self._titles[lifecycle], kind)
        return title(code)

    def write(self, lifecycle: str | None, kind: Kind, code: str | None) -> Titled | None:
        """Return a part as a cell; ``None`` where there is none."""
        return None if code is None else Titled(self.find(lifecycle, kind, code), code)

    def write_all(self, lifecycle: str | None, kind: Kind, codes: Iterable[str]) -> Series:
        """Return several parts as a cell."""
        return Series(
            [Titled(self.find(lifecycle, kind, code), code, inline=True) for code in codes]
        )


def list_choices(
    tables: Iterable[Lifecycle], kind: Kind, names: Callable[[Lifecycle], Iterable[str]]
) -> list[Choice]:
    """Return the values of a filter on a part of the lifecycles, in the order of their tables."""
    found: dict[str, str] = {}
    for table in tables:
        title: Callable[[str], str] = getattr(table.titles(), kind)
        for name in names(table):
            found.setdefault(name, title(name))
    return [Choice(name, f"{title} ({name})") for name, title in found.items()]
