"""``lazsa-flow relay``, ``outbox`` and ``notices``: what people are told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lazsa_flow.cli.common import (
    DEFAULT_DATABASE,
    As,
    ConfigDir,
    Database,
    Json,
    console,
    open_programme,
    print_json,
    print_result,
    read_actor,
)
from lazsa_flow.cli.confirm import DryRun, Forecast, Yes, confirm
from lazsa_flow.cli.serve import (
    LOOPBACK,
    Level,
    LevelOption,
    Logs,
    LogsOption,
    Metrics,
    MetricsHost,
)
from lazsa_flow.terminal_text import escape_controls

if TYPE_CHECKING:
    from lazsa_flow.engine.ports import Waiting
    from lazsa_flow.notices.relay import Drained

outbox = typer.Typer(help="What waits to be told.")
notices = typer.Typer(help="What people are told.", no_args_is_help=True)


@outbox.callback(invoke_without_command=True)
def list_outbox(
    context: typer.Context,
    parked: Annotated[bool, typer.Option("--parked", help="Only what was set aside.")] = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """List what waits to be told, oldest first; with ``retry``, try again what was parked.

    Example: lazsa-flow outbox --parked
    """
    if context.invoked_subcommand is not None:
        return
    with open_programme(database, config) as programme:
        waiting = programme.outbox(parked=True if parked else None)
    if as_json:
        print_json([_document(each) for each in waiting])
        return
    _print_table(waiting)


@outbox.command()
def retry(
    who: As,
    keys: Annotated[list[str] | None, typer.Argument(metavar="[KEY]...", help="These.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that are parked.")] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Let parked notices be tried again by the next relay; with --all it asks first.

    Example: lazsa-flow outbox retry --all --as operator:o-1
    """
    from lazsa_flow.cli.forecast import of_notices
    from lazsa_flow.errors import InputError

    if bool(keys) == every:
        raise InputError.of("outbox retry", "KEY", keys or "nothing", "keys, or else --all")
    actor = read_actor(who)
    with open_programme(database, config) as programme:

        def forecast() -> Forecast:
            programme.retry_notices(keys or None, actor=actor, dry_run=True)
            parked = programme.outbox(parked=True)
            return of_notices([each for each in parked if every or each.key in (keys or ())])

        if not confirm(
            "outbox retry --all", forecast, dry_run=dry_run, yes=yes or not every, as_json=as_json
        ):
            return
        count = programme.retry_notices(keys or None, actor=actor)
    print_result(f"{count} notices will be tried again.", {"notices": count}, as_json=as_json)


@notices.command()
def preview(
    kind: Annotated[str, typer.Argument(help="Which notice, such as awarded.")],
    locale: Annotated[str | None, typer.Option(help="In which words, such as id.")] = None,
    country: Annotated[str | None, typer.Option(help="Of which country's team.")] = None,
    html: Annotated[bool, typer.Option("--html", help="The page instead of the text.")] = False,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="Output file; - is standard output."),
    ] = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
) -> None:
    """Show a made-up notice; the page opens in the browser unless it goes into a file.

    Example: lazsa-flow notices preview awarded --locale id --html -o awarded.html
    """
    from lazsa_flow.private_files import write_file

    with open_programme(database, config) as programme:
        shown = programme.preview_notice(kind, country=country, locale=locale)
    text = shown.html if html else f"{shown.subject}\n\n{shown.text}"
    if out is not None and str(out) != "-":
        write_file(out, text.encode())
    elif html and out is None:
        _open_page(text)
    else:
        sys.stdout.write(escape_controls(text))


def relay(
    once: Annotated[
        bool, typer.Option("--once", help="Send what may be sent now, and end.")
    ] = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    logs: LogsOption = Logs.console,
    level: LevelOption = Level.info,
    metrics_port: Metrics = None,
    metrics_host: MetricsHost = LOOPBACK,
    as_json: Json = False,
) -> None:
    """Send what waits to be told through the deployment's channels, until SIGTERM.

    Any number may run side by side, apart from ``lazsa-flow run``.

    Example: lazsa-flow relay --config /etc/lazsa
    """
    from lazsa_flow.logs import to_stderr
    from lazsa_flow.runner.pulse import Pulse
    from lazsa_flow.runner.settings import Address
    from lazsa_flow.runner.signals import stop_on_signals

    to_stderr(json=logs is Logs.json, level=level)
    stop, pulse = stop_on_signals("relay"), Pulse()
    address = None if metrics_port is None else Address(metrics_host, metrics_port)
    with open_programme(database, config) as programme, programme.open_relay() as opened:
        if once:
            _print_drained(opened.drain(stop.is_set), as_json=as_json)
            return
        from lazsa_flow.runner.serving import process_application, serving

        with serving(address, lambda: process_application(programme, None, pulse)):
            opened.run(stop, beat=pulse.beat)


def _print_drained(drained: Drained, *, as_json: bool) -> None:
    counts = {
        "delivered": drained.delivered,
        "failed": drained.failed,
        "parked": drained.parked,
        "postponed": drained.postponed,
        **({"withheld": drained.withheld} if drained.withheld else {}),
    }
    if as_json:
        print_json(counts)
    else:
        console().print(", ".join(f"{count} {what}" for what, count in counts.items()) + ".")


def _document(each: Waiting) -> dict[str, Any]:
    return {
        "key": each.key,
        "kind": each.kind,
        "to": each.to,
        "path": each.path,
        "country": each.country,
        "created_at": each.created_at,
        "next_at": None if each.parked else each.next_at,
        "attempts": each.attempts,
        "error": each.error,
        "parked": each.parked,
    }


def _print_table(waiting: list[Waiting]) -> None:
    from rich.table import Table

    table = Table()
    table.add_column("Key", no_wrap=True)
    for head in ("Kind", "To", "Country", "Next", "Attempts", "Error"):
        table.add_column(head, overflow="fold")
    for each in waiting:
        later = "parked" if each.parked else f"{each.next_at:%Y-%m-%d %H:%M:%SZ}"
        table.add_row(
            each.key,
            each.kind,
            each.to,
            each.country,
            later,
            str(each.attempts),
            each.error or "",
        )
    console().print(table if waiting else "Nothing waits to be told.")


def _open_page(html: str) -> None:
    import tempfile
    import webbrowser

    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", suffix=".html", prefix="lazsa-notice-", delete=False
    ) as file:
        file.write(html)
    webbrowser.open(Path(file.name).as_uri())
    console().print(file.name)
