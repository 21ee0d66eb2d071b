"""Moves of single paths: a trigger is fired, or a path is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow import service
from lazsa_flow.service.move_json import move_from_json
from lazsa_flow.service.part import Part

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from lazsa_flow.lifecycle.model import Actor, Move
    from lazsa_flow.service.runtime import Runtime


class Moves(Part):
    """The commands that move one path."""

    def fire(
        self,
        path: str,
        trigger: str,
        *,
        actor: Actor,
        reason: str | None = None,
        version: int | None = None,
        data: Mapping[str, object] | None = None,
        key: str | None = None,
        dry_run: bool = False,
    ) -> Move:
        """Fire a trigger on a path, timers of the path that are overdue having fired first.

        Args:
            path: The path's reference.
            trigger: The trigger.
            actor: Who asks.
            reason: The reason code, where the edge asks for one.
            version: The path's version that the caller saw; another one is an error.
            data: What the edge's model takes, as JSON values and decimals; it is stored with the
                move, its personal fields where they can be erased.
            key: The idempotency key.
            dry_run: Return the move that it would make, or raise why it would not; write nothing.

        Returns:
            What became of the path.

        Raises:
            NotFoundError: There is no such path.
            InputError: The edge takes no data, or its model refuses some: it names every field.
            StaleVersionError: The path has moved since that version.
            NoEdgeError: The state has no edge of this trigger and reason.
            NotAllowedError: The actor may not.
            ParkedError: The path is set aside.
            RefusedError: A guard does not hold; it carries every verdict.
            KeyReusedError: The key was used for another command.
        """
        asked = service.firing.Trigger(trigger, actor, reason, version, data)
        if dry_run:
            return self._runtime.dry_run(lambda own: _fire_trigger(own, path, asked, key)).result
        return _fire_trigger(self._runtime, path, asked, key)

    def open_path(
        self,
        lifecycle: str,
        subject: str,
        country: str,
        *,
        actor: Actor,
        data: Mapping[str, object] | None = None,
        cycle_on: date | None = None,
        key: str | None = None,
    ) -> Move:
        """Open a path in a lifecycle that has no command of its own.

        Args:
            lifecycle: Its name.
            subject: Whose path.
            country: In which country.
            actor: Who asks; the table's opening edge says who may.
            data: What the opening edge's model takes, as JSON values and decimals; where the
                lifecycle has no model for it, facts of its own without personal data.
            cycle_on: The round it belongs to, where the lifecycle has rounds.
            key: The idempotency key.

        Returns:
            The move that opened the path.

        Raises:
            NotFoundError: There is no such lifecycle or country.
            InputError: The lifecycle has a command of its own, the date is no cycle date, or the
                model refuses the data: it names every field.
            NotAllowedError: The actor may not.
            RefusedError: A guard of the opening edge does not hold.
            ConflictError: The subject has an open path in this lifecycle.
            KeyReusedError: The key was used for another command.
        """
        found = self._runtime.run_command(
            lambda context: service.open_path.open_(
                context,
                lifecycle,
                subject,
                country,
                actor=actor,
                data=data,
                cycle_on=cycle_on,
                key=key,
            )
        )
        return move_from_json(found)


def _fire_trigger(
    runtime: Runtime, path: str, asked: service.firing.Trigger, key: str | None
) -> Move:
    return move_from_json(
        runtime.run_on_path(lambda context: service.firing.fire_trigger(context, path, asked, key))
    )
