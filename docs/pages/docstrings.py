"""What a docstring says, read by griffe: its first sentence, and each section name by name."""

from __future__ import annotations

import inspect
import logging
from typing import Any, NamedTuple

import griffe

from docs.pages.markdown import plain

logging.getLogger("griffe").setLevel(logging.CRITICAL)


class Docstring(NamedTuple):
    """What a docstring says.

    Attributes:
        summary: Its first paragraph.
        sections: By the kind of the section (``parameters``, ``attributes``, ``returns``,
            ``raises``, or the title of one that has none of these kinds), what it says of each
            name; under the empty name what it says of none.
        text: All of it.
    """

    summary: str
    sections: dict[str, dict[str, str]]
    text: str


def read_docstring(target: Any) -> Docstring:
    """Read what the docstring of a class, function or property says."""
    text = inspect.getdoc(target) or ""
    sections: dict[str, dict[str, str]] = {}
    for section in griffe.Docstring(text).parse("google"):
        kind = section.kind.value
        if kind == "admonition":
            sections[section.title or ""] = {"": plain(str(section.value.description))}
        elif kind != "text":
            sections[kind] = {_name_of(each): plain(each.description) for each in section.value}
    return Docstring(plain(text.partition("\n\n")[0]), sections, text)


def _name_of(part: Any) -> str:
    """Return what a section says something of: a name, or the type of what is raised."""
    return str(getattr(part, "name", "") or getattr(part, "annotation", "") or "")


def read_fields(owner: type) -> dict[str, str]:
    """Return what a class and those it derives from say of their fields."""
    said: dict[str, str] = {}
    for base in reversed(owner.__mro__):
        if base.__doc__:
            sections = read_docstring(base).sections
            said |= sections.get("parameters", {}) | sections.get("attributes", {})
    return said
