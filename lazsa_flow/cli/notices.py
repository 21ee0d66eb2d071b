"""``lazsa-flow relay``, ``outbox`` and ``notices``: sending notices, and their texts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from lazsa_flow.cli.common import (
    console,
    find_runtime,
    local,
    open_service,
    print_json,
    print_result,
    read_actor,
)
from lazsa_flow.cli.confirm import Forecast, confirm
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    LOOPBACK,
    AllParkedNotices,
    As,
    ConfigDir,
    CountriesDatabase,
    CountryFilter,
    Csv,
    Database,
    DryRun,
    Html,
    Json,
    KindFilter,
    NoticeCountry,
    NoticeKeys,
    NoticeKind,
    NoticeLocale,
    OutFile,
    ParkedFilter,
    Yes,
)
from lazsa_flow.cli.process_options import (
    Level,
    LogFormat,
    LogLevel,
    Logs,
    MetricsHost,
    MetricsPort,
    Once,
)
from lazsa_flow.cli.tables import Column, print_csv, print_table
from lazsa_flow.terminal_text import escape_controls

if TYPE_CHECKING:
    from lazsa_flow.engine.outbox_values import Waiting
    from lazsa_flow.notices.relay import Drained

COLUMNS: Final = (
    Column("Key", is_id=True),
    Column("Kind"),
    Column("To", is_id=True, drop=3),
    Column("Country", drop=2),
    Column("Next"),
    Column("Attempts", drop=4, right=True),
    Column("Error", drop=1),
)
SENT_COLUMNS: Final = (
    Column("Kind"),
    Column("To", is_id=True),
    Column("Country"),
    Column("Count", right=True),
)

outbox = typer.Typer(help="Notices that wait to be sent.")
notices = typer.Typer(help="Texts of notices.", no_args_is_help=True)


@outbox.callback(invoke_without_command=True)
def list_outbox(
    context: typer.Context,
    parked: ParkedFilter = False,
    country: CountryFilter = None,
    kind: KindFilter = None,
    as_csv: Csv = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """List the notices that wait to be sent, oldest first; `retry` sends parked ones again.

    Example: lazsa-flow outbox --parked
    """
    if context.invoked_subcommand is not None:
        return
    with open_service(database, config) as service:
        everything = service.outbox()
        zones = {code: each.zone for code, each in find_runtime(service).rulebook.countries.items()}
    waiting = [
        each
        for each in everything
        if (each.parked or not parked)
        and country in (None, each.country)
        and kind in (None, each.kind)
    ]
    if as_json:
        print_json([_notice_document(each) for each in waiting])
        return
    rows = [_list_cells(each, zones.get(each.country, "UTC")) for each in waiting]
    if as_csv:
        print_csv(COLUMNS, rows)
        return
    print_table(COLUMNS, rows, empty=_why_empty(len(everything), parked, country, kind))


def _why_empty(count: int, parked: bool, country: str | None, kind: str | None) -> str:
    """Say why no notice is listed."""
    if not count:
        return "No notice waits to be sent."
    what = [f"is for {country}"] if country else []
    what += [f"is of kind {kind}"] if kind else []
    what += ["is parked"] if parked else []
    return f"{count:,} wait, none {' and '.join(what)}."


@outbox.command()
def sent(
    as_csv: Csv = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Count the notices that were delivered, by kind, recipient and country.

    Example: lazsa-flow outbox sent
    """
    with open_service(database, config) as service:
        found = service.deliveries()
    rows = [(*what, count) for what, count in sorted(found.items())]
    if as_json:
        names = ("kind", "to", "country", "count")
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    elif as_csv:
        print_csv(SENT_COLUMNS, rows)
    else:
        print_table(SENT_COLUMNS, rows, empty="Nothing has been delivered yet.")


