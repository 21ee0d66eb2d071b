"""The databases that a command line names: one for most commands, several for those that compare.

A command for one database refuses several: the last one would win unnoticed otherwise.
"""

from __future__ import annotations

import os
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

DATABASE_VARIABLE: Final = "LAZSA_DATABASE_URL"
_OPTION: Final = "--database"
_WORDS: Final = "lazsa_flow.words"


def keep_words(context: Any, words: Sequence[str]) -> None:
    """Keep the words of a command line, for options that may be given once alone."""
    context.meta[_WORDS] = list(words)


def read_one_database(context: typer.Context, value: str | None) -> str | None:
    """Return the URL of the one database that is named, without the name before it.

    Raises:
        typer.BadParameter: Several are named.
    """
    if value is None:
        return None
    if not is_typed(context) and not os.environ.get(DATABASE_VARIABLE):
        return value  # the default, which has no name before it
    from lazsa_flow.database_urls import split_urls, strip_name

    words = takewhile(lambda word: word != "--", context.meta.get(_WORDS, ()))
    given = sum(word == _OPTION or word.startswith(f"{_OPTION}=") for word in words)
    several = max(given, len(split_urls(value)))
    if several > 1:
        where = _OPTION if given > 1 or is_typed(context) else DATABASE_VARIABLE
        msg = (
            f"this command works on one database, and {where} names {several};"
            " view, ledger and doctor take several"
        )
        raise typer.BadParameter(msg)
    return strip_name(value)


def read_databases(context: typer.Context, value: list[str]) -> list[str]:
    """Return the URLs of all databases that are named, each with the name before it.

    A variable of the environment is read whole: a space may stand within a URL, too.
    """
    if not is_typed(context):
        named = os.environ.get(DATABASE_VARIABLE)
        if not named:
            return value  # the default, which is one database
        value = [named]
    from lazsa_flow.database_urls import split_urls

    return [url for each in value for url in split_urls(each)]


def is_typed(context: typer.Context) -> bool:
    """Return whether the databases stand on the command line itself."""
    source = context.get_parameter_source("database")
    return source is not None and source.name == "COMMANDLINE"
