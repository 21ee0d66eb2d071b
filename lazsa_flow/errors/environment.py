"""Errors of what lazsa_flow runs on: database, broker, clock, channels."""

from __future__ import annotations

from lazsa_flow.errors.base import LazsaError


class SchemaError(LazsaError):
    """The database has no schema of ours, or one of another release.

    Do next:
        Run ``lazsa-flow migrate`` with the release that is installed, or install the release whose
        schema the database has.
    """


class ContendedError(LazsaError):
    """The database gave up on a transaction every time: a deadlock, or a conflict with others.

    Do next:
        Give the command again with the same key; where it happens often, run fewer workers at once.
    """


class UnavailableError(LazsaError):
    """The database cannot be reached; what was not acknowledged can be tried again by its key.

    Do next:
        See that the database runs and can be reached (``lazsa-flow doctor``), then give the command
        again with the same key.
    """


class ReplacedError(UnavailableError):
    """The file of the database was replaced or removed while it was open; nothing was written.

    Do next:
        Start the process again; it opens the file that is there now.
    """

    def __init__(self) -> None:
        super().__init__(
            "the database's file was replaced or removed while it was open: nothing is written "
            "any more; start this process again"
        )


class ClosedError(LazsaError):
    """The programme was closed; open another one.

    Do next:
        Open the service again, or call it before it is closed.
    """

    def __init__(self) -> None:
        super().__init__("the programme is closed; open another one")


class StorageError(LazsaError):
    """The database will not take what was to be written; its own message is not shown.

    Do next:
        Read what the database itself logged, run ``lazsa-flow doctor``, and make room where the
        disk is full.
    """


class DamagedError(StorageError):
    """The database's file is damaged, or is no database of ours; a backup must be restored.

    Do next:
        Stop every process, then ``lazsa-flow restore`` the latest backup.
    """


class MalformedError(StorageError):
    """A stored value cannot be read: something other than lazsa_flow has written it.

    Attributes:
        what: The kind of row, such as ``path`` or ``timer``.
        id: The row's number, or its path's; ``None`` where it has none.

    Do next:
        Run ``lazsa-flow doctor``, which names every such row; restore a backup from before it was
        written.
    """

    def __init__(self, what: str, id: int | None = None) -> None:  # noqa: A002 - the field's name
        self.what = what
        self.id = id
        where = what if id is None else f"{what} {id}"
        super().__init__(f"a stored value cannot be read: {where}; run: lazsa-flow doctor")


class HeldError(LazsaError):
    """A process has the database open; what was asked for needs it alone.

    Do next:
        Stop the workers, relays and viewers that have the database open, then do it again.
    """


class BrokerError(LazsaError):
    """The broker cannot be reached, or is not fit to ring the bell.

    Do next:
        See that Redis runs and has ``maxmemory-policy noeviction``; ``lazsa-flow doctor`` checks
        both. What is due waits in the database.
    """


class ClockError(LazsaError):
    """The machine's clock is too far from the database's, or behind what it has recorded.

    Attributes:
        seconds: By how much the machine's is ahead; less than 0 where it is behind.

    Do next:
        Set the machine's clock by NTP; firing goes on by itself once it is right.
    """

    def __init__(self, seconds: float, tolerance: float, against: str = "the database's") -> None:
        self.seconds = seconds
        super().__init__(
            f"this machine's clock is {abs(seconds):.0f} s "
            f"{'ahead of' if seconds > 0 else 'behind'} {against}, more than {tolerance:.0f}: "
            "nothing is fired until it is set right"
        )


class DeliveryError(LazsaError):
    """A channel did not take a notice.

    Attributes:
        code: What happened, such as ``smtp_550`` or ``timeout``; never an address or a text.
        permanent: Whether it would never be taken.
        after_s: The least to wait before the next attempt, where the other side says so.
        rests: Whether the channel as a whole is out of use for a while, not just for this notice.

    Do next:
        Look at ``lazsa-flow outbox --parked``, mend the address or the channel, then ``lazsa-flow
        outbox retry``.
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
