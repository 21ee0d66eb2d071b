"""Sections of the page: where people wait first, the night after.

A benchmark that no section names comes last, under the page's last heading.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page.

    Attributes:
        title: Its heading.
        about: Who waits, and for what.
        names: Its benchmarks, in the order in which the page has them.
    """

    title: str
    about: str
    names: tuple[str, ...]


SECTIONS: Final = (
    Section(
        "Where people wait",
        "Somebody sits in front of it: a command of the shell, a nomination, a page, a list.",
        (
            *("start_up", "command_line", "nominate", "single_fire", "explain"),
            *("page_lists", "viewer_pages", "country_lists", "picture", "ledger"),
            "forty_threads",
        ),
    ),
    Section(
        "Files that are imported",
        "A file is read once, and others work in the meantime.",
        ("nominations_import", "facts_import", "import_wait"),
    ),
    Section(
        "The night",
        "Everything due at one midnight. Nobody waits for it, but it must be done by morning.",
        (
            *("sweep_command", "night_cpu", "night_postgresql", "night_sqlite"),
            *("night_few_due", "night_memory", "rehearse", "due_lookup", "decision"),
        ),
    ),
    Section(
        "What runs by itself, and what scales out",
        "Checks of the history, mails, and several programmes on one machine.",
        ("verify", "relay", "side_by_side", "sizing"),
    ),
    Section(
        "Compared with other libraries",
        "The same night, given to a task queue as one message a path, as its documents tell.",
        ("peer_dramatiq", "peer_procrastinate", "peer_dbos"),
    ),
)
_OTHERS: Final = Section("More", "Figures of other benchmarks.", ())


def arrange(names: Iterable[str]) -> list[tuple[Section, list[str]]]:
    """Return the sections that have any of these benchmarks, each with those it has, in order."""
    known = list(names)
    arranged = [
        (section, [name for name in section.names if name in known]) for section in SECTIONS
    ]
    placed = {name for _, found in arranged for name in found}
    arranged.append((_OTHERS, [name for name in known if name not in placed]))
    return [(section, found) for section, found in arranged if found]
