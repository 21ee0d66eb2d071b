"""Which errors may a caller catch, and what do they carry?

One tree under :class:`LazsaError`. Every error carries its facts as fields, so that a host can
act on them and a command line can print them; none carries personal data, only ids, codes,
figures and the value that was refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from lazsa_flow.verdicts import Verdict


class LazsaError(Exception):
    """The root of all errors that lazsa_flow raises on purpose.

    Attributes:
        fired: How many overdue timers had fired before what was asked for was refused; they stand.
    """

    fired = 0

    def __str__(self) -> str:
        text = super().__str__()
        if not self.fired:
            return text
        timers = "an overdue timer" if self.fired == 1 else f"{self.fired} overdue timers"
        return f"{text} (before that {timers} fired, which stands)"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input.

    Attributes:
        where: The place: a key's path (``panel.mean``), or ``file:line`` of a table.
        field: The field or column, or ``""`` where the whole row or file is meant.
        value: The refused value as text, shortened and escaped.
        expected: What was expected instead.
    """

    where: str
    field: str
    value: str
    expected: str

    def __str__(self) -> str:
        field = f" {self.field}:" if self.field else ""
        where = printable(self.where, _PLACE_CHARS)
        return f"{where}:{field} got {self.value}, expected {self.expected}"


_PLACE_CHARS: Final = 4096
"""How much of a place is shown: it may be a whole path."""


def shown(value: object, limit: int = 60) -> str:
    """Show a refused value: escaped to printable ASCII and cut at ``limit`` characters."""
    try:
        text = ascii(value[: limit + 1] if isinstance(value, str | bytes) else value)
    except Exception:  # an integer of too many digits, too deep a nesting, a host's own __repr__
        text = f"a {type(value).__name__} too large to be shown"
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def type_name(value: object) -> str:
    """Return the name of a value's type, for a message that must not show the value itself."""
    kind = type(value)
    builtin = kind.__module__ == "builtins"
    name = kind.__qualname__ if builtin else f"{kind.__module__}.{kind.__qualname__}"
    return shown(name)[1:-1]


def printable(text: str, limit: int = 200) -> str:
    """Return a name as it is where it can be printed, and escaped and cut otherwise."""
    shortened = text if len(text) <= limit else f"{text[: limit - 1]}…"
    return shortened if shortened.isprintable() else ascii(shortened)[1:-1]


class InputError(LazsaError):
    """An input is wrong; nothing of it was taken.

    Attributes:
        problems: Every problem found, in the order of the input.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def of(cls, where: str, field: str, value: object, expected: str) -> InputError:
        """Build the error for a single problem."""
        return cls([Problem(where, field, shown(value), expected)])


class ConfigError(InputError):
    """A policy or country file is wrong; each problem names its key's path."""


class LifecycleError(LazsaError):
    """A lifecycle's table contradicts itself.

    Attributes:
        lifecycle: The table's name.
        problems: Every fault found, each naming its offender.
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
    """

    def __init__(self, lifecycle: str, state: str, trigger: str) -> None:
        super().__init__(
            f"lifecycle {lifecycle}: from {state}, the state machine and the table decide the"
            f" trigger {trigger} differently"
        )
        self.lifecycle = lifecycle
        self.state = state
        self.trigger = trigger


class NotFoundError(LazsaError):
    """Nothing is known under this id.

    Attributes:
        kind: What was looked for: ``path``, ``seller``, ``lifecycle``, ``country`` …
        id: The id that was given.
        expected: What would be found: the names there are, or what they look like.
        close: Names there are that read alike.
    """

    def __init__(
        self,
        kind: str,
        id: str,  # noqa: A002 - the field's name
        *,
        expected: str = "",
        among: Iterable[str] = (),
    ) -> None:
        names = sorted(among)
        self.kind = kind
        self.id = id
        self.expected: str = expected or (f"one of {', '.join(names)}" if names else "")
        self.close: tuple[str, ...] = (
            tuple(get_close_matches(id, names)) if isinstance(id, str) else ()
        )
        told = f"; expected {self.expected}" if self.expected else ""
        close = f"; did you mean {' or '.join(self.close)}?" if self.close else ""
        super().__init__(f"no {kind} {shown(id)}{told}{close}")


def no_path(ref: str) -> NotFoundError:
    """Return the error that there is no path of this reference."""
    return NotFoundError("path", ref, expected="a path's reference, such as award-17")


def no_seller(seller: str) -> NotFoundError:
    """Return the error that no seller of this id is known."""
    return NotFoundError("seller", seller, expected="the id of a seller whose facts are known")


def no_seller_or_path(name: str) -> NotFoundError:
    """Return the error that neither a seller nor a path is known by this name."""
    expected = "the id of a seller whose facts are known, or a path's reference such as award-17"
    return NotFoundError("seller or path", name, expected=expected)


class TransitionError(LazsaError):
    """A trigger did not move its path; the path stands where it stood.

    Attributes:
        path: The path's reference, such as ``award-17``; empty where one was to be opened.
        trigger: The trigger that was asked for.
        state: The path's state.
        subject: Whose path was to be opened; empty where there is a path.
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
    """The present state has no edge for this trigger and reason."""


class UnknownTriggerError(NoEdgeError, NotFoundError):
    """The path's lifecycle has no trigger of this name, from whatever state."""

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
    """The path is set aside since a decision on it raised: for a while, or until it is unparked."""


