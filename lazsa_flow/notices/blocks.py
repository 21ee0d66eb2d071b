"""Blocks of a notice: paragraphs, lists and boxes made of a template's words, as text and HTML.

A template's words are blocks with a blank line between. A block whose lines begin with ``- `` is a
list, one with ``> `` is a box; any other is a paragraph, and its line breaks do not matter. So both
parts of a mail have the same words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterator

_ITEM: Final = "- "
_BOX: Final = "> "
_P: Final = "margin:0 0 16px;"
_LIST: Final = "margin:0 0 16px;padding-left:22px;"
_LI: Final = "margin:0 0 6px;"
_CALLOUT: Final = (
    "margin:0 0 16px;padding:14px 18px;background:#f3f1fb;border-left:4px solid #4a2fbd;"
    "border-radius:4px;"
)


def _split_blocks(text: str) -> Iterator[list[str]]:
    block: list[str] = []
    for line in str(text).splitlines():  # of Markup each line and item would be Markup again
        stripped = line.strip()
        if stripped:
            block.append(stripped)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _split_list_items(block: list[str], mark: str) -> list[str]:
    """Return the items of a block; a line without the mark continues the item before."""
    items: list[str] = []
    for line in block:
        if line.startswith(mark):
            items.append(line.removeprefix(mark))
        else:
            items[-1] += f" {line}"
    return items


def as_text(text: str) -> str:
    """Write blocks as plain text, a line each."""
    written = []
    for block in _split_blocks(text):
        if block[0].startswith(_ITEM):
            written.append("\n".join(f"- {item}" for item in _split_list_items(block, _ITEM)))
        elif block[0].startswith(_BOX):
            written.append("\n".join(f"  {item}" for item in _split_list_items(block, _BOX)))
        else:
            written.append(" ".join(block))
    return "\n\n".join(written)


def as_anchor(link: str) -> Markup:
    """Write a link that was checked as one that can be followed; a value in it is escaped."""
    return Markup('<a href="{0}" style="color:#4a2fbd;">{0}</a>').format(link)


def as_html(text: str) -> Markup:
    """Write blocks as HTML; values in them have been escaped before."""
    written = []
    for block in _split_blocks(text):
        if block[0].startswith(_ITEM):
            items = "".join(
                f'<li style="{_LI}">{item}</li>' for item in _split_list_items(block, _ITEM)
            )
            written.append(f'<ul style="{_LIST}">{items}</ul>')
        elif block[0].startswith(_BOX):
            written.append(
                f'<p style="{_CALLOUT}">{"<br>".join(_split_list_items(block, _BOX))}</p>'
            )
        else:
            written.append(f'<p style="{_P}">{" ".join(block)}</p>')
    return Markup("\n".join(written))  # noqa: S704 - every part was escaped
