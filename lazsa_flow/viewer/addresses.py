"""Addresses of the viewer's pages, below the path at which a host has mounted it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from lazsa_flow.lifecycle.path_ref import parse_ref
from lazsa_flow.viewer.cells import Link


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of the viewer's pages, below the path at which a host has mounted it.

    Attributes:
        root: The path that it is mounted at, without a slash at its end.
    """

    root: str

    def of(self, *parts: str, **query: str | None) -> str:
        """Return the address of a page.

        Args:
            parts: The parts of its path.
            query: What stands after the question mark: filters by their keys. ``None`` is left
                out.
        """
        path = "/".join((self.root, *(quote(part, safe="") for part in parts)))
        asked = {name: value for name, value in query.items() if value is not None}
        return f"{path}?{urlencode(asked)}" if asked else path

    def home(self) -> str:
        """Return the address of the overview."""
        return f"{self.root}/"

    def lifecycle(self, name: str, title: str | None = None) -> Link:
        """Link to the live page of a lifecycle."""
        return Link(title or name, self.of("lifecycle", name))

    def path(self, ref: str) -> Link:
        """Link to a path's story, on the page of its lifecycle."""
        return Link(ref, f"{self.of('lifecycle', parse_ref(ref).lifecycle)}#{quote(ref)}")
