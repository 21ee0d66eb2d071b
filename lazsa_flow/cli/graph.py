"""``lazsa-flow graph``: a lifecycle as a picture."""

from __future__ import annotations

import sys
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from lazsa_flow.cli.common import console, open_service, print_json, read_now
from lazsa_flow.cli.database_options import is_typed
from lazsa_flow.cli.foresight_options import ShownRehearsal
from lazsa_flow.cli.options import (
    ConfigDir,
    Dark,
    Format,
    GraphDatabase,
    Json,
    LifecycleName,
    NoticeLocale,
    Now,
    OutFile,
    RenderFormat,
    StoryOf,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lazsa_flow.graph.chart import Chart
    from lazsa_flow.graph.timeline import Picture
    from lazsa_flow.lifecycle.table import Lifecycle

LISTED: Final = 10_000
"""So many paths are listed in a page that is a file, besides those with their stories."""


def graph(
    context: typer.Context,
    lifecycle: LifecycleName,
    format_: RenderFormat = Format.mermaid,
    out: OutFile = None,
    database: GraphDatabase = None,
    path: StoryOf = None,
    rehearsal: ShownRehearsal = None,
    now: Now = None,
    dark: Dark = False,
    locale: NoticeLocale = None,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Draw a lifecycle from its table, with figures and one path's story where a database is named.

    Where LAZSA_DATABASE_URL names one that has no schema yet, it is drawn without figures. With
    --rehearsal, a page shows what that rehearsal foretells next to the past.

    Example: lazsa-flow graph invoice --format html -o lifecycle.html --database sqlite:///lazsa.db
    """
    from lazsa_flow.errors import SchemaError
    from lazsa_flow.private_files import write_file

    _refuse_rehearsal(rehearsal, format_, database)
    _refuse_format(format_, dark=dark)
    opens_on = None
    if database is None:
        _refuse_without_database(path=path, now=now)
        shown: Chart | Picture = _table(lifecycle, config)
    else:
        at, page = read_now(now), format_ is Format.html
        try:
            shown, opens_on = _figures(lifecycle, database, path, config, at, rehearsal, page=page)
        except SchemaError as error:
            if path or now or rehearsal or is_typed(context):
                raise
            console(stderr=True).print(f"Drawn without figures: {error}", soft_wrap=True)
            shown = _table(lifecycle, config)
    if locale is not None:
        shown = shown.translate(_find_table(lifecycle, config), locale)
    content = _render(shown, format_, dark=dark, opens_on=opens_on)
    if as_json:
        print_json(_document(lifecycle, format_, content, out))
    elif out is None or str(out) == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        write_file(out, content)


def _refuse_without_database(path: str | None, now: str | None) -> None:
    """Refuse what is asked of a database, where none is named.

    Raises:
        InputError: A path's story or an instant is asked for.
    """
    from lazsa_flow.errors import InputError

    if path is not None:
        raise InputError.of("graph", "--path", path, "--database too: where its story is kept")
    if now is not None:
        raise InputError.of("graph", "--now", now, "--database too: whose figures are shown")


def _refuse_rehearsal(rehearsal: str | None, format_: Format, database: str | None) -> None:
    """Let a rehearsal pass where there is a page with a past that it can stand next to.

    Raises:
        InputError: There is none.
    """
    from lazsa_flow.errors import InputError

    if rehearsal is not None and (database is None or format_ is not Format.html):
        expected = "--format html and --database too: the page that shows it next to the past"
        raise InputError.of("graph", "--rehearsal", rehearsal, expected)


def _refuse_format(format_: Format, *, dark: bool) -> None:
    """Let a format pass that has what is asked for.

    Raises:
        InputError: It has no paper.
    """
    from lazsa_flow.errors import InputError

    if dark and format_ not in (Format.svg, Format.png):
        raise InputError.of("graph", "--dark", format_.value, "a format that has paper: svg or png")


def _document(lifecycle: str, format_: Format, content: bytes, out: Path | None) -> dict[str, str]:
    """Return the picture as JSON values, or what went into a file."""
    from lazsa_flow.private_files import write_file

    document = {"lifecycle": lifecycle, "format": format_.value}
    if out is not None and str(out) != "-":
        write_file(out, content)
        return {**document, "file": str(out)}
    if format_ is Format.png:
        return {**document, "base64": b64encode(content).decode()}
    return {**document, "text": content.decode()}


def _table(lifecycle: str, config: Path | None) -> Chart:
    from lazsa_flow.graph.chart import build_chart

    return build_chart(_find_table(lifecycle, config))


def _find_table(lifecycle: str, config: Path | None) -> Lifecycle:
    from lazsa_flow.config import Config
    from lazsa_flow.errors import NotFoundError

    tables = {table.name: table for table in Config.load(config).lifecycles}
    if lifecycle not in tables:
        raise NotFoundError("lifecycle", lifecycle)
    return tables[lifecycle]


def _figures(
    lifecycle: str,
    database: str,
    path: str | None,
    config: Path | None,
    now: datetime | None,
    rehearsal: str | None,
    *,
    page: bool,
) -> tuple[Chart | Picture, str | None]:
    """Return the lifecycle with its figures, and the path whose story is asked for."""
    from lazsa_flow.foresight.foreseen_moves import show_foreseen

    with open_service(database, config, now=now) as service:
        opens_on = None if path is None else service.find(path, lifecycle).ref
        names = [] if path is None else [path]
        picture = service.picture(lifecycle, names=names, others=LISTED if page else 0)
        if rehearsal is not None:
            picture = show_foreseen(service, picture, rehearsal)
        if page:
            return picture, opens_on
        rows = [] if opens_on is None else service.history(opens_on)
        return picture.chart.tracing(rows), opens_on


def _render(shown: Chart | Picture, format_: Format, *, dark: bool, opens_on: str | None) -> bytes:
    from lazsa_flow.graph.dot import dot
    from lazsa_flow.graph.mermaid import mermaid
    from lazsa_flow.graph.page import page
    from lazsa_flow.graph.png import png
    from lazsa_flow.graph.svg import svg
    from lazsa_flow.graph.timeline import Picture
    from lazsa_flow.graph.xstate import xstate

    if isinstance(shown, Picture):
        return page(shown, opens_on=opens_on).encode()
    if format_ is Format.png:
        return png(shown, dark=dark)
    if format_ is Format.svg:
        return svg(shown, dark=dark).encode()
    texts: dict[Format, Callable[[Chart], str]] = {
        Format.mermaid: mermaid,
        Format.dot: dot,
        Format.xstate: xstate,
        Format.html: page,
    }
    return texts[format_](shown).encode()