@outbox.command()
def retry(
    who: As,
    keys: NoticeKeys = None,
    every: AllParkedNotices = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Retry parked notices with the next relay; with --all it asks first.

    Example: lazsa-flow outbox retry --all --as operator:o-1
    """
    from lazsa_flow.cli.forecast import of_notices
    from lazsa_flow.errors import InputError

    if bool(keys) == every:
        raise InputError.of("outbox retry", "KEY", keys or "nothing", "keys, or else --all")
    actor = read_actor(who)
    with open_service(database, config) as service:

        def forecast() -> Forecast:
            service.retry_notices(keys or None, actor=actor, dry_run=True)
            parked = service.outbox(parked=True)
            return of_notices([each for each in parked if every or each.key in (keys or ())])

        if not confirm(
            "outbox retry --all", forecast, dry_run=dry_run, yes=yes or not every, as_json=as_json
        ):
            return
        count = service.retry_notices(keys or None, actor=actor)
    print_result(f"{count} notices will be tried again.", {"notices": count}, as_json=as_json)


@notices.command()
def preview(
    kind: NoticeKind,
    locale: NoticeLocale = None,
    country: NoticeCountry = None,
    html: Html = False,
    out: OutFile = None,
    database: CountriesDatabase = None,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Show a made-up notice; the page opens in the browser unless it goes into a file.

    It needs no database. It is in English unless --locale or --country says otherwise.

    Example: lazsa-flow notices preview overdue --locale id --html -o overdue.html
    """
    from lazsa_flow.config import Config
    from lazsa_flow.private_files import write_file
    from lazsa_flow.service.previewing import preview_notice

    if database is None:
        loaded = Config.load(config)
        shown = preview_notice(loaded, loaded.countries, kind, country=country, locale=locale)
    else:
        with open_service(database, config) as service:
            shown = service.preview_notice(kind, country=country, locale=locale)
    if as_json:
        print_json({"subject": shown.subject, "text": shown.text, "html": shown.html})
        return
    text = shown.html if html else f"{shown.subject}\n\n{shown.text}"
    if out is not None and str(out) != "-":
        write_file(out, text.encode())
    elif html and out is None:
        _open_page(text)
    else:
        sys.stdout.write(escape_controls(text))


def relay(
    once: Once = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    logs: LogFormat = Logs.console,
    level: LogLevel = Level.info,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = LOOPBACK,
    as_json: Json = False,
) -> None:
    """Send waiting notices through the deployment's channels, until SIGTERM.

    Any number may run side by side, apart from ``lazsa-flow run``. With --once, the exit code is 1
    if a notice failed or was set aside.

    Example: lazsa-flow relay --config /etc/lazsa
    """
    from lazsa_flow.logs import to_stderr
    from lazsa_flow.runner.pulse import Pulse
    from lazsa_flow.runner.settings import Address
    from lazsa_flow.runner.signals import stop_on_signals

    to_stderr(json=logs is Logs.json, level=level)
    stop, pulse = stop_on_signals("relay"), Pulse()
    address = None if metrics_port is None else Address(metrics_host, metrics_port)
    with open_service(database, config) as service, service.open_relay() as opened:
        if once:
            drained = opened.drain(stop.is_set)
            _print_drained(drained, as_json=as_json)
            raise typer.Exit(int(bool(drained.failed or drained.parked)))
        from lazsa_flow.runner.metrics_server import process_application, serve_metrics_in_thread

        with serve_metrics_in_thread(address, lambda: process_application(service, None, pulse)):
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


def _notice_document(each: Waiting) -> dict[str, Any]:
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


def _list_cells(each: Waiting, zone: str) -> tuple[Any, ...]:
    later = "parked" if each.parked else local(each.next_at, zone)
    return (each.key, each.kind, each.to, each.country, later, each.attempts, each.error)


def _open_page(html: str) -> None:
    import tempfile
    import webbrowser

    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", suffix=".html", prefix="lazsa-notice-", delete=False
    ) as file:
        file.write(html)
    webbrowser.open(Path(file.name).as_uri())
    console().print(file.name)
