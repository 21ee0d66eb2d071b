"""Lists of open appeals, those with the fewest days left first.

Appeals on which somebody gave a voice are few. Decisions that can still be appealed are as many as
a night has declined: they are found along the index of states, by what was decided lately, and read
without evidence; only those of a page are looked up in the journal.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from lazsa_flow.award.commands.appeals import has_appeal, read_appeal
from lazsa_flow.award.commands.decision_row import decision_row
from lazsa_flow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from lazsa_flow.award.commands.appeals import Appeal
    from lazsa_flow.award.policy import AwardPolicy
    from lazsa_flow.service.context import Context

APPEALED_STATES: Final = ("declined", "retired", "reconnect")
"""The states in which a decision of the clock can be appealed."""


def open_appeals(
    context: Context,
    countries: Iterable[str],
    now: datetime,
    *,
    unfiled: bool,
    named: bool,
    after: str | None = None,
    limit: int | None = None,
) -> list[Appeal]:
    """List the appeals of countries that are open, those with the fewest days left first.

    Args:
        context: Where and by whose rules.
        countries: Their codes.
        now: The instant of the question.
        unfiled: Whether decisions are listed, too, that can still be appealed and were not.
        named: Whether the persons who gave their voices are named.
        after: The path of the last appeal of the page before.
        limit: At most so many.

    Raises:
        InputError: ``after`` is no path of the list.
    """
    found = find_open_appeals(context, countries, now, unfiled=unfiled, named=named)
    if after is not None:
        refs = [each.path for each in found]
        if after not in refs:
            raise InputError.of("appeals", "after", after, "a path whose appeal is listed")
        found = found[refs.index(after) + 1 :]
    return add_reasons(context, found[:limit])


def find_open_appeals(
    context: Context, countries: Iterable[str], now: datetime, *, unfiled: bool, named: bool
) -> list[Appeal]:
    """Find what :func:`open_appeals` lists, without the decisions' reason codes."""
    days = cast("AwardPolicy", context.rulebook.policy_at("award", now)).appeal.days
    since = now - timedelta(days=2 * days + 2)  # a policy of another version may give more
    codes = set(countries)
    with context.store.begin(write=False) as transaction:
        filed = {context.path_id(ref) for ref in transaction.appealed_since(since)}
        evidence = transaction.load_chunk(sorted(filed), before=None, on=now.date())
        ended = transaction.paths_ended_since(codes if unfiled else (), APPEALED_STATES, since)
    said = [(seen.path, seen.records) for seen in evidence if seen.path.country in codes]
    said += [(path, ()) for path in ended if path.id not in filed]
    found = [
        read_appeal(context, path, records, now, named=named)
        for path, records in said
        if has_appeal(path)
    ]
    shown = [each for each in found if each.state == "open" and (each.filed or unfiled)]
    return sorted(shown, key=lambda each: (each.days_left, each.country, each.path))


def add_reasons(context: Context, appeals: Sequence[Appeal]) -> list[Appeal]:
    """Return appeals, each with the reason code of its decision."""
    journals = context.store.journals([context.path_id(each.path) for each in appeals])
    decided = [(each, decision_row(journals.get(each.path, ()))) for each in appeals]
    return [replace(each, reason=row["reason"] if row else None) for each, row in decided]
