"""Errors of moves: lifecycles, permissions, guards, timers and the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.errors.base import LazsaError
from lazsa_flow.errors.inputs import NotFoundError
from lazsa_flow.errors.problems import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lazsa_flow.verdicts import Verdict


class LifecycleError(LazsaError):
    """A lifecycle's table contradicts itself.

    Attributes:
        lifecycle: The table's name.
        problems: Every fault found, each naming its offender.

    Do next:
        Mend the table; every fault is named at once.
    """

    def __init__(self, lifecycle: str, problems: Sequence[str]) -> None:
        self.lifecycle = lifecycle
        self.problems: tuple[str, ...] = tuple(problems)
        super().__init__(f"lifecycle {lifecycle}: " + "; ".join(self.problems))


class MachineMismatchError(LazsaError):
    """A lifecycle's state machine decides otherwise than its table: nothing more is swept.

    Attributes:
        lifecycle: The lifecycle.
        state: From which state.
        trigger: On which trigger.

    Do next:
        Install the same release everywhere, and report it: a table and the machine that is made of
        it never differ by themselves.
    """

    def __init__(self, lifecycle: str, state: str, trigger: str) -> None:
        super().__init__(
            f"lifecycle {lifecycle}: from {state}, the state machine and the table decide the"
            f" trigger {trigger} differently"
        )
        self.lifecycle = lifecycle
        self.state = state
        self.trigger = trigger


class TransitionError(LazsaError):
    """A trigger did not move its path; the path is unchanged.

    Attributes:
        path: The path's reference, such as ``award-17``; empty where one was to be opened.
        trigger: The trigger that was asked for.
        state: The path's state.
        subject: Whose path was to be opened; empty where there is a path.

    Do next:
        Ask ``explain`` what is possible now, and why the rest is not.
    """

    def __init__(
        self, message: str, *, path: str, trigger: str, state: str, subject: str = ""
    ) -> None:
        self.path = path
        self.trigger = trigger
        self.state = state
        self.subject = subject
        super().__init__(f"{path or shown(subject)}: {trigger}: {message}")


class NoEdgeError(TransitionError):
    """The present state has no edge for this trigger and reason.

    Do next:
        Ask ``explain`` for the triggers of the present state; the path may have moved on.
    """


class UnknownTriggerError(NoEdgeError, NotFoundError):
    """The path's lifecycle has no trigger of this name, from any state.

    Do next:
        Check the trigger's name; ``close`` names what resembles it.
    """

    def __init__(
        self, message: str, *, path: str, trigger: str, state: str, among: Iterable[str]
    ) -> None:
        NotFoundError.__init__(self, "trigger", trigger, among=among)
        self.path: str = path
        self.trigger: str = trigger
        self.state: str = state
        self.subject: str = ""
        self.args: tuple[str, ...] = (f"{path}: {self}; {message}",)


class HostCodeError(LazsaError):
    """Code of the host's raised, or returned what cannot be used; nothing of it was written.

    Attributes:
        part: What was called: ``guard ready``, ``instant due``, ``clock`` …
        path: The path's reference, where it was called for one.
        what: What it did, and what was expected; no value that could be somebody's.
        raised: The name of the exception that it raised, if it did.

    Do next:
        Mend the code that is named, then ``unpark`` the paths that it stopped.
    """

    def __init__(
        self, part: str, what: str, *, path: str | None = None, raised: str | None = None
    ) -> None:
        self.part = part
        self.path = path
        self.what = what
        self.raised = raised
        super().__init__(f"{part}{f' on {path}' if path else ''}: {what}")


class GuardError(HostCodeError):
    """A guard raised, or returned what cannot be recorded.

    Attributes:
        guard: The guard's name.

    Do next:
        Mend the guard, then ``unpark`` the paths that it stopped.
    """

    def __init__(
        self, guard: str, what: str, *, path: str | None = None, raised: str | None = None
    ) -> None:
        self.guard = guard
        super().__init__(f"guard {guard}", what, path=path, raised=raised)


def error_name(error: BaseException) -> str:
    """Return the name by which an error is kept: of a host's code, that of what it raised."""
    raised = error.raised if isinstance(error, HostCodeError) else None
    return raised or type(error).__name__


class NotAllowedError(LazsaError):
    """This actor may not do this.

    Attributes:
        actor: Role and id of who asked.
        action: The trigger or administrative command.
        rule: Who may.

    Do next:
        Let somebody act who may; the reference's page on who may do what lists them.
    """

    def __init__(self, *, actor: str, action: str, rule: str) -> None:
        self.actor = actor
        self.action = action
        self.rule = rule
        super().__init__(f"{shown(actor)} may not {action}: {rule}")


class RefusedError(TransitionError):
    """A guard does not hold.

    Attributes:
        verdicts: Every verdict of the edges that were tried, held or not.

    Do next:
        Read the verdicts that are not held: each says what is missing, and who can supply it.
    """

    def __init__(
        self,
        *,
        path: str,
        trigger: str,
        state: str,
        verdicts: Sequence[Verdict],
        subject: str = "",
    ) -> None:
        self.verdicts: tuple[Verdict, ...] = tuple(verdicts)
        unmet = "; ".join(str(v) for v in self.verdicts if not v.held)
        super().__init__(
            f"not now: {unmet}", path=path, trigger=trigger, state=state, subject=subject
        )


class ParkedError(TransitionError):
    """The path is set aside since a decision on it raised: for a while, or until it is unparked.

    Do next:
        Read why with ``lazsa-flow parked``, mend it, then ``lazsa-flow unpark``.
    """


class PausedError(LazsaError):
    """An overdue timer must fire before this command, and a pause stops it; nothing was written.

    Attributes:
        path: The path's reference, such as ``award-17``.
        timer: The overdue timer.
        scope: What the pause stops: ``everything``, ``PH``, ``cycle 2026-10-01`` or both.

    Do next:
        Wait until the pause is lifted, or ``lazsa-flow resume``; then give the command again with
        the same key.
    """

    def __init__(self, *, path: str, timer: str, scope: str) -> None:
        self.path = path
        self.timer = timer
        self.scope = scope
        super().__init__(
            f"{path}: its timer {timer} is overdue and must fire first, and timers are paused "
            f"({scope}): try again once they are resumed"
        )


class StaleVersionError(TransitionError):
    """Another writer moved the path first.

    Attributes:
        expected: The version the caller had seen.
        found: The present version.

    Do next:
        Read the path again, decide again, and give the version that was seen then.
    """

    def __init__(
        self, *, path: str, trigger: str, state: str, expected: int | None, found: int | None
    ) -> None:
        self.expected = expected
        self.found = found
        super().__init__(
            f"version {expected} was seen, {found} stands; read it again",
            path=path,
            trigger=trigger,
            state=state,
        )


class JournalError(LazsaError):
    """The journal does not replay to the state, or its chain of hashes is broken.

    Attributes:
        path: The path's reference.
        seq: The first row at fault.

    Do next:
        Change nothing more; keep the file, ``lazsa-flow verify`` the last backups, and restore one
        that is whole.
    """

    def __init__(self, path: str, seq: int, what: str) -> None:
        self.path = path
        self.seq = seq
        super().__init__(f"{path} seq {seq}: {what}")
