"""Opening a path in a lifecycle that has no command of its own.

By the opening edge of its table: its permits and guards decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lazsa_flow.engine.opening import open_path
from lazsa_flow.errors import InputError
from lazsa_flow.service.move_json import move_to_json
from lazsa_flow.service.requests import request_fields

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.context import Context
    from lazsa_flow.store.transaction import SqlTransaction


def open_(
    context: Context,
    lifecycle: str,
    subject: str,
    country: str,
    *,
    actor: Actor,
    data: Mapping[str, Any] | None,
    cycle_on: date | None,
    key: str | None,
) -> dict[str, Any]:
    """Open a path; see :meth:`lazsa_flow.service.service.FlowService.open_path`.

    Returns:
        The opening move.
    """
    modelled = context.rulebook.lifecycle(lifecycle).opening.data is not None
    _check_opening(context, lifecycle, country, cycle_on)
    now = context.clock.now()

    def open_new(transaction: SqlTransaction) -> dict[str, Any]:
        standing = transaction.open_paths(lifecycle, [subject])
        context.check_settled(transaction, standing.values(), now)
        _, move = open_path(
            transaction,
            context.rulebook,
            lifecycle,
            subject,
            country,
            actor=actor,
            now=now,
            cycle_on=cycle_on,
            data=None if modelled else data,
            given=context.given_data(data) if modelled else None,
        )
        return move_to_json(move)

    request = request_fields(
        "open_path",
        actor,
        lifecycle=lifecycle,
        subject=subject,
        country=country,
        data=dict(data or {}),
        cycle_on=cycle_on and cycle_on.isoformat(),
    )
    with context.fire_overdue(context.open_path_of(lifecycle, subject)):
        found: dict[str, Any] = context.run_idempotent(key, request, now, open_new)
    return found


def _check_opening(context: Context, lifecycle: str, country: str, cycle_on: date | None) -> None:
    """Check that a lifecycle has no command of its own to open a path, and the cycle date.

    Raises:
        NotFoundError: There is no such country.
        InputError: It has one, or the date is no cycle date of the country.
    """
    context.country(country)
    command = context.application.opened_by.get(lifecycle)
    if command is not None:
        expected = f"{command}, the command of this lifecycle"
        raise InputError.of("open_path", "lifecycle", lifecycle, expected)
    if cycle_on is not None and not context.rulebook.calendar(country).is_cycle(cycle_on):
        expected = "a cycle date of the country"
        raise InputError.of("open_path", "cycle_on", str(cycle_on), expected)
