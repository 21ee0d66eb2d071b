"""The keys of the policies: type, unit, the value that ships, and what each means."""

from __future__ import annotations

import inspect
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from docs.pages.docstrings import read_docstring, read_fields
from docs.pages.lifecycles import TABLES
from docs.pages.markdown import HEADER
from docs.pages.settings import render_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.lifecycle.table import Lifecycle

_INTRODUCTION: Final = f"""\
{HEADER}

# Policy keys

A policy holds the bars, windows and days of a lifecycle. It is a file
`policies/<lifecycle>/<version>.toml`, and comes into force with `lazsa-flow policy release FILE`;
a file alone changes nothing. A released version never changes: another bar is another version. A
cycle is governed by the version that was in force when it opened. `lazsa-flow policy show
LIFECYCLE` prints the one in force, and `lazsa-flow policy compare A B --on DATE` says whose
outcome another would change.

Decimals stand in quotes, so that no binary fraction sets a bar. A key that is not listed here is
refused, with the nearest one that is.
"""


def render() -> str:
    """Render the keys of each lifecycle's policy."""
    return "\n".join((_INTRODUCTION, *(part for each in TABLES for part in _render_policy(each))))


def _render_policy(lifecycle: Lifecycle) -> Iterator[str]:
    model = lifecycle.policy
    ships = _read_shipped(lifecycle.name)
    yield f"## {lifecycle.title}: `{lifecycle.name}`\n"
    yield render_settings(model, ships=ships)
    for key, field in model.model_fields.items():
        inner = field.annotation
        if inspect.isclass(inner) and issubclass(inner, BaseModel):
            yield f"### `[{key}]` of `{lifecycle.name}`\n"
            yield f"{read_docstring(inner).summary}\n"
            assert key in read_fields(model), key
            yield render_settings(inner, ships=ships[key])


def _read_shipped(lifecycle: str) -> dict[str, Any]:
    """Return the values of the latest version that ships."""
    folder = files("lazsa_flow") / "defaults" / "policies" / lifecycle
    latest = max(folder.iterdir(), key=lambda file: file.name)
    return tomllib.loads(latest.read_text("utf-8"))
