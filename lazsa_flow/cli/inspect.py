"""``lazsa-flow show`` and ``history``: a path's moves, and its journal."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from lazsa_flow.cli.application import current_application
from lazsa_flow.cli.common import console, find_runtime, local, open_service, print_json, print_rows
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
    from collections.abc import Mapping

    from rich.console import Console

    from lazsa_flow.cli.application import Service
    from lazsa_flow.lifecycle.guards import Verdict
    from lazsa_flow.lifecycle.model import Path


def show(
    name: SubjectOrPath,
    by_subject: IsSubject = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Show the paths of a subject, or one path, with every move and why it was made.

    Example: lazsa-flow show invoice-17
    """
    application = current_application()
    with open_service(database, config) as service:
        path = find_path(service, name, by_subject=by_subject)
        paths = [path] if name == path.ref and not by_subject else service.paths(name)
        described = [(each, application.describe(service, each)) for each in paths]
        if as_json:
            print_json([_path_document(service, each, more) for each, more in described])
            return
        screen = console()
        for each, more in described:
            print_story(screen, service, each, more.get("title"))
            for key, value in more.items():
                if key != "title" and value is not None:
                    screen.print(f"  {key}: {value}")
        if name == path.ref and service.paths(name):
            subject = application.subject
            screen.print(f"A {subject} is called {name}, too; for their paths, add --{subject}.")


def find_path(service: Service, name: str, *, by_subject: bool) -> Path:
    """Find a path by its reference, or a subject's latest path, which may be all that is meant."""
    from lazsa_flow.errors import NotFoundError

    if not by_subject:
        return service.find(name)
    paths = service.paths(name)
    if not paths:
        raise NotFoundError(f"path of the {current_application().subject}", name)
    return paths[-1]


def _path_document(
    service: Service, path: Path, described: Mapping[str, str | None]
) -> dict[str, Any]:
    return {
        "path": path.ref,
        "subject": path.subject,
        "country": path.country,
        "state": path.state,
        "cycle_on": path.cycle_on and path.cycle_on.isoformat(),
        "version": path.seq,
        "parked": path.parked,
        **described,
        "history": service.history(path.ref),
    }


def history(
    path: PathRef,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Print a path's journal as it is kept: a row a line, with its hash.

    Example: lazsa-flow history invoice-17 --json
    """
    with open_service(database, config) as service:
        rows = service.history(service.find(path).ref)
    if as_json:
        print_rows(rows, as_json=True)
        return
    for row in rows:
        what = f"{row['trigger'] or '-'} {row['source'] or '-'} → {row['dest']}"
        line = f"{row['seq']:>3}  {row['effective_at']}  {what}  {row['actor']}"
        reason = f"  {row['reason']}" if row["reason"] else ""
        console().print(f"{line}{reason}  {row['hash'][:12]}", soft_wrap=True)


def print_story(screen: Console, service: Service, path: Path, title: str | None = None) -> None:
    """Print a path's moves in its country's time, each with the guards that were not met."""
    calendar = find_runtime(service).rulebook.calendar(path.country)
    who = f"{path.subject}, {title}" if title else path.subject
    subject = current_application().subject
    screen.print(f"{path.ref}: {subject} {who} in {path.country}, now {path.state}", soft_wrap=True)
    for row in service.history(path.ref):
        at = local(datetime.fromisoformat(row["effective_at"]), calendar.zone)
        late = ""
        if row["recorded_at"] != row["effective_at"]:
            late = f", recorded {local(datetime.fromisoformat(row['recorded_at']), calendar.zone)}"
        what = f"{row['trigger']} → {row['dest']}" if row["trigger"] else f"stays {row['dest']}"
        reason = f" ({row['reason']})" if row["reason"] else ""
        screen.print(f"  {at}  {what}{reason}, by {row['actor']}{late}", soft_wrap=True)
        for line in _describe_verdicts(service.verdicts(path, row)):
            screen.print(f"      {line}", soft_wrap=True)


def _describe_verdicts(verdicts: list[Verdict]) -> list[str]:
    unmet = [str(verdict) for verdict in verdicts if not verdict.held]
    held = [verdict.name for verdict in verdicts if verdict.held]
    return unmet + ([f"held: {', '.join(held)}"] if held else [])
