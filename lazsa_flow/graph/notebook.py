"""Notebooks: how a value is shown in one, by the renderer that registered for its type."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.errors import ExtraError

if TYPE_CHECKING:
    from collections.abc import Callable

_RENDERERS: Final[dict[type, Callable[[Any], str]]] = {}


def register_renderer(shown: type, renderer: Callable[[Any], str]) -> None:
    """Let a renderer show every value of a type.

    Args:
        shown: The type.
        renderer: Returns a value as SVG or HTML; it may need the extra ``graph``.
    """
    _RENDERERS[shown] = renderer


def render_for_notebook(value: object) -> str | None:
    """Render a value, or return nothing where the extra ``graph`` is not installed."""
    try:
        return _RENDERERS[type(value)](value)
    except ExtraError:
        return None


def explain_missing_extra(value: object) -> str | None:
    """Say as HTML which extra would draw a value; nothing where it is installed."""
    try:
        _RENDERERS[type(value)](value)
    except ExtraError as error:
        return f"<pre>{escape(repr(value))}</pre><p>{escape(str(error))}</p>"
    return None
