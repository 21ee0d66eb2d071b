"""Candidates of a panel, as a table for people and as CSV for spreadsheets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.award.application import AwardApplication
from lazsa_flow.cli.common import console
from lazsa_flow.cli.tables import Column, print_csv, print_table
from lazsa_flow.errors import InputError
from lazsa_flow.foresight.classes import list_classes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lazsa_flow.award.commands.panels import Candidate

ANY: Final = "any"
"""Stands for every class."""
_NAMED: Final = 5
"""So many ids stand in a cell of a table; CSV and JSON have all."""


def check_class(wanted: str | None) -> None:
    """Let a class pass that a candidate can have; ``any`` stands for every class.

    Raises:
        InputError: There is no such class.
    """
    known = list_classes(AwardApplication.assumptions, AwardApplication.never)
    if wanted not in (None, ANY, *known):
        expected = f"one of {', '.join((ANY, *known))}"
        raise InputError.of("panel list", "class", wanted, expected)


def print_candidates(candidates: Sequence[Candidate], empty: str, *, flags: bool) -> None:
    """Print candidates as a table, and below it what else is to be known of some.

    Args:
        candidates: They.
        empty: What is printed instead of a table without rows.
        flags: Whether each flag is printed as a sentence.
    """
    classes = [Column("Class")] if any(each.class_ for each in candidates) else []
    print_table(
        [
            Column("Path", is_id=True),
            Column("Seller", is_id=True),
            Column("State", drop=2),
            Column("Cards", right=True),
            Column("Teams", right=True),
            Column("Missing", drop=1),
            Column("Waiting for"),
            Column("Flags", drop=3),
            *classes,
        ],
        [
            (
                each.path,
                each.seller,
                f"{each.state}, {each.title}" if each.title else each.state,
                each.cards,
                each.teams,
                each.missing,
                _join_ids(each.waiting if each.missing else ()),
                ", ".join(map(_find_flagged_guard, each.flags)),
                *(each.class_ or "" for _ in classes),
            )
            for each in candidates
        ],
        empty=empty,
    )
    for each in candidates:
        for note in (*_list_notes(each), *(each.flags if flags else ())):
            console().print(f"{each.path}: {note}", soft_wrap=True)


def print_candidates_csv(candidates: Sequence[Candidate]) -> None:
    """Print candidates as CSV, several ids in a cell with semicolons between them."""
    names = (
        *("Path", "Seller", "State", "Cards", "Teams", "Missing", "Waiting for"),
        *("May not review", "Recused", "Set aside", "Reconnect member", "Flags", "Class"),
    )
    print_csv(
        [Column(name) for name in names],
        [
            (
                each.path,
                each.seller,
                f"{each.state}, {each.title}" if each.title else each.state,
                each.cards,
                each.teams,
                each.missing,
                ";".join(each.waiting),
                ";".join(each.conflicts),
                ";".join(map(_describe_conflict, each.recused.items())),
                ";".join(map(_describe_conflict, each.set_aside.items())),
                "yes" if each.member else "no",
                ";".join(map(_find_flagged_guard, each.flags)),
                each.class_ or "",
            )
            for each in candidates
        ],
    )


def _list_notes(candidate: Candidate) -> Iterator[str]:
    """Yield what the panel should know of a candidate besides figures."""
    if candidate.member:
        yield "the nominee is a member of Reconnect"
    if candidate.conflicts:
        yield f"may not be reviewed by {', '.join(candidate.conflicts)}"
    if candidate.recused:
        yield f"recused: {', '.join(map(_describe_conflict, candidate.recused.items()))}"
    if candidate.set_aside:
        yield f"cards set aside: {', '.join(map(_describe_conflict, candidate.set_aside.items()))}"


def _describe_conflict(stood_back: tuple[str, str]) -> str:
    return f"{stood_back[0]} ({stood_back[1]})"


def _find_flagged_guard(flag: str) -> str:
    """Return the guard that a flag is about, or the whole of a flag that is about none."""
    return flag if flag.startswith(("a ", "an ")) else flag.partition(" ")[0]


def _join_ids(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
