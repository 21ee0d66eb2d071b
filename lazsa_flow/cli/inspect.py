"""``lazsa-flow show`` and ``history``: the way of a path."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from lazsa_flow.cli.common import console, local, open_programme, print_json, print_rows
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    ConfigDir,
    Database,
    IsSubject,
    Json,
    PathRef,
    SubjectOrPath,
)

if TYPE_CHECKING:
    from rich.console import Console

    from lazsa_flow.award.programme import Programme
    from lazsa_flow.lifecycle.guards import Verdict
    from lazsa_flow.lifecycle.model import Path


def show(
    name: SubjectOrPath,
    seller: IsSubject = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Show a seller's paths, or one path, with every move and why it was made.

    Example: lazsa-flow show award-17
    """
    with open_programme(database, config) as programme:
        path = find_path(programme, name, seller=seller)
        paths = [path] if name == path.ref and not seller else programme.paths(name)
        if as_json:
            print_json([_path_document(programme, path) for path in paths])
            return
        screen = console()
        for each in paths:
            print_story(screen, programme, each)
            appeal = _appeal(programme, each)
            if appeal is not None:
                screen.print(f"  appeal: {appeal}")
        if name == path.ref and programme.paths(name):
            screen.print(f"A seller is called {name}, too; for their paths, add --seller.")


def find_path(programme: Programme, name: str, *, seller: bool) -> Path:
    """Find a path by its reference, or a seller's latest path, which may be all that is meant."""
    from lazsa_flow.errors import NotFoundError

    if not seller:
        return programme.find(name)
    paths = programme.paths(name)
    if not paths:
        raise NotFoundError("path of the seller", name)
    return paths[-1]


def _appeal(programme: Programme, path: Path) -> str | None:
    """Return how an appeal on a path's latest decision stands, where it can be appealed."""
    return programme.outcome(path.ref).appeal if "appeal" in path.spans else None


def _path_document(programme: Programme, path: Path) -> dict[str, Any]:
    return {
        "path": path.ref,
        "seller": path.subject,
        "title": programme.title(path),
        "country": path.country,
        "state": path.state,
        "cycle_on": path.cycle_on and path.cycle_on.isoformat(),
        "version": path.seq,
        "parked": path.parked,
        "appeal": _appeal(programme, path),
        "history": programme.history(path.ref),
    }


def history(
    path: PathRef,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Print a path's journal as it is kept: a row a line, with its hash.

    Example: lazsa-flow history award-17 --json
    """
    with open_programme(database, config) as programme:
        rows = programme.history(programme.find(path).ref)
    if as_json:
        print_rows(rows, as_json=True)
        return
    for row in rows:
        what = f"{row['trigger'] or '-'} {row['source'] or '-'} → {row['dest']}"
        line = f"{row['seq']:>3}  {row['effective_at']}  {what}  {row['actor']}"
        reason = f"  {row['reason']}" if row["reason"] else ""
        console().print(f"{line}{reason}  {row['hash'][:12]}", soft_wrap=True)


def print_story(screen: Console, programme: Programme, path: Path) -> None:
    """Print a path's moves in its country's time, each with the guards that were not met."""
    calendar = programme.rulebook.calendar(path.country)
    title = programme.title(path)
    who = f"{path.subject}, {title}" if title else path.subject
    screen.print(f"{path.ref}: seller {who} in {path.country}, now {path.state}", soft_wrap=True)
    for row in programme.history(path.ref):
        at = local(datetime.fromisoformat(row["effective_at"]), calendar.zone)
        late = ""
        if row["recorded_at"] != row["effective_at"]:
            late = f", recorded {local(datetime.fromisoformat(row['recorded_at']), calendar.zone)}"
        what = f"{row['trigger']} → {row['dest']}" if row["trigger"] else f"stays {row['dest']}"
        reason = f" ({row['reason']})" if row["reason"] else ""
        screen.print(f"  {at}  {what}{reason}, by {row['actor']}{late}", soft_wrap=True)
        for line in _why(programme.verdicts(path, row)):
            screen.print(f"      {line}", soft_wrap=True)


def _why(verdicts: list[Verdict]) -> list[str]:
    unmet = [str(verdict) for verdict in verdicts if not verdict.held]
    held = [verdict.name for verdict in verdicts if verdict.held]
    return unmet + ([f"held: {', '.join(held)}"] if held else [])
