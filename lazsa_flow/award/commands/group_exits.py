"""Former members whom the team has still to take out of the group, and that it was done.

A membership that has ended leaves a task for the team: chat apps know nothing of lifecycles. It is
done once for each membership; a seller who joins again before it was done may stay.

Source:
    programme.md, "Reconnect" and "Tenure, renewal, retirement".
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.award.commands.statements import append_statement
from lazsa_flow.award.permissions import check_command
from lazsa_flow.award.rules.perks import LIFECYCLE
from lazsa_flow.errors import ConflictError, no_seller
from lazsa_flow.service.requests import request_fields

if TYPE_CHECKING:
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.lifecycle.model import Actor, Path
    from lazsa_flow.service.context import Context

KIND: Final = "group"
_MEMBERSHIP: Final = "membership"
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


def list_group_exits(context: Context, country: str | None = None) -> list[Path]:
    """List the paths whose members are to be taken out of the group, by their numbers.

    They stand in ``removed``, or were reinstated out of the group on an appeal.

    Args:
        context: Where.
        country: Of this country; of all by default.
    """
    with context.store.begin(write=False) as transaction:
        done = {
            each.name for said in transaction.records_by_subject(KIND).values() for each in said
        }
        members = transaction.paths_in(LIFECYCLE, ("reconnect",), country=country)
        left = transaction.paths_in(LIFECYCLE, ("removed",), country=country)
        appealed = sorted(context.path_id(ref) for ref in transaction.appealed_since(_EVER))
        seen = transaction.load_chunk(appealed, before=None, on=context.clock.now().date())
    within = {path.subject for path in members}
    paths = {path.id: path for path in (*left, *(each.path for each in seen))}
    return [
        path
        for _, path in sorted(paths.items())
        if country in (None, path.country)
        and path.subject not in within
        and _has_left(path)
        and _name_exit(path) not in done
    ]


def record_taken_out(context: Context, seller: str, *, actor: Actor, key: str | None) -> str:
    """Record that a former member was taken out of the group; return the path's reference.

    Raises:
        NotFoundError: The seller is not known.
        NotAllowedError: The actor may not.
        ConflictError: The seller is a member or never was one, or it was recorded; it names by
            whom and when.
    """
    now = context.clock.now()
    with context.store.begin(write=False) as transaction:
        ids = [path.id for path in transaction.paths_of(seller, LIFECYCLE)]

    def record_exit(transaction: AwardTransaction) -> dict[str, Any]:
        country = transaction.home_of(seller)
        if country is None:
            raise no_seller(seller)
        check_command("record_taken_out", actor, subject=seller, country=country)
        context.check_settled(transaction, ids, now)
        path = _find_left(transaction, seller)
        append_statement(
            context,
            transaction,
            path.subject,
            country,
            KIND,
            _name_exit(path),
            "taken_out",
            actor,
            now,
        )
        return {"path": path.ref}

    request = request_fields("record_taken_out", actor, seller=seller)
    with context.fire_overdue(ids):
        done: dict[str, str] = context.run_idempotent(key, request, now, record_exit)
    return done["path"]


def _find_left(transaction: AwardTransaction, seller: str) -> Path:
    """Return the path of a seller's latest membership, which has ended.

    Raises:
        ConflictError: There is none, one runs, or it is recorded that the seller was taken out.
    """
    paths = transaction.paths_of(seller, LIFECYCLE)
    memberships = [path for path in paths if path.periods.get(_MEMBERSHIP)]
    if not memberships:
        raise ConflictError(seller, "was never a member of Reconnect")
    if not all(map(_has_left, memberships)):
        raise ConflictError(seller, "is a member of Reconnect")
    for record in transaction.records_of(seller):
        if (record.kind, record.name) == (KIND, _name_exit(memberships[-1])):
            what = f"was taken out of the group by {record.actor} on {record.as_of}"
            raise ConflictError(seller, what)
    return memberships[-1]


def _has_left(path: Path) -> bool:
    """Return whether a path's latest membership has ended."""
    memberships = path.periods.get(_MEMBERSHIP, ())
    return bool(memberships) and memberships[-1].ended_at is not None


def _name_exit(path: Path) -> str:
    """Return the name under which it is recorded: of the path and its latest membership."""
    return f"{path.ref}.{len(path.periods.get(_MEMBERSHIP, ()))}"
