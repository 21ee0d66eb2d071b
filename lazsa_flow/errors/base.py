"""The root of all errors that lazsa_flow raises on purpose."""

from __future__ import annotations


class LazsaError(Exception):
    """The root of all errors that lazsa_flow raises on purpose.

    Attributes:
        fired: How many overdue timers had fired before the refusal. Their moves stay.

    Do next:
        Catch it where a command is given; each error below says what to do.
    """

    fired = 0

    def __str__(self) -> str:
        text = super().__str__()
        if not self.fired:
            return text
        timers = "an overdue timer" if self.fired == 1 else f"{self.fired} overdue timers"
        return f"{text} (before that {timers} fired, which stands)"
