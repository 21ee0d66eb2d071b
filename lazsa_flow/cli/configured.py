"""Configured texts and dates, as ``lazsa-flow policy`` and ``country`` print them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

if TYPE_CHECKING:
    from datetime import datetime


def print_configured(config: Path | None, kind: Literal["policy", "country"], name: str) -> None:
    """Print a configured text: the deployment's own, or else what ships.

    Args:
        config: The deployment's directory.
        kind: Of which kind.
        name: ``invoice/2020-1``, or a country's code.

    Raises:
        NotFoundError: There is none of this name.
    """
    from lazsa_flow.config import Config
    from lazsa_flow.errors import NotFoundError

    loaded = Config.load(config)
    texts = {f"{each.lifecycle}/{each.version}": each.text for each in loaded.policies}
    if kind == "country":
        texts = {each.text.code: each.text.text for each in loaded.country_texts}
    if name not in texts:
        raise NotFoundError(f"configured {kind}", name)
    typer.echo(texts[name], nl=False)


def since(at: datetime) -> str:
    """Format an instant for people; an empty text for the earliest possible one."""
    return "" if at.year == 1 else f"{at:%Y-%m-%d %H:%M} UTC"
