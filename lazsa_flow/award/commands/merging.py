"""Merges: two ids of one seller are joined, and separated again while no path has moved since.

A merge holds for every later look-up by seller. The paths of the old id are renamed to the new one
and move to its country. What was recorded of the old id stays where it is, and is found under both.
Undoing a merge puts the paths back.

Source:
    programme.md, "Who and where".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lazsa_flow.award.permissions import check_command
from lazsa_flow.award.rules.perks import LIFECYCLE
from lazsa_flow.errors import ConflictError, InputError, no_seller
from lazsa_flow.service.replan import Planned, in_country, planned_fields, planned_of, replan_paths
from lazsa_flow.service.requests import request_fields

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.lifecycle.model import Actor, Path
    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.service.context import Context
    from lazsa_flow.store.merges import Merge


@dataclass(frozen=True, slots=True)
class MergedSellers:
    """The result of a merge, or of undoing one.

    Attributes:
        old: The id that is an alias from now on, or no longer is one.
        new: The id that it was merged into, or parted from.
        seller: The id that the seller's paths are recorded under.
        country: The country of that id; ``None`` where none is on record.
        paths: The paths whose id has changed.
        timers: The timers that moved with the country.
    """

    old: str
    new: str
    seller: str
    country: str | None
    paths: tuple[str, ...]
    timers: tuple[Planned, ...]


def merge_ids(
    context: Context, old: str, new: str, *, actor: Actor, key: str | None
) -> MergedSellers:
    """Join two ids; see :meth:`lazsa_flow.award.programme.Programme.merge_sellers`."""
    if old == new:
        raise InputError.of("merge_sellers", "new", new, "another id than the old one")
    now = context.clock.now()

    def join_ids(transaction: AwardTransaction) -> dict[str, Any]:
        check_command("merge_sellers", actor)
        _check_known(transaction, (old, new))
        seller = _check_apart(transaction, old, new)
        paths, others = transaction.paths_of(old), transaction.paths_of(new)
        _check_places(context, (old, new), paths, others, now)
        context.check_settled(transaction, [path.id for path in (*paths, *others)], now)
        country = transaction.country_of(seller)
        if country is None and (known := transaction.country_of(old)) is not None:
            country = known
            _record_country(context, transaction, seller, country, actor, now)
        timers = _rename_paths(context, transaction, paths, seller, country, actor, now, "merged")
        _add_event(context, transaction, "merged", old, new, paths, others, actor, now)
        return _result_fields(old, new, seller, country, paths, timers)

    return _run_command(context, "merge_sellers", old, new, actor, key, now, join_ids)


def unmerge_ids(
    context: Context, old: str, new: str, *, actor: Actor, key: str | None
) -> MergedSellers:
    """Separate two ids; see :meth:`lazsa_flow.award.programme.Programme.unmerge_sellers`."""
    now = context.clock.now()

    def part_ids(transaction: AwardTransaction) -> dict[str, Any]:
        check_command("unmerge_sellers", actor)
        _check_known(transaction, (old, new))
        merges = transaction.merges_in_force()
        undone = merges.get(old)
        if undone is None or undone.new != new:
            raise ConflictError(old, f"is not merged into {new}")
        paths = transaction.paths_of(old)
        context.check_settled(transaction, [path.id for path in paths], now)
        _check_unmoved(transaction, paths, undone, merges)
        own = _paths_under(old, merges)
        parted = [path for path in paths if path.id in own]
        others = [path for path in paths if path.id not in own]
        _add_event(context, transaction, "undone", old, new, parted, others, actor, now)
        country = transaction.country_of(old)
        timers = _rename_paths(context, transaction, parted, old, country, actor, now, "unmerged")
        return _result_fields(old, new, old, country, parted, timers)

    return _run_command(context, "unmerge_sellers", old, new, actor, key, now, part_ids)


def _run_command(
    context: Context,
    command: str,
    old: str,
    new: str,
    actor: Actor,
    key: str | None,
    now: datetime,
    run: Any,
) -> MergedSellers:
    """Run a command on two ids once, after the overdue timers of both have fired."""
    with context.store.begin(write=False) as transaction:
        ids = {path.id for each in (old, new) for path in transaction.paths_of(each)}
    request = request_fields(command, actor, old=old, new=new)
    with context.fire_overdue(sorted(ids)):
        found = context.run_idempotent(key, request, now, run, changes_rules=True)
    return MergedSellers(
        **{
            **found,
            "paths": tuple(found["paths"]),
            "timers": tuple(planned_of(fields) for fields in found["timers"]),
        }
    )


# -- what is asked before


def _check_known(transaction: AwardTransaction, sellers: Collection[str]) -> None:
    """Check that facts or a path are known of each seller.

    Raises:
        NotFoundError: One is not.
    """
    for seller in sellers:
        if transaction.home_of(seller) is None:
            raise no_seller(seller)


def _check_apart(transaction: AwardTransaction, old: str, new: str) -> str:
    """Return the id in force for ``new``, if ``old`` is neither one of its names nor an alias.

    Raises:
        ConflictError: They are one seller already, or ``old`` is merged into another id.
    """
    names = transaction.names_of(new)
    if old in names:
        raise ConflictError(old, f"is one seller with {new} already")
    seller = transaction.names_of(old)[0]
    if seller != old:
        raise ConflictError(old, f"is merged into {seller}: merge {seller} into {new}")
    return names[0]


def _check_places(
    context: Context,
    sellers: tuple[str, str],
    paths: Sequence[Path],
    others: Sequence[Path],
    now: datetime,
) -> None:
    """Check that the paths of two sellers can belong to one seller.

    Raises:
        ConflictError: Both have an open path of one lifecycle, sit, or are members; or one is a
            member while the other sits.
    """
    found = [
        f"{what}: {one.ref} of {sellers[0]} and {other.ref} of {sellers[1]}"
        for one in paths
        for other in others
        for what in _find_clashes(context, one, other, now)
    ]
    if found:
        raise ConflictError(
            sellers[0], f"cannot be one seller with {sellers[1]}: " + "; ".join(found)
        )


def _find_clashes(context: Context, one: Path, other: Path, now: datetime) -> Iterator[str]:
    """Yield each conflict between the paths of two sellers."""
    if one.lifecycle != other.lifecycle:
        return
    table = context.rulebook.lifecycle(one.lifecycle)
    sits, member = "award", "membership"
    award = one.lifecycle == LIFECYCLE
    if award and one.period(sits, now) and other.period(sits, now):
        yield "two sitting awards"
    elif not table.several_open and _both_open(table, one, other):
        yield f"two open {one.lifecycle} paths"
    if not award:
        return
    if one.period(member, now) and other.period(member, now):
        yield "two memberships"
    for first, second in ((one, other), (other, one)):
        if first.period(sits, now) and second.period(member, now):
            yield "a sitting award and a membership"


def _both_open(table: Lifecycle, one: Path, other: Path) -> bool:
    return table.state(one.state).open and table.state(other.state).open


def _check_unmoved(
    transaction: AwardTransaction,
    paths: Sequence[Path],
    undone: Merge,
    merges: Mapping[str, Merge],
) -> None:
    """Check that no path has moved since a merge.

    Raises:
        ConflictError: A path was opened or has moved.
    """
    versions: dict[int, int] = {}
    for each in sorted(merges.values(), key=lambda merge: merge.number):
        if each.number >= undone.number:
            versions = {**each.old_paths, **each.new_paths, **versions}
    for path in paths:
        if path.id not in versions:
            raise ConflictError(
                undone.old, f"{path.ref} was opened after the merge, so it cannot be undone"
            )
        if transaction.has_moved(path.id, versions[path.id]):
            raise ConflictError(
                undone.old, f"{path.ref} has moved since the merge, so it cannot be undone"
            )


def _paths_under(old: str, merges: Mapping[str, Merge]) -> set[int]:
    """Return the paths that an id brought along, with those of the ids merged into it before."""
    found: set[int] = set()
    names = [old]
    while names:
        name = names.pop()
        if name in merges:
            found |= merges[name].old_paths.keys()
        names += [each.old for each in merges.values() if each.new == name]
    return found


# -- what is written


def _rename_paths(
    context: Context,
    transaction: AwardTransaction,
    paths: Sequence[Path],
    seller: str,
    country: str | None,
    actor: Actor,
    now: datetime,
    reason: str,
) -> list[Planned]:
    """Move paths to an id and its country, with a row in their journals."""

    def move_path(path: Path) -> Path:
        moved = path
        if country is not None and path.country != country:
            moved = in_country(path, country, context.rulebook.calendar(country), now)
        return replace(moved, subject=seller)

    ids = [path.id for path in paths]
    timers = list(replan_paths(transaction, context.rulebook, ids, move_path, actor, now, reason))
    transaction.rename_paths(ids, seller)
    return timers


def _record_country(
    context: Context,
    transaction: AwardTransaction,
    seller: str,
    country: str,
    actor: Actor,
    now: datetime,
) -> None:
    as_of = context.rulebook.calendar(country).local_date(now)
    transaction.add_country_of(
        seller, country, actor=str(actor), as_of=as_of, recorded_at=now, source="merge"
    )


def _add_event(
    context: Context,
    transaction: AwardTransaction,
    event: Any,
    old: str,
    new: str,
    paths: Sequence[Path],
    others: Sequence[Path],
    actor: Actor,
    now: datetime,
) -> None:
    country = transaction.home_of(new)
    assert country is not None  # both are known
    transaction.add_merge_event(
        event,
        old,
        new,
        old_paths={path.id: path.seq for path in paths},
        new_paths={path.id: path.seq for path in others},
        actor=str(actor),
        as_of=context.rulebook.calendar(country).local_date(now),
        recorded_at=now,
    )


def _result_fields(
    old: str,
    new: str,
    seller: str,
    country: str | None,
    paths: Sequence[Path],
    timers: Sequence[Planned],
) -> dict[str, Any]:
    return {
        "old": old,
        "new": new,
        "seller": seller,
        "country": country,
        "paths": [path.ref for path in paths],
        "timers": [planned_fields(each) for each in timers],
    }
