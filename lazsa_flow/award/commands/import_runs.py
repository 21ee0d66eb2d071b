"""Imports: rows of a file, or of a call, taken in one transaction and accounted for one by one.

A file is read to its end first, and its rows are kept in a temporary file, so that no command waits
while it is read. Every row is taken, was recorded already, or is refused with its line, field and
reason. One refused row refuses the whole file, unless a partial import was asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, TypeVar

from lazsa_flow.award.commands.erased_persons import Erasures
from lazsa_flow.award.commands.import_kinds import HOST, Source
from lazsa_flow.award.commands.import_result import ImportResult
from lazsa_flow.award.commands.import_taking import Taking, read_result
from lazsa_flow.csvfiles.problems import Problems
from lazsa_flow.csvfiles.rejects import write_rejects
from lazsa_flow.csvfiles.staging import StagedRows
from lazsa_flow.service.requests import actor_fields
from lazsa_flow.service.run_once import request_digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from lazsa_flow.award.commands.import_kinds import ImportKind, ImportOptions
    from lazsa_flow.csvfiles.formats import FileFormat
    from lazsa_flow.service.context import Context

_Row = TypeVar("_Row")
Run = Callable[["Context", Callable[["Context"], ImportResult]], ImportResult]
"""Runs what takes rows that were read in a context; see :func:`import_rows`."""


def in_place(context: Context, take: Callable[[Context], ImportResult]) -> ImportResult:
    """Take rows in the context in which they were read."""
    return take(context)


def import_file(
    context: Context,
    kind: ImportKind[_Row],
    file: Path | str,
    options: ImportOptions,
    *,
    run: Run = in_place,
) -> ImportResult:
    """Import the rows of a file.

    Raises as :func:`import_rows`.
    """

    def read(problems: Problems) -> Iterable[_Row]:
        return kind.read(file, context.rulebook.countries, problems)

    return import_rows(context, kind, _file_source(kind.form, file), read, options, run=run)


def import_rows(
    context: Context,
    kind: ImportKind[_Row],
    source: Source,
    read: Callable[[Problems], Iterable[_Row]],
    options: ImportOptions,
    *,
    run: Run = in_place,
) -> ImportResult:
    """Read rows to their end, outside any transaction, and then take all of them in one.

    Args:
        context: The store, and the rules in force.
        kind: How rows of this kind are taken.
        source: Where the rows come from.
        read: Reads them, and reports to the problems what is wrong with one.
        options: How they are imported.
        run: Runs what takes them: by default in this context, for a dry run in one that is undone.

    Raises:
        InputError: Rows are refused; up to twenty problems are named, and nothing is taken.
        KeyReusedError: The key was used for another request.
        ConfigError: Persons were erased under a secret that this process does not have.
        UnavailableError: What was read cannot be kept until it is taken.
    """
    request = _request_fields(source, options)
    if (found := _check_before(context, kind, options.key, request)) is not None:
        return read_result(source, found)
    problems = _open_problems(source, options)
    staged: StagedRows[_Row]
    try:
        with StagedRows() as staged:
            _stage_rows(staged, read(problems), kind.batch, options.done)
            taking = Taking(kind, source, options, problems, staged, context.version)
            result = run(context, lambda own: taking.take_all(own, request))
    finally:
        if options.rejects is not None and source.file is not None:
            write_rejects(source.file, source.form, problems, options.rejects)
    return result


def _check_before(
    context: Context, kind: ImportKind[Any], key: str | None, request: Mapping[str, Any]
) -> Any | None:
    """Return the result stored under a key, and refuse what no file could make right."""
    asked = request_digest(key, request)
    if key is None and kind.persons is None:
        return None
    with context.store.begin(write=False) as transaction:
        found = None if key is None else transaction.recall(key, asked)
        if found is None and kind.persons is not None:
            Erasures(context, transaction).check_keys()
    return found


def _stage_rows(
    staged: StagedRows[_Row], rows: Iterable[_Row], size: int, done: Callable[[int], None]
) -> None:
    """Read all rows, in batches of a size."""
    remaining, count = iter(rows), 0
    while batch := list(islice(remaining, size)):
        staged.add(batch)
        count += len(batch)
        done(count)


def _file_source(form: FileFormat, file: Path | str) -> Source:
    """Describe a file: its name, and the digest of what it holds."""
    digest = None
    with suppress(OSError, ValueError), FilePath(file).open("rb") as stream:  # the reader says so
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Source(form, str(file), FilePath(file), digest)


def _open_problems(source: Source, options: ImportOptions) -> Problems:
    return Problems(
        source.name,
        source.form.private,
        keep_all=options.rejects is not None,
        partial=options.partial,
        defer=True,
    )


def _request_fields(source: Source, options: ImportOptions) -> dict[str, Any]:
    """Return what identifies an import under its idempotency key.

    What is as it is by default is left out: keys of earlier releases know nothing of it.
    """
    request: dict[str, Any] = {
        "command": f"import {source.form.name}",
        "payload": source.sha256 or source.name,
    }
    if options.partial:
        request["partial"] = True
    if options.actor != HOST:
        request |= actor_fields(options.actor)
    return request
