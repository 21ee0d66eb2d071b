"""Nomination imports: the rows of a batch as one group of nominations.

Rows are checked one by one and written together. A row that needs what a row before it has written
waits until the group is written: it completes a nomination, or names a path that has no number yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.award.commands.nomination_group import read_group
from lazsa_flow.award.commands.nominations import complete_in
from lazsa_flow.award.rules.perks import LIFECYCLE
from lazsa_flow.engine.gc_pause import gc_paused
from lazsa_flow.errors import ConflictError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.lifecycle.path_ref import write_ref

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazsa_flow.award.commands.intake import Intake
    from lazsa_flow.award.commands.nomination_group import NominationGroup
    from lazsa_flow.award.imports.nominations import NominationRow
    from lazsa_flow.service.context import Context


def take_nominations(context: Context, intake: Intake, batch: Sequence[NominationRow]) -> None:
    """Make or complete the nominations of a batch; those that are recorded already are counted."""
    with gc_paused():
        _Batch(context, intake, batch).take()


class _Batch:
    """Rows on their way into the database."""

    def __init__(self, context: Context, intake: Intake, rows: Sequence[NominationRow]) -> None:
        self._context, self._intake = context, intake
        resolve = context.rulebook.merged.resolve
        makers = {(row.source, row.nominator) for row in rows}
        actors = {maker: resolve(Actor(*maker)) for maker in makers}
        self._rows = [(row, actors[row.source, row.nominator]) for row in rows]
        self._waiting: list[tuple[NominationRow, Actor]] = []
        self._group = self._read(self._rows)

    def _read(self, rows: Sequence[tuple[NominationRow, Actor]]) -> NominationGroup:
        return read_group(
            self._context,
            self._intake.transaction,
            [row.seller for row, _ in rows],
            [actor.id for _, actor in rows if actor.role == "ambassador"],
            self._intake.now,
        )

    def take(self) -> None:
        """Take every row, or report why it is refused."""
        for position, (row, actor) in enumerate(self._rows):
            if self._group.must_write_before(row.seller, actor) and not self._write():
                self._group = self._read(self._rows[position:])
            own = self._group.own_nomination(row.seller, actor)
            if own is not None and row.complete and not own.complete:
                self._complete(row, actor)
                self._group = self._read(self._rows[position:])
            elif own is not None:
                self._intake.already_there += 1
            else:
                with self._intake.row(row.line, "seller_id", row.seller, writes=False):
                    self._group.add(row.seller, actor, row.statement)
                    self._waiting.append((row, actor))
        self._write()

    def _write(self) -> bool:
        """Write the group; return whether it could be written whole.

        Where another transaction has opened a path for one of the sellers meanwhile, the rows are
        taken one by one, so that only those of this seller are refused.
        """
        waiting, self._waiting = self._waiting, []
        intake = self._intake
        try:
            with intake.transaction.savepoint():
                self._group.write()
        except ConflictError:
            for row, actor in waiting:
                with intake.row(row.line, "seller_id", row.seller):
                    alone = self._read([(row, actor)])
                    alone.add(row.seller, actor, row.statement)
                    alone.write()
                    intake.taken += 1
            return False
        intake.taken += len(waiting)
        return True

    def _complete(self, row: NominationRow, actor: Actor) -> None:
        """Complete a nomination that was made without a statement, once all else is written."""
        self._write()
        context, intake = self._context, self._intake
        transaction, now = intake.transaction, intake.now
        with intake.row(row.line, "seller_id", row.seller):
            path_id = transaction.open_paths(LIFECYCLE, [row.seller])[row.seller]
            context.check_settled(transaction, [path_id], now)
            seen = context.load(transaction, write_ref(LIFECYCLE, path_id), now)
            complete_in(context, transaction, seen, actor=actor, statement=row.statement, now=now)
            intake.taken += 1
