"""Blocks of data, and blocks that are not run: read by their parsers."""

from __future__ import annotations

import ast
import configparser
import csv
import json
import tomllib
from typing import TYPE_CHECKING, Final

import jinja2

from tests.pages.blocks import PageError
from tests.pages.commands import check_command, commands_of, lazsa_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.pages.blocks import Block


def parse_block(block: Block) -> None:
    """Read a block by the parser of its kind.

    Raises:
        PageError: The parser refuses it.
    """
    if block.kind == "console":
        for command in commands_of(block):
            words = lazsa_words(command.line) if not command.needs_shell else None
            if words is not None:
                check_command(words, command.place)
        return
    try:
        PARSERS[block.kind](block.text)
    except Exception as error:
        raise PageError(f"{block.place}: {block.kind}: {error}") from None


def _csv(text: str) -> None:
    rows = list(csv.reader(text.splitlines(), strict=True))
    if len({len(row) for row in rows}) != 1:
        raise ValueError("rows of different length")


def _ini(text: str) -> None:
    configparser.ConfigParser(strict=False, interpolation=None).read_string(text)


def _diff(text: str) -> None:
    if not all(line[:1] in {"+", "-", " ", ""} for line in text.splitlines()):
        raise ValueError("expected lines with +, - or a space in front")


def _mermaid(text: str) -> None:
    if not text.startswith(("stateDiagram-v2", "---\n")):
        raise ValueError("expected stateDiagram-v2")


def _text(text: str) -> None:
    if not text.strip():
        raise ValueError("nothing in it")


PARSERS: Final[dict[str, Callable[[str], object]]] = {
    "python": ast.parse,
    "toml": tomllib.loads,
    "json": json.loads,
    "csv": _csv,
    "ini": _ini,
    "jinja": jinja2.Environment(autoescape=True).parse,
    "mermaid": _mermaid,
    "diff": _diff,
    "markdown": _text,
    "text": _text,
}
