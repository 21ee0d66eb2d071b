"""Nights that are started: paced, paused, resumed and looked at, once two persons have approved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lazsa_flow import foresight
from lazsa_flow.engine import night_run
from lazsa_flow.errors import ConflictError, InputError
from lazsa_flow.lifecycle.pauses import Pause
from lazsa_flow.service.entrance import checked
from lazsa_flow.service.part import Part, exposed
from lazsa_flow.service.requestable import requestable
from lazsa_flow.service.requests import check_text, request_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lazsa_flow.engine.night_run import NightRun
    from lazsa_flow.foresight.night_status import NightStatus
    from lazsa_flow.foresight.waiting_dates import WaitingDate
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.context import Context
    from lazsa_flow.service.runtime import Runtime
    from lazsa_flow.store.transaction import SqlTransaction


class StartedNights(Part):
    """Nights that are started."""

    @requestable("start_night")
    def start_night(
        self,
        name: str,
        *,
        actor: Actor,
        canary: int | None = None,
        rate: int | None = None,
        differs_percent: float | None = None,
        key: str | None = None,
    ) -> NightStatus:
        """Let the timers of a rehearsed and approved cycle date fire.

        A sweep or the workers then move the canary of each country first, and stop by themselves
        where more differs from the rehearsal than may.

        Args:
            name: The name of the saved rehearsal, which two persons have approved.
            actor: An operator or manager.
            canary: How many paths of each country move first; 20 by default, or all there are.
            rate: How many paths move in a second at most; any number by default.
            differs_percent: The largest share that may differ; the deployment's by default.
            key: The idempotency key.

        Returns:
            The night.

        Raises:
            NotFoundError: There is no saved rehearsal of this name.
            ConflictError: It is not approved or stale, nothing is due yet, or a night of the date
                is under way or done.
            InputError: The canary is larger than what is due, or a number is out of its range.
            NotAllowedError: The actor may not do this.
            KeyReusedError: The key was used for another command.
        """
        usual = self._runtime.config.deployment.night.differs_percent
        share = usual if differs_percent is None else differs_percent
        asked = foresight.night_start.NightStart(name, canary, rate, share)
        return self._runtime.run_command(
            lambda context: foresight.night_start.start_night(context, asked, actor=actor, key=key)
        )

    def set_pace(
        self, name: str, *, actor: Actor, rate: int | None, key: str | None = None
    ) -> NightStatus:
        """Set how many paths of a started night move in a second; every process obeys at once.

        Args:
            name: The name of its rehearsal.
            actor: An operator or manager.
            rate: How many at most; ``None``: any number.
            key: The idempotency key.

        Returns:
            The night.

        Raises:
            NotFoundError: No night of this name was started.
            ConflictError: It is done.
            NotAllowedError: The actor may not do this.
            KeyReusedError: The key was used for another command.
        """

        def set_rate(_context: Context, transaction: SqlTransaction, run: NightRun) -> None:
            transaction.change_night_run(replace(run, rate=rate, next_at=None))

        request = request_fields("set_pace", actor, name=name, rate=rate)
        return self._change("set_pace", name, actor, request, key, set_rate)

    def pause_night(
        self, name: str, *, actor: Actor, reason: str = "", key: str | None = None
    ) -> NightStatus:
        """Pause a started night: its date, in its countries; what moves finishes its chunk.

        Args:
            name: The name of its rehearsal.
            actor: An operator or manager.
            reason: Why, for those who find it paused; no personal data.
            key: The idempotency key.

        Returns:
            The night.

        Raises:
            NotFoundError: No night of this name was started.
            ConflictError: It is done.
            NotAllowedError: The actor may not do this.
            KeyReusedError: The key was used for another command.
        """
        check_text("pause_night", "reason", reason)

        def pause(context: Context, transaction: SqlTransaction, run: NightRun) -> None:
            if not any((p.country, p.cycle) == (run.country, run.on) for p in transaction.pauses()):
                now = context.clock.now()
                made = Pause(run.country, run.on, str(actor), now, reason.strip())
                transaction.add_pause(made)

        request = request_fields("pause_night", actor, name=name, reason=reason)
        return self._change("pause_night", name, actor, request, key, pause)

    @requestable("resume_night")
    def resume_night(
        self, name: str, *, actor: Actor, reason: str = "", key: str | None = None
    ) -> NightStatus:
        """Let a started night go on that was paused, or has stopped by itself.

        One that has stopped by itself goes on by a manager's word and reason alone: the outcomes
        that differ until then are accepted, and only later ones can stop it again.

        Args:
            name: The name of its rehearsal.
            actor: An operator or manager; a manager after a stop.
            reason: Why; after a stop it must be given.
            key: The idempotency key.

        Returns:
            The night.

        Raises:
            NotFoundError: No night of this name was started.
            ConflictError: It is done, or neither paused nor stopped.
            InputError: It has stopped by itself, and no reason is given.
            NotAllowedError: The actor may not do this.
            KeyReusedError: The key was used for another command.
        """
        check_text("resume_night", "reason", reason)

        def resume(context: Context, transaction: SqlTransaction, run: NightRun) -> None:
            stopped = run.phase == night_run.STOPPED
            if stopped:
                context.check_command("accept_differences", actor, country=run.country)
                if not reason.strip():
                    expected = "a reason: the night has stopped by itself"
                    raise InputError.of("resume_night", "reason", reason, expected)
                transaction.change_night_run(night_run.accept_differences(run))
            at = context.clock.now()
            lifted = transaction.lift_pause(
                run.country, run.on, actor=str(actor), reason=reason.strip(), at=at
            )
            if not lifted and not stopped:
                raise ConflictError(name, "neither paused nor stopped")

        request = request_fields("resume_night", actor, name=name, reason=reason)
        return self._change("resume_night", name, actor, request, key, resume)

    def _change(
        self,
        command: str,
        name: str,
        actor: Actor,
        request: Mapping[str, Any],
        key: str | None,
        change: Callable[[Context, SqlTransaction, NightRun], None],
    ) -> NightStatus:
        """Change a night that is under way, in a transaction during which none of it is claimed."""

        def run(context: Context) -> NightStatus:
            context.check_command(command, actor, country=actor.country)

            def apply(transaction: SqlTransaction) -> bool:
                found = foresight.night_status.find_run(transaction, name)
                context.check_command(command, actor, country=found.country)
                if found.ended_at is not None:
                    raise ConflictError(name, "the night is over")
                change(context, transaction, found)
                return True

            context.run_idempotent(key, request, context.clock.now(), apply)
            return foresight.night_status.read_status(context, name)

        return self._runtime.run_command(run)

    def started_night(self, name: str) -> NightStatus:
        """Return how far a night has got that was started, and who differs.

        Args:
            name: The name of its rehearsal; of several starts, the last one counts.

        Raises:
            NotFoundError: No night of this name was started.
        """
        return foresight.night_status.read_status(self._runtime.context, name)

    def started_nights(self, name: str | None = None) -> list[NightStatus]:
        """Return the nights that were started, oldest first.

        Args:
            name: Only those of the rehearsal of this name.
        """
        context = self._runtime.context
        with context.store.begin(write=False) as transaction:
            runs = transaction.night_runs(name=name)
            return [foresight.night_status.status_of(context, transaction, each) for each in runs]

    def waiting_dates(self) -> list[WaitingDate]:
        """Return the cycle dates that are due and wait for approval and start, oldest first."""
        return foresight.waiting_dates.read_waiting_dates(self._runtime.context)


@checked
class StartCommands:
    """The started nights of a service of any lifecycle, with what is handed over checked first.

    Args:
        runtime: The runtime of the service.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    start_night = exposed(StartedNights.start_night)
    set_pace = exposed(StartedNights.set_pace)
    pause_night = exposed(StartedNights.pause_night)
    resume_night = exposed(StartedNights.resume_night)
    started_night = exposed(StartedNights.started_night)
    started_nights = exposed(StartedNights.started_nights)
    waiting_dates = exposed(StartedNights.waiting_dates)
