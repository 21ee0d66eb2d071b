"""Cells: the values that pages and lists show, written as HTML and as plain text for CSV."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Final, Literal

from lazsa_flow.lifecycle.local_time import write_local_time

if TYPE_CHECKING:
    from collections.abc import Sequence

Tone = Literal["bad", "warn", "good", "quiet"]
"""How a value is to be taken: red, yellow, green or grey; the text says it, too."""

_BAR_WIDTH: Final = 84


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads somewhere.

    Attributes:
        tone: How it is to be taken, if it is not just a link.
    """

    text: str
    to: str
    tone: Tone | None = None

    def to_html(self) -> str:
        """Write the link."""
        if self.tone is not None:
            mark = f'class="mark {self.tone}"'
            return f'<a {mark} href="{escape(self.to)}">{escape(self.text)}</a>'
        return f'<a href="{escape(self.to)}">{escape(self.text)}</a>'

    def to_text(self) -> str:
        """Write the text alone."""
        return self.text


@dataclass(frozen=True, slots=True)
class ZonedTime:
    """An instant, in the time of a zone.

    Attributes:
        zone: The zone's name, as ``Asia/Manila``.
    """

    at: datetime
    zone: str = "UTC"

    def to_html(self) -> str:
        """Write the local time with its offset and place, and the instant for machines."""
        instant = self.at.astimezone(UTC).isoformat(timespec="seconds")
        return f'<time datetime="{instant}">{escape(self.to_text())}</time>'

    def to_text(self) -> str:
        """Write the local time with its offset and place."""
        return write_local_time(self.at, self.zone)


@dataclass(frozen=True, slots=True)
class LateBy:
    """How long something has been waiting that should have happened."""

    length: timedelta

    def to_html(self) -> str:
        """Write the length in red."""
        return Mark(self.to_text(), "bad").to_html()

    def to_text(self) -> str:
        """Write the length in its two largest units."""
        return write_length(self.length)


@dataclass(frozen=True, slots=True)
class Mark:
    """A text with a tone."""

    text: str
    tone: Tone

    def to_html(self) -> str:
        """Write the text with the tone's class."""
        return f'<span class="mark {self.tone}">{escape(self.text)}</span>'

    def to_text(self) -> str:
        """Write the text alone."""
        return self.text


@dataclass(frozen=True, slots=True)
class Titled:
    """A part of a lifecycle: its title, and its code name below.

    Attributes:
        tone: How it is to be taken, if it is out of the ordinary.
        note: What is said of it in a word, such as that the path is parked.
        inline: Whether it is one of several in a cell, where the code name is a tooltip.
    """

    title: str
    code: str
    tone: Tone | None = None
    note: str = ""
    inline: bool = False

    def to_html(self) -> str:
        """Write the title, and the code name on a second line or as a tooltip."""
        if self.inline:
            return f'<span title="{escape(self.code)}">{escape(self.title)}</span>'
        title = f"{self.title}, {self.note}" if self.note else self.title
        shown = escape(title) if self.tone is None else Mark(title, self.tone).to_html()
        return f'{shown}<small class="code">{escape(self.code)}</small>'

    def to_text(self) -> str:
        """Write the code name, which filters and commands take."""
        return f"{self.code}, {self.note}" if self.note else self.code


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, as a bar and in figures."""

    part: int
    whole: int

    def to_html(self) -> str:
        """Write the bar and the figures."""
        width = round(_BAR_WIDTH * self.part / self.whole) if self.whole else 0
        return (
            f'<svg class="share" width="{_BAR_WIDTH}" height="9" aria-hidden="true">'
            f'<rect class="whole" width="{_BAR_WIDTH}" height="9" rx="4"/>'
            f'<rect class="part" width="{width}" height="9" rx="4"/></svg> {self.to_text()}'
        )

    def to_text(self) -> str:
        """Write the figures."""
        return f"{self.part:,} of {self.whole:,}"


@dataclass(frozen=True, slots=True)
class Command:
    """A command line, to be copied into a shell."""

    line: str

    def to_html(self) -> str:
        """Write the line, with a button that a script shows."""
        line = escape(self.line)
        button = f'<button type="button" class="copy" aria-label="Copy {line}">Copy</button>'
        return f'<span class="command"><code>{line}</code>{button}</span>'

    def to_text(self) -> str:
        """Write the line."""
        return self.line


@dataclass(frozen=True, slots=True)
class Series:
    """Several values in one cell."""

    cells: Sequence[Cell]
    separator: str = ", "

    def to_html(self) -> str:
        """Write them one after the other."""
        return escape(self.separator).join(map(write_html, self.cells))

    def to_text(self) -> str:
        """Write them one after the other."""
        return self.separator.join(map(write_text, self.cells))


Cell = (
    str | int | date | Link | ZonedTime | LateBy | Mark | Titled | Share | Command | Series | None
)
"""What may stand in a cell; ``None`` leaves it empty."""


def write_html(cell: Cell) -> str:
    """Write a cell as HTML."""
    if cell is None:
        return ""
    if isinstance(cell, str | date):
        return escape(str(cell))
    return f"{cell:,}" if isinstance(cell, int) else cell.to_html()


def write_text(cell: Cell) -> str:
    """Write a cell as text, for CSV."""
    if cell is None:
        return ""
    return str(cell) if isinstance(cell, str | int | date) else cell.to_text()


def write_length(length: timedelta) -> str:
    """Write a length of time in its two largest units: ``3 days 4 h``, ``5 min``."""
    seconds = max(0, int(length.total_seconds()))
    days, hours = divmod(seconds // 3600, 24)
    minutes = seconds // 60 % 60
    if days:
        of_days = f"{days:,} {'day' if days == 1 else 'days'}"
        return f"{of_days} {hours} h" if hours and days < 30 else of_days
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{seconds} s"
