"""A console that shows data literally: without markup and control characters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console

from lazsa_flow.terminal_text import escape_controls

if TYPE_CHECKING:
    from rich.text import Text


class SafeConsole(Console):
    """A console for texts that hold what others have written."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(markup=False, highlight=False, emoji=False, stderr=stderr)

    def render_str(self, text: str, **options: Any) -> Text:
        """Render a text, a table's cell or title among them."""
        return super().render_str(escape_controls(text), **options)
