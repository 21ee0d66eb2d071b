"""Imports: files from the host, and rows that it hands over without a file."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from lazsa_flow.award import commands
from lazsa_flow.award.facade.irreversible import HOST
from lazsa_flow.award.permissions import check_command
from lazsa_flow.service.part import Part, runtime_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lazsa_flow.award.commands.import_kinds import ImportKind, ImportOptions
    from lazsa_flow.award.commands.import_result import ImportResult
    from lazsa_flow.award.rules.facts import Facts
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.context import Context
    from lazsa_flow.store.batches import Batch


class Imports(Part):
    """The imports.

    Each is one transaction and one row of the table of imports, which every row of evidence that
    it writes names. Rows that are recorded already count as already there.
    """

    def import_facts(
        self,
        file: FilePath | str,
        *,
        actor: Actor = HOST,
        key: str | None = None,
        partial: bool = False,
        rejects: FilePath | str | None = None,
        dry_run: bool = False,
        done: Callable[[int], None] = lambda rows: None,
    ) -> ImportResult:
        """Append the sellers' facts of a file; all of it or nothing.

        Args:
            file: CSV; its columns are in docs/reference/files.md.
            actor: Who imports.
            key: The idempotency key.
            partial: Take the good rows although others are refused.
            rejects: A file to which refused rows are written, each with its line and problems.
            dry_run: Return what would be taken, and write nothing but the rejects.
            done: Called with the number of rows that were read so far.

        Returns:
            As a number, how many rows were taken; and what became of the others.

        Raises:
            InputError: Rows are refused; up to twenty problems name file, line, field and value.
            KeyReusedError: The key was used for another request.
            NotAllowedError: The actor may not do this.
        """
        options = _options(actor, key, partial, rejects, done)
        return self._import(commands.imports.FACTS_IMPORT, file, options, dry_run=dry_run)

    def import_nominations(
        self,
        file: FilePath | str,
        *,
        actor: Actor = HOST,
        key: str | None = None,
        partial: bool = False,
        rejects: FilePath | str | None = None,
        dry_run: bool = False,
        done: Callable[[int], None] = lambda rows: None,
    ) -> ImportResult:
        """Make the nominations of a file. Arguments and errors as of :meth:`import_facts`.

        Args:
            file: CSV; its columns are in docs/reference/files.md.
            actor: Who acts.
            key: The idempotency key.
            partial: Take the good rows although others are refused.
            rejects: A file to which refused rows are written, each with its line and problems.
            dry_run: Return what would be taken, and write nothing but the rejects.
            done: Called with the number of rows that were read so far.

        Returns:
            As a number, how many rows were taken; and what became of the others.

        Raises:
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        options = _options(actor, key, partial, rejects, done)
        return self._import(commands.imports.NOMINATIONS_IMPORT, file, options, dry_run=dry_run)

    def import_scorecards(
        self,
        file: FilePath | str,
        *,
        actor: Actor = HOST,
        key: str | None = None,
        partial: bool = False,
        rejects: FilePath | str | None = None,
        dry_run: bool = False,
        done: Callable[[int], None] = lambda rows: None,
    ) -> ImportResult:
        """Record a file's scorecards. Arguments and errors as of :meth:`import_facts`.

        Args:
            file: CSV; its columns are in docs/reference/files.md.
            actor: Who acts.
            key: The idempotency key.
            partial: Take the good rows although others are refused.
            rejects: A file to which refused rows are written, each with its line and problems.
            dry_run: Return what would be taken, and write nothing but the rejects.
            done: Called with the number of rows that were read so far.

        Returns:
            As a number, how many rows were taken; and what became of the others.

        Raises:
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        options = _options(actor, key, partial, rejects, done)
        return self._import(
            commands.scorecard_imports.SCORECARDS_IMPORT, file, options, dry_run=dry_run
        )

    def import_turnover(
        self,
        file: FilePath | str,
        *,
        actor: Actor = HOST,
        key: str | None = None,
        partial: bool = False,
        rejects: FilePath | str | None = None,
        dry_run: bool = False,
        done: Callable[[int], None] = lambda rows: None,
    ) -> ImportResult:
        """Open the applications of a file. Arguments and errors as of :meth:`import_facts`.

        Args:
            file: CSV; its columns are in docs/reference/files.md.
            actor: Who acts.
            key: The idempotency key.
            partial: Take the good rows although others are refused.
            rejects: A file to which refused rows are written, each with its line and problems.
            dry_run: Return what would be taken, and write nothing but the rejects.
            done: Called with the number of rows that were read so far.

        Returns:
            As a number, how many applications were opened.

        Raises:
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        options = _options(actor, key, partial, rejects, done)
        return self._import(commands.imports.TURNOVER_IMPORT, file, options, dry_run=dry_run)

    def import_contacts(
        self,
        file: FilePath | str,
        *,
        actor: Actor = HOST,
        key: str | None = None,
        partial: bool = False,
        rejects: FilePath | str | None = None,
        dry_run: bool = False,
        done: Callable[[int], None] = lambda rows: None,
    ) -> ImportResult:
        """Take how persons are reached, in place of what was known.

        Arguments and errors as of :meth:`import_facts`; no error shows an address or a name.

        Args:
            file: CSV; its columns are in docs/reference/files.md.
            actor: Who acts.
            key: The idempotency key.
            partial: Take the good rows although others are refused.
            rejects: A file to which refused rows are written, each with its line and problems.
            dry_run: Return what would be taken, and write nothing but the rejects.
            done: Called with the number of rows that were read so far.

        Returns:
            As a number, how many rows were taken; and what became of the others.

        Raises:
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        options = _options(actor, key, partial, rejects, done)
        return self._import(
            commands.contact_imports.CONTACTS_IMPORT, file, options, dry_run=dry_run
        )

    def record_facts(
        self,
        facts: Iterable[Facts],
        *,
        actor: Actor = HOST,
        key: str | None = None,
        dry_run: bool = False,
    ) -> ImportResult:
        """Append sellers' facts without a file, under the same rules; all of them or none.

        Args:
            facts: The facts, each seller once.
            actor: Who records them.
            key: The idempotency key.
            dry_run: Return what would be taken, and write nothing.

        Returns:
            As a number, how many facts were taken; and what became of the others.

        Raises:
            InputError: Facts are refused; each problem names their number and the field.
            KeyReusedError: The key was used for another request.
            NotAllowedError: The actor may not do this.
        """
        every, options = list(facts), commands.import_kinds.ImportOptions(actor, key=key)
        check_command("import_facts", actor)
        run = self._dry_import if dry_run else commands.import_runs.in_place
        return self._runtime.run_command(
            lambda context: commands.imports.record_facts(context, every, options, run=run)
        )

    def imports(self, *, limit: int = 50) -> list[Batch]:
        """Return the imports that were recorded last, latest first.

        Args:
            limit: How many at most.
        """
        with self._runtime.store.begin(write=False) as transaction:
            batches: list[Batch] = transaction.batches(limit)
        return batches

    def _import(
        self,
        kind: ImportKind[Any],
        file: FilePath | str,
        options: ImportOptions,
        *,
        dry_run: bool,
    ) -> ImportResult:
        check_command(f"import_{kind.form.name}", options.actor)
        run = self._dry_import if dry_run else commands.import_runs.in_place
        return self._runtime.run_command(
            lambda context: commands.import_runs.import_file(context, kind, file, options, run=run)
        )

    def _dry_import(
        self, _context: Context, take: Callable[[Context], ImportResult]
    ) -> ImportResult:
        """Take rows in a transaction that is undone; the import's number is recorded nowhere."""
        result = self._dry_run(lambda own: take(runtime_of(own).context))
        return commands.import_result.ImportResult.of_fields({**result.fields(), "batch": None})


def _options(
    actor: Actor,
    key: str | None,
    partial: bool,
    rejects: FilePath | str | None,
    done: Callable[[int], None],
) -> ImportOptions:
    return commands.import_kinds.ImportOptions(
        actor, partial, FilePath(rejects) if rejects else None, key, done
    )