class PausedError(LazsaError):
    """An overdue timer must fire before this command, and a pause stops it; nothing was written.

    Attributes:
        path: The path's reference, such as ``award-17``.
        timer: The overdue timer.
        scope: What the pause stops: ``everything``, ``PH``, ``cycle 2026-10-01`` or both.
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
        found: The version that stands.
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


class KeyReusedError(LazsaError):
    """An idempotency key came again with another payload.

    Attributes:
        key: The key.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"idempotency key {shown(key)} was used for another command")


class ConflictError(LazsaError):
    """The command contradicts what is already recorded, such as a second open path.

    Attributes:
        subject: Whose records.
        what: What stands against it.
        until: The first instant at which it could be tried again, if one is known.
    """

    def __init__(self, subject: str, what: str, until: datetime | None = None) -> None:
        self.subject = subject
        self.what = what
        self.until = until
        super().__init__(f"{shown(subject)}: {what}")


class SchemaError(LazsaError):
    """The database has no schema of ours, or one of another release."""


class ContendedError(LazsaError):
    """The database gave up on a transaction every time: a deadlock, or a conflict with others."""


class UnavailableError(LazsaError):
    """The database cannot be reached; what was not acknowledged can be tried again by its key."""


class ReplacedError(UnavailableError):
    """The file of the database was replaced or removed while it was open; nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            "the database's file was replaced or removed while it was open: nothing is written "
            "any more; start this process again"
        )


class ClosedError(LazsaError):
    """The programme was closed; open another one."""

    def __init__(self) -> None:
        super().__init__("the programme is closed; open another one")


class StorageError(LazsaError):
    """The database will not take what was to be written; its own message is not shown."""


class DamagedError(StorageError):
    """The database's file is damaged, or is no database of ours; a backup must be restored."""


class MalformedError(StorageError):
    """A stored value cannot be read: something other than lazsa_flow has written it.

    Attributes:
        what: The kind of row, such as ``path`` or ``timer``.
        id: The row's number, or its path's; ``None`` where it has none.
    """

    def __init__(self, what: str, id: int | None = None) -> None:  # noqa: A002 - the field's name
        self.what = what
        self.id = id
        where = what if id is None else f"{what} {id}"
        super().__init__(f"a stored value cannot be read: {where}; run: lazsa-flow doctor")


class HeldError(LazsaError):
    """A process has the database open; what was asked for needs it alone."""


class BrokerError(LazsaError):
    """The broker cannot be reached, or is not fit to ring the bell."""


class ClockError(LazsaError):
    """The machine's clock is too far from the database's, or behind what it has recorded.

    Attributes:
        seconds: By how much the machine's is ahead; less than 0 where it is behind.
    """

    def __init__(self, seconds: float, tolerance: float, against: str = "the database's") -> None:
        self.seconds = seconds
        super().__init__(
            f"this machine's clock is {abs(seconds):.0f} s "
            f"{'ahead of' if seconds > 0 else 'behind'} {against}, more than {tolerance:.0f}: "
            "nothing is fired until it is set right"
        )


class ExtraError(LazsaError):
    """What was asked for needs an extra that is not installed.

    Attributes:
        extra: The extra's name.
        purpose: What needs it.
    """

    def __init__(self, extra: str, purpose: str) -> None:
        self.extra = extra
        self.purpose = purpose
        super().__init__(f"{purpose} needs an extra: pip install 'lazsa-flow[{extra}]'")


class JournalError(LazsaError):
    """The journal does not replay to the state, or its chain of hashes is broken.

    Attributes:
        path: The path's reference.
        seq: The first row at fault.
    """

    def __init__(self, path: str, seq: int, what: str) -> None:
        self.path = path
        self.seq = seq
        super().__init__(f"{path} seq {seq}: {what}")


class TemplateError(LazsaError):
    """A template of a notice, or its words, cannot be put into words.

    Attributes:
        file: The file at fault.
        line: The line in it; ``None`` where none can be named.
        fault: What is wrong.
    """

    def __init__(self, file: str, line: int | None, fault: str) -> None:
        self.file = file
        self.line = line
        self.fault = fault
        super().__init__(f"{file}{'' if line is None else f':{line}'}: {fault}")


class DeliveryError(LazsaError):
    """A channel did not take a notice.

    Attributes:
        code: What happened, such as ``smtp_550`` or ``timeout``; never an address or a text.
        permanent: Whether it would never be taken.
        after_s: The least to wait before the next attempt, where the other side says so.
        rests: Whether the channel as a whole is out of use for a while, not just for this notice.
    """

    def __init__(
        self,
        code: str,
        *,
        permanent: bool = False,
        after_s: float | None = None,
        rests: bool = False,
    ) -> None:
        self.code = code
        self.permanent = permanent
        self.after_s = after_s
        self.rests = rests
        super().__init__(code)
