"""``lazsa-flow graph``: a lifecycle as a picture."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """The renderers."""

    mermaid = "mermaid"
    dot = "dot"


def graph(
    lifecycle: Annotated[str, typer.Argument(help="Which lifecycle, such as award.")],
    format_: Annotated[Format, typer.Option("--format", help="Of what kind.")] = Format.mermaid,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Into a file.")
    ] = None,
) -> None:
    """Draw a lifecycle from its table.

    Example: lazsa-flow graph award --format mermaid -o award.mmd
    """
    from lazsa_flow.config import Config
    from lazsa_flow.errors import NotFoundError
    from lazsa_flow.graph.chart import chart
    from lazsa_flow.graph.dot import dot
    from lazsa_flow.graph.mermaid import mermaid

    tables = {table.name: table for table in Config.load().lifecycles}
    if lifecycle not in tables:
        raise NotFoundError("lifecycle", lifecycle)
    render = {Format.mermaid: mermaid, Format.dot: dot}[format_]
    text = render(chart(tables[lifecycle]))
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, "utf-8")
